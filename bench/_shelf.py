"""A shelf's day for judging engines: the emulator's tags and bodies, drawn fast, with the truth about every pick."""

import math
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.attendance import LEFT_S
from simulation.reader.field import SLOT_S, SOFT_EDGE_M, Body, Item, stocked

Floats: TypeAlias = NDArray[np.float64]

DENSE, SPARSE = (40, 5), (4, 6)
"""Articles and items of each, on shelves of `WIDTH_M`: tags 1.2 cm and 10 cm apart."""

WIDTH_M = 2.4
VISITORS_AN_HOUR = 40
PICKS_A_VISIT = 0.6
RESTOCKED_S = 600.0


Heard: TypeAlias = dict[int, tuple[int, float]]
"""Items of one epoch with their SKU's rank and signal strength (dB)."""

HANDLED_S = 1.5
"""A hand is on the item that long before it is gone, which moves its strength by about 10 dB (field.Item)."""
FADES_DB = 3.0
"""What is read through a body is weaker and less steady by about that much."""


class Engine(Protocol):
    """Anything that says which items were taken, epoch by epoch; items are numbers from 0.

    `deserted`: a camera sees nobody before the shelf.
    """

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]: ...


@dataclass
class Score:
    """Picks that were found before the item was back, their delays (s), and what was said to be taken and was not.

    `cleared` are the delays from when no body stood before the item's place any more, so that its absence can be seen.
    `soonest` are those of somebody who knows every rate and shadow (soonest_s), `proof` the nats that he has WITHIN_S
    seconds after each pick.
    """

    delays: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    soonest: list[float] = field(default_factory=list)
    proof: list[float] = field(default_factory=list)
    picks: int = 0
    false: int = 0
    days: float = 0.0

    def figures(self) -> dict[str, object]:
        """The score as told."""
        found = len(self.delays)
        low, high = poisson_interval(self.false)
        return {
            "shelf_days": round(self.days, 2),
            "picks": self.picks,
            "recall": round(found / self.picks, 4) if self.picks else None,
            "precision": round(found / (found + self.false), 4) if found + self.false else None,
            "delay_p90_s": _p90(self.delays),
            "delay_p90_after_the_body_s": _p90(self.cleared),
            "soonest_p90_s": _p90(self.soonest),
            f"fewest_false_a_day_at_p90_{WITHIN_S:.0f}_s": self._fewest_false(),
            "false_picks_a_day": round(self.false / self.days, 3),
            "false_picks_95": [round(low / self.days, 3), round(high / self.days, 3)],
        }

    def _fewest_false(self) -> float | None:
        """What whoever knows every rate and shadow gets wrong if he must tell nine picks in ten within WITHIN_S."""
        best = sorted(self.proof, reverse=True)[: math.ceil(0.9 * len(self.proof))]
        return round(math.fsum(math.exp(-nats) for nats in best) / self.days, 3) if best else None


def sum_of(scores: list[Score]) -> Score:
    """The score of all days."""
    total = Score()
    for score in scores:
        total.delays += score.delays
        total.cleared += score.cleared
        total.soonest += score.soonest
        total.proof += score.proof
        total.picks += score.picks
        total.false += score.false
        total.days += score.days
    return total


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """The exact (Garwood) interval of what was to be expected where `count` were counted."""
    tail = (1 - level) / 2

    def below(mean: float, most: int) -> float:
        return math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(most + 1))

    def solve(most: int, wanted: float) -> float:
        low, high = 0.0, 10.0 * (most + 5)
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle, most) > wanted else (low, middle)
        return low

    return (solve(count - 1, 1 - tail) if count else 0.0), solve(count, tail)


def _p90(delays: list[float]) -> float | None:
    return round(float(np.percentile(delays, 90)), 1) if delays else None


@dataclass(frozen=True)
class Happening:
    """At `at` seconds an item is taken, comes back, or is only touched (`taken` is None)."""

    at: float
    item: int
    taken: bool | None


