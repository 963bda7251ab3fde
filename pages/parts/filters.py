"""The filter bar: period, area, channel, category and moment, bound to the address so that every view is a link."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import pandas as pd
import streamlit as st

from casebase.settings import FIRST_YEAR, LAST_YEAR
from cockpit import places
from cockpit.data import Data
from cockpit.kept import kept
from cockpit.view import DEFAULT_PERIOD, PRESETS, PREVIOUS, View, comparisons
from pages.parts import menu, not_offered, recording, session
from pages.parts.markdown import escape_markdown
from queries import names
from queries.model import Slice
from queries.periods import Period, Preset, end_of_day, period_of
from queries.subjects import AREA_DIMENSIONS, AREA_LEVELS
from views import words
from wording.names import ALL_UNITS, PLACE_NAMES

CUSTOM = "自选"
# What follows from a choice that is not there.
_NOT_NARROWED = "以下数字未按它筛选"
# How like a name of the bar another is that was meant for it: distrct is, and the page's own form is not like from.
_ALIKE = 0.8
# The name of a place of any level in an address.
_AREA = "area"
# The choice that filters nothing.
_NO_CHOICE = ""
_CHOICES_SET = "_filters_set"
# What the bar showed last, and what it was set to.
_SHOWS, _SET = "_filters_shown", "_filters_set_to"
# What the bar asked last, as texts.
_ASKED = "_filters_asked"
# By its key what each choice of a page's own showed last, what it began with then, and whether a reader chose it.
_SHOWN_LAST = "_filters_shown_last"
# The levels of area that the bar has a choice for, the largest first.
AREA_KEYS = tuple(AREA_LEVELS)
# The keys of the bar's widgets. What a link brought is in the address of the next page only if it is set anew.
BAR_KEYS = ("period", "from", "to", *AREA_KEYS, "channel", "category", "as_of")
# Left to itself the widget goes ten years back, and a link's day before that is dropped without a word.
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
# Room in px for a whole day and the two buttons beside it; narrower, the one that clears it lies on its last digit.
_DATE_WIDTH = 150
_AREA_LABELS = {"district": "区县", "street": "街道", "community": "社区"}
_WHOLE_AREA_LABELS = {"district": "全部区县", "street": "全部街道", "community": "全部社区"}


def bar(data: Data) -> View:
    """Draw the bar and read it."""
    choices = bar_choices()
    st.session_state.update(choices | st.session_state.pop(_CHOICES_SET, {}))
    if menu.current_page() == menu.script("case_course"):
        return _moment_alone(data)
    _take_area_of_the_address(data)
    _note_misspelt_names()
    # Two groups: where the line has no room for both, it breaks between them (see style.css).
    with st.container(horizontal=True, key="filters"):
        with _group("when"):
            _begin_with_days_of_the_address()
            periods = [*PRESETS, CUSTOM]
            not_offered.check("period", "时间", periods, DEFAULT_PERIOD, not_offered.shown_instead(DEFAULT_PERIOD))
            chosen = st.segmented_control(
                "时间",
                periods,
                default=DEFAULT_PERIOD,
                required=True,
                key="period",
                bind="query-params",
                on_change=_write_days,
            )
            latest = data.as_of
            custom = _custom(latest.date()) if chosen == CUSTOM else None
            if custom is None:
                _note_days_that_do_not_count()
        with _group("which"):
            area, place = _area(data)
            channels = data.ask(names.channels)
            channel = _choice("信访形式", "channel", dict(zip(channels, channels, strict=True)), "全部形式")
            category, category_name = _category(data)
            as_of = _as_of(latest)
        period = custom or period_of(PRESETS[chosen], as_of.date())
    not_offered.say()
    st.session_state[_SHOWS], st.session_state[_SET] = _shown(data), bar_choices()
    st.session_state[_ASKED] = _asked(
        period=None if custom else chosen,
        **{"from": custom and custom.start, "to": custom and custom.end},
        area=area,
        channel=channel,
        category=category,
        as_of=as_of.date() if as_of < latest else None,
    )
    compared = comparisons(PREVIOUS[PRESETS.get(chosen)])
    view = View(data, as_of, period, Slice(area, channel, category), compared, place, category_name, period)
    return replace(view, comparisons=()) if view.is_ahead else view


def _moment_alone(data: Data) -> View:
    """The bar of a case, which is what it is in any period and place: the moment alone. The rest is kept for what
    comes after it.

    None of it stands in the address of a case. The framework adds what the bar says to a page's new address by a step
    of its own, after the page or before it as the machine's haste has it: the browser's own way back would stop there.
    """
    with st.container(horizontal=True, key="filters"):
        as_of = _as_of(data.as_of)
    not_offered.say()
    st.session_state[_SHOWS], st.session_state[_SET] = _shown(data), bar_choices()
    st.session_state[_ASKED] = _asked(as_of=as_of.date() if as_of < data.as_of else None)
    return View(data, as_of, period_of(PRESETS[DEFAULT_PERIOD], as_of.date()), Slice(), (), data.whole)


def _group(key: str) -> Any:
    """Choices of the bar that stay beside each other as long as the screen is wide enough for them."""
    return st.container(horizontal=True, vertical_alignment="bottom", width="content", key=f"filters_{key}")


def shows(data: Data) -> bool:
    """Whether the bar, drawn in an earlier run, would offer the same of this data."""
    return bool(st.session_state.get(_SHOWS) == _shown(data))


def is_set_as_shown() -> bool:
    """Whether the bar stands as it was drawn: what was clicked since has set none of its choices."""
    return st.session_state.get(_SET) == bar_choices() and _CHOICES_SET not in st.session_state


def _shown(data: Data) -> Hashable:
    return data.as_of.date(), _named(data)


@kept
def _named(data: Data) -> Hashable:
    """What the bar and the top of the page name: whose cockpit it is, places, classes, channels."""
    places_by_code = places.areas(data)[["name", "level", "parent_code"]]
    marks = pd.util.hash_pandas_object(places_by_code).sum()
    classes = tuple(_first_classes(data).items())
    return data.live.owner, data.whole, int(marks), classes, tuple(data.ask(names.channels))


def set_period(period: Period) -> dict[str, str]:
    """Set the bar to these days when it is drawn next, on another page.

    Widgets own their part of the address: what they show is set for the next run, and only what none of them
    shows yet is handed back, for the address to carry.
    """
    days = {"from": period.start, "to": period.end}
    st.session_state[_CHOICES_SET] = {"period": CUSTOM, **days}
    return {} if st.session_state["period"] == CUSTOM else {name: day.isoformat() for name, day in days.items()}


def show_period(period: Period) -> None:
    """Set the bar to these days and draw the page anew. For callbacks, before the bar is drawn again."""
    st.query_params.update(set_period(period))


def show_latest() -> None:
    """Set the bar to the latest moment and draw the page anew. For callbacks, before the bar is drawn again."""
    st.session_state["as_of"] = None


def bar_choices() -> dict[str, object]:
    """What the bar is set to, for `set_choices`."""
    return {key: st.session_state[key] for key in BAR_KEYS if key in st.session_state}


def _asked(**choices: object) -> dict[str, str]:
    return {name: str(choice) for name, choice in choices.items() if choice}


def address_text(own: Mapping[str, str] | None = None, *, without: Collection[str] = ()) -> str:
    """The page that is open and what it is asked, to read: /list?metric=backlog&part=hits&area=410105&period=本月.

    `own` are the page's own choices, where it does not go by the address; the bar's come from the bar, but for those
    that the page does not heed (`without`, by their keys).
    """
    if own is None:
        own = {name: value for name, value in st.query_params.items() if name not in BAR_KEYS}
    asked = {**own, **st.session_state.get(_ASKED, {})}
    text = "&".join(f"{name}={value}" for name, value in asked.items() if name not in without)
    return f"/{menu.current_path()}{'?' if text else ''}{text}"


def set_choices(**choices: object) -> None:
    """Set what a page asks in a bar of its own, by the keys of its widgets, when that page is drawn next."""
    st.session_state[_CHOICES_SET] = st.session_state.get(_CHOICES_SET, {}) | choices


def default_of(key: str, otherwise: Any) -> Any:
    """What a choice of a page's own bar begins with: `otherwise`, but on the way back from a list what it was.

    Going back, the browser stops at the page under the list's address, which does not carry the choice.
    """
    return st.session_state.get(key, otherwise) if "metric" in st.query_params else otherwise


def choose(
    label: str,
    options: Sequence[Any] | Mapping[Any, str],
    key: str,
    otherwise: Any = None,
    label_of: Callable[[Any], str] = str,
    *,
    hidden: bool = False,
) -> Any:
    """One of a page's own choices, in the address and kept on other pages; what is no option (any more) is let go.

    Options may come with their labels. It begins with `otherwise`, or the first. A `hidden` label is read aloud alone.
    """
    labels = dict(options) if isinstance(options, Mapping) else {option: label_of(option) for option in options}
    begin = next(iter(labels)) if otherwise is None else otherwise
    is_chosen = _is_chosen(key, begin)
    if st.session_state.get(key, begin) in labels:
        not_offered.check(key, label, labels.values(), begin, not_offered.shown_instead(labels[begin]))
    else:
        del st.session_state[key]
    shown = st.segmented_control(
        label,
        list(labels),
        default=default_of(key, begin),
        required=True,
        format_func=labels.__getitem__,
        key=key,
        bind="query-params",
        label_visibility="collapsed" if hidden else "visible",
    )
    st.session_state.setdefault(_SHOWN_LAST, {})[key] = shown, begin, is_chosen
    return shown


def _is_chosen(key: str, begin: Any) -> bool:
    """Whether a reader chose what this choice shows. What none chose begins elsewhere with the choice, as in another
    period.

    The address has what a reader chose unless the choice began there, and no more. It alone tells of a first time.
    """
    if key not in st.session_state or key not in st.session_state.setdefault(_SHOWN_LAST, {}):
        return key in st.query_params
    shown, began, was_chosen = st.session_state[_SHOWN_LAST][key]
    value = st.session_state[key]
    is_chosen = bool(was_chosen) if value == shown else value != began
    if not is_chosen and value != begin:
        st.session_state[key] = begin
    return is_chosen


def choose_level(label: str, levels: Sequence[str], key: str) -> str:
    """Which of these levels of places (see places.levels_below) to look at; no choice where there is but one."""
    if len(levels) < 2:
        name = PLACE_NAMES[levels[0]]
        not_offered.check(key, label, [name], levels[0], not_offered.shown_instead(name))
        return levels[0]
    level: str = choose(label, levels, key, None, PLACE_NAMES.__getitem__)
    return level


def set_area(code: str | None) -> None:
    """Set the area of the bar (None: the whole city). For callbacks, before the bar is drawn again."""
    st.session_state.update(area_choices(code))


def area_choices(code: str | None) -> dict[str, str]:
    """What the bar's choices of place are set to for an area (None: the whole city)."""
    path = dict.fromkeys(AREA_KEYS, _NO_CHOICE)
    for row in _path(session.current_data(), code):
        if row["level"] >= 2:
            path[AREA_DIMENSIONS[row["level"]]] = row["code"]
    return dict(list(path.items())[_levels_above(session.current_data()) :])


