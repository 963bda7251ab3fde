"""Rules of the whole project that no linter knows."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config as streamlit_config

from casebase.settings import ROOT, Settings
from queries.registry import METRICS
from views.tokens import DESK, FONT, WALL, Palette

CLOCKS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("Timestamp", "now"),
    ("Timestamp", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("func", "now"),
    ("func", "current_timestamp"),
    ("func", "current_date"),
}


def may_ask_the_time(path: Path) -> bool:
    """A command takes the time when it starts, from the one module that reads the clock."""
    return path.name == "__main__.py" or path == ROOT / "casebase" / "clock.py"


def clock_readings(source: str) -> Iterator[str]:
    """Places of `x.now()` and its like, whether called or handed on as a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if (name, node.attr) in CLOCKS:
                yield f"line {node.lineno}: {name}.{node.attr}"
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "casebase.clock"):
            yield f"line {node.lineno}: from {node.module} import …"


def test_time_is_an_argument_below_the_pages() -> None:
    read = {
        str(path.relative_to(ROOT)): found
        for room in ("casebase", "access", "queries", "views")
        for path in sorted((ROOT / room).rglob("*.py"))
        if not may_ask_the_time(path) and (found := list(clock_readings(path.read_text(encoding="utf-8"))))
    }
    assert read == {}


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now()",
        "dt.datetime.now(tz)",
        "f = date.today",
        "pd.Timestamp.now()",
        "time.time()",
        "sa.func.now()",
        "from casebase.clock import wall_clock",
    ],
)
def test_reading_the_clock_is_noticed(source: str) -> None:
    assert list(clock_readings(source))


def keys_of(document: dict[str, object], above: str = "") -> dict[str, object]:
    """Every key below its sections, as section.key → value."""
    found: dict[str, object] = {}
    for key, value in document.items():
        name = f"{above}.{key}" if above else key
        found |= keys_of(value, name) if isinstance(value, dict) else {name: value}
    return found


