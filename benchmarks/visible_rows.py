"""What a scope lets through, reckoned from the tables themselves: the independent reading of casebase.scope."""

import pandas as pd

from casebase.scope import Scope

Tables = dict[str, pd.DataFrame]


def visible(tables: Tables, scope: Scope) -> Tables:
    """The tables with the rows alone that whoever has the scope may see."""
    if scope.areas is None:
        return tables
    own = _own_places(tables["area"], scope.areas)
    cases = tables["petition"]
    seen = {**tables, "petition": cases[_in_places(cases, scope) | cases["unit_id"].isin(scope.units)]}
    ids = set(seen["petition"]["petition_id"])
    disputes = tables["mediation"]
    seen["mediation"] = disputes[disputes["community_code"].isin(own) | disputes["petition_id"].isin(ids)]
    dispute_ids = set(seen["mediation"]["mediation_id"])
    for name in ("petition_event", "grid_task", "hearing", "supervision", "reception"):
        if name in tables:
            seen[name] = tables[name][tables[name]["petition_id"].isin(ids)]
    hearings = set(seen["hearing"]["hearing_id"])
    for name in ("hearing_expert", "hearing_participant"):
        seen[name] = tables[name][tables[name]["hearing_id"].isin(hearings)]
    proposals = tables["proposal"]
    seen["proposal"] = proposals[proposals["petition_id"].isin(ids) | proposals["unit_id"].isin(scope.units)]
    tasks = tables["expert_task"]
    seen["expert_task"] = tasks[tasks["petition_id"].isin(ids) | tasks["mediation_id"].isin(dispute_ids)]
    if "model_case" in tables:
        told = tables["model_case"]
        of_nobody = told["petition_id"].isna() & told["mediation_id"].isna()
        seen["model_case"] = told[of_nobody | told["petition_id"].isin(ids) | told["mediation_id"].isin(dispute_ids)]
    grids = tables["grid"]
    seen["grid"] = grids[_in_places(grids, scope)]
    seen["grid_worker"] = tables["grid_worker"][tables["grid_worker"]["grid_id"].isin(seen["grid"]["grid_id"])]
    for name in ("agent", "social_org"):
        seen[name] = tables[name][tables[name]["community_code"].isin(own)]
    seen["area"] = _named_places(tables["area"], own, scope)
    return seen


def _in_places(rows: pd.DataFrame, scope: Scope) -> "pd.Series[bool]":
    """Rows that name one of the areas themselves, as a slice finds them: codes of a level differ from all others."""
    places = rows[["district_code", "street_code", "community_code"]]
    return places.isin(scope.areas or frozenset()).any(axis=1)


def _own_places(areas: pd.DataFrame, codes: frozenset[str]) -> set[str]:
    """These areas and all that lie in them."""
    own = set(codes)
    for _ in range(3):
        own |= set(areas.loc[areas["parent_code"].isin(own), "code"])
    return own


def _named_places(areas: pd.DataFrame, own: set[str], scope: Scope) -> pd.DataFrame:
    """Own places and what they lie in; a unit's cases may lie in any district or street."""
    parents = areas.set_index("code")["parent_code"].to_dict()
    named = set(own) | set(areas.loc[areas["level"] == 1, "code"])
    for code in scope.areas or ():
        while code in parents and isinstance(parents[code], str):
            code = parents[code]
            named.add(code)
    if scope.units:
        named |= set(areas.loc[areas["level"] <= 3, "code"])
    return areas[areas["code"].isin(named)]