def area_path(view: View) -> list[tuple[str, str]]:
    """Code and name of the areas from the city, or the one area that the reader may see, down to the view's."""
    named = places.area_names(view.data)
    top = [(code, named[code]) for code in places.outermost(view.data)]
    deeper = _levels_above(view.data) + 2
    return top + [(row["code"], row["name"]) for row in _path(view.data, view.within.area) if row["level"] >= deeper]


def fixed_levels(view: View) -> set[str]:
    """The levels of area that the bar has fixed, so that every row would say the same."""
    path = area_path(view) if view.within.area else []
    return set(AREA_KEYS[: max(_levels_above(view.data) + len(path) - 1, 0)])


def _levels_above(data: Data) -> int:
    """How many of the choices of place are made for a reader by what he may see."""
    area = data.scope.area
    return int(places.areas(data)["level"][area]) - 1 if area else 0


def _path(data: Data, code: str | None) -> list[pd.Series]:
    table = places.areas(data)
    path: list[pd.Series] = []
    while code in table.index:
        row: Any = table.loc[code]
        path.insert(0, row)
        code = row["parent_code"]
    return path


def _as_of(latest: datetime) -> datetime:
    check_day("as_of", "截至", FIRST_DAY, latest.date(), "以下数字是最新的")
    day = st.date_input(
        "截至",
        value=None,
        max_value=latest.date(),
        min_value=FIRST_DAY,
        key="as_of",
        bind="query-params",
        format="YYYY-MM-DD",
        width=_DATE_WIDTH,
        help="所有数字按这一天结束时的情况重算；不选即最新。",
    )
    return min(latest, end_of_day(day)) if day else latest


