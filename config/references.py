"""Names that point at other tables: checked on the raw file, so that they are reported beside everything else."""

import difflib
from collections.abc import Mapping
from typing import Any

Found = tuple[str, str, str, str | None]

REFERENCES: tuple[tuple[str, str, str], ...] = (
    ("areas", "bought", "lines"),
    ("areas", "lines", "lines"),
    ("audits", "area", "areas"),
    ("audits", "radio", "wifi"),
    ("audits", "tills", "tills"),
    ("badge_zones", "line", "lines"),
    ("badge_zones", "radio", "ble"),
    ("funnels", "zone", "zones"),
    ("gates", "lines", "lines"),
    ("greetings", "camera", "cameras"),
    ("greetings", "zone", "badge_zones"),
    ("hands", "camera", "cameras"),
    ("heatmaps", "camera", "cameras"),
    ("lines", "camera", "cameras"),
    ("queues", "camera", "cameras"),
    ("sales", "lines", "lines"),
    ("sales", "queues", "queues"),
    ("sales", "tills", "tills"),
    ("service", "camera", "cameras"),
    ("service", "zone", "badge_zones"),
    ("shop_windows", "camera", "cameras"),
    ("targets", "camera", "cameras"),
    ("wifi", "passed_by", "lines"),
    ("wifi", "taught_by", "areas"),
    ("zones", "camera", "cameras"),
)
"""(table, key, target table): `table.*.key` names an entry of `target table`, or several."""


def references(raw: Mapping[str, Any]) -> list[Found]:
    """Every dangling name, as (key, value, what is allowed, nearest)."""
    return [
        _dangling(f"{table}.{name}.{key}", value, target, raw.get(target))
        for table, key, target in REFERENCES
        for name, entry in _tables(raw.get(table))
        for value in (entry[key] if isinstance(entry.get(key), list) else [entry.get(key)])
        if isinstance(value, str) and value not in _names(raw.get(target))
    ]


def _tables(table: object) -> list[tuple[str, dict[str, Any]]]:
    entries = table.items() if isinstance(table, dict) else ()
    return [(name, entry) for name, entry in entries if isinstance(entry, dict)]


def _names(table: object) -> list[str]:
    return list(table) if isinstance(table, dict) else []


def _dangling(key: str, value: str, target: str, table: object) -> Found:
    names = _names(table)
    allowed = f"must name a [{target}.*] table; there {'are ' + ', '.join(names) if names else 'is none'}"
    return key, repr(value), allowed, next(iter(difflib.get_close_matches(value, names, n=1, cutoff=0.5)), None)
