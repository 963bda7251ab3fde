"""When something may happen next in the living city, so that a step looks at the rows that are due and at no others.

What happens to a row hangs on the row and the case it belongs to, and when its next step comes is known as soon as it
is looked at. Of ten million cases a hundred thousand wait for something, and a quarter of a minute brings one or two:
looking at all of them took three seconds of processor time.
"""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, func, select

from casebase.engine import is_one_of


class Agenda:
    """The rows that may be due, by the column that numbers them; kept by whoever lets a city live on.

    It names too many rows rather than too few: one that is not due after all stays as it is. It holds as long as nobody
    else writes; else it begins anew with a look at all rows.
    """

    def __init__(self) -> None:
        # What the city was when all the rest was last true; None: never, or a step has failed since.
        self._city: Hashable = None
        self._is_complete = False
        self._expected: dict[str, list[pd.Series]] = {}
        self._due: dict[str, set[int]] = {}
        self._newest: dict[str, int] = {}
        self._changed: set[int] = set()
        self._changed_now: set[int] = set()
        # No case has had a lower number when the last ones were registered.
        self.last_case = 0

    def go_on(self, city: Hashable) -> None:
        """Begin a step of a city that is as `city` says; what is known of another one is forgotten."""
        if city != self._city:
            self.__init__()  # type: ignore[misc]
        self._city = None

    def rest(self, city: Hashable) -> None:
        """The step is written, and the city is now as `city` says."""
        self._city = city

    def begin(self, until: np.datetime64) -> None:
        """Take what is due by a moment, for a look at all that waits."""
        self._due = {}
        for column, expected in self._expected.items():
            moments = pd.concat(expected)
            is_due = (moments <= pd.Timestamp(until)).to_numpy()
            self._due[column] = set(moments.index[is_due].tolist())
            self._expected[column] = [moments[~is_due]]

    def end(self) -> None:
        """All that was due has been looked at."""
        self._is_complete = True
        self._changed, self._changed_now = self._changed_now, set()

    def change(self, petitions: set[int]) -> None:
        """These cases have changed or are new: what belongs to them is looked at again, now and in the next step."""
        self._changed |= petitions
        self._changed_now |= petitions

    def expect(self, column: str, numbers: pd.Series, moments: pd.Series) -> None:
        """To the rows of these numbers something may happen from these moments on; both have one index."""
        known = moments.notna()
        if known.any():
            waiting = pd.Series(moments[known].to_numpy(), index=numbers[known].to_numpy(dtype=np.int64))
            self._expected.setdefault(column, []).append(waiting)

    def numbers(self, connection: Connection, key: Column[int], petition_id: Column[int] | None) -> list[int] | None:
        """The numbers of the rows to look at: those due, new ones, those of cases that changed. None: of all rows."""
        if not self._is_complete:
            self._newest[key.name] = connection.scalar(select(func.max(key))) or 0
            return None
        numbers = set(self._due.get(key.name, ()))
        if key is petition_id:
            return sorted(numbers | self._changed)
        new = set(connection.scalars(select(key).where(key > self._newest[key.name])))
        self._newest[key.name] = max(new, default=self._newest[key.name])
        if petition_id is not None and self._changed:
            numbers |= set(connection.scalars(select(key).where(is_one_of(petition_id, sorted(self._changed)))))
        return sorted(numbers | new)