def _custom(today: date) -> Period:
    start = _day("从", "from", period_of(Preset.MONTH, _last_day_asked(today)).start)
    end = _day("到", "to", today)
    if end < start:
        not_offered.note(f"结束日期 {end} 早于开始日期 {start}，已按开始日期当天计算。")
    return Period(start, max(start, end))


def _last_day_asked(today: date) -> date:
    """What 到 is set to, drawn after 从: days without a first one begin with its month, not with one after it."""
    asked = _day_written(st.query_params.get("to", ""), FIRST_DAY, LAST_DAY)
    return st.session_state.get("to", asked) or today


def _write_days() -> None:
    """Days of one's own stand in the address from the start: a widget's default would not, and is another tomorrow."""
    if st.session_state["period"] == CUSTOM:
        today = session.current_data().as_of.date()
        days = {"from": today.replace(day=1), "to": today}
        st.session_state[_CHOICES_SET] = days
        st.query_params.update({name: day.isoformat() for name, day in days.items()})


def _begin_with_days_of_the_address() -> None:
    """An address that names days and no period means these days."""
    asked = st.query_params
    if "period" not in st.session_state and "period" not in asked and ("from" in asked or "to" in asked):
        st.session_state["period"] = CUSTOM


def _note_days_that_do_not_count() -> None:
    """Days in the address beside a period that is not one's own."""
    for key, label in (("from", "从"), ("to", "到")):
        asked = not_offered.asked_in_vain(key, lambda _: False, None)
        if asked:
            not_offered.note(
                f"地址里的{label}「{escape_markdown(asked)}」只与时间「{CUSTOM}」同用，以下数字未按它计算。"
            )


