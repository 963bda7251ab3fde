"""One case unmasked: for who is entitled to it and gives a reason, logged before it is seen, for some minutes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.identity import Identity
from casebase.errors import CasebaseError, UsageError
from cockpit.view import View
from queries.course import Revealed, revealed

SHOWN_FOR = timedelta(minutes=5)
SHORTEST_REASON = 4


class NotEntitledError(CasebaseError):
    """Who asks may not see what is masked, or not any more."""


@dataclass(frozen=True)
class Permit:
    """That somebody may see one case whole for SHOWN_FOR from `at` on, and why; it holds nothing of the case."""

    petition_id: int
    case_no: str
    subject: str
    name: str
    at: datetime
    reason: str

    @property
    def until(self) -> datetime:
        return self.at + SHOWN_FOR

    def holds(self, reader: Identity, petition_id: int, now: datetime) -> bool:
        """Whether it is this reader's, of this case, and not over."""
        is_own = (self.subject, self.petition_id) == (reader.subject, petition_id)
        return is_own and reader.may_reveal and self.at <= now < self.until


# Writes that a case is about to be shown whole, and comes back when that is on the disk. Raises CasebaseError.
LogSurely = Callable[[Permit], None]


def permit(reader: Identity, case: tuple[int, str], reason: str, log: LogSurely, now: datetime) -> Permit:
    """The permit to see a case (its petition_id and number) whole, which is logged first.

    Raises NotEntitledError, UsageError for a reason of less than four characters, and what `log` raises: then there is
    no permit.
    """
    if not reader.may_reveal:
        raise NotEntitledError(f"case {case[0]}: who asks may not see what is masked")
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise UsageError(f"case {case[0]}: give a reason of at least {SHORTEST_REASON} characters")
    granted = Permit(*case, reader.subject, reader.name, now, reason)
    log(granted)
    return granted


def read(view: View, granted: Permit, reader: Identity, now: datetime) -> Revealed | None:
    """What a permit lets its reader see of its case, read anew each time and kept nowhere.

    None where the case has no page. Raises NotEntitledError for a permit of somebody else, or one that is over.
    """
    if not granted.holds(reader, granted.petition_id, now):
        raise NotEntitledError(f"case {granted.petition_id}: there is no permit to see what is masked")
    return revealed(view.casebase, granted.petition_id, as_of=view.as_of)
