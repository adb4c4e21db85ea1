"""Staff and customers through one door with a radio over it, for `bench ble`: simulated, and called so.

Members of staff come from the counter, go out and come back, and now and then only walk by the door; customers come and
go at random. Bodies take a badge's signal, single adverts fade, and one in ten is lost. Crossings are exact, as a
camera that sees everybody would tell them.
"""

import math
from dataclasses import dataclass
from itertools import chain
from random import Random

from analytics.badges import BadgeZone
from analytics.crossing import Crossing, Way
from analytics.staff_crossings import StaffCrossings
from observations import BadgeSighting

AT_ONE_METRE_DBM, EXPONENT, FACADE_DB, FADING_DB = -55.0, 2.2, 6.0, 4.0
ABOVE_M = 1.3
"""The radio hangs so much higher than a badge."""
TURN_S = 25.0
SPEED = 1.2
HOUR = 3600.0
DOOR = BadgeZone(name="door", sensor="door")
COUNTER_M, STREET_M, AISLE_M = -5.0, 15.0, -2.5
"""Places by their distance from the door's line: inside is negative."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One badge's way: knots of (at, metres beyond the line)."""

    knots: tuple[tuple[float, float], ...]

    def metres(self, at: float) -> float | None:
        for (start, here), (end, there) in zip(self.knots, self.knots[1:], strict=False):
            if start <= at <= end:
                return here + (there - here) * (at - start) / (end - start)
        return None

    def crossings(self) -> list[Crossing]:
        found = []
        for (start, here), (end, there) in zip(self.knots, self.knots[1:], strict=False):
            if here * there < 0:
                found.append(_crossing(start + (end - start) * here / (here - there), Way.IN))
        return found


def passages(body_db: float, hours: int = 4, seed: int = 1) -> dict[str, object]:
    """Of staff's crossings the share found, of customers' the share taken for staff's."""
    draw = Random(f"{seed}/{body_db}")
    errands = [_shift(draw, hours) for _ in range(3)]
    theirs = [crossing for errand in errands for crossing in errand.crossings()]
    customers = [_crossing(draw.uniform(0, hours * HOUR), Way.OUT) for _ in range(60 * hours)]
    judge = StaffCrossings("door", DOOR)
    badges = (_heard(errand, token, body_db, Random(draw.random())) for token, errand in enumerate(errands))
    events: list[Crossing | BadgeSighting] = sorted([*theirs, *customers, *chain(*badges)], key=lambda one: one.at)
    for event in events:
        judge.alarms(event.at)
        if isinstance(event, Crossing):
            judge.hear(event)
        else:
            judge.feed(event.at, event)
    judge.alarms(hours * HOUR + 120)
    (tally,) = judge.tallies(0, hours * HOUR)
    found, wrong = tally.values["in_"], tally.values["out"]
    assert isinstance(found, int)
    assert isinstance(wrong, int)
    return {
        "staff_crossings": len(theirs),
        "found_percent": round(100 * found / len(theirs), 1),
        "customers_crossings": len(customers),
        "taken_for_staff_percent": round(100 * wrong / len(customers), 1),
    }


def _crossing(at: float, way: Way) -> Crossing:
    """The way says whose it is, so that the tallies tell them apart; the judge does not look at it."""
    return Crossing("door", 0, way, at, (0.5, 0.5), 0.2)


def _shift(draw: Random, hours: int) -> Errand:
    at, knots = draw.uniform(0, 60), [(0.0, COUNTER_M)]
    while at < hours * HOUR - 600:
        at += draw.expovariate(1 / 240)
        knots.append((at, COUNTER_M))
        far = AISLE_M if draw.random() < 0.5 else STREET_M
        at += (far - COUNTER_M) / SPEED
        knots.append((at, far))
        at += draw.uniform(5, 120)
        knots.append((at, far))
        at += (far - COUNTER_M) / SPEED
        knots.append((at, COUNTER_M))
    knots.append((hours * HOUR, COUNTER_M))
    return Errand(tuple(knots))


def _heard(errand: Errand, token: int, body_db: float, draw: Random) -> list[BadgeSighting]:
    found, at, body, turn = [], draw.random(), 0.0, -1
    while (metres := errand.metres(at)) is not None:
        if turn != int(at // TURN_S):
            turn, body = int(at // TURN_S), draw.uniform(-body_db, 0.0)
        away = math.hypot(metres, ABOVE_M)
        level = AT_ONE_METRE_DBM - 10 * EXPONENT * math.log10(away) - (FACADE_DB if metres > 0 else 0.0) + body
        strength = round(draw.gauss(level, FADING_DB))
        if strength >= -95 and draw.random() < 0.9:
            found.append(BadgeSighting(at, "door", 1, token, "shop", strength))
        at += draw.uniform(1.0, 1.01)
    return found