def check_day(key: str, label: str, first: date, last: date, so: str) -> None:
    """Note what the address asks of a choice of a day, drawn next, that is no day from `first` to `last`."""
    asked = not_offered.asked_in_vain(key, lambda text: _day_written(text, first, last) is not None, None)
    if asked:
        days = f"{words.day(first, year=True)}至{words.day(last, year=True)}"
        not_offered.note(f"地址里的{label}「{escape_markdown(asked)}」不是{days}的日期，{so}。")


def _day_written(text: str, first: date, last: date) -> date | None:
    """The day of these that the framework reads from a text of an address; None where it reads none."""
    for form in ("%Y-%m-%d", "%Y/%m/%d"):
        with suppress(ValueError):
            day = datetime.strptime(text, form).date()
            return day if first <= day <= last else None
    return None


def _day(label: str, key: str, otherwise: date) -> date:
    check_day(key, label, FIRST_DAY, LAST_DAY, f"已按{words.day(otherwise, year=True)}计算")
    day: date | None = st.date_input(
        label,
        value=None,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        key=key,
        bind="query-params",
        format="YYYY-MM-DD",
        width=_DATE_WIDTH,
    )
    if day is None and not not_offered.is_asked_in_vain(key):
        not_offered.note(f"时间「{CUSTOM}」没有写{label}哪一天，已按{words.day(otherwise, year=True)}计算。")
    return day or otherwise


def _area(data: Data) -> tuple[str | None, str]:
    """District, street and community, each choice opening the next, from those in what the reader may see."""
    chosen, place, parents = data.scope.area, data.whole, places.outermost(data)
    _note_places_of_others(data)
    keys = AREA_KEYS[_levels_above(data) :]
    for number, name in enumerate(keys):
        own = places.names_below(data, parents)
        if not own:
            break
        every = data.whole if name == "district" and data.scope.is_whole else _WHOLE_AREA_LABELS[name]
        code = _choice(_AREA_LABELS[name], name, own, every)
        if code is None:
            _note_places_in_none(keys[number + 1 :])
            break
        chosen, place, parents = code, places.area_names(data)[code], (code,)
    return chosen, place


def _take_area_of_the_address(data: Data) -> None:
    """An address may name a place of any level by `area`, as a wall's does and the access log: the bar is set to it."""
    asked = st.query_params.get(_AREA, "")
    codes = [asked] if asked in places.areas(data).index else _codes_called(data, asked)
    if len(codes) == 1:
        del st.query_params[_AREA]
        set_area(codes[0])
    elif codes:
        not_offered.note(_shared("区域", asked))
    elif asked:
        not_offered.note(_unknown("区域", asked, _NOT_NARROWED))


def _codes_called(data: Data, name: str) -> list[str]:
    """The areas that have a name."""
    return [code for code, told_apart in places.area_names(data).items() if told_apart == name]