def day(rng: random.Random, items: list[Item], hours: float, *, shadows: bool) -> tuple[list[Happening], list[Body]]:
    """A day's visitors, in the middle half of its hours: most take something, each casts a shadow.

    A fifth of what is taken is put back within two minutes. A visitor stands before the shelf for a lognormal time
    (median 10 s) and takes 60 to 100 % of the read rate over 35 to 60 cm. Without shadows the same picks happen with
    nobody there. As many items as are taken are only touched.
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
        for number in rng.sample(within, min(count, len(within))):
            if away.get(number, 0.0) < at:
                happenings.append(Happening(at + rng.random() * stays, number, None))
    return sorted(happenings, key=lambda h: h.at), bodies


def epochs(
    rng: random.Random, items: list[Item], each: int, happenings: list[Happening], bodies: list[Body], hours: float
) -> Iterator[tuple[float, Heard, list[Happening]]]:
    """Every epoch of the day: its end, the items heard with their SKU's rank, and what has happened since the last."""
    draw = np.random.default_rng(rng.randrange(1 << 32))
    rates = np.array([item.rate for item in items])
    here = np.ones(len(items))
    ranks = [n // each for n in range(len(items))]
    places = np.array([item.x_m for item in items])
    usual = np.array([item.rssi_dbm for item in items])
    due, coming = deque(happenings), deque(bodies)
    active: list[Body] = []
    shade = np.ones(len(items))
    for step in range(1, round(hours * 3600 / SLOT_S) + 1):
        at = step * SLOT_S
        happened: list[Happening] = []
        while due and due[0].at <= at:
            happened.append(due.popleft())
            if happened[-1].taken is not None:
                here[happened[-1].item] = not happened[-1].taken
        while coming and coming[0].start <= at:
            active.append(coming.popleft())
        if active:
            active = [body for body in active if body.end > at]
            shade = np.ones(len(items))
            for body in active:
                shade *= 1.0 - _shadow(body, places)
        heard = np.flatnonzero(draw.random(len(items)) < rates * here * shade)
        behind = 1.0 - shade[heard]
        strength = usual[heard] - FADES_DB * behind + draw.normal(0.0, 1.5 + FADES_DB * behind)
        for event in due:
            if event.at > at + HANDLED_S:
                break
            if event.taken is not False:
                strength[heard == event.item] += rng.choice((-11.0, 9.0))
        told = zip(heard.tolist(), strength.round().tolist(), strict=True)
        yield at, {number: (ranks[number], db) for number, db in told}, happened


def _shadow(body: Body, places: Floats) -> Floats:
    """Body.shadow for a whole shelf at once."""
    inside = body.width_m / 2 - np.abs(places - body.x_m)
    return np.asarray(body.depth * np.clip(0.5 + inside / (2 * SOFT_EDGE_M), 0.0, 1.0))


SURE = 4000.0
"""Odds at which one pick in so many is false: 0.1 a day where some 400 are taken."""
WITHIN_S = 12.0
"""The delay that is asked for nine picks in ten."""


def proof(item: Item, at: float, bodies: list[Body]) -> Iterator[float]:
    """By how many nats silence proves after each epoch that the item has gone, to who knows its rate and every shadow.

    He also knows that somebody had this item in hand, half of which are taken. Misses are all that is left to hear, so
    their log likelihood ratio is a sum without chance: nobody who hears the reads alone knows more.
    """
    near = [body for body in bodies if body.end > at and body.start < at + 600]
    evidence = 0.0
    for epoch in count(1):
        rate = item.rate
        for body in near:
            rate *= 1.0 - body.shadow(item, at + epoch * SLOT_S)
        evidence -= math.log1p(-rate)
        yield evidence


def soonest_s(nats: Iterator[float]) -> float:
    """How long after a pick such a proof has the odds SURE."""
    return SLOT_S * next(epoch for epoch, had in enumerate(nats, 1) if had >= math.log(SURE))


def _attended(bodies: list[Body]) -> Callable[[float], bool]:
    """Whether somebody has stood there in the last LEFT_S seconds; times must not run backwards."""
    coming, stood = deque(bodies), -math.inf

    def attended(at: float) -> bool:
        nonlocal stood
        while coming and coming[0].start <= at:
            stood = max(stood, coming.popleft().end)
        return at <= stood + LEFT_S

    return attended


def judge(
    engines: dict[str, Engine],
    rate: float,
    *,
    shadows: bool,
    hours: float = 24.0,
    seed: int = 1,
    shelf: tuple[int, int] = DENSE,
    watched: bool = False,
) -> dict[str, Score]:
    """Let all engines hear the same reads of one shelf for a day of `hours`, of which the shop is open for half.

    As in life, items are numbered in an order of chance within their SKU: nobody knows how they lie. `watched`: a
    camera says when nobody has been before the shelf for LEFT_S seconds.
    """
    skus, each = shelf
    rng = random.Random(seed)
    scores = {name: Score(days=hours / 24) for name in engines}
    items = stocked(skus, each, rate=rate, width_m=WIDTH_M, seed=seed)
    items = [one for sku in range(skus) for one in rng.sample(items[sku * each : (sku + 1) * each], each)]
    happenings, bodies = day(rng, items, hours, shadows=shadows)
    picks = [(items[event.item], event.at, bodies) for event in happenings if event.taken]
    soonest = [soonest_s(proof(*pick)) for pick in picks]
    proofs = [next(islice(proof(*pick), round(WITHIN_S / SLOT_S) - 1, None)) for pick in picks]
    attended = _attended(bodies) if watched else (lambda at: True)
    gone: dict[str, dict[int, tuple[float, float]]] = {name: {} for name in engines}
    for at, heard, happened in epochs(rng, items, each, happenings, bodies, hours):
        deserted = not attended(at)
        for event in happened:
            if event.taken is None:
                continue
            clear = max(
                (b.end for b in bodies if b.start <= at < b.end and b.shadow(items[event.item], at)), default=at
            )
            for name, score in scores.items():
                if event.taken:
                    score.picks += 1
                    gone[name][event.item] = at, clear
                else:
                    gone[name].pop(event.item, None)
        for name, engine in engines.items():
            for item in engine.taken(at, heard, deserted=deserted):
                picked = gone[name].pop(item, None)
                if picked is not None:
                    scores[name].delays.append(at - picked[0])
                    scores[name].cleared.append(max(0.0, at - picked[1]))
                else:
                    scores[name].false += 1
    for score in scores.values():
        score.soonest, score.proof = soonest, proofs
    return scores