def test_config_file_has_every_setting_with_its_default() -> None:
    written = keys_of(tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8")))
    # Of targets, those that were agreed on must stand here; which other rates may have one, a line may say (false).
    targets = {key.removeprefix("targets."): written.pop(key) for key in list(written) if key.startswith("targets.")}
    agreed = {metric.id: metric.target * 100 for metric in METRICS.values() if metric.target is not None}
    assert {name: target for name, target in targets.items() if target is not False} == pytest.approx(agreed)
    assert [name for name in targets if not METRICS[name].can_have_target] == []
    assert written == keys_of(Settings().model_dump(mode="json"))


def test_every_key_of_the_config_file_is_explained() -> None:
    """A comment stands above the key, above the keys it heads, or above its section's first key."""
    explained, bare = False, []
    for line in (ROOT / "config.toml").read_text(encoding="utf-8").splitlines():
        if re.match(r"\[|\s*$", line):
            explained = False
        elif line.startswith("#"):
            explained = True
        elif not explained:
            bare.append(line)
    assert bare == []


def theme(palette: Palette) -> dict[str, object]:
    """What Streamlit's own widgets must show for a palette."""
    return {
        "primaryColor": palette.accent,
        "backgroundColor": palette.ground,
        "secondaryBackgroundColor": palette.surface,
        "textColor": palette.ink,
        "linkColor": palette.accent,
        "borderColor": palette.line,
        "redTextColor": palette.red,
        "orangeTextColor": palette.amber,
        "greenTextColor": palette.green,
        "grayTextColor": palette.muted,
        "chartCategoricalColors": list(palette.categories),
    }


def streamlit_file() -> dict[str, object]:
    return keys_of(tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("name", "palette"), [("light", DESK), ("dark", WALL)])
def test_streamlit_theme_is_the_palette(name: str, palette: Palette) -> None:
    written = streamlit_file()
    assert {key: written[f"theme.{name}.{key}"] for key in theme(palette)} == theme(palette)
    assert written["theme.font"] == FONT


def test_streamlit_knows_every_option_that_is_set() -> None:
    known = streamlit_config.get_config_options()
    assert set(streamlit_file()) <= set(known)


def test_streamlit_calls_nobody() -> None:
    written = streamlit_file()
    assert written["browser.gatherUsageStats"] is False
    assert written["browser.serverAddress"]
    assert "://" not in (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")


def declared(group: str = "") -> dict[str, Requirement]:
    """What pyproject.toml lists for the cockpit, or in a group besides, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


@dataclass(frozen=True)
class Pin:
    """One package of a lock: its version, how many hashes it has, and which lists of pyproject.toml ask for it."""

    version: str
    hashes: int
    asked_by: set[str]


def locked(name: str) -> dict[str, Pin]:
    """The packages of a lock, as `uv pip compile` writes them; a line of any other form is an error."""
    pins: dict[str, Pin] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip()):
        if block.startswith("#"):
            continue
        pinned = re.match(r"([a-z0-9-]+)==(\S+)( ;[^\n]*?)? \\\n", block)
        assert pinned, f"{name}: {block.splitlines()[0]} is not pinned"
        asked_by = set(re.findall(r"petition-cockpit \(pyproject\.toml(?::(\w+))?\)", block))
        pins[pinned[1]] = Pin(pinned[2], block.count("--hash=sha256:"), asked_by)
    return pins


LOCKS = {
    "requirements.txt": {"": declared()},
    "requirements-dev.txt": {"": declared(), "dev": declared("dev")},
    ".ci/uv.txt": {"install": declared("install")},
}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_is_what_pyproject_declares(name: str) -> None:
    """Whoever changes a list without .ci/lock, or a lock by hand, hears of it here, without a network."""
    pins = locked(name)
    for group, requirements in LOCKS[name].items():
        assert {package for package, pin in pins.items() if group in pin.asked_by} == set(requirements)
        for package, requirement in requirements.items():
            assert requirement.specifier.contains(pins[package].version), f"{name}: {package} {pins[package].version}"
    assert {package for package, pin in pins.items() if not pin.hashes} == set()


def test_tests_run_on_what_the_cockpit_runs_on() -> None:
    installed, tested = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: pin.version for name, pin in installed.items() if tested[name].version != pin.version} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"://|--(?:extra-)?index|--find-links", text) == []


@pytest.mark.parametrize("group", ["", "dev", "install"])
def test_every_declared_package_has_a_reason(group: str) -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert [name for name in declared(group) if f"`{name}`" not in explained] == []


def test_no_package_is_explained_that_is_not_declared() -> None:
    rows = re.findall(r"(?m)^\| `([^`]+)` \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"))
    assert set(rows) == set(declared()) | set(declared("dev")) | set(declared("install"))


def settings_read(source: str) -> set[tuple[str, str]]:
    """Settings that a module reads, as (section, key): `x.lights.shortfall`, or `lights.shortfall` of a name for them.

    A name stands for a section where it was set to one (`lights = settings.lights`) or is annotated with its class.
    """
    tree = ast.parse(source)
    sections = {type(section).__name__: name for name, section in Settings()}
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name) and node.annotation.id in sections:
            names[node.arg] = sections[node.annotation.id]
        for target, value in assigned(node):
            if isinstance(target, ast.Name) and isinstance(value, ast.Attribute) and value.attr in sections.values():
                names[target.id] = value.attr
    reads = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {(names.get(owner_of(node), owner_of(node)), node.attr) for node in reads}


def assigned(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """What is set to what: `a = b`, and each of `a, b = c, d`."""
    if not isinstance(node, ast.Assign):
        return []
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def owner_of(node: ast.Attribute) -> str:
    """The last name before the dot: lights of `settings.lights.shortfall`."""
    owner = node.value
    return owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""


def test_every_setting_is_read_somewhere() -> None:
    """A key of config.toml that nothing reads promises what the cockpit does not do. Targets are looked up by id."""
    rooms = ("casebase", "access", "queries", "views", "wording", "briefings", "cockpit", "pages", "screen", "server")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py") if path.name != "settings.py"]
    read = set().union(*(settings_read(path.read_text(encoding="utf-8")) for path in [*files, ROOT / "app.py"]))
    known = {(name, key) for name, section in Settings() if name != "targets" for key in type(section).model_fields}
    assert known - read == set()


# What reads or holds who petitioned, beside what fills the tables: a case's own course, and texts it is taken out of.
_MAY_READ_PETITIONERS = {
    "casebase/schema.py",
    "casebase/checks.py",
    "casebase/persons.py",
    "queries/blanks.py",
    "queries/course.py",
    "queries/hot_topics.py",
    "queries/subjects/expressions.py",
}


def test_one_function_reads_unmasked_and_one_caller_calls_it() -> None:
    readers, callers, uncoerced = set(), set(), set()
    for path in sorted(
        path for room in {path.parent for path in ROOT.glob("*/__init__.py")} for path in room.rglob("*.py")
    ):
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        if name.startswith(("casebase/demo/", "casebase/loading/", "casebase/migrations/", "tests/")):
            continue
        readers |= {name} if "petitioner_" in text else set()
        callers |= {name} if re.search(r"\brevealed\(", text) else set()
        uncoerced |= {name} if re.search(r"type_coerce\([^()]*\.(title|body|note|actor), String\)", text) else set()
    assert readers == _MAY_READ_PETITIONERS
    assert callers == {"cockpit/reveal.py", "queries/course.py"}
    assert uncoerced == {"queries/course.py"}


def test_every_file_that_a_page_hands_out_is_logged() -> None:
    """What hands out bytes is in one place, which writes the access log first (see tests/pages/test_logged.py)."""
    hands_out = re.compile(r"\bdownload_button\b|content-disposition|FileResponse", re.IGNORECASE)
    files = [ROOT / "app.py", *(path for room in ("pages", "screen", "server") for path in (ROOT / room).rglob("*.py"))]
    places = {str(path.relative_to(ROOT)) for path in files if hands_out.search(path.read_text(encoding="utf-8"))}
    assert places == {"pages/parts/exports.py"}


def test_every_way_to_another_page_says_what_its_address_carries() -> None:
    """Without, the framework clears the address, and refuses where the filter bar has anything in it."""
    calls = [
        (str(path.relative_to(ROOT)), {keyword.arg for keyword in node.keywords})
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "switch_page"
    ]
    assert len(calls) > 4
    assert [path for path, given in calls if "query_params" not in given] == []


def test_pages_and_documents_reckon_working_days_as_numbers_do() -> None:
    """Before the calendar begins Workdays.after raises where Moment.workday knows what is meant."""
    direct = [
        str(path.relative_to(ROOT))
        for room in ("queries", "wording", "briefings", "cockpit", "pages", "screen")
        for path in sorted((ROOT / room).rglob("*.py"))
        if "workdays.after(" in path.read_text(encoding="utf-8") and path.name != "model.py"
    ]
    assert direct == []


# A file of the project as texts name it: domain.md §1, docs/screen.md, tests/queries/reference.py.
NAMED_FILE = re.compile(r"(?<![\w./{<-])((?:[\w-]+/)*[\w-]+\.(?:md|py|toml|txt|css|js|html|csv))\b(?:,? §(\d+))?")
WRITTEN_IN = ("*.py", "*.md", "*.toml", "*.css", "*.js", "*.html", "*.jinja")


def project_files() -> Iterator[Path]:
    """Every file of the project that people write: what lies at the top and in its rooms."""
    tops = [path for path in ROOT.iterdir() if path.suffix in {".py", ".md", ".toml"}]
    rooms = {path.parent for path in ROOT.glob("*/__init__.py")} | {ROOT / name for name in ("docs", "maps", "tests")}
    yield from (path for path in tops if path.is_file())
    yield from (path for room in rooms for pattern in WRITTEN_IN for path in room.rglob(pattern))


def prose(path: Path) -> str:
    """What a file says: a document whole, of Python the docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join([*docstrings, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


@cache
def names_of_modules() -> set[str]:
    return {path.name for path in project_files()}


def names_nothing(path: Path, name: str, section: str | None) -> bool:
    """Whether a named file, or its section, is not there. Names of documents alone are those of docs/; a module alone
    is any of that name."""
    places = [folder / name for folder in (ROOT, ROOT / "docs", path.parent)]
    target = next((place for place in places if place.is_file()), None)
    if target is None:
        # A bare name of any other kind may be a person's file (cases.csv); documents and paths are the project's.
        rooms = {room.name for room in ROOT.iterdir() if room.is_dir()}
        is_module = name.endswith(".py") and "/" not in name
        return (
            name.split("/")[0] in rooms
            or (name.endswith(".md") and not list(ROOT.glob(f"*/*/{name}")))
            or (is_module and name not in names_of_modules())
        )
    return section is not None and not re.search(rf"(?m)^## {section}\. ", target.read_text(encoding="utf-8"))


def test_every_file_and_section_that_is_named_exists() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}{f' §{section}' if section else ''}"
        for path in project_files()
        for name, section in NAMED_FILE.findall(prose(path))
        if names_nothing(path, name, section or None)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("domain.md §1", False),
        ("domain.md §99", True),
        ("docs/nowhere.md", True),
        ("nowhere.md", True),
        ("tests/queries/test_nowhere.py", True),
        ("tests/queries/reference.py", False),
        ("nowhere.py", True),
        ("bulk_sheet.py", False),
        ("cases.csv", False),
    ],
)
def test_a_file_that_is_not_there_is_noticed(text: str, missing: bool) -> None:
    [(name, section)] = NAMED_FILE.findall(text)
    assert names_nothing(ROOT / "README.md", name, section or None) is missing


def test_every_setting_that_a_document_names_exists() -> None:
    """`[section] key` in a document is one of config.toml; loading.md has those of maps besides."""
    sections = dict(Settings())
    wrong = []
    for path in [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").glob("*.md") if path.name != "loading.md")]:
        for section, key in re.findall(r"`\[(\w+)\] (\w+)`", path.read_text(encoding="utf-8")):
            if section not in sections or key not in type(sections[section]).model_fields:
                wrong.append(f"{path.name}: [{section}] {key}")
    assert wrong == []
