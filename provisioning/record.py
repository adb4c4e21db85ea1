"""The manufacturing record: one line of JSON for every seed that was made and every box that came of one.

It holds no secret: of a token only its digest, of a key only its certificate's fingerprint; no MAC, no serial number.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from provisioning.seed import Seed, write

Row = dict[str, Any]


def made(seed: Seed, label: str) -> Row:
    """The line of a seed."""
    return {
        "box": seed.box,
        "site": seed.site,
        "label": label,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "expires": seed.expires.isoformat(),
        "seed": sha256(write(seed).encode()).hexdigest(),
        "token": sha256(seed.token.encode()).hexdigest() if seed.token else None,
    }


def append(file: Path, rows: Iterable[Row]) -> None:
    """Add lines. Raises OSError."""
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def read(file: Path) -> dict[str, Row]:
    """Every box of the record, its later lines over its earlier ones. Raises OSError, ValueError with the line."""
    boxes: dict[str, Row] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            boxes.setdefault(row["box"], {}).update(row)
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{file}, line {number}: is no line of a record") from None
    return boxes


def born(folder: Path) -> list[Row]:
    """What boxes have left on a card or a stick when they were provisioned."""
    found = []
    for file in sorted(folder.glob("**/*.born.json")):
        try:
            row = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(row, dict) and isinstance(row.get("box"), str):
            found.append(row)
    return found
