"""Who looks, and when: over every page and in every file that is taken out, where people sign in."""

from collections.abc import Callable

from cockpit import process
from pages.parts import identity
from views.watermark import watermark_text


def marker() -> Callable[[], str | None]:
    """What gives the watermark of this reader at the moment when it is called, be it outside of any page's run.

    None where nobody signs in: there is nobody to name.
    """
    if process.gate().is_open:
        return lambda: None
    reader = identity.current()
    return lambda: watermark_text(reader.name or reader.subject, process.now())
