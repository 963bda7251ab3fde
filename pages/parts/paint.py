"""Tables with colours in their cells, laid out once for all readers.

Streamlit takes the colours of cells from pandas' Styler, and asks it to lay out every cell anew whenever a page is
drawn: more than half of the processor time of a page whose answers are all kept (benchmarks/README.md).
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached
from pandas.io.formats.style import Styler

from cockpit.answers import frozen
from pages.parts import layout
from views.tokens import Palette

# By a frame, a palette and further frames: the CSS of some of its columns, cell by cell ("" for none).
CssOf = Callable[..., pd.DataFrame]
# The tables of a view or two; a page has three at most.
_KEPT = 64


def painted(frame: pd.DataFrame, css_of: CssOf, *args: pd.DataFrame) -> Styler:
    """A frame in the colours of `css_of(frame, palette, *args)`; one for all readers where the frames are shared."""
    palette = layout.theme()
    try:
        key = frozen((frame, css_of, args, palette))
    except TypeError:
        return _paint(None, frame, css_of, palette, args)
    return _kept(key, frame, css_of, palette, args)


def _paint(_key: Any, frame: pd.DataFrame, css_of: CssOf, palette: Palette, args: tuple[pd.DataFrame, ...]) -> Styler:
    """A Styler that lays its cells out once: nothing of it changes any more.

    Not a class of our own: Streamlit knows a Styler by the name of its class. It is named, or would be at each drawing.
    Its colours are taken and not its texts: a cell says what the format of its column makes of its value.
    """
    css = css_of(frame, palette, *args)
    styler: Any = Styler(pd.DataFrame(frame), uuid="painted")
    styler.apply(lambda _: css, axis=None, subset=list(css.columns))._compute()
    cells = {**styler._translate(False, False), "body": []}
    styler._compute, styler._translate = (lambda: styler), (lambda *_: cells)
    return styler  # type: ignore[no-any-return]


_kept = cached(LRUCache(_KEPT), key=lambda key, *_: key, lock=Lock())(_paint)
