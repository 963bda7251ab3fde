"""Codes for places and classes that a file knows only by name."""

import hashlib
import re
import unicodedata

from casebase.loading.clean_text import same_name


def slug(name: str) -> str:
    """A name as part of a code: lower case, letters of any script and digits, single hyphens."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name).lower()).strip("-") or "x"


class CodesByName:
    """Names below a parent and their codes; a new name gets a code that depends on nothing but the names."""

    def __init__(self, known: dict[tuple[str | None, str], str]) -> None:
        self.codes = dict(known)
        # Of two that are spelled alike but for width, letter case or blanks, the first stands for later spellings.
        self._alike: dict[tuple[str | None, str], str] = {}
        for (parent, name), code in known.items():
            self._alike.setdefault((parent, same_name(name)), code)
        self._taken = set(known.values())

    def find(self, parent: str | None, name: str) -> str | None:
        return self.codes.get((parent, name)) or self._alike.get((parent, same_name(name)))

    def make(self, parent: str | None, name: str) -> str:
        """A code for a name that has none yet."""
        code = slug(name) if parent is None else f"{parent}-{slug(name)}"
        if code in self._taken:
            # Two names that differ in punctuation only.
            code += "-" + hashlib.sha256(name.encode()).hexdigest()[:6]
        self.codes[parent, name] = code
        self._alike[parent, same_name(name)] = code
        self._taken.add(code)
        return code
