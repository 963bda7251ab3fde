"""The cities that are measured: the demonstration city of any size, built once and kept in data/."""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = 20250522


def path_of(cases: int) -> Path:
    """Where the city of this size is kept."""
    return ROOT / "data" / f"bench_{cases}.duckdb"


def url_of(path: Path) -> str:
    """The URL of a DuckDB file."""
    return f"duckdb:///{path}"


def city(cases: int) -> tuple[str, float | None, float | None]:
    """URL of the demonstration city of this size; seconds and peak memory (GB) of building it, if it was built now.

    One that is there already is brought to this release.
    """
    path = path_of(cases)
    url = url_of(path)
    if path.exists():
        _casebase("init", "--url", url)
        return url, None, None
    started = time.perf_counter()
    _casebase("demo", "--cases", str(cases), "--seed", str(SEED), "--url", url)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    return url, time.perf_counter() - started, peak


def _casebase(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "casebase", *arguments], check=True, cwd=ROOT)


@contextmanager
def copy_of(cases: int) -> Iterator[str]:
    """URL of a copy of the city that may be written; it is deleted at the end."""
    url, _, _ = city(cases)
    source = path_of(cases)
    copy = source.with_name(f"bench_{cases}_copy.duckdb")
    if shutil.disk_usage(source.parent).free < source.stat().st_size * 1.2:
        raise SystemExit(f"{source.parent}: no room for a copy of {url}")
    log = copy.with_name(f"{copy.name}.wal")
    try:
        log.unlink(missing_ok=True)
        shutil.copyfile(source, copy)
        kept = source.with_name(f"{source.name}.wal")
        if kept.exists():
            shutil.copyfile(kept, log)
        yield url_of(copy)
    finally:
        copy.unlink(missing_ok=True)
        log.unlink(missing_ok=True)


def configuration(file: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write config.toml with other values, by what stands there: {"live = true": "live = false"}.

    Raises SystemExit for what does not stand there.
    """
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        if old not in text:
            raise SystemExit(f"config.toml: {old} does not stand there any more")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


STILL = {"live = true": "live = false"}
"""A city that does not move while it is measured."""
