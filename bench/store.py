"""A simulated day through the real perception and the real analytics, held against the truth, window by window."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from time import perf_counter, process_time

import numpy as np

from analytics.camera import CameraMetrics
from analytics.line import Line, LineCounter
from analytics.queue import Counter, Queue, QueueCounter
from analytics.zone import Zone, ZoneCounter
from bench._machine import show
from bench.centre import MODEL, Idle
from inference.detector import detector
from inference.perceiver import Perceiver
from observations import Tally, Value
from simulation.camera import SimulatedCamera
from simulation.optics import Optics
from simulation.plan import Rectangle
from simulation.store import Store
from simulation.truth import footfall, queueing, stays

FPS = 8.0
WINDOW = 300.0
STOP = 10.0


@dataclass
class Errors:
    """Of one figure over the windows of a run: what was told and what was true."""

    told: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)

    def add(self, told: float, true: float) -> None:
        self.told.append(told)
        self.true.append(true)

    def row(self) -> dict[str, object]:
        """Sums, the error of the sum and the sum of the windows' errors, both relative to the truth."""
        off = sum(abs(a - b) for a, b in zip(self.told, self.true, strict=True))
        whole = max(sum(self.true), 1)
        return {
            "told": round(sum(self.told), 1),
            "true": round(sum(self.true), 1),
            "net_error_percent": round(100 * (sum(self.told) - sum(self.true)) / whole, 2),
            "absolute_error_percent": round(100 * off / whole, 2),
            "mean_absolute_error_a_window": round(
                mean(abs(a - b) for a, b in zip(self.told, self.true, strict=True)), 3
            ),
        }


