"""How other cockpits have leaked: each is replayed here, finds nothing, and finds it in a build broken on purpose."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text, true
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.sql.compiler import SQLCompiler

from access import cookies, gate, proxy
from access.sessions import Sessions
from casebase import narrowing, row_security
from casebase.engine import Casebase
from casebase.schema import petition
from casebase.scope import rules
from cockpit.answers import Answers
from cockpit.data import LiveData
from queries import cases as lists
from queries.cases import cases
from queries.measure import measure
from queries.model import Moment, Subject
from queries.names import areas
from queries.registry import METRICS
from queries.similar import similar_settled
from server import logs
from tests.access import test_gate
from tests.queries import test_row_security, test_scopes
from tests.queries.test_reference import NOW
from tests.queries.test_scopes import DISTRICT, UNIT
from tests.screen.test_pairing import DISTRICT as OF_A_SCREEN
from tests.screen.test_pairing import pair, told
from tests.server import test_logs

# What tells who a petitioner is.
PERSONAL = {"petitioner_name", "petitioner_phone", "petitioner_key", "petitioner_id", "body"}
SQL = text("SELECT * FROM petition")


@dataclass(frozen=True)
class World:
    """What a leak is looked for in: fixtures, by name, as far as they are needed."""

    request: pytest.FixtureRequest

    def __getattr__(self, name: str) -> Any:
        return self.request.getfixturevalue(name)

    @property
    def patch(self) -> pytest.MonkeyPatch:
        found: pytest.MonkeyPatch = self.request.getfixturevalue("monkeypatch")
        return found


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Nothing that is kept of a scope was compiled by a broken build, or is left to the next test."""
    found = World(request)
    city: Casebase = found.duckdb_city
    city._seen.clear()
    yield found
    city._seen.clear()


def _answers_are_kept_by_scope(world: World) -> None:
    live = LiveData(world.duckdb_city, lambda: NOW)
    for scope in (DISTRICT, UNIT):
        told_now = live.now(scope).ask(measure, ["registered"], as_of=NOW)
        assert told_now.equals(measure(world.duckdb_city.seen_by(scope), ["registered"], as_of=NOW))


def _of_one_scope_for_all(patch: pytest.MonkeyPatch) -> None:
    get = Answers.get
    patch.setattr(Answers, "get", lambda kept, version, _, *rest: get(kept, version, DISTRICT, *rest))


def _a_token_that_ran_out_opens_nothing(world: World) -> None:
    test_gate.test_a_token_without_an_end_or_past_it_lets_nobody_in(world.patch, world.tmp_path, test_gate.NOW - 1)


def _believed_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "_seconds", lambda _: float("inf"))


def _lists_and_samples_tell_nobody_s_name(world: World) -> None:
    whole = world.duckdb_city.whole
    number = int(cases(whole, "closed", as_of=NOW, limit=1)["petition_id"].iloc[0])
    heads = {*similar_settled(whole, number, as_of=NOW).columns}
    for name in {metric.subject.id: name for name, metric in METRICS.items()}.values():
        heads |= {*cases(whole, name, as_of=NOW, limit=1).columns}
    assert heads & PERSONAL == set()


def _with_every_column(patch: pytest.MonkeyPatch) -> None:
    code_of = lists._unit_code

    def all_of_them(subject: Subject, at: Moment) -> dict[str, Any]:
        return code_of(subject, at) | (dict(petition.c) if subject.rows is petition else {})

    patch.setattr(lists, "_unit_code", all_of_them)


def _choices_are_the_scope_s(world: World) -> None:
    test_scopes.test_choices_name_what_the_scope_has(world.duckdb_city, world.tables, DISTRICT)


def _a_guessed_case_is_nobody_s(world: World) -> None:
    test_scopes.test_a_guessed_case_is_there_for_nobody_else(world.duckdb_city, world.tables, DISTRICT)


def _the_address_of_a_list_opens_no_other_s(world: World) -> None:
    test_scopes.test_search_finds_cases_of_the_scope_alone(world.duckdb_city, world.tables, DISTRICT)
    found = cases(world.duckdb_city.seen_by(DISTRICT), "registered", as_of=NOW)
    assert set(found["petition_id"]) <= test_scopes.ids_of(world.tables, DISTRICT)
    assert set(areas(world.duckdb_city.seen_by(DISTRICT))["code"]) >= {"410105"}


def _with_open(*names: str) -> Callable[[pytest.MonkeyPatch], None]:
    def broken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(narrowing, "rules", lambda scope: rules(scope) | dict.fromkeys(names, true()))

    return broken


def _nobody_sends_a_query_of_his_own(world: World) -> None:
    test_scopes.test_what_would_go_around_a_scope_is_refused(world.duckdb_city, SQL)


