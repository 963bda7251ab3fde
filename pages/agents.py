"""信访代办: agents by origin and place, communities covered, the cases they accompany and what becomes of them."""

from cockpit import cells, comparisons, places, rows, splits
from cockpit.links import list_link, number_link
from cockpit.view import View
from pages.parts import clicks, empty_period, filters, layout, notices, number_cards, pictures, rankings, tables
from pages.parts.navigation import open_link
from queries import accompaniment
from queries.measure import measure, metric_of
from views import charts
from wording import findings, headlines
from wording.names import PLACE_NAMES

COVERAGE = "communities_with_agent"
CARDS = ("agents", COVERAGE, "agents_engaged", "cases_accompanied", "accompanied_rate", "accompanied_open")
MOST_PLACES = 16
# Agents with more cases than this stand together.
MOST_CASES = 9


@layout.needs(COVERAGE)
def coverage(view: View) -> None:
    """Which places have communities without an agent."""
    levels = places.levels_below(view, without=("community", "grid"))
    if not levels:
        notices.hint("代办员覆盖按社区（村）计；选区县或街道看它下面各处的覆盖。")
        return
    dimension = filters.choose_level("查看层级", levels, "coverage_level")
    noun, by_place = PLACE_NAMES[dimension], splits.split(view, [COVERAGE], dimension)
    rankings.ranking(
        view,
        by_place,
        COVERAGE,
        dimension,
        key=f"coverage_{dimension}",
        alt=f"各{noun}代办员覆盖率",
        title=view.derive(findings.uncovered, by_place),
        subtitle=f"各{noun}代办员覆盖率，有代办员的／全部社区（村）；低的在前",
        from_zero=False,
        most=MOST_PLACES,
        none="这个区域下没有社区（村）",
    )


def people(view: View) -> None:
    """Agents by place and origin; a cell opens them."""
    dimension = places.dimension_of_cases(view)
    if layout.explain_missing_split(view, "agents", dimension):
        return
    agents = view.hold(measure, ["agents"], as_of=view.stocks_at, within=view.within, by=[dimension, "origin"])
    if agents.empty:
        notices.hint("这个区域没有在岗的代办员。")
        return
    by_origin, noun = splits.split(view, ["agents"], "origin"), PLACE_NAMES[dimension]
    is_long = agents[dimension].nunique(dropna=False) > MOST_PLACES
    pictures.heat(
        view,
        cells.agents_by_origin(view, agents, dimension, MOST_PLACES),
        key=f"agents_{dimension}",
        alt=f"代办员按{noun}和来源",
        title=view.derive(findings.most, by_origin, "全部", none="没有代办员", unit="人"),
        subtitle=f"在岗代办员按{noun}和来源（人）" + (f"，列最多的 {MOST_PLACES} 个" if is_long else ""),
        unit="人",
        link=lambda cell: list_link("agents", **{dimension: cell["code"], "origin": cell["origin"]}),
    )


def by_origin(view: View) -> None:
    """Who accompanies: cases of the period by the origin of their agents."""
    rankings.counted(
        view,
        "cases_accompanied",
        "origin",
        "代办件",
        key="cases_by_origin",
        alt="代办信访件按代办员来源",
        subtitle="期内登记的代办信访件，按代办员来源（件次）",
        none="这一时段没有代办件",
    )


@layout.needs("cases_accompanied")
def shares(view: View) -> None:
    """How many cases an agent has."""
    loads = view.hold(accompaniment.load, **view.scope)
    drawing = clicks.draw(
        view,
        charts.bars,
        view.derive(accompaniment.grouped, loads, MOST_CASES),
        title=view.derive(findings.accompanying, loads),
        subtitle="代办员按期内代办件次分组（人），横轴为每人件次",
        unit="人",
        height=150,
    )
    clicks.chart(drawing, "agent_load", alt="代办员按代办件次")


@layout.needs("cases_accompanied")
def busiest(view: View) -> None:
    """Who has most to do; a row opens the cases."""
    agents = view.hold(accompaniment.busiest, **view.scope)
    tables.headed(
        view.derive(rows.busiest_agents, agents),
        view.derive(headlines.busiest, agents),
        "期内登记的代办件，及目前全部在办件；选中一行查看期内代办件",
        none="期内登记、有代办员的信访件",
        define="cases_accompanied",
        open_row=lambda row: open_link(list_link("cases_accompanied", agent=agents["agent"].iloc[row])),
        key="busiest",
        alt="代办最多的代办员",
        high=8,
    )


def compared(view: View) -> None:
    """What becomes of accompanied cases, beside comparable ones without an agent."""
    pictures.compared(
        view, comparisons.with_agent(view), subtitle="期内办结或评价的信访件", alt="代办件与可比件的办理结果"
    )


def plain(view: View) -> None:
    """The same numbers unweighted; a cell opens the cases of it that need attention."""
    names = [*comparisons.OUTCOMES, "on_time_completion", "repeat_rate"]

    def open_cases(row: int, head: str) -> None:
        rates = splits.rows_of(splits.split(view, names, "accompanied"), names[row]).set_index("code")
        if head in rates.index:
            open_link(number_link(metric_of(names[row]), rates.loc[head], accompanied=head))

    tables.headed(
        rows.accompanied_rates(view, names),
        "有代办员与无代办员的信访件，未加权",
        "期内各率，括号内为分子／分母；选中一格查看需关注的件",
        define="accompanied_rate",
        open_cell=open_cases,
        key="plain_outcomes",
        alt="有代办员与无代办员的信访件",
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "信访代办", f"{view.text}。代办员队伍、社区覆盖、代办件和办理结果。")
    if layout.page_is_empty(view, ["agents", "cases_accompanied"], "信访代办员"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="agent_cards")
    layout.row(view, coverage, people, widths=(2, 3))
    layout.row(view, by_origin, shares, busiest)
    layout.row(view, compared, plain)
