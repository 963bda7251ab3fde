"""The ledger: every table of a briefing with formulas that check it, and the cases behind its numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from briefings import cell_text
from briefings.bulk_sheet import BulkSheet
from briefings.model import CaseList, Column, ColumnKind, Counted, Imprint, Ledger, Table, Valued
from briefings.tables import AMONG, HITS, VALUE

# A sheet of Excel ends there; the head takes the first rows.
MOST_ROWS = 1_048_576
_HEAD = 2
MOMENT_FORMAT, DAY_FORMAT = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
_FORMATS: dict[ColumnKind, str] = {
    "text": "@",
    "count": "#,##0",
    "rate": "0.00%",
    "days": "#,##0.0",
    "number": "#,##0.0",
    "change": "+0.0%;−0.0%;0.0%",
    "pieces": "+#,##0;−#,##0;0",
    "points": "+0.00;−0.00;0.00",
    "moment": MOMENT_FORMAT,
}
# A title that begins with = is a title.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONT = {"font_name": "宋体", "font_size": 10}
HEAD = {"bold": True, "bottom": 1, "bg_color": "#E9ECF0", "align": "center"}
_NO_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel counts the halves of a pair.
_LONGEST_NAME, _LONGEST_FOOTER = 31, 110
_WIDEST, _NARROWEST = 60, 6
_SAMPLE = 100
_PORTRAIT_COLUMNS = 6


@dataclass(frozen=True)
class _Styles:
    """The formats of one workbook."""

    title: Format
    note: Format
    head: Format
    link: Format
    by_kind: dict[ColumnKind, Format]
    small_rate: Format
    day: Format


def write(ledger: Ledger, moment: datetime) -> bytes:
    """The workbook as bytes; `moment` is the date in its properties. The same ledger gives the same bytes."""
    held = BytesIO()
    with Workbook(held, OPTIONS) as book:
        properties = {
            "title": cell_text.property_text(ledger.title),
            "author": cell_text.property_text(ledger.imprint.bureau),
            "comments": cell_text.property_text(ledger.imprint.traced),
            "created": moment,
        }
        book.set_properties(properties)
        styles = _styles(book)
        names = _sheet_names(ledger)
        first = book.add_worksheet(names[0])
        for name, table in zip(names[1:], ledger.tables, strict=False):
            _write_table(book.add_worksheet(name), table, styles, ledger.imprint)
        behind = names[1 + len(ledger.tables) : -1]
        for name, rows in zip(behind, ledger.lists, strict=True):
            _write_list(book.add_worksheet(name, BulkSheet), rows, styles, ledger.imprint, names[0])
        _write_table(book.add_worksheet(names[-1]), ledger.definitions, styles, ledger.imprint)
        _write_numbers(first, ledger, behind, styles)
    return held.getvalue()


def _styles(book: Workbook) -> _Styles:
    def style(**more: object) -> Format:
        return book.add_format({**FONT, "valign": "vcenter", **more})

    return _Styles(
        title=style(bold=True, font_size=14),
        note=style(font_color="#55616F"),
        head=style(**HEAD, text_wrap=True),
        link=style(font_color="#1C5FB0", underline=1),
        by_kind={kind: style(num_format=form, text_wrap=kind == "text") for kind, form in _FORMATS.items()},
        small_rate=style(num_format=f'"{cell_text.SMALL_MARK}"{_FORMATS["rate"]}'),
        day=style(num_format=DAY_FORMAT),
    )


def _sheet_names(ledger: Ledger) -> list[str]:
    """Names of all sheets: unique, without what Excel forbids, at most 31 characters."""
    wanted = [ledger.numbers.title, *(table.title for table in ledger.tables)]
    wanted += [f"清单{n} {rows.name}" for n, rows in enumerate(ledger.lists, start=1)]
    wanted.append(ledger.definitions.title)
    names: list[str] = []
    for name in wanted:
        names.append(sheet_name(name, names))
    return names


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name that Excel takes for a sheet, and that is not among those `taken`."""
    first = plain = _NO_NAME.sub("", name)[:_LONGEST_NAME].strip() or "清单"
    n = 1
    while plain.casefold() in [one.casefold() for one in taken]:
        n += 1
        plain = f"{first[: _LONGEST_NAME - len(str(n)) - 2]}（{n}）"
    return plain


def footer(lines: Sequence[str]) -> str:
    """Lines at the left of a sheet's foot and the number of the page at the right, as spreadsheet programs read it."""
    return "&L&8 " + "\n".join(map(_footer_text, lines)) + "&R&8 &P / &N"


def _footer_text(text: str) -> str:
    """A text without meaning for a footer, which may hold 255 characters altogether."""
    escaped = text.replace("&", "&&")
    return escaped if len(escaped) <= _LONGEST_FOOTER else escaped[:_LONGEST_FOOTER].rstrip("&")