class Drawn:
    """The plan's lines, zones and queue as the camera sees them."""

    def __init__(self, store: Store) -> None:
        self.plan = store.plan
        self._optics = Optics(store.plan.mounts[0], 640, 360)
        self.lines = [self._line(line.name, line.a, line.b) for line in self.plan.lines]
        self.zones = [
            ZoneCounter(Zone(name=zone.name, corners=self._corners(zone.floor), stop=STOP)) for zone in self.plan.zones
        ]
        self.queue, self.whole_queue = self._queue(), self._queue()

    def _line(self, name: str, a: tuple[float, float], b: tuple[float, float]) -> LineCounter:
        """On the plan `in` is from the left of a-to-b, in the configuration from the right hand."""
        return LineCounter(Line(name=name, points=(self._optics.relative(b), self._optics.relative(a))))

    def _corners(self, floor: Rectangle) -> tuple[tuple[float, float], ...]:
        seen = (self._optics.relative(corner) for corner in floor.corners)
        return tuple((min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in seen)

    def _queue(self) -> QueueCounter:
        """The waiting area, and the places in front of the counters that are open."""
        x, y = self.plan.counters[0].customer
        counter = Counter(customer=self._corners(Rectangle(x - 0.45, y - 0.45, x + 0.45, y + 0.45)))
        corners = self._corners(self.plan.queue_zone.floor)
        return QueueCounter(Queue(name=self.plan.queue_zone.name, corners=corners, counters=(counter,)))


def held(store: Store, hours: float) -> tuple[dict[str, Errors], dict[str, object]]:
    """Every figure of every window beside the truth, and what is known only of the whole run."""
    camera = SimulatedCamera(store, name=store.plan.mounts[0].name, clock=Idle(), fps=FPS)
    perceiver = Perceiver(detector(MODEL, Path()))
    drawn = Drawn(store)
    metrics = CameraMetrics([*drawn.lines, *drawn.zones, drawn.queue])
    whole = CameraMetrics([drawn.whole_queue])
    found: dict[str, Errors] = {}
    end = WINDOW
    for number in range(int(hours * 3600 * FPS) + 1):
        at = number / FPS
        if at >= end:
            compare(store, metrics.tallies(end - WINDOW, end), found)
            metrics.restart(end)
            end += WINDOW
        percept = perceiver.perceive(camera.frame(at, number))
        metrics.feed(at, percept)
        whole.feed(at, percept)
    told = whole.tallies(0.0, hours * 3600)[0].values
    waits = queueing(store, 0.0, hours * 3600).waits
    return found, {
        "queue wait median, s": {"told": told["wait_median"], "true": round(float(np.median(waits)), 1)},
        "queue wait p90, s": {"told": told["wait_p90"], "true": round(float(np.quantile(waits, 0.9)), 1)},
    }


def compare(store: Store, tallies: list[Tally], found: dict[str, Errors]) -> None:
    """Add one window's tallies and truth to `found`."""
    pairs: list[tuple[str, Value, float]]
    for tally in tallies:
        values = tally.values
        start, end = tally.start, tally.end
        if tally.kind == "lines":
            name = str(values["line"])
            line = next(one for one in footfall(store, start, end) if one.line == name)
            pairs = [("footfall in", values["in_"], line.inwards), ("footfall out", values["out"], line.outwards)]
        elif tally.kind == "zones":
            name = str(values["zone"])
            zone = stays(store, name, start, end, STOP)
            pairs = [("stops", values["stops"], zone.stops)]
            pairs.append(("persons, mean", values["person_seconds"], zone.person_seconds))
        else:
            name = str(values["queue"])
            queue = queueing(store, start, end)
            pairs = [("joined", values["joined"], queue.joined), ("served", values["served"], queue.served)]
            pairs.append(("queue length, mean", values["person_seconds"], queue.person_seconds))
        for figure, told, true in pairs:
            assert isinstance(told, int | float)
            scale = WINDOW if figure.endswith("mean") else 1
            found.setdefault(f"{name}: {figure}", Errors()).add(told / scale, true / scale)


def page(figures: dict[str, object]) -> str:
    """The figures as docs/accuracy.md."""
    head = (
        "# Accuracy on the simulated store\n\n"
        f"Printed by `python -m bench store --hours {figures['hours']} --seed {figures['seed']} --markdown`: rendered\n"
        "frames through the bundled detector, the tracker and the metrics, held against the walks of the people.\n"
        "Windows of 300 s; the absolute error adds up the errors of the windows, so that they do not cancel. The\n"
        "daemon and the broker are not in this run; `tests/e2e/test_store.py` holds a shorter one with them.\n"
    )
    table = ["| figure | told | true | net error | absolute error | MAE a window |", "|---|---|---|---|---|---|"]
    lines = []
    for name, row in figures.items():
        if isinstance(row, dict) and "net_error_percent" in row:
            cells = [row["told"], row["true"], f"{row['net_error_percent']} %", f"{row['absolute_error_percent']} %"]
            table.append(f"| {name} | " + " | ".join(map(str, [*cells, row["mean_absolute_error_a_window"]])) + " |")
        elif isinstance(row, dict):
            lines.append(f"- {name}: told {row['told']}, true {row['true']}")
    speed, core = figures["real_time_factor"], figures["real_time_factor_of_one_core"]
    factors = f"- times real time: {speed}, of one core's time {core}"
    return "\n".join([head, *table, "", *lines, factors])


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench store", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true", help="print docs/accuracy.md")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--hour", type=float, default=12.0, help="local hour at which the store opens")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args(argv)
    store = Store(seed=given.seed, hour=given.hour, hours=given.hours + 0.1)
    wall, cpu = perf_counter(), process_time()
    errors, more = held(store, given.hours)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    inside = [errors[f"{name}: footfall {way}"] for name in ("door", "exit") for way in ("in", "out")]
    every = Errors([told for one in inside for told in one.told], [true for one in inside for true in one.true])
    figures: dict[str, object] = {
        "hours": given.hours,
        "seed": given.seed,
        "frames_a_second": FPS,
        "real_time_factor": round(given.hours * 3600 / wall, 1),
        "real_time_factor_of_one_core": round(given.hours * 3600 / cpu, 1),
        "footfall both doors": every.row(),
    } | more
    figures |= {name: one.row() for name, one in errors.items()}
    if given.markdown:
        print(page(figures))
    else:
        show(figures, given.json)


if __name__ == "__main__":
    main([])
