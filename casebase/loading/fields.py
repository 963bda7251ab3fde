"""From the file's text to the table's own columns: translations, times, numbers, truth values, ids."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import regex
from sqlalchemy import Boolean, Date, DateTime, Float, Integer

from casebase.case_words import (
    ARTICLES_OF_PURPOSES,
    HOTLINE,
    NOT_HANDLED,
    OPEN_STATUSES,
    PETITION_PROCEDURE,
    WRONGDOING,
)
from casebase.checks import EVENTS, TOLERANCE
from casebase.errors import CasebaseError
from casebase.loading import clean_text
from casebase.loading.batch import Batch, by_value, taken
from casebase.loading.field_words import in_words
from casebase.loading.mapfile import ID_BITS, CaseMap, Clean, Disorder, FileMap, Values, range_of
from casebase.persons import key_of
from casebase.settings import LAST_YEAR, Settings
from casebase.workdays import Workdays

# Later times are typing errors or placeholders.
_END = pd.Timestamp(LAST_YEAR + 1, 1, 1)
# 集体访: five people and more (domain.md §3).
_COLLECTIVE = 5
_STARTS = ("registered_at", "forwarded_at", "accepted_at")
# The fields by which rows are known, as text.
_NUMBERED = ("case_no",)
# Seconds that one value may take to be matched with a pattern, which is a millionth where a pattern is sound.
_LONGEST_MATCH = 2.0
_TIME_OF_DAY = re.compile(r"%-?[HIMSfcXTRps]")
# Day 0 of a spreadsheet (see clean_text.SERIAL).
_SERIAL_BEGIN = pd.Timestamp(1899, 12, 30)
# What a spreadsheet makes of a long number that it shows short: the digits behind are lost.
_SCIENTIFIC = r"\d(?:\.\d+)?[eE]\+?\d+"
# Deadlines: given as a day, they end with it (domain.md §1).
_LIMITS = ("due_at",)
# What to do about times in the wrong order.
_ORDER = "; correct it, or say under [order] what becomes of it"


def tidy(batch: Batch, file_map: FileMap) -> None:
    """Bring the file's cells to what a person sees in them; a row with a damaged cell is rejected."""
    blanks = clean_text.folded(file_map.source.blanks)
    for name in batch.text.columns:
        column = batch.text[name]
        few = clean_text.few_values(column)
        cells, damaged = _tidied(column if few is None else few[1], blanks - file_map.words_of(name))
        if damaged is not None:
            rows = damaged if few is None else np.append(damaged, False)[few[0]]
            reason = "the cell holds a NUL character: the file is damaged there"
            batch.reject(rows, name, column, reason)
        if few is not None:
            cells = column if cells is few[1] else pd.Series(cells.array.take(few[0], allow_fill=True), column.index)
        if cells is not column:
            batch.text[name] = cells


def _tidied(column: pd.Series, blanks: frozenset[str]) -> tuple[pd.Series, np.ndarray | None]:
    """The cells as a person sees them, the column itself where all are so; and which hold a NUL, if that can be."""
    cells, damaged = column, None
    if not clean_text.is_plain(column):
        damaged = clean_text.holds_nul(column)
        cells = clean_text.seen(column)
    return clean_text.without_blanks(cells, blanks), damaged


def clean(batch: Batch, rules: tuple[Clean, ...]) -> None:
    """Rewrite columns by the map's regular expressions, rule by rule."""
    for rule in rules:
        column = batch.text[rule.column]
        pattern = regex.compile(rule.pattern)

        def rewrite(value: str, rule: Clean = rule, pattern: regex.Pattern[str] = pattern) -> str | None:
            match = _matched(pattern, value, rule.column)
            if match:
                return match.expand(rule.replace).strip() or None
            return value if rule.unmatched == "keep" else None

        rewritten = by_value(column, rewrite)
        if rule.unmatched == "reject":
            batch.reject(
                column.notna() & rewritten.isna(),
                rule.column,
                column,
                f"{rule.column} does not match {rule.pattern}; correct it, or the pattern under [[clean]]",
            )
        batch.text[rule.into or rule.column] = rewritten


def _matched(pattern: regex.Pattern[str], value: str, column: str) -> regex.Match[str] | None:
    """The whole value by the pattern. Raises CasebaseError where the pattern does not come to an end."""
    try:
        return pattern.fullmatch(value, timeout=_LONGEST_MATCH)
    except TimeoutError:
        raise CasebaseError(
            f"the pattern {pattern.pattern} of the map takes over {_LONGEST_MATCH:.0f} s for one value of the column "
            f"{column}; write it without repetitions inside repetitions"
        ) from None


