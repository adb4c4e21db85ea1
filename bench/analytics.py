"""What counting costs: everything at once at twenty people, and the bytes of windows with everything on."""

import random
from collections.abc import Callable, Iterator
from math import cos, sin
from statistics import median
from time import process_time
from typing import Any

from analytics.after_hours import AfterHours
from analytics.attention import AttentionCounter, Target
from analytics.camera import CameraMetrics
from analytics.crossing import Drawn
from analytics.floor import Floor
from analytics.flow import Flow
from analytics.gathering import Gathering
from analytics.hands import HandCounter, Shelf
from analytics.heat import Grid, HeatMap
from analytics.line import Line, LineCounter, Mode, Uturns
from analytics.metric import Metric
from analytics.pace import PaceCounter
from analytics.queue import Counter, Queue, QueueCounter
from analytics.window_funnel import Window, WindowFunnel
from analytics.zone import Zone, ZoneCounter
from bench._machine import show
from events import ClockState, Event, Quality, Report, Sensor
from mqtt.codec import Form, encode, merge
from observations import Box, Hands, Percept, Tally, Track
from privacy.policy import POLICY

FPS = 10
PEOPLE = 20
WINDOWS = 29
"""10 GB of a camera with 100 GB a day: 2.4 hours."""


def everything() -> list[Metric[Percept]]:
    """Three lines, six zones, a queue, flow, pace, heat, crowds, a shop window, two targets and shelves, presence."""
    lines = [
        LineCounter(Line(name=f"line{i}", points=((0.1, y), (0.9, y)), mode=Mode.DEFERRED, uturns=Uturns.SEPARATE))
        for i, y in enumerate((0.4, 0.55, 0.7))
    ]
    zones = [ZoneCounter(Zone(name=f"zone{i}", corners=_square(i / 6, 0.3, 1 / 6, 0.7), capacity=5)) for i in range(6)]
    flow = Flow()
    for zone in zones:
        zone.heard.append(flow.viewed)
    till = Counter(customer=_square(0.8, 0.5, 0.1, 0.3), staff=_square(0.92, 0.5, 0.08, 0.3))
    queue = QueueCounter(Queue(name="till", corners=_square(0.3, 0.5, 0.45, 0.3), counters=(till,), longest=5))
    window = Window(name="window", corners=_square(0.2, 0.6, 0.6, 0.35), door=Drawn(points=((0.8, 0.5), (1.0, 0.5))))
    targets = [
        AttentionCounter(Target(name=name, corners=_square(0.1, 0.3, 0.8, 0.7), yaw=yaw)) for name, yaw in TARGETS
    ]
    shelves = [
        HandCounter(Shelf(name=f"shelf{i}", corners=_square(i / 2, 0.3, 0.5, 0.7), plane=_square(i / 2, 0.3, 0.2, 0.3)))
        for i in range(2)
    ]
    others: list[Metric[Percept]] = [
        flow,
        queue,
        WindowFunnel(window),
        *targets,
        *shelves,
        HeatMap(Grid(camera="shop")),
        PaceCounter("shop", FLOOR),
        *(Gathering(zone, 5, lambda at: int(at // 3600) % 24) for zone in zones),
        AfterHours("shop", lambda at: False),
    ]
    return [*lines, *zones, *others]


FLOOR = Floor(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)))
TARGETS = (("screen", (-20.0, 20.0)), ("shelf", (20.0, 60.0)))


def _square(left: float, top: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    right, bottom = left + width, top + height
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def crowd(seconds: float, people: int = PEOPLE) -> list[Percept]:
    """People who wander about, each for half a minute, then replaced by another."""
    chance = random.Random(1)
    ways = [(chance.uniform(0.2, 2), chance.uniform(0.2, 2), chance.uniform(0, 6)) for _ in range(people)]
    return [Percept(frame / FPS, "shop", *_tracks(frame / FPS, ways)) for frame in range(int(seconds * FPS))]


def _tracks(at: float, ways: list[tuple[float, float, float]]) -> tuple[tuple[Track, ...], tuple[int, ...]]:
    tracks, ended = [], []
    for number, (across, along, phase) in enumerate(ways, start=1):
        age = (at + 1.5 * number) % 30
        if age < 1 / FPS:
            ended.append(number)
        x, y = 0.5 + 0.4 * sin(0.3 * across * at + phase), 0.65 + 0.3 * cos(0.25 * along * at + phase)
        box = Box(x - 0.04, y - 0.3, x + 0.04, y)
        hands = Hands(((x + 0.06, y - 0.2 + 0.1 * sin(at + phase)), (x - 0.05, y - 0.1)), 0.3 * sin(at / 3 + phase))
        since = round(at - age, 3)
        tracks.append(Track(number, box, 0.9, since, yaw=40 * sin(at + phase), pitch=0.0, hands=hands))
    return tuple(tracks), tuple(ended)


def _frame_ms(percepts: list[Percept], pick: Callable[[Metric[Percept]], bool], runs: int = 5) -> tuple[float, float]:
    """Median over the runs of the mean and of the 99th percentile, in processor time: the machine may be shared."""
    means, slowest = [], []
    for _ in range(runs):
        camera, costs = CameraMetrics([metric for metric in everything() if pick(metric)]), []
        for percept in percepts:
            begin = process_time()
            camera.feed(percept.at, percept)
            costs.append((process_time() - begin) * 1000)
        means.append(sum(costs) / len(costs))
        slowest.append(sorted(costs)[int(0.99 * len(costs))])
    return round(median(means), 3), round(median(slowest), 3)


def released(tally: Tally) -> Event:
    """The event of a tally by the policy's floors and digits; the gate's own tests are its own."""
    row = POLICY[tally.kind]
    values: dict[str, Any] = dict(tally.values)
    if tally.support < row.floor:
        values |= dict.fromkeys(row.floored)
    return row.event(**{name: round(v, row.digits) if isinstance(v, float) else v for name, v in values.items()})


def windows(metrics: list[Metric[Percept]], people: int) -> Iterator[Report]:
    """Windows of 300 s of a busy shop, as they would be reported."""
    camera = CameraMetrics(metrics)
    seen = crowd(300 * WINDOWS, people)
    per = 300 * FPS
    for i in range(WINDOWS):
        for percept in seen[i * per : (i + 1) * per]:
            camera.feed(percept.at, percept)
        sections: dict[str, list[Event]] = {}
        for tally in camera.tallies(300 * i, 300 * (i + 1)):
            if tally.kind in Report.__dataclass_fields__:
                sections.setdefault(tally.kind, []).append(released(tally))
        camera.restart(300 * (i + 1))
        quality = (Quality(sensor=Sensor.CAMERA, name="shop", seen=1.0),)  # type: ignore[arg-type]
        rows = {kind: tuple(events) for kind, events in sections.items()}
        yield Report(
            start=1_790_000_100 + 300 * i,
            seconds=300,
            clock=ClockState.SYNCED,
            epoch=1,
            quality=quality,
            **rows,  # type: ignore[arg-type]
        )


def _bytes(metrics: list[Metric[Percept]], people: int) -> tuple[int, int, int, int]:
    reports = list(windows(metrics, people))
    json_bytes = [len(encode(r, Form.JSON, "9f3c2a7be1", i)) for i, r in enumerate(reports, start=1)]
    packed, columns = (
        len(merge(Report, [encode(r, form, "9f3c2a7be1", i) for i, r in enumerate(reports, start=1)], form))
        for form in (Form.CBOR, Form.COLUMNS)
    )
    single = max(len(encode(r, Form.CBOR, "9f3c2a7be1", i)) for i, r in enumerate(reports, start=1))
    return sum(json_bytes), packed, single, columns


def main(argv: list[str]) -> int:
    """Print the figures."""
    percepts = crowd(60)
    alone = _frame_ms(percepts, lambda metric: False)[0]
    whole_cost = _frame_ms(percepts, lambda metric: True)
    door: list[Metric[Percept]] = [m for m in everything() if isinstance(m, LineCounter | ZoneCounter | QueueCounter)]
    busy = _bytes(door, 6)
    whole = _bytes(everything(), 6)
    parts = {
        f"all {kind.__name__} [ms/frame]": round(_frame_ms(percepts, lambda m: type(m) is kind)[0] - alone, 3)  # noqa: B023
        for kind in dict.fromkeys(type(metric) for metric in everything())
    }
    show(
        {
            "people": PEOPLE,
            "persons found only [ms/frame]": alone,
            **parts,
            "all metrics [ms/frame]": whole_cost[0],
            "all metrics, 99th percentile [ms]": whole_cost[1],
            "asked [ms/frame]": 1.0,
            "29 windows, 3 lines 6 zones 1 queue: JSON [bytes]": busy[0],
            "29 windows, 3 lines 6 zones 1 queue: JSON columns [bytes]": busy[3],
            "asked (JSON) [bytes]": 14 * 1024,
            "29 windows, 3 lines 6 zones 1 queue: CBOR [bytes]": busy[1],
            "asked (CBOR) [bytes]": 4096,
            "29 windows, everything on: JSON [bytes]": whole[0],
            "29 windows, everything on: JSON columns [bytes]": whole[3],
            "29 windows, everything on: CBOR [bytes]": whole[1],
            "largest single window, everything on: CBOR [bytes]": whole[2],
        },
        "--json" in argv,
    )
    return 0
