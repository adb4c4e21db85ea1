"""Drawings that are valid and yet cannot count: said when the file is read, each with its key."""

from collections.abc import Iterator

from analytics.crossing import Reference
from analytics.line import Line
from analytics.lint import lint_area, lint_line
from config.references import Found
from config.root import Config
from config.section import Point


def drawings(config: Config) -> Iterator[Found]:
    """Every fault of every line and area, and of two radios with one name, as (key, value, what is wrong, None)."""
    for name in config.ble.keys() & config.wifi.keys():
        yield f"ble.{name}", repr(name), "is a WiFi radio's name too: what is gated as one would be gated as both", None
    for key, line in _lines(config):
        for fault in lint_line(line):
            yield key, str(line.points), _sentence(fault), None
    for key, corners in _areas(config):
        for fault in lint_area(key, corners):
            yield key, str(corners), _sentence(fault), None


def _lines(config: Config) -> Iterator[tuple[str, Line]]:
    for name, line in config.lines.items():
        yield f"lines.{name}.points", line.drawn(name)
    for name, window in config.shop_windows.items():
        reference = Reference(window.reference)
        yield f"shop_windows.{name}.door", Line(name=name, points=window.door, reference=reference)
        if window.street:
            yield f"shop_windows.{name}.street", Line(name=name, points=window.street, reference=reference)


def _areas(config: Config) -> Iterator[tuple[str, tuple[Point, ...]]]:
    for table in ("zones", "queues", "shop_windows", "targets", "hands"):
        for name, area in getattr(config, table).items():
            yield f"{table}.{name}.corners", area.corners
    for name, shelf in config.hands.items():
        yield f"hands.{name}.plane", shelf.plane
    for name, queue in config.queues.items():
        for n, counter in enumerate(queue.counters):
            yield f"queues.{name}.counters[{n}].customer", counter.customer
            if counter.staff:
                yield f"queues.{name}.counters[{n}].staff", counter.staff


def _sentence(fault: str) -> str:
    return fault.partition(": ")[2]
