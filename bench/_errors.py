"""What a day's reports got wrong: sums and windows of every figure, and the goals that the product has set itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import numpy as np

from analytics.zone import DWELL_BOUNDS
from cli.truth import Row
from simulation.rehearsal import Rehearsal
from simulation.truth import stays

SHORT = {"person_seconds": "persons, mean"}
SEEN = 0.95
LONGEST_S = 1800.0
"""The end of the last bin of stays."""


@dataclass
class Errors:
    """Of one figure over the windows of a run: what was told and what was true."""

    told: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)

    def add(self, told: float, true: float) -> None:
        self.told.append(told)
        self.true.append(true)

    def row(self) -> dict[str, float]:
        """Means over the windows, the error of the sum and the sum of the windows' errors, relative to the truth."""
        off = [abs(a - b) for a, b in zip(self.told, self.true, strict=True)]
        whole = max(sum(self.true), 1e-9)
        return {
            "windows": len(self.told),
            "told": round(sum(self.told), 2),
            "true": round(sum(self.true), 2),
            "net_error_percent": round(100 * (sum(self.told) - sum(self.true)) / whole, 2) if sum(self.true) else 0.0,
            "absolute_error_percent": round(100 * sum(off) / whole, 2) if sum(self.true) else 0.0,
            "mean_absolute_error": round(mean(off), 3) if off else 0.0,
        }


@dataclass
class Accuracy:
    """Everything that one day's reports said, held against the truth."""

    windows: int = 0
    errors: dict[str, Errors] = field(default_factory=dict)
    held: dict[str, list[bool]] = field(default_factory=dict)
    stock: dict[str, int | None] = field(default_factory=dict)
    shadowed: set[str] = field(default_factory=set)
    stock_ends: dict[str, list[bool]] = field(default_factory=lambda: {"clear": [], "shadowed": []})
    dwell: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def add(self, known: Rehearsal, report: Mapping[str, Any], found: Iterable[Row]) -> None:
        """One report and its rows of truth; a window that a sensor did not see whole is left out."""
        for zone in report.get("zones", ()):
            if zone.get("dwell"):
                self.dwell[zone["zone"]] = self.dwell.get(zone["zone"], np.zeros(len(DWELL_BOUNDS) + 1)) + zone["dwell"]
        if min((sensor["seen"] for sensor in report["quality"]), default=0.0) < SEEN:
            return
        self.windows += 1
        self.rows(found, report["seconds"])
        self._shelves(known, report)

    def rows(self, found: Iterable[Row], seconds: float) -> None:
        """What is true and told of one message; person-seconds become persons where it is a window's."""
        for row in found:
            name = " ".join([row["section"], *(str(row[key]) for key in _NAMES if key in row)])
            for figure, true in row["true"].items():
                scale = seconds if figure == "person_seconds" else 1
                told = row["error"][figure] + true
                key = f"{name}: {SHORT.get(figure, figure)}"
                self.errors.setdefault(key, Errors()).add(told / scale, true / scale)
            for figure, inside in row.get("in_interval", {}).items():
                self.held.setdefault(f"{name}: {figure}", []).append(inside)

    def _shelves(self, known: Rehearsal, report: Mapping[str, Any]) -> None:
        """At every window's end, for every SKU, whether what was told last is what lies there."""
        told = {row["sku"]: row for row in report.get("shelves", ())}
        self.stock |= {sku: row.get("stock") for sku, row in told.items()}
        end = report["start"] + report["seconds"]
        for sku, stock in self.stock.items():
            shelf = told.get(sku, {}).get("shelf", "tea")
            true = known.figures("shelves", {"shelf": shelf, "sku": sku, "stock": 0}, report["start"], end)
            shadow = told.get(sku, {}).get("shadowed_minutes", 0.0) > 0
            if "stock" in true:
                self.stock_ends["shadowed" if shadow else "clear"].append(stock == true["stock"])

    def goals(self, known: Rehearsal) -> dict[str, dict[str, object]]:
        """Each goal with what was reached and whether that is good enough."""
        doors = _together(self.errors, [f"lines {name}: {way}" for name in ("door", "exit") for way in ("in", "out")])
        staff = _together(self.errors, ["staff: on_duty"])
        queue = _together(self.errors, ["queues queue: persons, mean"])
        p90 = _together(self.errors, ["queues queue: wait_p90"])
        told, true = self._dwell_medians(known)
        radio = [one for name, held in self.held.items() if name.startswith("phones") for one in held]
        reached = {
            "footfall, absolute error of the windows, both doors": (
                doors.row()["absolute_error_percent"] if doors.told else None,
                2.0,
                "%",
            ),
            "median stay in the zones, error": (round(100 * abs(told / true - 1), 2) if true else None, 5.0, "%"),
            "queue length, mean absolute error": (queue.row()["mean_absolute_error"] if queue.told else None, 0.3, ""),
            "wait p90, error": (abs(p90.row()["net_error_percent"]) if p90.told else None, 10.0, "%"),
            "staff minutes, error": (abs(staff.row()["net_error_percent"]) if staff.told else None, 5.0, "%"),
            "stock wrong at window ends, where not shadowed": (_wrong(self.stock_ends["clear"]), 0.0, "%"),
            "radio occupancy outside its stated interval": (_wrong(radio), 5.0, "%"),
        }
        return {
            name: {
                "reached": value,
                "goal": f"at most {most:g} {unit}".strip(),
                "met": value is not None and value <= most,
            }
            for name, (value, most, unit) in reached.items()
        }

    def _dwell_medians(self, known: Rehearsal) -> tuple[float, float]:
        """Told and true median stay in all zones together, both from bins."""
        store, bounds = known.store, [0.0, *DWELL_BOUNDS, LONGEST_S]
        zones = [zone.name for zone in store.plan.zones if zone.name in self.dwell]
        long = [
            one for zone in zones for one in stays(store, zone, store.origin, store.origin + store.hours * 3600).dwell
        ]
        told = sum(self.dwell.values()) if self.dwell else np.zeros(len(bounds) - 1)
        return _median(np.asarray(told), bounds), _median(np.histogram(long, bounds)[0], bounds)


_NAMES = ("line", "zone", "queue", "area", "window", "from_zone", "to_zone", "shelf", "sku", "name")


def _together(errors: Mapping[str, Errors], names: Iterable[str]) -> Errors:
    found = [errors[name] for name in names if name in errors]
    return Errors([told for one in found for told in one.told], [true for one in found for true in one.true])


def _wrong(right: list[bool]) -> float | None:
    return round(100 * (1 - mean(right)), 2) if right else None


def _median(counts: np.ndarray[Any, Any], bounds: list[float]) -> float:
    """The median of binned values, taken to be even within a bin."""
    ranks = np.concatenate([[0.0], np.cumsum(counts)])
    return float(np.interp(ranks[-1] / 2, ranks, bounds)) if ranks[-1] else 0.0
