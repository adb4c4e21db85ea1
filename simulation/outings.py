"""Who went where in the store: visits behind the doors, passers before the window, walks from zone to zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from simulation.people import Person, Role
from simulation.plan import FloorLine
from simulation.store import Store
from simulation.walk import Crossing, joined

DOORS = ("door", "exit")


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay behind the doors; `left` is None while it lasts."""

    entered: float
    left: float | None


def _lines(store: Store, *names: str) -> list[FloorLine]:
    return [line for line in store.plan.lines if line.name in names]


def _over(person: Person, lines: list[FloorLine]) -> list[Crossing]:
    return sorted((one for line in lines for one in person.walk.crossings(line)), key=lambda one: one.at)


def visits(store: Store, person: Person) -> Iterator[Visit]:
    """The stays of one person between coming in and leaving by either door."""
    entered: float | None = None
    for crossing in _over(person, _lines(store, *DOORS)):
        if crossing.inwards:
            entered = crossing.at
        elif entered is not None:
            yield Visit(entered, crossing.at)
            entered = None
    if entered is not None:
        yield Visit(entered, None)


@dataclass(frozen=True, slots=True, order=True)
class Passer:
    """Somebody outside: when he is counted, whether he has stopped at the window and come in, and his longest stay."""

    at: float
    stopped: bool
    entered: bool
    longest: float


def passers(store: Store, stop: float) -> Iterator[Passer]:
    """Everybody who passes the shop or comes in."""
    for person in store.people:
        if person.role is Role.STAFF:
            continue
        door = next(iter(_over(person, _lines(store, "door"))), None)
        before = joined(person.walk.inside(store.plan.window))
        if door is not None:
            if door.inwards:
                longest = max((min(leave, door.at) - enter for enter, leave in before if enter < door.at), default=0.0)
                yield Passer(door.at, longest >= stop, True, longest)
            continue
        longest = max((leave - enter for enter, leave in before), default=0.0)
        if longest >= stop or _over(person, _lines(store, "street")):
            yield Passer(person.walk.end, longest >= stop, False, longest)


def walks(store: Store) -> Iterator[list[tuple[float, str, float]]]:
    """Each person's zones, without repetitions: looked into (for a second) at, the zone, and the end of the walk."""
    for person in store.people:
        views = sorted(
            (enter + 1.0, zone.name, person.walk.end)
            for zone in store.plan.zones
            for enter, leave in joined(person.walk.inside(zone.floor))
            if leave - enter >= 1.0
        )
        yield [view for number, view in enumerate(views) if not number or views[number - 1][1] != view[1]]


def pairs(walk: list[tuple[float, str, float]]) -> Iterator[tuple[float, tuple[str, str]]]:
    """When somebody looked into a zone after another one, and which two."""
    for (_, before, _), (at, after, _) in pairwise(walk):
        yield at, (before, after)
