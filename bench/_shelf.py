"""A shelf's day for judging engines: the emulator's tags and bodies, drawn fast, with the truth about every pick."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from simulation.reader.field import SLOT_S, Body, Item, stocked

SKUS, ITEMS, WIDTH_M = 40, 5, 2.4
VISITORS_AN_HOUR = 40
PICKS_A_VISIT = 0.6
RESTOCKED_S = 600.0


Heard: TypeAlias = dict[int, tuple[int, float]]
"""Items of one epoch with their SKU's rank and signal strength (dB)."""

HANDLED_S = 1.5
"""A hand is on the item that long before it is gone, which moves its strength by about 10 dB (field.Item)."""


class Engine(Protocol):
    """Anything that says which items were taken, epoch by epoch; items are numbers from 0."""

    def taken(self, at: float, heard: Heard) -> tuple[int, ...]: ...


@dataclass
class Score:
    """Picks that were found before the item was back, their delays (s), and what was said to be taken and was not."""

    delays: list[float] = field(default_factory=list)
    picks: int = 0
    false: int = 0
    days: float = 0.0

    def figures(self) -> dict[str, object]:
        """The score as told."""
        found = len(self.delays)
        p90 = round(float(np.percentile(self.delays, 90)), 1) if found else None
        return {
            "shelf_days": round(self.days, 2),
            "picks": self.picks,
            "recall": round(found / self.picks, 4) if self.picks else None,
            "precision": round(found / (found + self.false), 4) if found + self.false else None,
            "delay_p90_s": p90,
            "false_picks_a_day": round(self.false / self.days, 3),
        }


@dataclass(frozen=True)
class Happening:
    """At `at` seconds an item is taken, or comes back."""

    at: float
    item: int
    taken: bool


def day(rng: random.Random, items: list[Item], hours: float, *, shadows: bool) -> tuple[list[Happening], list[Body]]:
    """A day's visitors, in the middle half of its hours: most take something, each casts a shadow.

    A fifth of what is taken is put back within two minutes. A visitor stands before the shelf for a lognormal time
    (median 10 s) and takes 60 to 100 % of the read rate over 35 to 60 cm. Without shadows the same picks happen with
    nobody there.
    """
    happenings: list[Happening] = []
    bodies: list[Body] = []
    away: dict[int, float] = {}
    at, closes = hours * 900.0, hours * 2700.0
    while (at := at + rng.expovariate(VISITORS_AN_HOUR / 3600)) < closes:
        stays = min(120.0, max(2.0, rng.lognormvariate(2.3, 0.8)))
        x = rng.uniform(0.0, WIDTH_M)
        body = Body(1, x, rng.uniform(0.35, 0.6), rng.uniform(0.6, 1.0), at, at + stays)
        if shadows:
            bodies.append(body)
        within = [n for n, item in enumerate(items) if abs(item.x_m - x) < 0.3 and away.get(n, 0.0) < at]
        count = rng.choices((0, 1, 2, 3), (1 - PICKS_A_VISIT, 0.42, 0.13, 0.05))[0]
        for number in rng.sample(within, min(count, len(within))):
            picked = at + rng.random() * stays
            back = picked + (rng.uniform(40, 120) if rng.random() < 0.2 else RESTOCKED_S)
            away[number] = back + 120
            happenings += [Happening(picked, number, True), Happening(back, number, False)]
    return sorted(happenings, key=lambda h: h.at), bodies


def epochs(
    rng: random.Random, items: list[Item], happenings: list[Happening], bodies: list[Body], start: float, hours: float
) -> Iterator[tuple[float, Heard, list[Happening]]]:
    """Every epoch of the day: its end, the items heard with their SKU's rank, and what has happened since the last."""
    draw = np.random.default_rng(rng.randrange(1 << 32))
    rates = np.array([item.rate for item in items])
    here = np.ones(len(items))
    ranks = [n // ITEMS for n in range(len(items))]
    usual = np.array([item.rssi_dbm for item in items])
    due, coming = deque(happenings), deque(bodies)
    active: list[Body] = []
    shade = np.ones(len(items))
    for step in range(1, round(hours * 3600 / SLOT_S) + 1):
        at = step * SLOT_S
        happened: list[Happening] = []
        while due and due[0].at <= at:
            happened.append(due.popleft())
            here[happened[-1].item] = not happened[-1].taken
        while coming and coming[0].start <= at:
            active.append(coming.popleft())
        if active:
            active = [body for body in active if body.end > at]
            shade = np.ones(len(items))
            for body in active:
                shade *= [1.0 - body.shadow(item, at) for item in items]
        heard = np.flatnonzero(draw.random(len(items)) < rates * here * shade)
        strength = usual[heard] + draw.normal(0.0, 1.5, len(heard))
        for event in due:
            if event.at > at + HANDLED_S:
                break
            if event.taken:
                strength[heard == event.item] += rng.choice((-11.0, 9.0))
        told = zip(heard.tolist(), strength.round().tolist(), strict=True)
        yield start + at, {number: (ranks[number], db) for number, db in told}, happened


def judge(
    engines: dict[str, Engine], rate: float, days: int, *, shadows: bool, hours: float = 24.0, seed: int = 1
) -> dict[str, Score]:
    """Let all engines hear the same reads for so many days of `hours`, of which the shop is open for half."""
    rng = random.Random(seed)
    scores = {name: Score() for name in engines}
    items = stocked(SKUS, ITEMS, rate=rate, width_m=WIDTH_M, seed=seed)
    for number in range(days):
        happenings, bodies = day(rng, items, hours, shadows=shadows)
        start = number * hours * 3600.0
        gone: dict[str, dict[int, float]] = {name: {} for name in engines}
        for at, heard, happened in epochs(rng, items, happenings, bodies, start, hours):
            for event in happened:
                for name, score in scores.items():
                    if event.taken:
                        score.picks += 1
                        gone[name][event.item] = at
                    else:
                        gone[name].pop(event.item, None)
            for name, engine in engines.items():
                for item in engine.taken(at, heard):
                    picked = gone[name].pop(item, None)
                    if picked is not None:
                        scores[name].delays.append(at - picked)
                    else:
                        scores[name].false += 1
        for score in scores.values():
            score.days += hours / 24
    return scores
