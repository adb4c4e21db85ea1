"""Random walks whose truth is known, and what may happen to their pictures: missing, twice, late."""

from collections.abc import Iterable, Iterator
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from observations import Percept
from tests.analytics.scene import Person, Timed

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DOORSTEP = 0.995
"""People come into the picture and leave it at its lower edge, as through a door: a track does not begin in mid-air."""

AFTERWARDS = 40.0
"""Seconds after which even a track whose end was never told is over."""


def journey(begin: float, stations: list[tuple[float, float, float]], speed: float = 0.5) -> Person:
    """From the doorstep to each (x, y, seconds of standing there), and out again, at a steady walk."""
    x0 = stations[0][0]
    path: list[Timed] = [(begin, x0, DOORSTEP)]
    for x, y, stand in [*stations, (stations[-1][0], DOORSTEP, 0.0)]:
        at, here_x, here_y = path[-1]
        at += max(0.1, ((x - here_x) ** 2 + (y - here_y) ** 2) ** 0.5 / speed)
        path += [(at, x, y), (at + stand, x, y)] if stand else [(at, x, y)]
    return Person(tuple(path))


spots = st.tuples(st.floats(0.1, 0.9), st.sampled_from((0.35, 0.45, 0.65, 0.75)), st.sampled_from((0.0, 0.5, 2.5, 7.5)))
journeys = st.builds(journey, st.floats(0, 20).map(lambda t: round(t, 1)), st.lists(spots, min_size=1, max_size=6))
crowds = st.lists(journeys, min_size=1, max_size=6)
rates = st.sampled_from((8.0, 10.0, 15.0))
dice = st.one_of(st.none(), st.randoms(use_true_random=False))
"""None: every picture arrives, once and in order."""


def torn(percepts: Iterable[Percept], random: Random | None) -> Iterator[Percept]:
    """Pictures missing (not two in a row), twice and late."""
    before: Percept | None = None
    missed = False
    for percept in percepts:
        fate = 0.5 if random is None else random.random()
        missed = fate < 0.3 and not missed
        if missed:
            continue
        yield percept
        if fate > 0.8:
            yield percept
        if fate > 0.9 and before is not None:
            yield before
        before = percept


def gap(fps: float, random: Random | None) -> float:
    """Seconds between two pictures that arrived, at most."""
    return (1 if random is None else 2) / fps