def take_fields(batch: Batch, file_map: FileMap) -> None:
    """Fill the fields that the map names under columns and constants, typed as the schema has them.

    A row without a required field is rejected.
    """
    for name in file_map.columns:
        raw = batch.joined(file_map.sources_of(name))
        if name in file_map.required:
            batch.reject(
                raw.isna(), file_map.source_column(name), None, f"{file_map.label(name)} is missing; fill it in"
            )
        batch.fields[name] = _typed(batch, file_map, name, raw)
        if name in file_map.required:
            batch.reject(
                batch.fields[name].isna(),
                file_map.source_column(name),
                raw,
                f"{file_map.label(name)} is left blank by the map; see [values.{name}]",
            )
    for name, value in file_map.constants.items():
        batch.fields[name] = pd.Series(value, index=batch.text.index)
    for name in set(_LIMITS) & set(batch.fields):
        batch.fields[name] = _to_end_of_day(batch.fields[name], batch.days.get(name))
    _note_cut_numbers(batch, file_map)
    _fill_defaults(batch, file_map)


def _note_cut_numbers(batch: Batch, file_map: FileMap) -> None:
    for name in (*_NUMBERED, *file_map.text_keys):
        for column in file_map.sources_of(name):
            cut = batch.text[column].str.fullmatch(_SCIENTIFIC).fillna(False).astype(bool)
            batch.note(cut, f"{column}: numbers as 4.1E+19, whose last digits the spreadsheet cut")


def _typed(batch: Batch, file_map: FileMap, name: str, raw: pd.Series) -> pd.Series:
    column = file_map.source_column(name)
    kind = file_map.target.c[name].type
    if name in file_map.values:
        raw = _translated(batch, file_map.values[name], name, column, raw)
    if name in file_map.text_keys:
        return by_value(raw, stable_id, "Int64")
    if isinstance(kind, DateTime | Date):
        times = _times(batch, file_map, name, column, raw)
        return times.dt.normalize() if isinstance(kind, Date) else times
    if isinstance(kind, Float | Integer):
        return _numbers(batch, file_map, name, column, raw)
    if isinstance(kind, Boolean):
        return _booleans(batch, file_map, name, column, raw)
    return raw