def _write_head(
    sheet: Worksheet, title: str, note: str, heads: Sequence[str], styles: _Styles, imprint: Imprint
) -> None:
    """Title, note and head, which stay in view and stand on every printed page."""
    sheet.write_string(0, 0, title, styles.title)
    sheet.write_string(1, 0, note, styles.note)
    sheet.write_row(_HEAD, 0, heads, styles.head)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    sheet.set_paper(9)
    if len(heads) > _PORTRAIT_COLUMNS:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    sheet.set_header(f"&C{title.replace('&', '&&')}"[:_LONGEST_FOOTER])
    sheet.set_footer(footer(imprint.foot))


def _write_table(sheet: Worksheet, table: Table, styles: _Styles, imprint: Imprint) -> None:
    """A table with its sums and quotients as formulas; the row of the whole says beside a sum that differs."""
    _write_head(sheet, table.title, table.note, [column.name for column in table.columns], styles, imprint)
    top = _HEAD + 1
    for at, row in enumerate(table.rows, start=top):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _write_cell(sheet, at, place, column, value, styles)
    last = top + len(table.rows) - 1
    if table.whole is not None:
        _write_whole(sheet, last + 1, table, styles)
    if table.rows:
        sheet.autofilter(_HEAD, 0, last, len(table.columns) - 1)
    fit_columns(sheet, [column.name for column in table.columns], cell_text.rows_of(table))


def _write_whole(sheet: Worksheet, at: int, table: Table, styles: _Styles) -> None:
    assert table.whole is not None
    for place, (column, value) in enumerate(zip(table.columns, table.whole, strict=True)):
        if column.sums and table.rows and isinstance(value, int):
            letter, style = xl_col_to_name(place), styles.by_kind[column.kind]
            added = sum(row[place] for row in table.rows if isinstance(row[place], int))  # type: ignore[misc]
            sheet.write_formula(at + 1, place, f"=SUM({letter}{_HEAD + 2}:{letter}{at})", style, added)
        _write_cell(sheet, at, place, column, value, styles)
    if any(column.sums for column in table.columns) and table.rows:
        sheet.write_string(at + 1, _name_column(table), "各行相加", styles.note)


def _name_column(table: Table) -> int:
    return next(place for place, column in enumerate(table.columns) if column.kind == "text")


def _write_cell(sheet: Worksheet, row: int, place: int, column: Column, value: object, styles: _Styles) -> None:
    kind = value.kind if isinstance(value, Valued) else column.kind
    plain = value.value if isinstance(value, Valued) else value
    style = styles.small_rate if isinstance(value, Valued) and value.small else styles.by_kind[kind]
    if plain is None or plain != plain:
        sheet.write_blank(row, place, None, style)
    elif isinstance(plain, datetime):
        sheet.write_datetime(row, place, plain, style)
    elif isinstance(plain, date):
        sheet.write_datetime(row, place, datetime(plain.year, plain.month, plain.day), styles.day)
    elif isinstance(plain, int | float):
        sheet.write_number(row, place, plain * 100 if kind == "points" else plain, style)
    else:
        sheet.write_string(row, place, str(plain), styles.by_kind["text"])


