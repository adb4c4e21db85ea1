"""How a counter is served: unattended while customers wait, how many were met in time, customers to one of staff."""

from dataclasses import dataclass

from analytics.alarm import Alarm
from analytics.badges import Badges
from analytics.geometry import Point, Polygon
from observations import Percept, Tally, Value

SETTLE_S = 2.0
"""Who is in the zone for less is passing."""

ESCORT_S = 3.0
"""A person who comes in within this time of a badge is the one who wears it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter: `polygon` where customers stand (relative picture coordinates), `zone` where its staff's badges are.

    Customers who are there for `greet_s` seconds without staff were not met in time; `unattended_s` is after how
    long without staff an alert is raised.
    """

    name: str
    zone: str
    polygon: tuple[Point, ...]
    greet_s: float = 30.0
    unattended_s: float = 60.0


@dataclass(slots=True, eq=False)
class _Person:
    since: float
    last: float
    settled: bool = False
    judged: bool = False


class Service:
    """The `service` of a report: one counter, fed with the steady percepts of its camera and asked every second."""

    def __init__(self, counter: Counter, badges: Badges) -> None:
        if counter.zone not in badges.zones:
            raise ValueError(f"counter {counter.name} names no badge zone")
        self._counter, self._badges = counter, badges
        self._polygon = Polygon(counter.polygon)
        self._alarm = Alarm("counter_unattended", counter.name, after=counter.unattended_s, clear=5.0)
        self._people: dict[int, _Person] = {}
        self._at: float | None = None
        self._clear()

    def feed(self, at: float, seen: Percept) -> None:
        """One picture: who stands at the counter."""
        there = {track.number for track in seen.tracks if self._polygon.contains(track.box.foot)}
        for number in there:
            self._people.setdefault(number, _Person(at, at)).last = at
        for number in [one for one in self._people if one not in there]:
            if number in seen.ended or at - self._people[number].last > SETTLE_S:
                self._leave(self._people.pop(number))

    def alarms(self, at: float) -> list[Tally]:
        """Whether customers wait and nobody is there; to be asked every second."""
        if self._at is None or at - self._at > 60:
            self._at = at
        if at < self._at:
            return []
        step, self._at = at - self._at, at
        staff = self._badges.present(at, self._counter.zone)
        for person in self._people.values():
            self._judge(at, person, staff)
        settled = sum(person.settled for person in self._people.values())
        customers = max(0, settled - staff)
        waiting = customers > 0 and staff == 0
        self._seconds += step
        self._customers += step * customers
        self._staffed += step * staff
        self._unattended += step * waiting
        return self._alarm.judge(at, waiting, customers if waiting else None)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window so far."""
        values: dict[str, Value] = {
            "counter": self._counter.name,
            "unattended": self._unattended,
            "customers": self._customers / self._seconds if self._seconds else None,
            "customers_per_staff": self._customers / self._staffed if self._staffed else None,
            "arrivals": self._arrivals,
            "greeted": self._greeted,
        }
        return [Tally("service", start, end, values, self._arrivals)]

    def restart(self, at: float) -> None:
        """Begin the next window; who stands there goes on standing there."""
        self._clear()

    def _clear(self) -> None:
        self._seconds = self._customers = self._staffed = self._unattended = 0.0
        self._arrivals = self._greeted = 0

    def _judge(self, at: float, person: _Person, staff: int) -> None:
        """Settle who stayed, and judge him once: staff himself, met in time, or not."""
        if not person.settled and at - person.since >= SETTLE_S:
            person.settled = True
        if person.judged or at - person.since < ESCORT_S:
            return
        if self._badges.arrived(self._counter.zone, person.since - ESCORT_S, person.since + ESCORT_S):
            person.judged = True
        elif staff > 0:
            self._count(person, greeted=True)
        elif at - person.since >= self._counter.greet_s:
            self._count(person, greeted=False)

    def _leave(self, person: _Person) -> None:
        """Who gave up waiting before the time was up was not met either."""
        if person.settled and not person.judged and person.last - person.since >= ESCORT_S:
            self._count(person, greeted=False)

    def _count(self, person: _Person, *, greeted: bool) -> None:
        person.judged = True
        self._arrivals += 1
        self._greeted += greeted