def stable_id(text: str) -> int:
    """The id of a text key: the same for the same text, in every file and table."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> (64 - ID_BITS)


def _translated(batch: Batch, values: Values, name: str, column: str, raw: pd.Series) -> pd.Series:
    label = f"{column} ({name}, {in_words(name)})" if column != name else f"{name} ({in_words(name)})"
    known = {key.strip(): str(value) for key, value in values.map.items()}
    strange = raw.notna() & ~raw.isin(list(known))
    if values.unknown == "reject":
        batch.reject(strange, column, raw, f"{label}: unknown value; add it under [values.{name}.map]")
    elif strange.any():
        for value, count in raw[strange & batch.alive].value_counts().items():
            text = f"{label}: unknown value {value!r} ({_FATES[values.unknown]}); [values.{name}.map] can translate it"
            batch.notes[text] += int(count)
    # As text again: the field's own type is found afterwards, as for any value of the file.
    translated = by_value(raw, lambda value: known.get(value, value if values.unknown == "keep" else None))
    return translated if values.default is None else translated.fillna(str(values.default))


_FATES = {"keep": "kept", "null": "left blank", "default": "default taken"}


def _times(batch: Batch, file_map: FileMap, name: str, column: str, raw: pd.Series) -> pd.Series:
    formats, label = file_map.time_formats(name), file_map.label(name)
    days = np.zeros(len(raw), dtype=bool)
    if formats[0] == clean_text.TO_THE_SECOND and (common := clean_text.as_times(raw)) is not None:
        batch.days[name] = days
        return _within(batch, file_map, name, column, raw, common)
    times = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us]")
    plain = clean_text.narrow(raw)
    for layout in (*formats, *batch.own_times):
        waiting = raw.notna() & times.isna()
        if not waiting.any():
            break
        parsed = pd.to_datetime(plain[waiting], format=layout, errors="coerce", utc="%z" in layout)
        if "%z" in layout:
            parsed = parsed.dt.tz_convert(batch.zone).dt.tz_localize(None)
        times = parsed.astype("datetime64[us]") if waiting.all() else times.fillna(parsed)
        if not _TIME_OF_DAY.search(layout):
            days |= (waiting & times.notna()).to_numpy()
    if (raw.notna() & times.isna()).any():
        serial = _serial_times(plain)
        days |= times.isna().to_numpy() & _at_midnight(serial)
        times = times.fillna(serial)
    batch.days[name] = days
    strange = raw.notna() & times.isna()
    batch.reject(
        strange,
        column,
        raw,
        f"{label}: the time does not parse as {' or '.join(formats)}; correct it, or add its format under [times]",
    )
    return _within(batch, file_map, name, column, raw, times)


def _within(batch: Batch, file_map: FileMap, name: str, column: str, raw: pd.Series, times: pd.Series) -> pd.Series:
    """The times but those of years that no case is of; their rows are rejected."""
    outside = (times < pd.Timestamp(file_map.first_year, 1, 1)) | (times >= _END)
    if not outside.any():
        return times
    years = f"{file_map.first_year} to {LAST_YEAR}"
    batch.reject(outside, column, raw, f"{file_map.label(name)}: the time lies outside {years}; correct it")
    return times.where(~outside)


def _serial_times(plain: pd.Series) -> pd.Series:
    """Times that a spreadsheet left as its numbers: days since the end of 1899, to the second."""
    serial = plain.str.fullmatch(clean_text.SERIAL).fillna(False).astype(bool)
    seconds = (pd.to_numeric(plain.where(serial), errors="coerce") * 86400).round()
    return (_SERIAL_BEGIN + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")


def _to_end_of_day(limits: pd.Series, days: np.ndarray | None) -> pd.Series:
    """The last second of its day for a limit that is a day.

    `days` says which the file gives as one. Where all stand at midnight they are days as well, which a spreadsheet or
    a database wrote with a time; among limits with a time of day, midnight means midnight.
    """
    at_midnight = limits.isna() | _at_midnight(limits)
    if days is None or at_midnight.all():
        days = at_midnight.to_numpy()
    return limits.mask(days, limits + timedelta(days=1) - timedelta(seconds=1)).astype("datetime64[us]")


def _numbers(batch: Batch, file_map: FileMap, name: str, column: str, raw: pd.Series) -> pd.Series:
    target, label = file_map.target.c[name], file_map.label(name)
    numbers = clean_text.as_numbers(raw)
    if numbers is None:
        numbers = _parsed(clean_text.narrow(raw))
    batch.reject(
        raw.notna() & numbers.isna(), column, raw, f"{label} is not a number; correct it, or rewrite it under [[clean]]"
    )
    low, high = range_of(target)
    outside = (numbers < low) | (numbers > high)
    batch.reject(outside, column, raw, f"{label} lies outside {low} to {high}; correct it")
    if isinstance(target.type, Integer):
        batch.reject((numbers % 1) > 0, column, raw, f"{label} is not a whole number; correct it")
    return numbers.where(~outside)


def _parsed(column: pd.Series) -> pd.Series:
    """The numbers of a column of text, each distinct one parsed once; blank where a text is none."""
    codes, texts = pd.factorize(column)
    values = pd.to_numeric(pd.Series([clean_text.digits(text) for text in texts], dtype="str"), errors="coerce")
    if (codes < 0).any():
        values = values.astype("float64")
    return pd.Series(values.array.take(codes, allow_fill=True), index=column.index)


def _booleans(batch: Batch, file_map: FileMap, name: str, column: str, raw: pd.Series) -> pd.Series:
    words = dict.fromkeys(file_map.booleans.true, True) | dict.fromkeys(file_map.booleans.false, False)
    answers = by_value(clean_text.narrow(raw), lambda value: words.get(value.lower()), "boolean")
    batch.reject(
        raw.notna() & answers.isna(),
        column,
        raw,
        f"{file_map.label(name)} is neither true nor false; add the word under [booleans]",
    )
    return answers


def _fill_defaults(batch: Batch, file_map: FileMap) -> None:
    """A blank in a column that must not be null means the schema's default."""
    for name, series in batch.fields.items():
        column = file_map.target.c[name]
        if not column.nullable and column.default is not None and column.default.is_scalar:
            batch.fields[name] = series.fillna(column.default.arg)  # type: ignore[attr-defined]


def set_flags(batch: Batch) -> None:
    """What follows for a petition from its people and its purpose, where no column gives it."""
    if "people" in batch.fields:
        batch.fields.setdefault("is_collective", batch.fields["people"] >= _COLLECTIVE)
    if "purpose" in batch.fields:
        batch.fields.setdefault("restricted", (batch.fields["purpose"] == WRONGDOING).fillna(False).astype(bool))


