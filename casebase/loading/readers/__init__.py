"""Reading CSV, XLSX, Parquet and GeoJSON in chunks of text columns, knowing where each row stands in the file."""

from pathlib import Path

from casebase.errors import UsageError
from casebase.loading.mapfile import Source
from casebase.loading.readers.delimited import CsvReader
from casebase.loading.readers.geojson import GeoJsonReader
from casebase.loading.readers.parquet import ParquetReader
from casebase.loading.readers.reader import Misfit, Reader

__all__ = ["Misfit", "Reader", "open_reader"]


def open_reader(path: Path, source: Source, zone: str = "Asia/Shanghai") -> Reader:
    """A reader for the file; times with a zone become wall time of `zone`.

    Raises UsageError for a missing file or a kind that is not read.
    """
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or device"
        raise UsageError(f"{path}: {what}, not a file")
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    kinds: dict[str, type[Reader]] = {".parquet": ParquetReader, ".geojson": GeoJsonReader}
    kinds |= dict.fromkeys([".csv", ".tsv", ".txt", ".gz"], CsvReader)
    kind = kinds.get(path.suffix.lower())
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        # It brings openpyxl, a third of a second that no other kind of file needs.
        from casebase.loading.readers.workbook import XlsxReader

        kind = XlsxReader
    if kind is None:
        ending = path.suffix or "a file without ending"
        raise UsageError(f"{path}: {ending} is not read; use .csv, .csv.gz, .xlsx, .parquet or .geojson")
    return kind(path, source, zone=zone)
