"""Drawings that are valid and yet cannot count: said when the file is read, each with its key."""

from collections.abc import Iterator

from analytics.lint import lint_area, lint_line
from config.references import Found
from config.root import Config


def drawings(config: Config) -> Iterator[Found]:
    """Every fault of every line and area, and of two radios with one name, as (key, value, what is wrong, None)."""
    for name in config.ble.keys() & config.wifi.keys():
        yield f"ble.{name}", repr(name), "is a WiFi radio's name too: what is gated as one would be gated as both", None
    for name, line in config.lines.items():
        for fault in lint_line(line.drawn(name)):
            yield f"lines.{name}.points", str(line.points), _sentence(fault), None
    for table in ("zones", "queues", "shop_windows", "targets", "hands"):
        for name, area in getattr(config, table).items():
            for fault in lint_area(name, area.corners):
                yield f"{table}.{name}.corners", str(area.corners), _sentence(fault), None
    for name, shelf in config.hands.items():
        for fault in lint_area(name, shelf.plane):
            yield f"hands.{name}.plane", str(shelf.plane), _sentence(fault), None


def _sentence(fault: str) -> str:
    return fault.partition(": ")[2]
