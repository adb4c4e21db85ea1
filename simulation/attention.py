"""Who is turned to what in the simulated store, exactly: the truth of attention; it refuses to guess at eyes."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, degrees

from simulation.people import Person
from simulation.plan import FloorZone, Mount
from simulation.store import Store
from simulation.walk import joined

STEP_S = 0.1
VIEW_S, LOOK_S = 1.0, 0.5
"""Seconds of being before a target, and of facing it, that count."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something to look at: where one stands before it, the camera at it, and between which angles a head faces it."""

    zone: FloorZone
    mount: Mount
    yaw: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Looks:
    """Persons before a target in a window, those who looked, the seconds of all of them, and the waits of the lookers
    from being there to facing it."""

    passers: int
    lookers: int
    seconds: float
    waits: tuple[float, ...]


def yaw(person: Person, at: float, mount: Mount) -> float:
    """Degrees by which a head is turned from the camera to the picture's right."""
    (x, y), (ahead_x, ahead_y) = person.walk.place(at), person.heading(at)
    to_x, to_y = mount.position[0] - x, mount.position[1] - y
    return degrees(atan2(ahead_y * to_x - ahead_x * to_y, ahead_x * to_x + ahead_y * to_y))


def looks(store: Store, target: Target, start: float, end: float) -> Looks:
    """What happened before `target` in start <= at < end."""
    passers = lookers = 0
    seconds, waits = 0.0, []
    for person in store.people:
        for enter, leave in joined(person.walk.inside(target.zone.floor)):
            if leave < start or enter >= end:
                continue
            passers += start <= enter + VIEW_S < end and leave - enter >= VIEW_S
            faced = list(_faced(person, target, enter, leave))
            seconds += STEP_S * sum(start <= at < end for at in faced)
            enough = round(LOOK_S / STEP_S)
            if len(faced) >= enough and start <= faced[enough - 1] < end:
                lookers += 1
                waits.append(faced[0] - enter)
    return Looks(passers, lookers, seconds, tuple(waits))


def _faced(person: Person, target: Target, enter: float, leave: float) -> Iterator[float]:
    """The moments, `STEP_S` apart, at which somebody before the target faces it."""
    low, high = target.yaw
    for step in range(int((leave - enter) / STEP_S)):
        at = enter + (step + 0.5) * STEP_S
        if target.zone.floor.contains(person.walk.place(at)) and low <= yaw(person, at, target.mount) <= high:
            yield at
