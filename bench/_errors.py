"""What a day's reports got wrong: sums and windows of every figure, and the goals that the product has set itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import numpy as np

from analytics.queue import WAIT_BOUNDS
from analytics.visit import VISIT_BOUNDS
from analytics.window_funnel import DWELL_BOUNDS as WINDOW_BOUNDS
from analytics.zone import DWELL_BOUNDS
from cli.truth import Row
from simulation.rehearsal import Rehearsal

SHORT = {"person_seconds": "persons, mean"}
SEEN = 0.95
LONGEST_S = 7200.0
"""The end of the last bin."""
LATEST_S = 120
"""A stock that is wrong is looked for among those that were true up to so long before."""

_BINNED = {
    "zones": ("zone", "dwell", DWELL_BOUNDS),
    "queues": ("queue", "waits", WAIT_BOUNDS),
    "visits": ("area", "durations", VISIT_BOUNDS),
    "windows": ("window", "dwell", WINDOW_BOUNDS),
}


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
class Bins:
    """Lengths by bins (`bounds` in seconds, both ends told): how many were told in each and how many are true."""

    bounds: tuple[float, ...]
    told: np.ndarray[Any, Any] = field(init=False)
    true: np.ndarray[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.told, self.true = np.zeros(len(self.bounds) - 1), np.zeros(len(self.bounds) - 1)

    def add(self, told: Iterable[int], true: Iterable[float]) -> None:
        """What one row told, and the lengths that it should have told."""
        self.told += list(told)
        self.true += np.histogram(np.minimum(list(true), self.bounds[-1]), self.bounds)[0]

    @property
    def median_error(self) -> float:
        """Percent of the true median; both are read from the bins."""
        return 100 * abs(_median(self.told, self.bounds) / _median(self.true, self.bounds) - 1)

    def row(self) -> dict[str, float]:
        """Medians, counts, and the counts that are in a wrong bin or none, relative to the truth."""
        off = float(np.abs(self.told - self.true).sum())
        return {
            "told": int(self.told.sum()),
            "true": int(self.true.sum()),
            "told_median": round(_median(self.told, self.bounds), 1),
            "true_median": round(_median(self.true, self.bounds), 1),
            "absolute_error_percent": round(100 * off / max(self.true.sum(), 1e-9), 2) if self.true.sum() else 0.0,
        }


@dataclass
class Accuracy:
    """Everything that one day's reports said, held against the truth."""

    windows: int = 0
    errors: dict[str, Errors] = field(default_factory=dict)
    held: dict[str, list[bool]] = field(default_factory=dict)
    widths: dict[str, list[float]] = field(default_factory=dict)
    stock: dict[str, int | None] = field(default_factory=dict)
    shadowed: set[str] = field(default_factory=set)
    stock_ends: dict[str, list[bool]] = field(default_factory=lambda: {"clear": [], "shadowed": []})
    stock_wrong: list[dict[str, object]] = field(default_factory=list)
    bins: dict[str, Bins] = field(default_factory=dict)
    untold: dict[str, float] = field(default_factory=dict)

    def add(self, known: Rehearsal, report: Mapping[str, Any], found: Iterable[Row]) -> None:
        """One report and its rows of truth; a window that a sensor did not see whole is left out."""
        self._bins(known, report)
        if min((sensor["seen"] for sensor in report["quality"]), default=0.0) < SEEN:
            return
        self.windows += 1
        self.rows(found, report["seconds"])
        self._shelves(known, report)

    def rows(self, found: Iterable[Row], seconds: float) -> None:
        """What is true and told of one message; person-seconds become persons where it is a window's."""
        for row in found:
            name = " ".join([row["section"], *(str(row[key]) for key in _NAMES if key in row)])
            if "untold" in row:
                for figure, true in row["true"].items():
                    self.untold[f"{name}: {figure}"] = self.untold.get(f"{name}: {figure}", 0.0) + true
                continue
            for figure, true in row["true"].items():
                scale = seconds if figure == "person_seconds" else 1
                told = row["error"][figure] + true
                key = f"{name}: {SHORT.get(figure, figure)}"
                self.errors.setdefault(key, Errors()).add(told / scale, true / scale)
            for figure, inside in row.get("in_interval", {}).items():
                self.held.setdefault(f"{name}: {figure}", []).append(inside)
                self.widths.setdefault(f"{name}: {figure}", []).append(row["interval_width"][figure])

    def _bins(self, known: Rehearsal, report: Mapping[str, Any]) -> None:
        """The rows' bins beside those of the lengths that are true, of every window, for they carry over."""
        end = report["start"] + report["seconds"]
        for section, (key, figure, bounds) in _BINNED.items():
            for row in report.get(section, ()):
                try:
                    true = known.lengths(section, row, report["start"], end)
                except StopIteration:  # a zone that the plan does not have
                    continue
                if row.get(figure) is not None:
                    name = f"{section} {row[key]}: {figure}"
                    self.bins.setdefault(name, Bins((0.0, *bounds, LONGEST_S))).add(row[figure], true)

    def _shelves(self, known: Rehearsal, report: Mapping[str, Any]) -> None:
        """At every window's end, for every SKU, whether what was told last is what lies there."""
        told = {row["sku"]: row for row in report.get("shelves", ())}
        self.stock |= {sku: row.get("stock") for sku, row in told.items()}
        end = report["start"] + report["seconds"]
        for sku, stock in self.stock.items():
            shelf = told.get(sku, {}).get("shelf", "tea")
            row = {"shelf": shelf, "sku": sku, "stock": 0}
            true = known.figures("shelves", row, report["start"], end)
            shadow = told.get(sku, {}).get("reason") == "shadowed"
            if "stock" not in true:
                continue
            self.stock_ends["shadowed" if shadow else "clear"].append(stock == true["stock"])
            if not shadow and stock != true["stock"]:
                late = (
                    seconds / 2
                    for seconds in range(1, LATEST_S * 2)
                    if known.figures("shelves", row, report["start"], end - seconds / 2)["stock"] == stock
                )
                self.stock_wrong.append(
                    {"end": end, "sku": sku, "told": stock, "true": true["stock"], "true_s_before": next(late, None)}
                )

    def figures(self) -> dict[str, object]:
        """Everything, for people and programs."""
        return {
            "windows": self.windows,
            "goals": self.goals(),
            "intervals": {
                name: {"windows": len(held), "held": sum(held), "mean_width": round(mean(self.widths[name]), 1)}
                for name, held in self.held.items()
            },
            "stock_at_window_ends": {
                name: {"seen": len(right), "exact": sum(right)} for name, right in self.stock_ends.items()
            },
            "stock_wrong_where_clear": self.stock_wrong,
            "lengths": {name: one.row() for name, one in sorted(self.bins.items())},
            "true_and_not_told": {name: round(true, 2) for name, true in sorted(self.untold.items())},
            "errors": {name: one.row() for name, one in sorted(self.errors.items())},
        }

    def goals(self) -> dict[str, dict[str, object]]:
        """Each goal with what was reached and whether that is good enough."""
        doors = _together(self.errors, [f"lines {name}: {way}" for name in ("door", "exit") for way in ("in", "out")])
        staff = _together(self.errors, ["staff: on_duty"])
        queue = _together(self.errors, ["queues queue: persons, mean"])
        p90 = _together(self.errors, ["queues queue: wait_p90"])
        by_zone, together = self._stays()
        radio = [one for name, held in self.held.items() if name.startswith("phones") for one in held]
        reached = {
            "footfall, absolute error of the windows, both doors": (
                doors.row()["absolute_error_percent"] if doors.told else None,
                2.0,
                "%",
            ),
            "median stay by zone, mean error of all stays": (by_zone, 5.0, "%"),
            "median stay of all zones in one heap, error": (together, 5.0, "%"),
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

    def _stays(self) -> tuple[float | None, float | None]:
        """How wrong the zones' median stays are: each by itself, the mean of all stays; and of all together."""
        zones = [bins for name, bins in self.bins.items() if name.startswith("zones ") and bins.true.sum()]
        if not zones:
            return None, None
        wrong = sum(one.median_error * float(one.true.sum()) for one in zones) / sum(
            float(one.true.sum()) for one in zones
        )
        every = Bins(zones[0].bounds)
        every.told, every.true = (sum(getattr(one, side) for one in zones) for side in ("told", "true"))
        return round(wrong, 2), round(every.median_error, 2)


_NAMES = (
    *("line", "zone", "queue", "area", "window", "from_zone", "to_zone", "shelf", "sku", "name"),
    *("till", "counter", "target", "entrance", "gate", "portal", "camera"),
)


def _together(errors: Mapping[str, Errors], names: Iterable[str]) -> Errors:
    found = [errors[name] for name in names if name in errors]
    return Errors([told for one in found for told in one.told], [true for one in found for true in one.true])


def _wrong(right: list[bool]) -> float | None:
    return round(100 * (1 - mean(right)), 2) if right else None


def _median(counts: np.ndarray[Any, Any], bounds: Sequence[float]) -> float:
    """The median of binned values, taken to be even within a bin."""
    ranks = np.concatenate([[0.0], np.cumsum(counts)])
    return float(np.interp(ranks[-1] / 2, ranks, bounds)) if ranks[-1] else 0.0
