"""The encoding of a text file: what its first bytes say, what the map says, and what it may be where neither fits."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa

from casebase.errors import CasebaseError
from casebase.loading.readers.limits import Expanding

BLOCK = 4 << 20
# Byte order marks; the longer ones first, as UTF-32 begins like UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_MOSTLY = 0.8
_ENOUGH = 20_000


def utf8_blocks(path: Path, encoding: str, progress: "Progress") -> Iterator[bytes]:
    """The text of a file, gzipped or not, as blocks of UTF-8 without a byte order mark.

    A byte order mark is believed rather than the map. Raises CasebaseError for what cannot be read or decoded.
    """
    line = 1
    try:
        with path.open("rb") as raw:
            plain: IO[bytes] = Expanding(path, raw) if is_gzip(path) else raw  # type: ignore[assignment]
            block = plain.read(BLOCK)
            mark, detected = next((pair for pair in _MARKS if block.startswith(pair[0])), (b"", encoding))
            decoder = _Utf8() if codecs.lookup(detected).name == "utf-8" else _Decoder(detected)
            block = block[len(mark) :]
            while True:
                following = plain.read(BLOCK)
                try:
                    text = decoder.utf8(block, final=not following)
                except UnicodeDecodeError as error:
                    line += error.object[: error.start].count(b"\n")
                    raise CasebaseError(f"{path}: {_not_readable(detected, block, line)}") from None
                progress.done = raw.tell()
                if text:
                    yield text
                if not following:
                    return
                line += block.count(b"\n")
                block = following
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError) as error:
        raise CasebaseError(f"{path}: cannot be read ({error})") from None


class _Decoder:
    """Bytes of an encoding as UTF-8, block by block. Raises UnicodeDecodeError for bytes that are no text of it."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    def utf8(self, block: bytes, final: bool) -> bytes:
        """What the bytes so far say, but for a character that the next block ends."""
        return self._decoder.decode(block, final=final).encode("utf-8", "replace")


class _Utf8(_Decoder):
    """UTF-8 is looked at and handed on as it is: Arrow sees in a twentieth of the time that it is sound."""

    def __init__(self) -> None:
        super().__init__("utf-8")
        self._begun = b""

    def utf8(self, block: bytes, final: bool) -> bytes:
        data = self._begun + block
        whole = len(data) if final else _whole_characters(data)
        try:
            pa.array([data[:whole]], pa.large_binary()).cast(pa.large_string())
        except pa.ArrowInvalid:
            self._decoder.setstate((self._begun, 0))
            super().utf8(block, final)  # which says where the fault is
            raise
        self._begun = data[whole:]
        return data[:whole]


def _whole_characters(data: bytes) -> int:
    """Where a character of UTF-8 begins that the bytes do not end; their length where there is none."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:  # the first byte of a character says how long it is
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if length > back else len(data)
    return len(data)


class Progress:
    """How many bytes of a file have been read."""

    done = 0


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, whatever its name."""
    with path.open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"


def likely_encoding(sample: bytes) -> str | None:
    """The encoding that bytes without a mark are most likely in: UTF-8 or GB18030 where they decode, or none."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if sample[1::2].count(0) > len(sample) // 8:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 8:
        return "utf-16-be"
    if _text(sample, "utf-8") is not None:
        return "utf-8"
    # Nearly any bytes decode as GB18030 or Big5; of a real text most characters are common ones.
    chinese = [name for name, first in (("gb18030", 0xB0), ("big5", 0xA4)) if _common(sample, name, first) > _MOSTLY]
    return next((name for name in [*chinese, "cp1252", "latin-1"] if _text(sample, name) is not None), None)


def _text(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _common(sample: bytes, encoding: str, first: int) -> float:
    """The share of characters beyond ASCII that stand in the encoding's part of punctuation and common characters."""
    strange = [c for c in (_text(sample, encoding) or "")[:_ENOUGH] if ord(c) > 127]
    leads = [code[0] for c in strange if len(code := c.encode(encoding, "ignore")) == 2]
    # Both sets put punctuation at A1 to A3 and the common characters into a range of their own.
    return sum(0xA1 <= lead <= 0xA3 or first <= lead < first + 0x28 for lead in leads) / len(strange) if strange else 0


def _not_readable(encoding: str, block: bytes, line: int) -> str:
    other = likely_encoding(block)
    guess = f' = "{other}", as which it reads,' if other and other != encoding else " (utf-8, gb18030, utf-16 …)"
    return (
        f"the text is not {encoding}; set encoding{guess} under [source] in the map (the first fault is on line {line})"
    )
