"""What counting costs: everything at once at twenty people, and the bytes of windows with everything on."""

import random
from collections.abc import Callable, Collection, Iterator
from math import cos, sin
from statistics import median
from time import process_time
from typing import Any

from analytics.metric import Metric
from bench._everything import Everything
from bench._machine import show
from events import ClockState, Event, Quality, Report, Sensor
from mqtt.codec import Form, encode, merge
from observations import Box, Hands, Percept, Tally, Track
from privacy.policy import POLICY

Pick = Callable[[Metric[Percept]], bool]
FPS = 10
PEOPLE = 20
WINDOWS = 29
"""10 GB of a camera with 100 GB a day: 2.4 hours."""
DOOR = ("lines", "zones", "queues")


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


def _frame_ms(percepts: list[Percept], pick: Pick, runs: int = 5) -> tuple[float, float]:
    """Median over the runs of the mean and of the 99th percentile, in processor time: the machine may be shared."""
    means, slowest = [], []
    for _ in range(runs):
        box, costs = Everything(pick), []
        for percept in percepts:
            begin = process_time()
            box.feed(percept.at, percept)
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


def windows(kinds: Collection[str], people: int) -> Iterator[Report]:
    """Windows of 300 s of a busy shop, as they would be reported, with these sections."""
    box = Everything()
    seen = crowd(300 * WINDOWS, people)
    per = 300 * FPS
    for i in range(WINDOWS):
        for percept in seen[i * per : (i + 1) * per]:
            box.feed(percept.at, percept)
        sections: dict[str, list[Event]] = {}
        for tally in box.tallies(300 * i, 300 * (i + 1)):
            if tally.kind in kinds:
                sections.setdefault(tally.kind, []).append(released(tally))
        box.restart(300 * (i + 1))
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


def _bytes(kinds: Collection[str], people: int) -> tuple[int, int, int, int]:
    reports = list(windows(kinds, people))
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
    busy = _bytes(DOOR, 6)
    whole = _bytes(Report.__dataclass_fields__, 6)
    parts = {
        f"all {kind.__name__} [ms/frame]": round(_frame_ms(percepts, lambda m: type(m) is kind)[0] - alone, 3)  # noqa: B023
        for kind in dict.fromkeys(type(metric) for metric in Everything().camera.metrics)
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