def refuse_future(batch: Batch, file_map: FileMap, now: datetime) -> None:
    """Events later than the load are typing errors: `order.after_load` says what becomes of them.

    A row cannot stand without a time that its table needs, and is rejected.
    """
    fate = file_map.order.after_load
    for name in EVENTS.get(file_map.target, ()):
        if name not in batch.fields:
            continue
        times = batch.fields[name]
        late = times > now + TOLERANCE
        text = f"{file_map.label(name)} lies after the day of the load ({now:%Y-%m-%d})"
        if fate == "keep":
            batch.note(late, f"{text} (kept){_ORDER}")
        elif fate == "reject" or not file_map.target.c[name].nullable:
            batch.reject(late, file_map.source_column(name), times, f"{text}{_ORDER}")
        else:
            batch.drop(late, name, text, _ORDER)


def keep_where(batch: Batch, case_map: CaseMap) -> None:
    """Leave a time blank where another column does not say that it happened (the map's [where.…])."""
    for name, rule in case_map.where.items():
        holds = batch.text[rule.column].isin(rule.values)
        blank = batch.fields[name].notna() & ~holds
        text = f"{rule.column} is none of {' '.join(rule.values)} (left blank, as [where.{name}] says)"
        batch.note(blank, f"{case_map.label(name)}: {text}")
        batch.fields[name] = batch.fields[name].mask(blank)


def follow_days(batch: Batch, steps: Sequence[tuple[str, str]]) -> None:
    """A day is some time of that day: at midnight of the day of the step before, it is not before that step.

    `steps` are pairs of a time and the one that follows it; both are compared as days where the second is one.
    """
    days = {name: _at_midnight(batch.fields[name]) for _, name in steps if name in batch.fields}
    for start, later in steps:
        if start in batch.fields and later in batch.fields and days[later].any():
            before, times = batch.fields[start], batch.fields[later]
            of_that_day = days[later] & (times.dt.normalize() == before.dt.normalize()) & (times < before)
            batch.fields[later] = times.mask(of_that_day, before)


def _at_midnight(times: pd.Series) -> np.ndarray:
    """Which times stand at midnight."""
    moments = times.to_numpy()
    at_midnight: np.ndarray = moments == moments.astype("datetime64[D]")
    return at_midnight


def order_times(batch: Batch, file_map: FileMap, start: str, later: str, fate: Disorder) -> None:
    """Keep, leave blank or reject a time that lies before the one that it follows; all but the last are counted.

    A time that its table needs is kept instead of left blank.
    """
    if start not in batch.fields or later not in batch.fields:
        return
    times = batch.fields[later]
    early = times < batch.fields[start]
    text = f"{file_map.label(later)} lies before {file_map.label(start)}"
    if fate == "reject":
        batch.reject(early, file_map.source_column(later), times, f"{text}{_ORDER}")
    elif fate == "keep" or not file_map.target.c[later].nullable:
        batch.note(early, f"{text} (kept){_ORDER}")
    else:
        batch.drop(early, later, text, _ORDER)


def can_drop(batch: Batch, file_map: FileMap) -> bool:
    """Whether the table says which times were left blank, and the file brings any that can be."""
    columns = file_map.target.c
    times = [name for name in batch.fields if name in columns and isinstance(columns[name].type, DateTime)]
    return "dropped_times" in columns and any(columns[name].nullable for name in times)


def set_dropped(batch: Batch) -> None:
    """Keep with the row which of its times cannot be and were left blank."""
    if not any(rows.any() for rows in batch.dropped.values()):
        batch.fields["dropped_times"] = pd.Series(None, index=batch.text.index, dtype="str")
        return
    names = pd.Series("", index=batch.text.index, dtype="str")
    for name, rows in batch.dropped.items():
        names = names.mask(rows, names + f" {name}")
    names = names.str.strip()
    batch.fields["dropped_times"] = names.mask(names == "")


def years(batch: Batch) -> tuple[int, int]:
    """First and last year of the registrations, forwardings and acceptances of the chunk."""
    known = pd.concat([batch.fields[name].dropna() for name in _STARTS if name in batch.fields])
    if known.empty:
        return LAST_YEAR, 0
    return known.min().year, known.max().year


