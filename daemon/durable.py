"""Small files that a power cut leaves whole: either what was there or what was written."""

import json
import os
from pathlib import Path
from typing import Any


def write(file: Path, content: object) -> None:
    """Replace `file` by `content` as JSON, on the medium when this returns. Raises OSError."""
    part = file.with_name(file.name + ".part")
    with part.open("w", encoding="utf-8") as out:
        json.dump(content, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(file: Path) -> dict[str, Any]:
    """What `write` wrote, or nothing where there is nothing to be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