def _sql_by_hand(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(narrowing._Narrowed, "visit_textclause", SQLCompiler.visit_textclause)


def _the_server_counts_by_scope(world: World) -> None:
    world.patch.setattr(narrowing._Narrowed, "visit_table", PGCompiler.visit_table)
    test_row_security.test_the_server_shows_the_rows_of_the_scope_alone(world.reader, world.tables, DISTRICT)


def _the_server_is_told_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(narrowing, "told", lambda _: {"cockpit.everything": "on"})


def _an_owner_is_refused(world: World) -> None:
    test_row_security.test_an_owner_is_not(world.owner)


def _nobody_is_exempt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(row_security, "_RIGHTS", text("SELECT false, false WHERE CAST(:user AS text) <> ''"))


def _an_error_tells_no_row(_: World) -> None:
    row = ValueError("invalid\nDETAIL:  Key (name)=(张三) exists.")
    test_logs.test_no_value_of_a_case_and_no_secret_is_in_a_trace(row, "invalid")


def _errors_as_they_come(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(logs, "_without_values", str)


def _an_address_by_itself_opens_nothing(world: World) -> None:
    for path in ("/screen/data?scenes=overview", "/screen/figures", "/media/1.csv"):
        assert world.server.get(path).status_code == 401, path


def _whoever_asks_is_let_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate.Gate, "is_open", property(lambda _: True))


def _a_snapshot_is_named_by_nobody_else(world: World) -> None:
    _, token = pair(world.server, OF_A_SCREEN)
    assert world.server.get("/screen/data?scenes=overview&area=410105", token).status_code == 200
    assert world.server.get("/screen/data?scenes=overview&area=410103", token).status_code == 404


def _a_forged_cookie_is_none(world: World) -> None:
    test_gate.test_a_cookie_that_is_not_ours_lets_nobody_in(world.patch, world.tmp_path)


def _unsigned(patch: pytest.MonkeyPatch) -> None:
    class Trusting(URLSafeTimedSerializer):
        def loads(self, s: Any, *_: Any, **__: Any) -> Any:
            return self.load_payload(str(s).rsplit(".", 2)[0].encode()), datetime(2027, 1, 15)

    patch.setattr(cookies, "URLSafeTimedSerializer", Trusting)


def _a_copied_cookie_is_dead(world: World) -> None:
    test_gate.test_a_cookies_session_never_begins_again(world.patch, world.tmp_path)


def _what_ended_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sessions, "_why_ended", lambda *_: None)


def _headers_count_from_the_proxy_alone(world: World) -> None:
    asked = told("zhao", "pc-admin")
    assert world.server.get("/screen/data?scenes=overview", asked).status_code == 200
    assert replace(world.server, peer="10.9.9.9").get("/screen/data?scenes=overview", asked).status_code == 401


def _from_anywhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(proxy, "is_proxy", lambda *_: True)


LEAKS: dict[str, tuple[Callable[[World], None], Callable[[pytest.MonkeyPatch], None]]] = {
    "an answer kept without its scope": (_answers_are_kept_by_scope, _of_one_scope_for_all),
    "a token that ran out": (_a_token_that_ran_out_opens_nothing, _believed_for_ever),
    "drill-downs with every column": (_lists_and_samples_tell_nobody_s_name, _with_every_column),
    "filter values of foreign rows": (_choices_are_the_scope_s, _with_open("area")),
    "a query of one's own": (_nobody_sends_a_query_of_his_own, _sql_by_hand),
    "counts that ignore row-level security": (_the_server_counts_by_scope, _the_server_is_told_everything),
    "an owner whom no policy holds": (_an_owner_is_refused, _nobody_is_exempt),
    "errors that print rows": (_an_error_tells_no_row, _errors_as_they_come),
    "public links": (_an_address_by_itself_opens_nothing, _whoever_asks_is_let_in),
    "a guessed case number": (_a_guessed_case_is_nobody_s, _with_open("petition")),
    "a guessed list": (_the_address_of_a_list_opens_no_other_s, _with_open("petition")),
    "a guessed snapshot": (_a_snapshot_is_named_by_nobody_else, _with_open("petition", "area")),
    "a forged cookie": (_a_forged_cookie_is_none, _unsigned),
    "a copied cookie": (_a_copied_cookie_is_dead, _what_ended_is_forgotten),
    "a replayed header": (_headers_count_from_the_proxy_alone, _from_anywhere),
}
by_name = pytest.mark.parametrize(("looks", "broken"), LEAKS.values(), ids=list(LEAKS))


@by_name
def test_it_is_not_there(world: World, looks: Callable[[World], None], broken: object) -> None:
    assert broken
    looks(world)


@by_name
def test_a_broken_build_is_found(
    world: World, looks: Callable[[World], None], broken: Callable[[pytest.MonkeyPatch], None]
) -> None:
    broken(world.patch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        looks(world)
