"""GeoJSON: outlines and their properties."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from casebase.errors import CasebaseError
from casebase.loading.readers.encodings import broken, marked
from casebase.loading.readers.reader import ROWS, Reader, cell_text


@dataclass
class GeoJsonReader(Reader):
    """A GeoJSON FeatureCollection; a row is known by its number, the first feature being 1.

    The columns are the properties and `geometry`, whose text is GeoJSON as well.
    """

    def header(self) -> list[str]:
        return list(dict.fromkeys(name for row in self._features for name in row))

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        self.total = len(self._features)
        for start in range(0, self.total, ROWS):
            block = self._features[start : start + ROWS]
            self.done += len(block)
            yield pa.table(
                {name: pa.array([cell_text(row.get(name)) for row in block], pa.string()) for name in columns}
            )

    def records_of(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1

    @cached_property
    def _features(self) -> list[dict[str, Any]]:
        try:
            content = json.loads(self.path.read_text(encoding=marked(self.source.encoding)))
            return [{**(item["properties"] or {}), "geometry": item["geometry"]} for item in content["features"]]
        except OSError as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None
        except UnicodeDecodeError as error:
            raise CasebaseError(f"{self.path}: {broken(error, self.source.encoding)}") from None
        except (ValueError, KeyError, TypeError):
            raise CasebaseError(f"{self.path}: not a GeoJSON FeatureCollection") from None
