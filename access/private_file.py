"""Files that the service alone reads, each written whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any


def write_private(file: Path, content: Any) -> None:
    """Put the content in place of the file as JSON. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = file.with_name(f"{file.name}.new")
    written.touch(mode=0o600)
    with written.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    written.replace(file)
