"""Loading real cases: a file and a map in, petitions and a list of rejected rows out."""

from casebase.loading.load import Result, load
from casebase.loading.mapfile import CaseMap, read_map

__all__ = ["CaseMap", "Result", "load", "read_map"]
