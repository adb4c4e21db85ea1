"""People who would touch step aside: the walk of who moves gets a bump; it refuses to move who stands or queues.

Times stay as they are, so whatever was planned round a walk still fits it, and the walks remain the truth.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import hypot
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.people import Person
from simulation.plan import Point
from simulation.walk import Walk

APART = (0.6, 0.5, 0.4)
"""Metres that people who pass leave between their middles, where there is room; else less, sideways."""
TOUCHING = 0.45
_ASIDE_S, _LONGEST_S = 0.9, 3.0
"""Seconds in which somebody steps aside, and in which he comes back: longer beside somebody of nearly his own pace."""
_STEP_S = 0.25
_CHUNK_S = 16.0
_STANDS = 0.15
_ROUNDS = 3

Floats = NDArray[np.float64]
Line: TypeAlias = tuple[Floats, Floats, Floats]
_STEPS: Floats = np.arange(0.0, _CHUNK_S, _STEP_S)


def mannerly(people: Sequence[Person], free: Callable[[Point], bool]) -> list[Person]:
    """The same people, stepping aside where there is room; `free` says whether one can stand at a place."""
    found = list(people)
    lines = [_line(person.walk) for person in found]
    chunks = _chunks(found)
    for _ in range(_ROUNDS):
        crowded = {}
        for chunk, here in chunks.items():
            for at, one, other in _touches(lines, here, chunk * _CHUNK_S):
                crowded[chunk] = here
                mover, stays = (one, other) if _pace(found[one], at) >= _pace(found[other], at) else (other, one)
                walk = _aside(found[mover], found[stays].walk, at, free)
                if walk is not None:
                    found[mover], lines[mover] = replace(found[mover], walk=walk), _line(walk)
        chunks = crowded
    return found


def _chunks(people: Sequence[Person]) -> dict[int, list[int]]:
    """Who is there (places in `people`) in each stretch of `_CHUNK_S` seconds."""
    found: dict[int, list[int]] = {}
    for number, person in enumerate(people):
        for chunk in range(int(person.walk.start // _CHUNK_S), int(person.walk.end // _CHUNK_S) + 1):
            found.setdefault(chunk, []).append(number)
    return dict(sorted(found.items()))


def _line(walk: Walk) -> Line:
    """A walk as times, x and y."""
    xs, ys = zip(*walk.places, strict=True)
    return np.array(walk.times), np.array(xs), np.array(ys)


def _touches(lines: Sequence[Line], here: list[int], begin: float) -> list[tuple[float, int, int]]:
    """When two come closest whose bodies would touch in the stretch from `begin` on, and who, in order of time."""
    times = begin + _STEPS
    xs, ys = (
        np.array([np.interp(times, lines[one][0], lines[one][axis], np.nan, np.nan) for one in here]) for axis in (1, 2)
    )
    away = np.hypot(xs[:, None] - xs[None, :], ys[:, None] - ys[None, :])
    away[np.isnan(away)] = np.inf
    away[np.tril_indices(len(here))] = np.inf
    pairs = np.argwhere(away.min(axis=2) < TOUCHING).tolist()
    return sorted((float(times[away[a, b].argmin()]), here[a], here[b]) for a, b in pairs)


def _pace(person: Person, at: float) -> float:
    """Metres a second; nothing for who is in the queue or being served."""
    service = person.service
    if service is not None and service.joined - 1 <= at <= (service.served or service.joined) + 1:
        return 0.0
    return person.walk.stride(at + _STEP_S / 2) - person.walk.stride(at - _STEP_S / 2)


def _aside(person: Person, other: Walk, at: float, free: Callable[[Point], bool]) -> Walk | None:
    """The walk with a step away from `other` at `at`; None where there is no room or nobody moves."""
    walk, seconds = person.walk, _passing_s(person.walk, other, at)
    begin, end = at - seconds, at + seconds
    if begin <= walk.start or end >= walk.end or _pace(person, at) < _STANDS * _STEP_S:
        return None
    ahead_x, ahead_y = walk.heading(at)
    before, (x, y), after = walk.place(begin), walk.place(at), walk.place(end)
    beside = (other.place(at)[0] - x) * -ahead_y + (other.place(at)[1] - y) * ahead_x
    for gap in APART:
        for step in sorted((beside - gap, beside + gap), key=abs):
            aside = [
                (when, (place[0] - step * ahead_y, place[1] + step * ahead_x))
                for when in (at - seconds / 3, at, at + seconds / 3)
                for place in [walk.place(when)]
            ]
            between = [_middle(before, aside[0][1]), *(place for _, place in aside), _middle(aside[-1][1], after)]
            if all(free(place) for place in between):
                kept = [knot for knot in zip(walk.times, walk.places, strict=True) if not begin <= knot[0] <= end]
                return Walk.through(sorted([*kept, (begin, before), *aside, (end, after)]))
    return None


def _passing_s(one: Walk, other: Walk, at: float) -> float:
    """For how long two who pass at `at` are beside each other."""
    (x, y), (other_x, other_y) = (_velocity(walk, at) for walk in (one, other))
    return min(max(APART[0] / max(hypot(x - other_x, y - other_y), 1e-6), _ASIDE_S), _LONGEST_S)


def _velocity(walk: Walk, at: float) -> Point:
    (x, y), (later_x, later_y) = walk.place(at - _STEP_S / 2), walk.place(at + _STEP_S / 2)
    return (later_x - x) / _STEP_S, (later_y - y) / _STEP_S


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
