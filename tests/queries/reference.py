"""Every number once more, in plain pandas, straight from the wording of the rules.

Nothing here comes from queries/: a rule that is misread there has to be misread here again, on its
own, before a wrong number passes. Each rule answers with the rows a number looks at: `hit` says
which count, `when` which time puts a row in a period (absent for a stock), `thing` what is counted
once however many rows it has, `amount` what a mean or a sum is of.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from cachetools import LRUCache
from chinese_calendar import is_workday

HOTLINE = "12345转办"
DAY = timedelta(days=1)

OF_PETITION = (
    "district", "street", "community", "grid", "channel", "category", "subcategory", "unit", "purpose",
    "complained_unit",
    "handling_path", "registering_level",
    "stage", "age", "closing_days", "five_day_state", "due_state", "due_day", "five_day_due", "hot_cell",
    "accompanied",
)  # fmt: skip
OF_ACCOMPANIED = (*OF_PETITION, "agent", "origin")
OF_HOTLINE = (
    "district", "street", "community", "grid", "category", "subcategory", "unit", "age", "order_answer",
    "order_due_day",
)  # fmt: skip
OF_TASK = (*OF_PETITION, "task_kind", "contact_method", "contact_band", "outcome")
OF_HEARING = (*OF_PETITION, "hearing_stage", "conclusion", "public", "wait")
OF_EXPERT = ("source", "field", "expert")
OF_SEAT = (*OF_HEARING, *OF_EXPERT)
OF_THIRD_PARTY = (*OF_HEARING, "participant_kind")
OF_EXPERT_WORK = (*OF_PETITION, *OF_EXPERT, "way")
OF_GRID = ("district", "street", "community", "grid", "grid_kind")
OF_WORKER = (*OF_GRID, "worker_source")
OF_COMMUNITY = ("district", "street", "community")
OF_AGENT = (*OF_COMMUNITY, "origin")
OF_MEDIATION = ("district", "street", "community", "dispute_kind", "mediator_kind", "org", "outcome")
OF_ORG = ("district", "street", "community", "org_kind", "org")
OF_RECEPTION = (*OF_PETITION, "leader", "reception_place", "reception_age")
OF_DUTY = (*OF_RECEPTION, "duty")
OF_ORDER = (*OF_PETITION, "supervision_level", "answer", "supervision_result", "escalation")
OF_INCUBATOR = ("district", "street", "community", "incubator_level")
OF_PROPOSAL = ("district", "street", "community", "proposal_kind", "addressee", "proposal_outcome")

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "registered": OF_PETITION,
    "visits": OF_PETITION,
    "visit_people": OF_PETITION,
    **dict.fromkeys(
        ("long_standing", "leader_assigned", "provincial", "national", "skip_level", "joint", "threat"), OF_PETITION
    ),
    "collective_visits": OF_PETITION,
    "collective_people": OF_PETITION,
    "forwarded": OF_PETITION,
    "closed": OF_PETITION,
    "not_handled": OF_PETITION,
    "backlog": OF_PETITION,
    "hotline_registered": OF_HOTLINE,
    "hotline_answered": OF_HOTLINE,
    "hotline_open": OF_HOTLINE,
    "hotline_due_today": OF_HOTLINE,
    "hotline_overdue": OF_HOTLINE,
    "hotline_response": OF_HOTLINE,
    "hotline_response_all": OF_HOTLINE,
    "hotline_callback": OF_HOTLINE,
    "hotline_resolution": OF_HOTLINE,
    "hotline_satisfaction": OF_HOTLINE,
    "overdue": OF_PETITION,
    "due_today": OF_PETITION,
    "due_in_1": OF_PETITION,
    "due_in_3": OF_PETITION,
    "due_in_5": OF_PETITION,
    "five_day_closure": OF_PETITION,
    "five_day_closure_all": OF_PETITION,
    "five_day_in_window": OF_PETITION,
    "five_day_overdue": OF_PETITION,
    "five_day_due_in_0": OF_PETITION,
    "five_day_due_in_1": OF_PETITION,
    "five_day_due_in_3": OF_PETITION,
    "five_day_due_in_5": OF_PETITION,
    "five_day_closure_in_1": OF_PETITION,
    "five_day_closure_in_3": OF_PETITION,
    "five_day_closure_in_5": OF_PETITION,
    "five_day_last_day": OF_PETITION,
    "on_time_completion": OF_PETITION,
    "on_time_completion_in_1": OF_PETITION,
    "on_time_completion_in_3": OF_PETITION,
    "on_time_completion_in_5": OF_PETITION,
    "last_day_completion": OF_PETITION,
    "extension_rate": OF_PETITION,
    "on_time_completion_all": OF_PETITION,
    "bureau_acceptance": OF_PETITION,
    "bureau_acceptance_all": OF_PETITION,
    "unit_acceptance": OF_PETITION,
    "unit_acceptance_all": OF_PETITION,
    "bureau_evaluation": OF_PETITION,
    "bureau_satisfaction": OF_PETITION,
    "unit_evaluation": OF_PETITION,
    "unit_satisfaction": OF_PETITION,
    "repeat_rate": OF_PETITION,
    "one_pass_resolution": OF_PETITION,
    "one_pass_resolution_all": OF_PETITION,
    "repeated_later": OF_PETITION,
    "resolution": OF_PETITION,
    "grids_staffed": OF_GRID,
    "grid_workers": OF_WORKER,
    "communities_with_agent": OF_COMMUNITY,
    "agents": OF_AGENT,
    "cases_accompanied": OF_ACCOMPANIED,
    "accompanied_rate": OF_PETITION,
    "accompanied_open": OF_ACCOMPANIED,
    "agents_engaged": OF_AGENT,
    "tasks_pushed": OF_TASK,
    "reached_in_24h": OF_TASK,
    "reached_in_24h_all": OF_TASK,
    "verified": OF_TASK,
    "visited": OF_TASK,
    "on_the_spot": OF_TASK,
    "tasks_open": OF_TASK,
    "tasks_uncontacted": OF_TASK,
    "tasks_uncontacted_24h": OF_TASK,
    "tasks_contacted": OF_TASK,
    "tasks_finished": OF_TASK,
    "contact_hours": OF_TASK,
    "task_days": OF_TASK,
    "cases_per_10k": OF_PETITION,
    "hearings_held": OF_HEARING,
    "cases_heard": OF_HEARING,
    "open_hearings": OF_HEARING,
    "expert_cases": OF_EXPERT_WORK,
    "third_parties": OF_THIRD_PARTY,
    "expert_participations": OF_SEAT,
    "settled_after_hearing": OF_HEARING,
    "hearing_wait_days": OF_HEARING,
    "experts_active": OF_SEAT,
    "experts_in_pool": OF_EXPERT,
    "hearings_coming": OF_HEARING,
    "disputes_settled": OF_MEDIATION,
    "petitions_after_mediation": OF_MEDIATION,
    "mediations_taken": OF_MEDIATION,
    "mediations_open": OF_MEDIATION,
    "family_settled": OF_MEDIATION,
    "mediation_days": OF_MEDIATION,
    "social_work_share": OF_MEDIATION,
    "social_work_settled": OF_MEDIATION,
    "orgs_mediating": OF_MEDIATION,
    "community_orgs": OF_ORG,
    "orgs_per_community": OF_COMMUNITY,
    "incubators": OF_INCUBATOR,
    "mediating_orgs_active": OF_ORG,
    "communities_with_orgs": OF_COMMUNITY,
    "receptions": OF_RECEPTION,
    "cases_received": OF_RECEPTION,
    "receptions_closed": OF_RECEPTION,
    "reception_days": OF_RECEPTION,
    "receptions_open": OF_RECEPTION,
    "reception_days_open": OF_RECEPTION,
    "visits_down": OF_DUTY,
    "letters_read": OF_DUTY,
    "cases_led": OF_DUTY,
    "cases_led_closed": OF_DUTY,
    "supervision_issued": OF_ORDER,
    "supervision_escalated": OF_ORDER,
    "proposals_made": OF_PROPOSAL,
    "proposals_answered": OF_PROPOSAL,
    "proposals_adopted": OF_PROPOSAL,
    "proposals_waiting": OF_PROPOSAL,
    "supervision_in_time": OF_ORDER,
    "supervision_in_time_all": OF_ORDER,
    "supervision_settled": OF_ORDER,
    "supervision_days": OF_ORDER,
    "supervision_waiting": OF_ORDER,
    "supervision_overdue": OF_ORDER,
    "supervision_due_in_3": OF_ORDER,
}
STOCKS = {
    "hotline_open", "hotline_due_today", "hotline_overdue",
    "long_standing", "leader_assigned",
    "accompanied_open", "agents_engaged", "tasks_open", "tasks_uncontacted", "tasks_uncontacted_24h",
    "backlog", "overdue", "due_today", "due_in_1", "due_in_3", "due_in_5", "five_day_due_in_0", "five_day_due_in_1",
    "five_day_due_in_3", "five_day_due_in_5", "five_day_overdue", "grids_staffed", "grid_workers",
    "communities_with_agent", "agents",
    "experts_in_pool", "hearings_coming", "mediations_open", "community_orgs", "incubators",
    "mediating_orgs_active", "communities_with_orgs", "receptions_open", "reception_days_open",
    "supervision_waiting", "supervision_overdue", "supervision_due_in_3", "orgs_per_community", "proposals_waiting",
}  # fmt: skip
MEANS = {
    "hearing_wait_days", "contact_hours", "task_days", "mediation_days", "reception_days", "reception_days_open",
    "supervision_days", "orgs_per_community",
}  # fmt: skip
SUMS = {"visit_people", "collective_people"}
PER_10K = {"cases_per_10k"}
RATES = {
    "five_day_closure", "five_day_closure_all", "on_time_completion", "bureau_acceptance", "unit_acceptance",
    "on_time_completion_all", "bureau_acceptance_all", "unit_acceptance_all", "one_pass_resolution_all",
    "reached_in_24h_all", "verified", "visited", "supervision_in_time_all",
    "bureau_evaluation", "bureau_satisfaction", "unit_evaluation", "unit_satisfaction", "repeat_rate",
    "one_pass_resolution", "resolution", "grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot",
    "accompanied_rate", "agents_engaged", "tasks_contacted", "tasks_finished",
    "settled_after_hearing", "disputes_settled", "petitions_after_mediation", "five_day_last_day",
    "five_day_closure_in_1", "five_day_closure_in_3", "five_day_closure_in_5", "on_time_completion_in_1",
    "on_time_completion_in_3", "on_time_completion_in_5", "last_day_completion", "extension_rate", "repeated_later",
    "family_settled", "social_work_share", "social_work_settled", "mediating_orgs_active", "communities_with_orgs",
    "open_hearings", "cases_led_closed", "proposals_answered", "proposals_adopted",
    "receptions_closed", "supervision_in_time", "supervision_settled",
    "hotline_response", "hotline_response_all", "hotline_callback", "hotline_resolution", "hotline_satisfaction",
}  # fmt: skip


class Reference:
    """The sample city, measured by hand."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self.tables = tables
        area = tables["area"]
        self.people = dict(zip(area["code"], area["population"].fillna(0).astype(int), strict=True))
        self.level = dict(zip(area["code"], area["level"], strict=True))
        self.parent = dict(zip(area["code"], area["parent_code"], strict=True))
        category = tables["category"]
        self.first_level = {
            code: code if pd.isna(parent) else parent
            for code, parent in zip(category["code"], category["parent_code"], strict=True)
        }
        self.codes_below = {
            code: {c for c in category["code"] if c == code or self.first_level[c] == code} for code in category["code"]
        }
        self.workdays = [day for day in _days(date(2024, 1, 1), date(2028, 12, 31)) if _works(day)]
        self.worked = set(self.workdays)
        self.known_at: dict[datetime, pd.DataFrame] = {}
        # Of one moment and period all metrics are asked by each of their dimensions.
        self.rows_kept: LRUCache[tuple[object, ...], pd.DataFrame] = LRUCache(2 * len(DIMENSIONS))
        self.rules: dict[str, Callable[[datetime], pd.DataFrame]] = {
            "hotline_registered": self.hotline,
            "hotline_answered": self.hotline_answered,
            "hotline_open": self.hotline_open,
            "hotline_due_today": lambda t: _where(self.hotline_open(t), self.hotline_open(t)["limit"] == t.date()),
            "hotline_overdue": lambda t: _where(self.hotline_open(t), self.hotline_open(t)["limit"] < t.date()),
            "hotline_response": lambda t: _where(self.hotline_limits(t), self.hotline_limits(t)["limit"] < t.date()),
            "hotline_response_all": self.hotline_limits,
            "hotline_callback": lambda t: self.hotline_answered(t).assign(hit=lambda f: f["evaluated_at"] <= t),
            "hotline_resolution": self.hotline_resolution,
            "hotline_satisfaction": self.hotline_satisfaction,
            "registered": self.registered,
            "visits": self.visits,
            "visit_people": lambda t: self.visits(t).assign(amount=lambda f: f["people"]),
            "collective_visits": self.collective_visits,
            "collective_people": lambda t: self.collective_visits(t).assign(amount=lambda f: f["people"]),
            "long_standing": lambda t: _flagged(self.backlog(t), "is_long_standing"),
            "leader_assigned": lambda t: _flagged(self.backlog(t), "leader_assigned"),
            "skip_level": lambda t: _flagged(self.registered(t), "is_skip_level"),
            "joint": lambda t: _flagged(self.registered(t), "is_joint"),
            "threat": lambda t: _flagged(self.registered(t), "is_threat"),
            "provincial": lambda t: _where(self.registered(t), self.registered(t)["registering_level"] == "省"),
            "national": lambda t: _where(self.registered(t), self.registered(t)["registering_level"] == "国家"),
            "forwarded": self.forwarded,
            "closed": self.closed,
            "not_handled": self.not_handled,
            "backlog": self.backlog,
            "overdue": self.overdue,
            "due_today": lambda t: self.due(t, t.date()),
            "due_in_1": lambda t: self.due(t, self.workday_after(t.date(), 1)),
            "due_in_3": lambda t: self.due(t, self.workday_after(t.date(), 3)),
            "due_in_5": lambda t: self.due(t, self.workday_after(t.date(), 5)),
            "five_day_closure": self.five_day_closure,
            "five_day_closure_all": self.simple_claims,
            "five_day_in_window": self.in_window,
            "five_day_overdue": self.five_day_overdue,
            "five_day_due_in_0": lambda t: self.window_ends(t, t.date()),
            "five_day_due_in_1": lambda t: self.window_ends(t, self.workday_after(t.date(), 1)),
            "five_day_due_in_3": lambda t: self.window_ends(t, self.workday_after(t.date(), 3)),
            "five_day_due_in_5": lambda t: self.window_ends(t, self.workday_after(t.date(), 5)),
            "five_day_closure_in_1": lambda t: self.five_day_closure_later(t, 1),
            "five_day_closure_in_3": lambda t: self.five_day_closure_later(t, 3),
            "five_day_closure_in_5": lambda t: self.five_day_closure_later(t, 5),
            "five_day_last_day": self.five_day_last_day,
            "on_time_completion": self.on_time_completion,
            "on_time_completion_in_1": lambda t: self.on_time_completion_later(t, 1),
            "on_time_completion_in_3": lambda t: self.on_time_completion_later(t, 3),
            "on_time_completion_in_5": lambda t: self.on_time_completion_later(t, 5),
            "last_day_completion": self.last_day_completion,
            "extension_rate": lambda t: self.on_time_completion(t).assign(hit=lambda f: f["extended_days"] > 0),
            "on_time_completion_all": self.deadlines,
            "bureau_acceptance": lambda t: _of_past_days(self.bureau_acceptance_all(t), t),
            "bureau_acceptance_all": self.bureau_acceptance_all,
            "unit_acceptance": lambda t: _of_past_days(self.unit_acceptance_all(t), t),
            "unit_acceptance_all": self.unit_acceptance_all,
            "bureau_evaluation": lambda t: self.evaluation(t, "satisfaction_bureau"),
            "bureau_satisfaction": lambda t: self.satisfaction(t, "satisfaction_bureau"),
            "unit_evaluation": lambda t: self.evaluation(t, "satisfaction_unit"),
            "unit_satisfaction": lambda t: self.satisfaction(t, "satisfaction_unit"),
            "repeat_rate": self.repeat_rate,
            "one_pass_resolution": self.one_pass_resolution,
            "one_pass_resolution_all": self.one_pass_resolution_all,
            "repeated_later": self.repeated_later,
            "resolution": self.resolution,
            "grids_staffed": self.grids_staffed,
            "communities_with_agent": self.communities_with_agent,
            "grid_workers": self.grid_workers,
            "agents": self.agents,
            "cases_accompanied": lambda t: self.accompanied(self.registered(t)),
            "accompanied_rate": lambda t: self.registered(t).assign(hit=lambda f: f["agent_id"].notna()),
            "accompanied_open": lambda t: self.accompanied(self.backlog(t)),
            "agents_engaged": self.agents_engaged,
            "tasks_pushed": self.tasks_pushed,
            "reached_in_24h": self.reached_in_24h,
            "reached_in_24h_all": self.reached_in_24h_all,
            "on_the_spot": lambda t: self.finished(t, "协助化解", "就地化解", "疏导上报", "其他"),
            "verified": lambda t: self.finished(t, "人员核查", "已核实", "未核实"),
            "visited": lambda t: self.finished(t, "人员关怀", "已走访", "未走访"),
            "tasks_open": self.tasks_open,
            "tasks_uncontacted": self.tasks_uncontacted,
            "tasks_uncontacted_24h": self.tasks_uncontacted_24h,
            "tasks_contacted": lambda t: self.tasks_pushed(t).assign(hit=lambda f: f["contacted_at"] <= t),
            "tasks_finished": lambda t: self.tasks_pushed(t).assign(hit=lambda f: f["finished_at"] <= t),
            "contact_hours": self.contact_hours,
            "task_days": self.task_days,
            "cases_per_10k": self.registered,
            "hearings_held": self.hearings_held,
            "cases_heard": lambda t: self.hearings_held(t).assign(thing=lambda f: f["petition_id"]),
            "open_hearings": lambda t: self.hearings_held(t).assign(hit=lambda f: f["is_public"]),
            "expert_cases": self.expert_cases,
            "third_parties": self.third_parties,
            "expert_participations": self.participations,
            "settled_after_hearing": self.settled_after_hearing,
            "hearing_wait_days": self.hearing_wait_days,
            "experts_active": lambda t: self.participations(t).assign(thing=lambda f: f["expert"]),
            "experts_in_pool": self.experts_in_pool,
            "hearings_coming": self.hearings_coming,
            "disputes_settled": lambda t: self.mediations(t).assign(hit=lambda f: f["outcome"] == "化解"),
            "petitions_after_mediation": self.petitions_after_mediation,
            "mediations_taken": self.mediations_taken,
            "mediations_open": lambda t: _where(self.mediations_taken(t), ~self.mediations_taken(t)["ended"]),
            "family_settled": self.family_settled,
            "mediation_days": self.mediation_days,
            "social_work_share": lambda t: self.mediations_taken(t).assign(hit=_social),
            "social_work_settled": self.social_work_settled,
            "orgs_mediating": self.orgs_mediating,
            "community_orgs": self.community_orgs,
            "orgs_per_community": self.orgs_per_community,
            "incubators": lambda t: _where(self.orgs(t), self.orgs(t)["org_kind"] == "孵化中心"),
            "mediating_orgs_active": self.mediating_orgs_active,
            "communities_with_orgs": self.communities_with_orgs,
            "receptions": self.receptions,
            "cases_received": self.cases_received,
            "receptions_closed": lambda t: self.receptions(t).assign(hit=lambda f: f["done"].notna()),
            "reception_days": self.reception_days,
            "receptions_open": self.receptions_open,
            "reception_days_open": self.receptions_open,
            "visits_down": lambda t: self.duties(t, ["下访"]),
            "letters_read": lambda t: self.duties(t, ["阅批"]),
            "cases_led": lambda t: self.duties(t, ["包案"]),
            "cases_led_closed": lambda t: self.duties(t, ["包案"]).assign(hit=lambda f: f["done"].notna()),
            "supervision_issued": self.orders,
            "supervision_in_time": lambda t: _where(self.due_orders(t), _late(self.due_orders(t)["due_at"], t)),
            "supervision_in_time_all": self.due_orders,
            "supervision_escalated": lambda t: _where(self.orders(t), self.orders(t)["escalation"].notna()),
            "proposals_made": self.proposals,
            "proposals_answered": lambda t: self.proposals(t).assign(hit=lambda f: f["answered"]),
            "proposals_adopted": self.proposals_adopted,
            "proposals_waiting": lambda t: _where(self.proposals(t), ~self.proposals(t)["answered"]),
            "supervision_settled": lambda t: self.answered(t).assign(hit=lambda f: f["result"] == "已办结"),
            "supervision_days": self.answered,
            "supervision_waiting": self.unanswered,
            "supervision_overdue": lambda t: _where(self.unanswered(t), _late(self.unanswered(t)["due_at"], t)),
            "supervision_due_in_3": self.answers_due_soon,
        }

    # What is measured

    def rows(
        self,
        metric: str,
        as_of: datetime,
        start: date | None = None,
        end: date | None = None,
        *,
        area: str | None = None,
        channel: str | None = None,
        category: str | None = None,
        unit: str | None = None,
        cell: dict[str, str | None] | None = None,
    ) -> pd.DataFrame:
        """The rows a number looks at in a period (both days included) and a slice."""
        found = self.rows_of_all(metric, as_of, start, end)
        has = DIMENSIONS[metric]
        if area and self.level[area] > 1:
            place = {2: "district", 3: "street", 4: "community"}[self.level[area]]
            found = found[found[place] == area] if place in has else found
        if category and "category" in has:
            found = found[found["subcategory"].isin(self.codes_below.get(category, set()))]
        for name, value in (("channel", channel), ("unit", unit)):
            if value and name in has:
                found = found[found[name] == value]
        for name, cell_value in (cell or {}).items():
            found = found[found[name].isna() if cell_value is None else found[name] == cell_value]
        return found

    def rows_of_all(self, metric: str, as_of: datetime, start: date | None, end: date | None) -> pd.DataFrame:
        """The rows a number looks at in a period, of every slice. To be read only: the last ones asked are kept."""
        question = metric, as_of, start, end
        if question not in self.rows_kept:
            found = self.rules[metric](as_of)
            if metric not in STOCKS:
                found = found[found["when"].notna()]
                if start and end:
                    day = pd.to_datetime(found["when"]).dt.date
                    found = found[(day >= start) & (day <= end)]
            self.rows_kept[question] = found
        return self.rows_kept[question]

    def numbers(self, metric: str, rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
        """Hits, among and value by group (one group without `by`); a number for 10,000 people has no value yet."""
        rows = rows.assign(hit=rows["hit"].astype(bool), everything=0)
        if metric in MEANS:
            rows["amount"] = rows["amount"].astype(float)  # of no rows at all it has no kind
        groups = rows.groupby(list(by) or ["everything"], dropna=False)
        found = pd.DataFrame({"hits": groups["hit"].sum(), "among": groups["hit"].size()})
        if "thing" in rows:
            assert rows["hit"].all()
            found["hits"] = found["among"] = groups["thing"].nunique()
        if not by and rows.empty:
            found = pd.DataFrame({"hits": [0], "among": [0]})
        found["value"] = found["hits"].astype(float)
        if metric in MEANS:
            found["value"] = groups["amount"].mean().reindex(found.index)
        if metric in SUMS:
            found["value"] = groups["amount"].sum().reindex(found.index, fill_value=0.0)
        if metric in RATES:
            found["value"] = found["hits"] / found["among"].where(found["among"] > 0)
        return found

    def city_people(self) -> int:
        return sum(people for code, people in self.people.items() if self.level[code] == 2)

    def workday_after(self, day: date, n: int) -> date:
        return [later for later in self.workdays if later > day][n - 1]

    # The cases of 信访, and their clocks

    def known(self, t: datetime) -> pd.DataFrame:
        """Registered by t; reports of wrongdoing and the hotline's cases apart (domain.md §2, §3)."""
        if t not in self.known_at:
            p = self.tables["petition"]
            p = p[(p["registered_at"] <= t) & ~p["restricted"] & (p["channel"] != HOTLINE)]
            self.known_at[t] = self.petition_dimensions(p, t)
        return self.known_at[t]

    def kept(self, make: Callable[[datetime], pd.DataFrame], t: datetime) -> pd.DataFrame:
        """What many rules begin with, made once for a moment. To be read only."""
        if (make.__name__, t) not in self.rows_kept:
            self.rows_kept[make.__name__, t] = make(t)
        return self.rows_kept[make.__name__, t]

    def hotline(self, t: datetime) -> pd.DataFrame:
        return self.kept(self.hotline_orders, t)

    def hotline_orders(self, t: datetime) -> pd.DataFrame:
        """Orders of 12345, told apart from 信访 and never added to it; a limit is the whole of its day."""
        p = self.tables["petition"]
        p = p[(p["registered_at"] <= t) & ~p["restricted"] & (p["channel"] == HOTLINE)]
        p = self.petition_dimensions(p, t).assign(
            hit=True, when=lambda f: f["registered_at"], limit=p["due_at"].dt.date
        )
        done = p["closed_at"] <= t
        in_time = done & (p["closed_at"] < p["due_at"].dt.normalize() + DAY)
        late = p["due_at"].dt.normalize() + DAY <= t
        states = np.select([in_time, done, late], ["按期答复", "逾期答复", "逾期未答"], "在期未答")
        answer = pd.Series(states, p.index, dtype=object).where(p["due_at"].notna(), None)
        return p.assign(in_time=in_time, order_answer=answer, order_due_day=p["due_day"])

    def hotline_answered(self, t: datetime) -> pd.DataFrame:
        p = self.hotline(t)
        return p[p["closed_at"] <= t].assign(when=lambda f: f["closed_at"])

    def hotline_limits(self, t: datetime) -> pd.DataFrame:
        p = self.hotline(t)
        return p[p["due_at"].notna()].assign(hit=lambda f: f["in_time"], when=lambda f: f["due_at"])

    def hotline_resolution(self, t: datetime) -> pd.DataFrame:
        """Answered and called back."""
        p = self.hotline_answered(t)
        p = p[(p["evaluated_at"] <= t) & p["resolved"].notna()]
        return p.assign(hit=_true(p["resolved"]), when=p["evaluated_at"])

    def hotline_satisfaction(self, t: datetime) -> pd.DataFrame:
        """The rating of the unit; where nobody gave one, that of the bureau."""
        p = self.hotline(t)
        rating = p["satisfaction_unit"].fillna(p["satisfaction_bureau"])
        p = p.assign(hit=rating.isin(["满意", "基本满意"]), when=p["evaluated_at"])
        return p[rating.isin(["满意", "基本满意", "不满意"]) & (p["evaluated_at"] <= t)]

    def hotline_open(self, t: datetime) -> pd.DataFrame:
        p = self.hotline(t)
        return p[~(p["closed_at"] <= t)]

    def registered(self, t: datetime) -> pd.DataFrame:
        return self.known(t).assign(hit=True, when=lambda f: f["registered_at"])

    def visits(self, t: datetime) -> pd.DataFrame:
        """One case is one group (批次) of so many people (人次)."""
        p = self.registered(t)
        return p[p["channel"] == "来访"]

    def collective_visits(self, t: datetime) -> pd.DataFrame:
        p = self.visits(t)
        return p[p["people"] >= 5]

    def forwarded(self, t: datetime) -> pd.DataFrame:
        p = self.known(t)
        return p[p["forwarded_at"] <= t].assign(hit=True, when=lambda f: f["forwarded_at"])

    def ended(self, t: datetime) -> pd.DataFrame:
        p = self.known(t)
        return p[p["closed_at"] <= t].assign(hit=True, when=lambda f: f["closed_at"])

    def closed(self, t: datetime) -> pd.DataFrame:
        """What ends without being handled is not closed."""
        p = self.ended(t)
        return p[~_turned_away(p)]

    def not_handled(self, t: datetime) -> pd.DataFrame:
        p = self.ended(t)
        return p[_turned_away(p)]

    def backlog(self, t: datetime) -> pd.DataFrame:
        p = self.known(t)
        return p[~(p["closed_at"] <= t)].assign(hit=True)

    def overdue(self, t: datetime) -> pd.DataFrame:
        p = self.backlog(t)
        return p[_late(p["due_at"], t)]

    def due(self, t: datetime, last: date) -> pd.DataFrame:
        p = self.backlog(t)
        return p[~_late(p["due_at"], t) & (p["due_at"] < pd.Timestamp(last + DAY))]

    def first_counted(self, t: datetime) -> pd.DataFrame:
        """Timeliness numbers count first cases that are 纳入统计."""
        p = self.known(t)
        return p[p["is_first"] & p["counted"]]

    def judged(self, t: datetime) -> pd.DataFrame:
        """Those that a limit is held against: not the ones that ended without being handled."""
        p = self.first_counted(t)
        return p[~((p["closed_at"] <= t) & _turned_away(p))]

    def simple_claims(self, t: datetime) -> pd.DataFrame:
        p = self.judged(t)
        p = p[p["is_simple"] & p["five_day_due"].notna()]
        limit = pd.to_datetime(p["five_day_due"]) + DAY
        return p.assign(hit=(p["closed_at"] <= t) & (p["closed_at"] < limit), when=p["five_day_due"], limit=limit)

    def five_day_closure(self, t: datetime) -> pd.DataFrame:
        """Simple claims whose 5th working day has passed; one that closed early waits for it too."""
        p = self.simple_claims(t)
        return p[p["limit"] <= t]

    def five_day_closure_later(self, t: datetime, days: int) -> pd.DataFrame:
        """What will have fallen due by the end of a working day to come."""
        p = self.simple_claims(t)
        return p[p["limit"] <= pd.Timestamp(self.workday_after(t.date(), days) + DAY)]

    def five_day_last_day(self, t: datetime) -> pd.DataFrame:
        p = self.five_day_closure(t)
        p = p[p["closed_at"] <= t]
        return p.assign(hit=p["closed_at"].dt.normalize() + DAY == p["limit"])

    def in_window(self, t: datetime) -> pd.DataFrame:
        p = self.simple_claims(t)
        return p[(p["limit"] > t) & ~(p["closed_at"] <= t)].assign(hit=True)

    def five_day_overdue(self, t: datetime) -> pd.DataFrame:
        p = self.simple_claims(t)
        return p[(p["limit"] <= t) & ~(p["closed_at"] <= t)].assign(hit=True)

    def window_ends(self, t: datetime, last: date) -> pd.DataFrame:
        p = self.in_window(t)
        return p[p["limit"] <= pd.Timestamp(last + DAY)]

    def on_time_completion(self, t: datetime) -> pd.DataFrame:
        """On time + late + still open, once the deadline has passed; a case belongs where it falls."""
        p = self.deadlines(t)
        return p[_late(p["due_at"], t)]

    def on_time_completion_later(self, t: datetime, days: int) -> pd.DataFrame:
        p = self.deadlines(t)
        end = pd.Timestamp(self.workday_after(t.date(), days) + DAY)
        return p[p["due_at"] < end]

    def last_day_completion(self, t: datetime) -> pd.DataFrame:
        p = self.on_time_completion(t)
        p = p[p["closed_at"] <= t]
        return p.assign(hit=p["closed_at"].dt.date == p["due_at"].dt.date)

    def deadlines(self, t: datetime) -> pd.DataFrame:
        p = self.judged(t)
        p = p[p["due_at"].notna()]
        return p.assign(hit=(p["closed_at"] <= t) & (p["closed_at"] < _end_of_day(p["due_at"])), when=p["due_at"])

    def bureau_acceptance_all(self, t: datetime) -> pd.DataFrame:
        p = self.first_counted(t)
        last_day = p["registered_at"].dt.normalize() + 15 * DAY
        handled = p["forwarded_at"].fillna(p["closed_at"])
        return p.assign(hit=(handled <= t) & (handled < last_day + DAY), when=last_day)

    def unit_acceptance_all(self, t: datetime) -> pd.DataFrame:
        """Answered in writing (or closed outright) within 15 days of receipt, which without one is the forwarding."""
        p = self.first_counted(t)
        received = p["received_at"].fillna(p["forwarded_at"])
        p, received = p[received <= t], received[received <= t]
        last_day = received.dt.normalize() + 15 * DAY
        noticed = p["accepted_at"].fillna(p["closed_at"])
        return p.assign(hit=(noticed <= t) & (noticed < last_day + DAY), when=last_day)

    # What petitioners say, and whether it helped

    def evaluation(self, t: datetime, mark: str) -> pd.DataFrame:
        """Evaluated, and evaluation windows (30 days from closing) that expired without."""
        p = self.evaluable(t)
        evaluated = p[mark].isin(["满意", "基本满意", "不满意"]) & (p["evaluated_at"] <= t)
        window_ends = p["closed_at"].dt.normalize() + 30 * DAY
        expired = (p["closed_at"] <= t) & (window_ends + DAY <= t)
        p = p.assign(hit=evaluated, when=p["evaluated_at"].where(evaluated, window_ends))
        return _where(p, evaluated | expired)

    def evaluable(self, t: datetime) -> pd.DataFrame:
        """Counted first cases that were forwarded or handed over, and closed."""
        p = self.closed(t)
        return _where(p, p["is_first"] & p["counted"] & (p["forwarded_at"] <= t))

    def satisfaction(self, t: datetime, mark: str) -> pd.DataFrame:
        p = self.evaluable(t)
        p = p[p[mark].isin(["满意", "基本满意", "不满意"]) & (p["evaluated_at"] <= t)]
        return p.assign(hit=p[mark] != "不满意", when=p["evaluated_at"])

    def repeat_rate(self, t: datetime) -> pd.DataFrame:
        return self.registered(t).assign(hit=lambda f: ~f["is_first"])

    def one_pass_resolution_all(self, t: datetime) -> pd.DataFrame:
        """A repeat counts until the end of the 90th day after the closing."""
        again = self.tables["petition"]
        again = again[again["registered_at"] <= t].dropna(subset="repeat_of")
        p = self.closed(t)
        p = p[p["is_first"] & p["resolved"].notna()]
        again = again.assign(petition_id=again["repeat_of"].astype(int)).rename(columns={"registered_at": "again_at"})
        pairs = again[["petition_id", "again_at"]].merge(p[["petition_id", "closed_at"]], on="petition_id")
        since = pairs["again_at"].dt.normalize() - pairs["closed_at"].dt.normalize()
        repeated = set(pairs.loc[since <= 90 * DAY, "petition_id"])
        return p.assign(hit=_true(p["resolved"]) & ~p["petition_id"].isin(repeated))

    def one_pass_resolution(self, t: datetime) -> pd.DataFrame:
        p = self.one_pass_resolution_all(t)
        return _where(p, p["closed_at"].dt.normalize() + 91 * DAY <= t)

    def repeated_later(self, t: datetime) -> pd.DataFrame:
        again = self.tables["petition"]
        again = again[again["registered_at"] <= t]
        p = self.closed(t)
        p = p[p["is_first"]]
        return p.assign(hit=p["petition_id"].isin(again["repeat_of"].dropna().astype(int)))

    def resolution(self, t: datetime) -> pd.DataFrame:
        p = self.closed(t)
        return p[p["resolved"].notna()].assign(hit=lambda f: _true(f["resolved"]))

    # Grids and agents

    def grids_staffed(self, t: datetime) -> pd.DataFrame:
        grid = self.tables["grid"].rename(columns={"kind": "grid_kind"})
        staffed = set(_active(self.tables["grid_worker"], t)["grid_id"])
        return grid.assign(hit=grid["grid_id"].isin(staffed), grid=grid["grid_id"], **_places(grid))

    def communities_with_agent(self, t: datetime) -> pd.DataFrame:
        area = self.tables["area"]
        area = area[area["level"] == 4]
        staffed = set(_active(self.tables["agent"], t)["community_code"].dropna())
        street = area["parent_code"].where(area["parent_code"].isin(self.level))
        return area.assign(
            hit=area["code"].isin(staffed), community=area["code"], street=street, district=street.map(self.parent.get)
        )

    def grid_workers(self, t: datetime) -> pd.DataFrame:
        """A worker of a grid that nobody knows is still a worker."""
        grid = self.tables["grid"].rename(columns={"kind": "grid_kind"})
        grid = grid.assign(grid=grid["grid_id"], **_places(grid))
        worker = _active(self.tables["grid_worker"], t).rename(columns={"source": "worker_source"})
        return worker.merge(grid, on="grid_id", how="left").assign(hit=True)

    def agents(self, t: datetime) -> pd.DataFrame:
        agent = _active(self.tables["agent"], t)
        street = agent["community_code"].map(self.parent.get)
        street = street.where(street.isin(self.level))
        district = street.map(self.parent.get)
        return agent.assign(hit=True, community=agent["community_code"], street=street, district=district)

    def accompanied(self, p: pd.DataFrame) -> pd.DataFrame:
        """Whoever is in no list of agents still accompanies; only the origin is unknown."""
        origin = self.tables["agent"].set_index("agent_id")["origin"]
        p = p[p["agent_id"].notna()]
        return p.assign(agent=p["agent_id"], origin=p["agent_id"].map(origin))

    def agents_engaged(self, t: datetime) -> pd.DataFrame:
        p = self.known(t)
        busy = set(p.loc[p["registered_at"] > t - 365 * DAY, "agent_id"].dropna())
        return self.agents(t).assign(hit=lambda f: f["agent_id"].isin(busy))

    def tasks(self, t: datetime) -> pd.DataFrame:
        task = self.tables["grid_task"].rename(columns={"kind": "task_kind", "grid_id": "grid"})
        task = task[task["pushed_at"] <= t]
        return task.assign(
            contact_method=task["contact_method"].where(task["contacted_at"] <= t),
            contact_band=pd.Series(_contact_band(task), task.index, dtype=object).where(task["contacted_at"] <= t),
            outcome=task["outcome"].where(task["finished_at"] <= t),
        ).merge(self.known(t).drop(columns=["grid"]), on="petition_id")

    def tasks_pushed(self, t: datetime) -> pd.DataFrame:
        return self.tasks(t).assign(hit=True, when=lambda f: f["pushed_at"])

    def reached_in_24h_all(self, t: datetime) -> pd.DataFrame:
        task = self.tasks(t)
        limit = task["pushed_at"] + timedelta(hours=24)
        return task.assign(hit=(task["contacted_at"] <= t) & (task["contacted_at"] <= limit), when=limit)

    def reached_in_24h(self, t: datetime) -> pd.DataFrame:
        task = self.reached_in_24h_all(t)
        return task[task["when"] <= t]

    def finished(self, t: datetime, kind: str, *outcomes: str) -> pd.DataFrame:
        """Finished tasks of a kind that say what came of them; the first outcome is the one they are for."""
        task = self.tasks(t)
        task = task[(task["finished_at"] <= t) & (task["task_kind"] == kind) & task["outcome"].isin(outcomes)]
        return task.assign(hit=task["outcome"] == outcomes[0], when=task["finished_at"])

    def tasks_open(self, t: datetime) -> pd.DataFrame:
        task = self.tasks(t)
        return task[~(task["finished_at"] <= t)].assign(hit=True)

    def tasks_uncontacted(self, t: datetime) -> pd.DataFrame:
        task = self.tasks_open(t)
        return task[~(task["contacted_at"] <= t)]

    def tasks_uncontacted_24h(self, t: datetime) -> pd.DataFrame:
        task = self.tasks_uncontacted(t)
        return task[task["pushed_at"] <= t - DAY]

    def contact_hours(self, t: datetime) -> pd.DataFrame:
        task = self.tasks(t)
        task = task[task["contacted_at"] <= t]
        hours = (task["contacted_at"] - task["pushed_at"]).dt.total_seconds() / 3600
        return task.assign(hit=True, when=task["contacted_at"], amount=hours)

    def task_days(self, t: datetime) -> pd.DataFrame:
        task = self.tasks(t)
        task = task[task["finished_at"] <= t]
        days = (task["finished_at"].dt.normalize() - task["pushed_at"].dt.normalize()).dt.days
        return task.assign(hit=True, when=task["finished_at"], amount=days)

    # Hearings and experts

    def hearings(self, t: datetime) -> pd.DataFrame:
        hearing = self.tables["hearing"].rename(columns={"stage": "hearing_stage"}).drop(columns=["status"])
        hearing["cancelled"] = self.tables["hearing"]["status"] == "已取消"
        hearing["conclusion"] = hearing["conclusion"].where(hearing["held_at"] <= t)
        days = (hearing["held_at"].dt.normalize() - hearing["applied_at"].dt.normalize()).dt.days
        bands = ["15天内", "16–30天", "31–45天", "46–60天"]
        waited = np.select([days <= 15, days <= 30, days <= 45, days <= 60], bands, "60天以上")
        hearing["wait"] = pd.Series(waited, dtype=object).where(days.notna() & (hearing["held_at"] <= t))
        hearing["public"] = np.where(hearing["is_public"], "公开", "不公开")
        return hearing.merge(self.known(t), on="petition_id")

    def hearings_held(self, t: datetime) -> pd.DataFrame:
        hearing = self.hearings(t)
        return hearing[hearing["held_at"] <= t].assign(hit=True, when=lambda f: f["held_at"])

    def hearings_coming(self, t: datetime) -> pd.DataFrame:
        """Nobody can have known a hearing before it was applied for."""
        h = self.hearings(t)
        coming = (h["scheduled_at"] > t) & ~(h["held_at"] <= t) & ~(h["applied_at"] > t) & ~h["cancelled"]
        return h[coming].assign(hit=True)

    def settled_after_hearing(self, t: datetime) -> pd.DataFrame:
        return self.hearings_held(t).assign(hit=lambda f: f["settled_at"] <= t)

    def hearing_wait_days(self, t: datetime) -> pd.DataFrame:
        h = self.hearings_held(t)
        h = h[h["applied_at"].notna()]
        return h.assign(amount=(h["held_at"].dt.normalize() - h["applied_at"].dt.normalize()).dt.days)

    def participations(self, t: datetime) -> pd.DataFrame:
        seat = self.tables["hearing_expert"]
        expert = self.tables["expert"].rename(columns={"source": "expert_source"})
        seat = seat[~seat["recused"]].merge(self.hearings_held(t), on="hearing_id").drop(columns=["source"])
        seat = seat.merge(expert, on="expert_id").rename(columns={"expert_source": "source"})
        return seat.assign(expert=seat["expert_id"].astype(str))

    def expert_cases(self, t: datetime) -> pd.DataFrame:
        """Whoever of the pool helped with a petition in any way, or with a dispute that stands by itself."""
        heard = self.participations(t)
        heard = heard.assign(way="听证", when=heard["held_at"], thing="P" + heard["petition_id"].astype(str))
        task = self.tables["expert_task"].rename(columns={"kind": "way", "took_part_at": "when"})
        expert = self.tables["expert"].rename(columns={"source": "expert_source"})
        task = task[task["when"] <= t].merge(expert, on="expert_id").assign(hit=True)
        known = self.known(t).drop(columns=["source"])
        of_petition = task[task["petition_id"].notna()].drop(columns=["mediation_id"])
        of_petition = of_petition.astype({"petition_id": "int64"}).merge(known, on="petition_id")
        of_petition = of_petition.assign(thing="P" + of_petition["petition_id"].astype(str))
        of_dispute = task[task["petition_id"].isna() & task["mediation_id"].notna()].drop(columns=["petition_id"])
        dispute = self.tables["mediation"][["mediation_id", "community_code"]]
        of_dispute = of_dispute.astype({"mediation_id": "int64"}).merge(dispute, on="mediation_id")
        of_dispute = of_dispute.assign(
            thing="M" + of_dispute["mediation_id"].astype(str), **self._community_places(of_dispute["community_code"])
        )
        tasks = pd.concat([of_petition, of_dispute]).rename(columns={"expert_source": "source"})
        tasks["expert"] = tasks["expert_id"].astype(str)
        wanted = ["hit", "when", "thing", *OF_EXPERT_WORK]
        return pd.concat([heard[wanted], tasks[wanted]], ignore_index=True)

    def third_parties(self, t: datetime) -> pd.DataFrame:
        seat = self.tables["hearing_participant"].rename(columns={"kind": "participant_kind"})
        return seat[seat["role"] != "主持"].merge(self.hearings_held(t), on="hearing_id")

    def experts_in_pool(self, t: datetime) -> pd.DataFrame:
        expert = self.tables["expert"]
        expert = expert[expert["joined_on"] <= t.date()]
        return expert.assign(hit=True, expert=expert["expert_id"].astype(str))

    # Disputes before they become petitions

    def mediations_taken(self, t: datetime) -> pd.DataFrame:
        """An organisation that nobody knows is none."""
        m = self.tables["mediation"]
        m = m[m["opened_at"] <= t]
        known = m["org_id"].isin(self.tables["social_org"]["org_id"])
        ended = m["closed_at"] <= t
        return m.assign(
            hit=True,
            when=m["opened_at"],
            ended=ended,
            settled=m["outcome"] == "化解",
            outcome=m["outcome"].where(ended),
            org=m["org_id"].astype("string").where(known).astype(object),
            **self._community_places(m["community_code"]),
        )

    def mediations(self, t: datetime) -> pd.DataFrame:
        m = self.mediations_taken(t)
        return m[m["ended"]].assign(when=lambda f: f["closed_at"])

    def _community_places(self, community: pd.Series) -> dict[str, pd.Series]:
        street = community.map(self.parent.get)
        return {"community": community, "street": street, "district": street.map(self.parent.get)}

    def family_settled(self, t: datetime) -> pd.DataFrame:
        m = self.mediations(t)
        m = m[m["dispute_kind"].isin(["家庭邻里"])]
        return m.assign(hit=m["settled"] & ~m["petition_id"].isin(self.known(t)["petition_id"]))

    def mediation_days(self, t: datetime) -> pd.DataFrame:
        m = self.mediations(t)
        return m.assign(amount=(m["closed_at"].dt.normalize() - m["opened_at"].dt.normalize()).dt.days)

    def social_work_settled(self, t: datetime) -> pd.DataFrame:
        m = self.mediations(t)
        return m[_social(m)].assign(hit=lambda f: f["settled"])

    def orgs_mediating(self, t: datetime) -> pd.DataFrame:
        m = self.mediations_taken(t)
        return m[m["org"].notna()].assign(thing=lambda f: f["org"])

    def orgs(self, t: datetime) -> pd.DataFrame:
        o = self.tables["social_org"].rename(columns={"kind": "org_kind"})
        o = o[~(pd.to_datetime(o["founded_on"]) > pd.Timestamp(t.date()))]
        places = self._community_places(o["community_code"])
        return o.assign(hit=True, org=o["org_id"].astype(str), incubator_level=o["level"], **places)

    def urban(self) -> pd.DataFrame:
        """Of the lowest places those that are no villages."""
        area = self.tables["area"]
        return area[(area["level"] == 4) & (area["kind"] == "社区")]

    def community_orgs(self, t: datetime) -> pd.DataFrame:
        o = self.orgs(t)
        return o[(o["org_kind"] != "孵化中心") & o["community"].isin(self.urban()["code"])]

    def orgs_per_community(self, t: datetime) -> pd.DataFrame:
        counts = self.community_orgs(t)["community"].value_counts()
        communities = self.communities_with_agent(t)
        communities = communities[communities["code"].isin(self.urban()["code"])]
        return communities.assign(hit=True, amount=communities["code"].map(counts).fillna(0))

    def mediating_orgs_active(self, t: datetime) -> pd.DataFrame:
        m = self.tables["mediation"]
        lately = m[(m["opened_at"] <= t) & (m["opened_at"] > t - 365 * DAY)]
        o = self.orgs(t)
        return o[o["org_kind"] == "矛调类"].assign(hit=lambda f: f["org_id"].isin(lately["org_id"].dropna()))

    def communities_with_orgs(self, t: datetime) -> pd.DataFrame:
        o = self.orgs(t)
        served = set(o.loc[o["org_kind"] != "孵化中心", "community"].dropna())
        communities = self.communities_with_agent(t).assign(hit=lambda f: f["code"].isin(served))
        return communities[communities["code"].isin(self.urban()["code"])]

    def petitions_after_mediation(self, t: datetime) -> pd.DataFrame:
        """Only a petition that had been registered by t."""
        return self.mediations(t).assign(hit=lambda f: f["petition_id"].isin(self.known(t)["petition_id"]))

    # Leaders' receptions and supervision

    def receptions(self, t: datetime) -> pd.DataFrame:
        """What is not said to be anything else is a reception."""
        return self.duties(t, ["接访", None])

    def duties(self, t: datetime, kinds: list[str | None]) -> pd.DataFrame:
        """Of known petitions, of no petition and of one that nobody knows."""
        r = self.tables["reception"].rename(columns={"leader_title": "leader", "place": "reception_place"})
        r = r[(r["held_at"] <= t) & r["kind"].isin(kinds)].rename(columns={"closed_at": "own"})
        r["duty"] = r["kind"].fillna("接访")
        unheard_of = ~r["petition_id"].isin(self.tables["petition"]["petition_id"])
        known = self.known(t).assign(petition_id=lambda f: f["petition_id"].astype("Int64"))
        r = _where(r, unheard_of | r["petition_id"].isin(known["petition_id"])).merge(
            known, on="petition_id", how="left"
        )
        afterwards = r["closed_at"].where(r["closed_at"] >= r["held_at"])
        done = r["own"].fillna(afterwards)
        done = done.where(done <= t)
        days = (pd.Timestamp(t.date()) - r["held_at"].dt.normalize()).dt.days
        bands = np.select([days <= 15, days <= 30, days <= 60], ["15天内", "16–30天", "31–60天"], "60天以上")
        age = pd.Series(bands, r.index, dtype=object).where(done.isna())
        return r.assign(hit=True, when=r["held_at"], done=done, since=days, reception_age=age)

    def cases_received(self, t: datetime) -> pd.DataFrame:
        r = self.receptions(t)
        return r[r["registered_at"].notna()].assign(thing=lambda f: f["petition_id"])

    def reception_days(self, t: datetime) -> pd.DataFrame:
        r = self.receptions(t)
        r = r[r["done"].notna()]
        days = (r["done"].dt.normalize() - r["held_at"].dt.normalize()).dt.days
        return r.assign(when=r["done"], amount=days)

    def receptions_open(self, t: datetime) -> pd.DataFrame:
        r = self.receptions(t)
        return r[r["done"].isna()].assign(amount=lambda f: f["since"])

    def proposals(self, t: datetime) -> pd.DataFrame:
        """Of each where its addressee belongs: to nowhere, where that is a body of the city."""
        q = self.tables["proposal"].rename(columns={"kind": "proposal_kind", "unit_id": "addressee"})
        q = q[q["made_at"] <= t]
        unit = self.tables["unit"].set_index("unit_id")["area_code"]
        place = q["addressee"].map(unit)
        level = place.map(self.level.get)
        above = place.map(self.parent.get)
        answered = q["feedback_at"] <= t
        return q.assign(
            hit=True,
            when=q["made_at"],
            answered=answered,
            proposal_outcome=q["outcome"].where(answered),
            district=place.where(level == 2, above.where(level == 3, above.map(self.parent.get).where(level == 4))),
            street=place.where(level == 3, above.where(level == 4)),
            community=place.where(level == 4),
        )

    def proposals_adopted(self, t: datetime) -> pd.DataFrame:
        q = self.proposals(t)
        return q[q["answered"]].assign(hit=lambda f: f["outcome"].isin(["采纳", "部分采纳"]))

    def orders(self, t: datetime) -> pd.DataFrame:
        return self.kept(self.supervision_orders, t)

    def supervision_orders(self, t: datetime) -> pd.DataFrame:
        order = self.tables["supervision"].rename(columns={"level": "supervision_level", "due_at": "limit"})
        order = order[order["issued_at"] <= t].merge(self.known(t).drop(columns=["due_at"]), on="petition_id")
        order = order.rename(columns={"limit": "due_at"})
        replied = order["replied_at"] <= t
        states = ["按期反馈", "逾期反馈", "逾期未反馈"]
        in_time = replied & (order["replied_at"] < _end_of_day(order["due_at"]))
        state = np.select([in_time, replied, _late(order["due_at"], t)], states, "在期未反馈")
        shown = order["result"].where(replied)
        return order.assign(hit=True, when=order["issued_at"], answer=state, supervision_result=shown)

    def due_orders(self, t: datetime) -> pd.DataFrame:
        order = self.orders(t)
        return order.assign(hit=order["answer"] == "按期反馈", when=order["due_at"])

    def answered(self, t: datetime) -> pd.DataFrame:
        order = self.orders(t)
        order = order[order["replied_at"] <= t]
        days = (order["replied_at"].dt.normalize() - order["issued_at"].dt.normalize()).dt.days
        return order.assign(when=order["replied_at"], amount=days)

    def unanswered(self, t: datetime) -> pd.DataFrame:
        order = self.orders(t)
        return order[order["answer"].isin(["逾期未反馈", "在期未反馈"])]

    def answers_due_soon(self, t: datetime) -> pd.DataFrame:
        order = self.unanswered(t)
        last = pd.Timestamp(self.workday_after(t.date(), 3) + DAY)
        return order[~_late(order["due_at"], t) & (order["due_at"] < last)]

    # By what a case can be split

    def petition_dimensions(self, p: pd.DataFrame, t: datetime) -> pd.DataFrame:
        return p.assign(
            **_places(p),
            grid=p["grid_id"],
            subcategory=p["category_code"],
            category=p["category_code"].map(self.first_level.get),
            unit=p["unit_id"],
            complained_unit=p["complained_unit_id"],
            handling_path=_handling_path(p),
            stage=_stage(p, t),
            age=_age(p["registered_at"], t),
            closing_days=self.closing_days(p, t),
            five_day_state=_five_day_state(p, t),
            due_state=_due_state(p, t),
            due_day=p["due_at"].dt.strftime("%Y-%m-%d"),
            accompanied=np.where(p["agent_id"].notna(), "有代办员", "无代办员"),
            hot_cell=pd.Series(_hot_cell(p), p.index, dtype=object),
            five_day_due=pd.to_datetime(p["five_day_due"]).dt.strftime("%Y-%m-%d"),
        )

    def closing_days(self, p: pd.DataFrame, t: datetime) -> pd.Series:
        """Working days after the day of registration up to the closing's; a rest day counts for the next one."""
        found: list[str | None] = []
        closings = p["closed_at"].where((p["closed_at"] <= t) & ~_turned_away(p))
        for opened, closed in zip(p["registered_at"].dt.date, closings, strict=True):
            if pd.isna(closed):
                found.append(None)
                continue
            day = closed.date()
            n = bisect_right(self.workdays, day) - bisect_right(self.workdays, opened)
            n = 0 if day == opened else n + (day not in self.worked)
            found.append(str(n) if n <= 10 else "10以上")
        return pd.Series(found, p.index, dtype=object)


def _flagged(p: pd.DataFrame, flag: str) -> pd.DataFrame:
    return _where(p, p[flag].fillna(False).astype(bool))


def _handling_path(p: pd.DataFrame) -> pd.Series:
    """As the source says, else by the purpose; what neither tells counts as article 31 item 6."""
    by_purpose = p["purpose"].map({"意见建议": "第二十九条", "检举控告": "第三十条"})
    return p["handling_path"].fillna(by_purpose).fillna("未注明（按第三十一条第六项）")


def _stage(p: pd.DataFrame, t: datetime) -> np.ndarray:
    ended = p["closed_at"] <= t
    steps = [ended & _turned_away(p), ended, p["accepted_at"] <= t, p["forwarded_at"] <= t]
    return np.select(steps, [p["status"], "已办结", "办理中", "待受理"], "待转送")


def _age(registered: pd.Series, t: datetime) -> np.ndarray:
    days = (pd.Timestamp(t.date()) - registered.dt.normalize()).dt.days
    limits = [(5, "5天内"), (15, "6–15天"), (30, "16–30天"), (60, "31–60天"), (90, "61–90天")]
    return np.select([days <= limit for limit, _ in limits], [name for _, name in limits], "90天以上")


def _contact_band(task: pd.DataFrame) -> np.ndarray:
    hours = (task["contacted_at"] - task["pushed_at"]).dt.total_seconds() / 3600
    names = ["2小时内", "2–8小时", "8–24小时", "24–48小时"]
    return np.select([hours <= limit for limit in (2, 8, 24, 48)], names, "48小时以上")


def _hot_cell(p: pd.DataFrame) -> list[str | None]:
    """Squares of a hundredth of a degree, counted east and north from the south-west corner of each."""
    return [
        None if pd.isna(lon) or pd.isna(lat) else f"{math.floor(lon * 100)}_{math.floor(lat * 100)}"
        for lon, lat in zip(p["lon"], p["lat"], strict=True)
    ]


def _five_day_state(p: pd.DataFrame, t: datetime) -> pd.Series:
    limit = pd.to_datetime(p["five_day_due"]) + DAY
    closed = p["closed_at"] <= t
    states = np.select(
        [closed & (p["closed_at"] < limit), closed, limit <= t], ["按期办结", "逾期办结", "逾期未结"], "在期未结"
    )
    return pd.Series(states, p.index, dtype=object).where(~(closed & _turned_away(p)), None)


def _due_state(p: pd.DataFrame, t: datetime) -> pd.Series:
    closed, late = p["closed_at"] <= t, p["closed_at"] >= _end_of_day(p["due_at"])
    states = np.select(
        [closed & ~late, closed, _late(p["due_at"], t)], ["按期办结", "逾期办结", "逾期未结"], "在期未结"
    )
    return pd.Series(states, p.index, dtype=object).where(p["due_at"].notna() & ~(closed & _turned_away(p)), None)


def _places(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {place: frame[f"{place}_code"] for place in ("district", "street", "community")}


def _active(frame: pd.DataFrame, t: datetime) -> pd.DataFrame:
    return frame[(frame["active_from"] <= t) & ~(frame["active_to"] <= t)]


def _late(limit: pd.Series, t: datetime) -> pd.Series:
    """A limit ends with its day: due today is due until midnight (domain.md §1)."""
    return _end_of_day(limit) <= t


def _end_of_day(limit: pd.Series) -> pd.Series:
    """The first moment after the limit's day."""
    end: pd.Series = limit.dt.normalize() + DAY
    return end


def _of_past_days(rows: pd.DataFrame, t: datetime) -> pd.DataFrame:
    """Rows whose last day, at midnight, is over."""
    return rows[rows["when"] + DAY <= t]


def _turned_away(p: pd.DataFrame) -> pd.Series:
    return p["status"].isin(["不予受理", "不再受理", "存"])


def _where(frame: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    found: pd.DataFrame = frame.loc[mask]
    return found


def _true(column: pd.Series) -> pd.Series:
    return column.fillna(False).astype(bool)


def _social(mediation: pd.DataFrame) -> pd.Series:
    return mediation["mediator_kind"].isin(["社工", "志愿者"])


def _days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def _works(day: date) -> bool:
    if day.year < 2027:
        return bool(is_workday(day))
    # Not published yet, but these are holidays of every year by 《全国年节及纪念日放假办法》.
    always = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    return day.weekday() < 5 and (day.month, day.day) not in always