def _note_misspelt_names() -> None:
    """A name of the bar that is misspelt narrows nothing; what it is not like at all may be another page's.

    The cells of a list (by_district) are not the bar's: the list says itself what it has not.
    """
    for name in st.query_params:
        alike = get_close_matches(name, BAR_KEYS, n=1, cutoff=_ALIKE)
        if alike and name not in BAR_KEYS and not name.startswith("by_"):
            not_offered.note(f"地址里的「{escape_markdown(name)}」不认得，是不是「{alike[0]}」？{_NOT_NARROWED}。")


def _note_places_of_others(data: Data) -> None:
    """On a level that has no choice for this reader, an address may name another place than the reader's own."""
    own = {str(row[named]) for row in _path(data, data.scope.area) for named in ("code", "name")}
    for name in AREA_KEYS[: _levels_above(data)]:
        asked = st.query_params.get(name)
        if asked and asked not in own:
            not_offered.note(_unknown(_AREA_LABELS[name], asked, _NOT_NARROWED))


def _note_places_in_none(keys: Sequence[str]) -> None:
    """A street or community in the address, of which nothing chosen says where it lies, has no choice."""
    for key in keys:
        asked = not_offered.asked_in_vain(key, lambda _: False, _NO_CHOICE)
        if asked:
            label = _AREA_LABELS[key]
            not_offered.note(f"地址里的{label}「{escape_markdown(asked)}」没有写在哪个上级区域，{_NOT_NARROWED}。")


def _category(data: Data) -> tuple[str | None, str | None]:
    """Code and name of the chosen first-level class."""
    classes = _first_classes(data)
    code = _choice("内容分类", "category", classes, "全部分类")
    return code, classes.get(code or "")


@kept
def _first_classes(data: Data) -> Mapping[str, str]:
    """The names of the first-level classes, by their codes."""
    table, told_apart = data.ask(names.categories), data.ask(names.names_of, "category") or {}
    return {code: told_apart[code] for code in table.loc[table["parent_code"].isna(), "code"]}


def labels_of(own: Mapping[str, str], every: str) -> dict[str, str]:
    """How the options of a choice of the bar are called, by their codes; `every` is that of no choice ("").

    The address has a choice by its label, which therefore no other option has.
    """
    return {_NO_CHOICE: every, **names.told_apart(own, taken=[every])}


def _choice(label: str, key: str, own: Mapping[str, str], every: str) -> str | None:
    """One of these codes, called by their own names as far as they tell them apart; None for `every`."""
    labels = labels_of(own, every)
    _resolve_address(key, label, own, labels)
    chosen: str = st.selectbox(
        label,
        list(labels),
        format_func=lambda option: labels.get(option, option),
        key=key,
        bind="query-params",
        width=140,
    )
    return chosen or None


def _resolve_address(key: str, label: str, own: Mapping[str, str], labels: Mapping[str, str]) -> None:
    """Let an address name a place or class by its code, too, and say so where it names what there is not.

    The widget reads the labels of its options alone and takes anything else for no choice.
    """
    unknown = not_offered.asked_in_vain(key, {*labels.values(), *own}.__contains__, _NO_CHOICE)
    asked = st.query_params.get(key)
    if asked in own and asked not in labels.values() and key not in st.session_state:
        st.session_state[key] = asked
    if unknown in own.values():
        not_offered.note(_shared(label, unknown))
    elif unknown:
        not_offered.note(_unknown(label, unknown, _NOT_NARROWED))


def warn_of_unknown(label: str, asked: str, so: str) -> None:
    """Say that there is no such place, class or unit, for this reader, and what follows; the log has it as refused."""
    st.warning(_unknown(label, asked, so))


def _shared(label: str, asked: str) -> str:
    return f"地址里的{label}「{escape_markdown(asked)}」有几个同名，{_NOT_NARROWED}，请选其中一个。"


def _unknown(label: str, asked: str, so: str) -> str:
    where = "不在库中" if session.current_data().scope.is_whole else "不在您可以查看的范围里"
    recording.refused(label, f"{label} {asked}")
    return f"地址里的{label}「{escape_markdown(asked)}」{where}，{so}。"


def choose_unit_kind(groups: Mapping[str, pd.DataFrame]) -> tuple[str, str] | None:
    """The chosen one of `splits.by_kind`'s groups and what a unit of it is called; None where there is no unit."""
    kinds = list(groups)
    if not kinds:
        return None
    kind = kinds[0] if len(kinds) < 2 else choose("单位类别", kinds, "unit_kind")
    return kind, "单位" if kind == ALL_UNITS else kind
