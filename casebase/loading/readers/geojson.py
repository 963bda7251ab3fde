"""GeoJSON: outlines and their properties."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from casebase.errors import CasebaseError
from casebase.loading.readers.encodings import Progress, utf8_blocks
from casebase.loading.readers.head import Head, column_name
from casebase.loading.readers.limits import GEOJSON
from casebase.loading.readers.reader import ROWS, Reader, cell_text


@dataclass
class GeoJsonReader(Reader):
    """A GeoJSON FeatureCollection; a row is known by its number, the first feature being 1.

    The columns are the properties and `geometry`, whose text is GeoJSON as well.
    """

    def head(self, wanted: list[str]) -> Head:  # noqa: ARG002
        return Head([column_name(name) for name in self._names])

    def frames(self, columns: list[str], head: Head) -> Iterator[pa.Table]:
        self.total = len(self._features)
        own = {name: self._names[head.places(name)[0]] for name in columns}
        for start in range(0, self.total, ROWS):
            block = self._features[start : start + ROWS]
            self.done += len(block)
            texts = {name: [cell_text(row.get(key)) for row in block] for name, key in own.items()}
            yield pa.table({name: pa.array(cells, pa.string()) for name, cells in texts.items()})

    def lines_of(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1

    @cached_property
    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for row in self._features for name in row))

    @cached_property
    def _features(self) -> list[dict[str, Any]]:
        size = self.path.stat().st_size
        if size > GEOJSON:
            raise CasebaseError(f"{self.path}: {size >> 20} MB are too much to be read as GeoJSON; load it in parts")
        text = b"".join(utf8_blocks(self.path, self.source.encoding, Progress()))
        try:
            content = json.loads(text)
            return [{**(item["properties"] or {}), "geometry": item["geometry"]} for item in content["features"]]
        except RecursionError:
            raise CasebaseError(f"{self.path}: nested too deeply for a GeoJSON FeatureCollection") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CasebaseError(f"{self.path}: not a GeoJSON FeatureCollection") from None
