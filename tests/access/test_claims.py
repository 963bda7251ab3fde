"""What a sign-in gives: the highest role, exactly what is named, and nothing for what is not understood."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.claims import ClaimError, identify, read_claims
from access.identity import Identity, Reason, Refusal, Role
from casebase import schema
from casebase.directory import Directory, read_directory
from casebase.engine import Casebase
from casebase.scope import WHOLE, Scope
from casebase.settings import AccessSettings, RoleSettings

DIRECTORY = Directory(
    areas={"410100": "郑州市", "410105": "金水区", "410105001": "经八路街道", "410102001": "经八路街道"},
    units={"U1": "市住建局", "U2": "金水区住建局"},
)
# What may be told of a person, and what it is; None is not known.
AREAS = {
    "410105": "410105",
    "金水区": "410105",
    "410105001": "410105001",
    "经八路街道": None,
    "999999": None,
    "U1": None,
}
UNITS = {"U1": "U1", "金水区住建局": "U2", "410105": None, "u1": None}
ROLES = {
    "pc-admin": Role.ADMINISTRATOR,
    "局领导": Role.LEADER,
    "市领导": Role.LEADER,
    "pc-staff": Role.STAFF,
    "pc-wall": Role.SCREEN,
    "访客": None,
}
SETTINGS = AccessSettings(
    sign_in="oidc",
    roles=RoleSettings(
        administrator=("pc-admin",), leader=("局领导", "市领导"), staff=("pc-staff",), screen=("pc-wall",)
    ),
)
RANK = [Role.SCREEN, Role.STAFF, Role.LEADER, Role.ADMINISTRATOR]


def identified(claims: Mapping[str, object], settings: AccessSettings = SETTINGS) -> Identity | Refusal:
    return identify(read_claims(claims, settings), settings, lambda: DIRECTORY)


def told(table: Mapping[str, object]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(table)), unique=True, max_size=3)


@given(roles=told(ROLES), areas=told(AREAS), units=told(UNITS))
def test_a_sign_in_gives_what_is_named_and_never_more(roles: list[str], areas: list[str], units: list[str]) -> None:
    found = identified({"sub": "u-1", "name": "张三", "roles": roles, "areas": areas, "units": units})
    given_roles = [role for value in roles if (role := ROLES[value]) is not None]
    if not given_roles:
        assert found == Refusal(Reason.NO_ROLE, "u-1", "张三")
        return
    highest = max(given_roles, key=RANK.index)
    if highest is not Role.STAFF and not areas and not units:
        assert isinstance(found, Identity)
        assert (found.role, found.scope) == (highest, WHOLE)
        return
    if not areas and not units:
        assert found == Refusal(Reason.NO_SCOPE, "u-1", "张三")
        return
    codes = [AREAS[area] for area in areas] + [UNITS[unit] for unit in units]
    if None in codes:
        assert found == Refusal(Reason.UNKNOWN_SCOPE, "u-1", "张三")
        return
    assert isinstance(found, Identity)
    assert found.role is highest
    assert found.scope == Scope(
        frozenset(code for area in areas if (code := AREAS[area])),
        frozenset(code for unit in units if (code := UNITS[unit])),
    )
    assert not found.scope.is_whole


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(role=st.sampled_from(["pc-staff", "局领导"]), areas=ANYTHING, units=ANYTHING)
def test_claims_of_any_form_give_at_most_nothing(role: str, areas: Any, units: Any) -> None:
    """Whatever a provider writes where codes should be: no error but the one for claims, and the whole only unnamed."""
    try:
        found = identified({"sub": "u-1", "roles": [role], "areas": areas, "units": units})
    except ClaimError:
        return
    if isinstance(found, Identity) and found.scope.is_whole:
        assert role == "局领导"
        assert areas in (None, "", [])


@pytest.mark.parametrize("subject", [None, "", "  ", 7, ["u-1"], "x" * 201])
def test_nobody_is_let_in_without_a_subject(subject: object) -> None:
    with pytest.raises(ClaimError, match="sub"):
        read_claims({"sub": subject, "roles": ["pc-admin"]}, SETTINGS)


def test_claims_have_the_names_that_the_settings_give_them() -> None:
    settings = SETTINGS.model_copy(
        update={
            "role_claim": "realm_access.roles",
            "area_claim": "https://id/areas",
            "name_claim": "preferred_username",
        }
    )
    claims = {
        "sub": "u-1",
        "realm_access": {"roles": ["pc-staff"]},
        "https://id/areas": 410105,
        "preferred_username": "李四",
    }
    found = identified(claims, settings)
    assert found == Identity("u-1", "李四", Role.STAFF, Scope(frozenset({"410105"})), may_reveal=True)
    assert identified(claims) == Refusal(Reason.NO_ROLE, "u-1", "u-1")


def test_revealing_is_for_the_roles_of_the_settings() -> None:
    settings = SETTINGS.model_copy(update={"reveal": ("staff",)})
    staff = identified({"sub": "u-1", "roles": ["pc-staff"], "units": ["U1"]}, settings)
    leader = identified({"sub": "u-2", "roles": "局领导"}, settings)
    assert isinstance(staff, Identity)
    assert isinstance(leader, Identity)
    assert (staff.may_reveal, leader.may_reveal) == (True, False)


def test_the_total_of_wrongdoing_is_for_the_roles_of_the_settings() -> None:
    staff = identified({"sub": "u-1", "roles": ["pc-staff"], "units": ["U1"]})
    leader = identified({"sub": "u-2", "roles": "局领导"})
    assert isinstance(staff, Identity)
    assert isinstance(leader, Identity)
    assert (staff.knows_wrongdoing, leader.knows_wrongdoing) == (False, True)


def test_the_directory_is_not_read_for_those_who_see_everything() -> None:
    def unreachable() -> Directory:
        raise AssertionError("nobody named an area")

    assert isinstance(
        identify(read_claims({"sub": "u", "roles": "pc-admin"}, SETTINGS), SETTINGS, unreachable), Identity
    )


def test_the_directory_is_that_of_the_case_base(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        connection.execute(schema.area.insert(), [{"code": "410105", "name": "金水区", "level": 2, "schematic": False}])
        connection.execute(schema.unit.insert(), [{"unit_id": "U1", "name": "市住建局", "kind": "市直"}])
    assert read_directory(empty_casebase) == Directory({"410105": "金水区"}, {"U1": "市住建局"})
