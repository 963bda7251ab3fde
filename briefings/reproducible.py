"""The same content gives the same bytes: no file tells when, or how often, it was written."""

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_STAMP = (1980, 1, 1, 0, 0, 0)
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def make_reproducible(file: bytes, moment: datetime) -> bytes:
    """An Office file with its parts in order of name and one date on all, its properties dated `moment`.

    Workbooks inside (of a slide's charts) likewise.
    """
    held = BytesIO()
    with ZipFile(BytesIO(file)) as given, ZipFile(held, "w", ZIP_DEFLATED) as packed:
        # Office wants the content types first.
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = given.read(name)
            if name.endswith(".xlsx"):
                data = make_reproducible(data, moment)
            elif name == _CORE:
                data = _TIMES.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", data)
            packed.writestr(ZipInfo(name, _STAMP), data, ZIP_DEFLATED)
    return held.getvalue()