def set_deadlines(batch: Batch, case_map: CaseMap, settings: Settings, calendar: Workdays) -> None:
    """Fill due_at where no column gives it, and five_day_due for simple claims.

    Article 34: handle_days natural days, the extension added; the deadline is the end of its last day. It has begun
    with the acceptance alone, and only matters of article 31 item 6 have it (domain.md §1).
    """
    rules, registered = settings.deadlines, batch.fields["registered_at"]
    if case_map.due:
        start = batch.fields.get("accepted_at", registered) if case_map.due.compute_from == "accepted" else registered
        days = rules.handle_days + batch.fields.get("extended_days", pd.Series(0, index=registered.index))
        due = start.dt.normalize() + pd.to_timedelta(days, unit="D")
        if rules.roll_over_rest_days:
            due = _next_workday(due, calendar)
        due = due.where(_has_sixty_days(batch))
        due = due.fillna(_hotline_limits(batch, settings.hotline.answer_working_days, calendar))
        end = (due + timedelta(days=1) - timedelta(seconds=1)).astype("datetime64[us]")
        batch.fields["due_at"] = batch.fields["due_at"].fillna(end) if "due_at" in batch.fields else end
    simple = batch.fields.get("is_simple")
    if simple is not None:
        event = batch.fields.get(f"{rules.simple_from}_at", registered).fillna(registered)
        counted = np.asarray(simple, dtype=bool) & registered.notna().to_numpy()
        days_due = np.full(len(event), np.datetime64("NaT"), dtype="datetime64[D]")
        starts = event[counted].to_numpy().astype("datetime64[D]")
        days_due[counted] = calendar.after_many(starts, rules.simple_working_days)
        batch.fields["five_day_due"] = pd.Series(days_due.astype("datetime64[s]"), index=event.index)


def _has_sixty_days(batch: Batch) -> pd.Series:
    """Which cases are of article 31 item 6, as is what the source says nothing else of, and were not turned away."""
    blank = pd.Series(None, index=batch.text.index, dtype="str")
    path, purpose, status, channel = (
        batch.fields.get(name, blank) for name in ("handling_path", "purpose", "status", "channel")
    )
    elsewhere = path.isna() & purpose.isin(list(ARTICLES_OF_PURPOSES)) | path.notna() & (path != PETITION_PROCEDURE)
    return ~(elsewhere | status.isin(NOT_HANDLED) | (channel == HOTLINE).fillna(False).astype(bool))


def _hotline_limits(batch: Batch, days: int, calendar: Workdays) -> pd.Series:
    """The last working day for the answer to an order of 12345; blank for all others."""
    registered = batch.fields["registered_at"]
    orders = registered.notna()
    if "channel" not in batch.fields:
        orders[:] = False
    else:
        orders &= (batch.fields["channel"] == HOTLINE).fillna(False).astype(bool)
    limits = pd.Series(pd.NaT, index=registered.index, dtype="datetime64[us]")
    starts = registered[orders].to_numpy().astype("datetime64[D]")
    limits[orders] = calendar.after_many(starts, days).astype("datetime64[us]")
    return limits


def _next_workday(days: pd.Series, calendar: Workdays) -> pd.Series:
    """Each day itself if it is a working day, else the next one: the first working day after the day before."""
    known = days.notna()
    rolled = days.copy()
    before = days[known].to_numpy().astype("datetime64[D]") - 1
    rolled[known] = calendar.after_many(before, 1).astype("datetime64[us]")
    return rolled


def set_status(batch: Batch, case_map: CaseMap) -> None:
    """Status and resolution where no column gives them, from the times of the case."""
    blank = pd.Series(pd.NaT, index=batch.text.index, dtype="datetime64[us]")
    closed, accepted, forwarded = (
        batch.fields.get(name, blank).notna() for name in ("closed_at", "accepted_at", "forwarded_at")
    )
    words = case_map.status
    names = [words.closed, *([words.open] * 3 if words.open else OPEN_STATUSES[::-1])]
    stage = np.select([closed, accepted, forwarded], [0, 1, 2], 3)
    derived = taken(names, stage, blank.index)
    given = batch.fields.get("status")
    batch.fields["status"] = derived if given is None else given.fillna(derived)
    if "resolved" in batch.fields:
        batch.fields["resolved"] = batch.fields["resolved"].where(closed)
    elif words.closed_is_resolved is not None:
        batch.fields["resolved"] = pd.Series(words.closed_is_resolved, index=blank.index, dtype="boolean").where(closed)


def set_petitioner(batch: Batch, case_map: CaseMap, secret: str) -> None:
    """The salted hash of the columns that are one person; a blank among them leaves the person unknown."""
    if case_map.petitioner is None:
        return
    columns = case_map.petitioner.key
    joined = batch.text[columns[0]]
    for name in columns[1:]:
        joined = joined + "\x1f" + batch.text[name]
    batch.fields["petitioner_key"] = by_value(joined, lambda person: key_of(person, case_map.source.name, secret))
