"""What really happened in the simulated store, beside what the box reports of it; only a trial knows it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from rich.text import Text

from analytics.planogram import Planogram, parse
from config import Config
from simulation.adverts import Ether
from simulation.asked import Asked
from simulation.attention import Target
from simulation.crew import Greeting
from simulation.goods import ShelfOfStore
from simulation.hearing import Levels
from simulation.passages import Rules
from simulation.portal import PortalOfStore
from simulation.rehearsal import Rehearsal
from simulation.store import Store

Row = dict[str, Any]
_KEYS = (
    *("line", "zone", "zones", "queue", "area", "window", "from_zone", "to_zone", "shelf", "sku", "name"),
    *("till", "counter", "target", "entrance", "gate", "portal", "camera"),
)
_INTERVALS = {
    "devices": ("devices_low", "devices_high"),
    "persons": ("persons_low", "persons_high"),
    "outside": ("outside_low", "outside_high"),
    "share": ("share_low", "share_high"),
}
_HANDS = "passers", "reached", "touched", "picked", "put_back", "unclear"
_UNSEEN = "not told: a hand is five pixels in this picture"
_EXACT = 0.05
_WHOLE = 0.95
"""Share of a window that a sensor must have seen to be held against the truth of all of it without a word."""


def rehearsal(config: Config, store: Store) -> Rehearsal:
    """The truth that belongs to a configuration; `store.origin` in epoch seconds."""
    plan = _planogram(config)
    shelves, portals = {}, {}
    for name, reader in config.readers.items():
        options, places = _options(reader.device), plan.before(name, 1)
        if reader.device.startswith("sim:") and places:
            goods = ShelfOfStore(store, options.get("shelf", "tea"), [place.gtin for place in places])
            if options.get("at") == "exit":
                portals[name] = PortalOfStore(store, [goods])
            else:
                shelves[places[0].shelf] = goods
    asked = Asked(
        stops={name: zone.stop for name, zone in config.zones.items()},
        window_stop=next((window.stop for window in config.shop_windows.values()), 3.0),
        wifi={name: Levels(one.gate_dbm, one.inside_dbm, one.near_dbm) for name, one in config.wifi.items()},
        ble_gate_dbm={name: (radio.enter_dbm + radio.leave_dbm) / 2 for name, radio in config.ble.items()},
        ethers={
            name: Ether(store, store.plan.till) if _options(radio.device).get("at") == "counter" else Ether(store)
            for name, radio in config.ble.items()
        },
        shelves=shelves,
        portals=portals,
        reaching={shelf.zone: shelf for shelf in shelves.values()},
        midnight=_midnight(config.box.timezone, store.origin),
        skus=plan.skus,
        greet={name: counter.greet for name, counter in config.service.items()},
        lines={name: Rules(line.child_below, line.group_gap, line.reentry) for name, line in config.lines.items()},
        greetings={
            name: Greeting(line, one.near, one.held, one.within)
            for name, one in config.greetings.items()
            for line, drawn in config.lines.items()
            if drawn.points == one.door
        },
        gates={name: (gate.lines, gate.kind == "beam") for name, gate in config.gates.items()},
        capacities={name: zone.capacity for name, zone in config.zones.items() if zone.capacity is not None},
        targets={
            name: Target(zone, store.plan.mount(target.camera), target.yaw)
            for name, target in config.targets.items()
            for zone in store.plan.zones
            if zone.name == name
        },
    )
    return Rehearsal(store, asked)


def _midnight(timezone: str | None, at: float) -> float:
    """The beginning of the local day of `at`, epoch seconds."""
    local = datetime.fromtimestamp(at, ZoneInfo(timezone) if timezone else None)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _options(device: str) -> dict[str, str]:
    return dict(parse_qsl(device.partition("?")[2]))


def _planogram(config: Config) -> Planogram:
    path = config.goods.planogram
    return parse(Path(path).read_bytes()) if path and Path(path).exists() else Planogram(())


def rows(known: Rehearsal, report: dict[str, Any]) -> list[Row]:
    """Each row of a report that has a truth: its section, its names, and for each figure what is true and the error
    (told less true). Where the box states an interval, `in_interval` says whether the truth is in it, and
    `interval_width` how wide it is."""
    start, end = float(report["start"]), float(report["start"] + report["seconds"])
    found = []
    for section, told_rows in report.items():
        for told in told_rows if isinstance(told_rows, list) else ():
            true = known.figures(section, told, start, end) if isinstance(told, dict) else {}
            if true:
                names = {key: told[key] for key in _KEYS if key in told}
                found.append(
                    {"section": section, **names, "true": true, "error": _errors(told, true), **_held(told, true)}
                )
    return found


def beside(known: Rehearsal, topic: str, payload: Any) -> list[Row]:
    """The truth of one message: of the rows of a report, of a heat map, and nothing of any other."""
    if topic.endswith("/report") and isinstance(payload, dict):
        return rows(known, payload) + untold(known, payload)
    return _heat(known, payload) if topic.endswith("/heatmap") and isinstance(payload, dict) else []


def untold(known: Rehearsal, report: dict[str, Any]) -> list[Row]:
    """What hands did before shelves where the box counts none: rows without an error, which say why in `untold`."""
    start, end = float(report["start"]), float(report["start"] + report["seconds"])
    shelves = known.reached if "hands" not in report else ()
    told = [{"shelf": shelf, **dict.fromkeys(_HANDS, 0)} for shelf in shelves]
    found = [(row["shelf"], known.figures("hands", row, start, end)) for row in told]
    return [{"section": "hands", "shelf": shelf, "true": true, "untold": _UNSEEN} for shelf, true in found if true]


def _heat(known: Rehearsal, told: dict[str, Any]) -> list[Row]:
    """`overlap` is the share of the true person-seconds that was told in the cells where they were spent."""
    if not told.get("cells"):
        return []
    cell = known.store.plan.floor.right / told["columns"]
    end = float(told["start"] + told["seconds"])
    true = known.heat(told["columns"], told["rows"], cell, float(told["start"]), end)
    whole = sum(true)
    overlap = sum(map(min, told["cells"], true)) / whole if whole else 1.0
    error = {"person_seconds": sum(told["cells"]) - whole, "overlap": overlap - 1}
    true_figures = {"person_seconds": whole, "overlap": 1.0}
    return [{"section": "heatmap", "name": told["camera"], "true": true_figures, "error": error}]


def _errors(told: Row, true: dict[str, float]) -> dict[str, float]:
    return {name: told[name] - value for name, value in true.items()}


def _held(told: Row, true: dict[str, float]) -> Row:
    bounds = {name: (told.get(low), told.get(high)) for name, (low, high) in _INTERVALS.items() if name in true}
    spans = {
        name: (low, high)
        for name, (low, high) in bounds.items()
        if isinstance(low, int | float) and isinstance(high, int | float)
    }
    held = {name: low <= true[name] <= high for name, (low, high) in spans.items()}
    widths = {name: high - low for name, (low, high) in spans.items()}
    return {"in_interval": held, "interval_width": widths} if held else {}


def scrolled(found: list[Row], told: Any = None) -> Iterator[Text]:
    """The rows as coloured lines: green where the box told the truth. Of a report `told` that lacks a part of its
    window, as the first one does, it is said first: the truth is of the whole window."""
    quality = told.get("quality", ()) if found and told else ()
    missed = {one["name"]: one["seen"] for one in quality if one["seen"] < _WHOLE}
    if missed:
        least = ", ".join(f"{name} {seen:.0%}" for name, seen in missed.items())
        yield Text(f"  {'truth':8} of the whole window, of which was seen: {least}", style="yellow")
    for row in found:
        names = " ".join(str(row[key]) for key in _KEYS if key in row)
        text = Text(f"  {'truth':8} {row['section']} {names}", style="dim")
        for name, true in row["true"].items():
            text.append(f" {name} {true:.10g}" if isinstance(true, int) else f" {name} {true:.1f}")
            if "untold" in row:
                continue
            error = row["error"][name]
            exact = abs(error) < _EXACT
            text.append(" (exact)" if exact else f" ({error:+.3g})", style="green" if exact else "yellow")
            if name in row.get("in_interval", {}):
                held = row["in_interval"][name]
                text.append(" in its interval" if held else " not in its interval", style="green" if held else "red")
        yield text.append(f" ({row['untold']})") if "untold" in row else text
