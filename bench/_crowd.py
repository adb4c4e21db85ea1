"""A crowd of phones around one Bluetooth radio, for `bench ble`: simulated, and called so wherever it is quoted.

Who is inside is known exactly. Phones change their address every 15 minutes or so (one in ten far more often), some
are outside behind glass, adverts are lost, and signals fade.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

AT_ONE_METRE_DBM, EXPONENT, GLASS_DB, FADING_DB = -59.0, 2.0, 9.0, 5.0
HEARD = 0.4
"""Share of adverts that a passive scan of half duty hears in a room with others."""

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone from `start` to `end`, `metres` from the radio, advertising every `every` seconds."""

    start: float
    end: float
    metres: float
    inside: bool
    every: float
    change: float


def phones(mean: int, draw: Random) -> list[Phone]:
    """An hour with `mean` phones inside on average, and half as many at a time passing outside."""
    found = []
    for inside, dwell, share in ((True, 600.0, 1.0), (False, 20.0, 0.5)):
        at = -2 * dwell
        while at < HOUR:
            at += draw.expovariate(mean * share / dwell)
            stay = draw.expovariate(1 / dwell)
            change = 75.0 if draw.random() < 0.1 else draw.uniform(600, 1200)
            metres = draw.uniform(1, 8) if inside else draw.uniform(10, 25)
            found.append(Phone(at, at + stay, metres, inside, draw.uniform(0.2, 1.0), change))
    return found


def adverts(crowd: list[Phone], draw: Random) -> Iterator[tuple[float, int, int]]:
    """(at, address, rssi_dbm) of what is heard within the hour, in order of time."""
    return heapq.merge(*(_of(phone, number, Random(draw.random())) for number, phone in enumerate(crowd)))


def inside(crowd: list[Phone], start: float, end: float) -> float:
    """The mean number of phones inside between two times."""
    return sum(max(0.0, min(end, phone.end) - max(start, phone.start)) for phone in crowd if phone.inside) / (
        end - start
    )


def _of(phone: Phone, number: int, draw: Random) -> Iterator[tuple[float, int, int]]:
    phase = draw.uniform(0, phone.change)
    level = AT_ONE_METRE_DBM - 10 * EXPONENT * math.log10(phone.metres) - (0 if phone.inside else GLASS_DB)
    at = max(0.0, phone.start)
    while at < min(phone.end, HOUR):
        if draw.random() < HEARD:
            yield at, number << 16 | int((at + phase) // phone.change), round(draw.gauss(level, FADING_DB))
        at += phone.every + draw.uniform(0, 0.01)
