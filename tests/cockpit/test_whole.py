"""What all that a case base holds is called: 全市 of a city; what is no city's by its name, on pages as on walls."""

from pathlib import Path

import pytest

from casebase.engine import Casebase, mark_changed, write_info
from casebase.scope import WHOLE
from cockpit import process
from screen import scenes
from screen.routes import _whole
from tests.pages.conftest import UNTIL, begin_process


@pytest.mark.parametrize(("city_name", "whole"), [("郑州市", "全市"), ("某省", "某省"), ("Boston", "Boston")])
def test_the_whole_is_called_by_what_it_is(
    monkeypatch: pytest.MonkeyPatch, own_city: Casebase, still_config: Path, city_name: str, whole: str
) -> None:
    with own_city.writing() as connection:
        write_info(connection, city_name=city_name)
        mark_changed(connection, UNTIL)
    url = own_city.engine.url.render_as_string()
    own_city.engine.dispose()  # a DuckDB file belongs to one at a time
    begin_process(monkeypatch, url, still_config)
    try:
        data = process.live_data().now(WHOLE)
        assert scenes.view_of(data, "本月").slice_text == whole
        assert _whole(WHOLE) == whole, "as the remote has it"
    finally:
        process.forget_all()
