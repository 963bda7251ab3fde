"""Whose cases somebody may see: all of them, or those of some places and of some units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The cases of these areas (codes of any level; None: everywhere), and those that these units handle."""

    areas: frozenset[str] | None
    units: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is kept from whoever has it."""
        return self.areas is None


WHOLE = Scope(None)
