"""Loading real data: a file and a map in, rows of one table and a list of rejected rows out."""

from casebase.loading.load import load
from casebase.loading.mapfile import CaseMap, FileMap, TableMap, map_of, read_map
from casebase.loading.run import Progress, Result

__all__ = ["CaseMap", "FileMap", "Progress", "Result", "TableMap", "load", "map_of", "read_map"]
