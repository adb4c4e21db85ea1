"""Who walks through the store: customers, passers-by and staff with their walks; it refuses to draw them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import dist

from simulation.plan import Point
from simulation.walk import Walk


class Role(StrEnum):
    """What somebody is there for."""

    CUSTOMER = "customer"
    PASSER = "passer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Look:
    """What a camera sees of somebody: height in metres and colours as BGR."""

    height: float
    hair: tuple[int, int, int]
    skin: tuple[int, int, int]
    top: tuple[int, int, int]
    legs: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Service:
    """One turn at the till, seconds: joined the queue, was called to `counter`, was served. None where given up."""

    joined: float
    called: float | None
    served: float | None
    counter: str | None


@dataclass(frozen=True, slots=True)
class Gaze:
    """Somebody who stands turns to a place on the floor plan from `since` until `until`, seconds."""

    since: float
    until: float
    place: Point


@dataclass(frozen=True, slots=True)
class Person:
    """One person's whole story. `group` is shared by those who came together; `gazes` are in order of time."""

    number: int
    role: Role
    group: int
    look: Look
    walk: Walk
    service: Service | None = None
    gazes: tuple[Gaze, ...] = ()

    def heading(self, at: float) -> Point:
        """The unit vector in which body and head are turned: to what is looked at, else as somebody walked last."""
        for gaze in self.gazes:
            if gaze.since <= at < gaze.until:
                x, y = self.walk.place(at)
                away = dist((x, y), gaze.place)
                if away > 1e-6:
                    return (gaze.place[0] - x) / away, (gaze.place[1] - y) / away
        return self.walk.heading(at)

    def later(self, seconds: float) -> "Person":
        """The same story, so much later."""
        walk, service = self.walk, self.service
        walk = replace(walk, times=tuple(at + seconds for at in walk.times))
        if service is not None:
            called, served = (None if at is None else at + seconds for at in (service.called, service.served))
            service = replace(service, joined=service.joined + seconds, called=called, served=served)
        gazes = tuple(replace(one, since=one.since + seconds, until=one.until + seconds) for one in self.gazes)
        return replace(self, walk=walk, service=service, gazes=gazes)

    @property
    def bought(self) -> bool:
        return self.service is not None and self.service.served is not None