def _write_numbers(sheet: Worksheet, ledger: Ledger, names: Sequence[str], styles: _Styles) -> None:
    """All numbers: rates as quotients, the length of the list behind each, whether both agree, and the way there."""
    table = ledger.numbers
    heads = [column.name for column in table.columns]
    hits_at, among_at, value_at = (heads.index(column.name) for column in (HITS, AMONG, VALUE))
    extra = ("清单分子", "清单分母", "核对", "清单")
    _write_head(
        sheet,
        ledger.title,
        f"{ledger.imprint.bureau}　{ledger.imprint.traced}",
        [*heads, *extra],
        styles,
        ledger.imprint,
    )
    behind = {counted.metric: (name, rows, counted) for name, rows, counted in _numbers_with_lists(ledger, names)}
    count = styles.by_kind["count"]
    for at, (metric, row) in enumerate(zip(ledger.metrics, table.rows, strict=True), start=_HEAD + 1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _write_cell(sheet, at, place, column, value, styles)
        if row[among_at] is not None:
            _write_quotient(sheet, at, (value_at, hits_at, among_at), row, styles)
        if metric not in behind:
            sheet.write_string(at, len(heads), "名册，不列清单", styles.note)
            continue
        name, rows, counted = behind[metric]
        hits, among = _count_formulas(name, rows, counted)
        if counted.amount is not None:
            _write_sum(sheet, at, value_at, row[value_at], _sum_formula(name, rows, counted, counted.amount), count)
        sheet.write_formula(at, len(heads), hits, count, counted.hits)
        sheet.write_formula(at, len(heads) + 1, among, count, counted.among)
        stated, listed = (xl_rowcol_to_cell(at, place) for place in (hits_at, len(heads)))
        rate = row[among_at] is not None
        second = f",{xl_rowcol_to_cell(at, among_at)}={xl_rowcol_to_cell(at, len(heads) + 1)}" if rate else ""
        agrees = f'=IF(AND({stated}={listed}{second}),"相符","不符")'
        sheet.write_formula(at, len(heads) + 2, agrees, count, "相符")
        sheet.write_url(at, len(heads) + 3, f"internal:'{name}'!A1", styles.link, name)
    sample = [[*row, "1,000,000", "1,000,000", "相符", "清单 00 数字名称"] for row in cell_text.rows_of(table)]
    sheet.autofilter(_HEAD, 0, _HEAD + len(table.rows), len(heads) + len(extra) - 1)
    fit_columns(sheet, [*heads, *extra], sample)


def _write_sum(sheet: Worksheet, at: int, place: int, stated: object, formula: str, style: Format) -> None:
    value = stated.value if isinstance(stated, Valued) and stated.value is not None else ""
    sheet.write_formula(at, place, formula, style, value)


def _sum_formula(name: str, rows: CaseList, counted: Counted, amount: int) -> str:
    """A formula that adds up a column of the list over the rows that a number counts."""
    marks, added = (_span(name, rows, column) for column in (counted.column, amount))
    return f'=SUMIF({marks},"{counted.sides[0]}",{added})'


def _span(name: str, rows: CaseList, place: int) -> str:
    """The cells of a list's column, for a formula."""
    column = xl_col_to_name(place)
    return f"'{name}'!${column}${_HEAD + 2}:${column}${_HEAD + 1 + max(len(rows), 1)}"


def _write_quotient(
    sheet: Worksheet, at: int, places: tuple[int, int, int], row: Sequence[object], styles: _Styles
) -> None:
    value_at, hits_at, among_at = places
    hits, among = (xl_rowcol_to_cell(at, place) for place in (hits_at, among_at))
    stated = row[value_at]
    value = stated.value if isinstance(stated, Valued) and stated.value is not None else ""
    style = styles.small_rate if isinstance(stated, Valued) and stated.small else styles.by_kind["rate"]
    sheet.write_formula(at, value_at, f'=IF({among}=0,"",{hits}/{among})', style, value)


def _numbers_with_lists(ledger: Ledger, names: Sequence[str]) -> Iterator[tuple[str, CaseList, Counted]]:
    for name, rows in zip(names, ledger.lists, strict=True):
        for counted in rows.counted:
            yield name, rows, counted


def _count_formulas(name: str, rows: CaseList, counted: Counted) -> tuple[str, str]:
    """Formulas that count a list: what the number counts, and all it looks at."""
    span = _span(name, rows, counted.column)
    hits, misses = (f'COUNTIF({span},"{side}")' for side in counted.sides)
    return f"={hits}", f"={hits}+{misses}"


def _write_list(sheet: BulkSheet, rows: CaseList, styles: _Styles, imprint: Imprint, back: str) -> None:
    """The cases behind numbers of the same rows, filtered by the columns at the right."""
    most = min(len(rows), MOST_ROWS - _HEAD - 1)
    summary = "；".join(f"{one.name}：{one.sides[0]} {one.hits}" + _describe_misses(one) for one in rows.counted)
    cut = f"；本表列前 {most} 行，共 {len(rows)} 行" if most < len(rows) else ""
    _write_head(sheet, rows.name, summary + cut, rows.heads, styles, imprint)
    sheet.write_url(0, max(len(rows.heads) - 1, 1), f"internal:'{back}'!A1", styles.link, "返回总表")
    sheet.fill(_HEAD + 1, [column[:most] for column in rows.columns], styles.by_kind["moment"], styles.day)
    if most:
        sheet.autofilter(_HEAD, 0, _HEAD + most, len(rows.heads) - 1)
    sample = zip(*(column[:_SAMPLE] for column in rows.columns), strict=True)
    fit_columns(sheet, rows.heads, [[cell_text.plain_text(cell) for cell in row] for row in sample])


def _describe_misses(counted: Counted) -> str:
    return "" if counted.among == counted.hits else f"，{counted.sides[1]} {counted.among - counted.hits}"


def fit_columns(sheet: Worksheet, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what they hold; a Chinese character takes two places."""
    for place, head in enumerate(heads):
        widest = max([_display_width(head) + 2, *(_display_width(row[place]) for row in rows)])
        sheet.set_column(place, place, min(max(widest + 1, _NARROWEST), _WIDEST))


@lru_cache(maxsize=10_000)
def _display_width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
