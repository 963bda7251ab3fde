"""What a click on a chart hands back."""

from typing import Any, Literal

import altair as alt

PICK = "pick"
POINTER: Literal["pointer"] = "pointer"


def click_selection(*fields: str) -> alt.Parameter:
    """The selection parameter "pick": a click hands back these fields, a double click lets go."""
    return alt.selection_point(name=PICK, fields=list(fields), on="click", clear="dblclick", toggle=False)


def picked(event: Any, field: str) -> Any | None:
    """The value of `field` that was clicked, from what st.altair_chart or its session state hands back; else None."""
    selection = (event or {}).get("selection", {}).get(PICK) or []
    return selection[0].get(field) if selection else None
