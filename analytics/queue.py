"""Queues: who joined, waited, was served or gave up, and how long the next will wait; never who anybody is."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from analytics.alarm import Alarm
from analytics.crossing import Reference
from analytics.durations import CARRY, Durations
from analytics.geometry import Point, Polygon
from analytics.littles_law import LittlesLaw
from analytics.stay import Stay, Stays
from analytics.steady import inside_picture
from analytics.view import InView, View
from observations import Percept, Tally, Value

WAIT_BOUNDS = (15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds between the bins of `waits`."""

RECENT = 900.0
"""Seconds over which the rate of service is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One place of service: `customer` is where one is served, `staff` where the one who serves stands (optional)."""

    customer: tuple[Point, ...]
    staff: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A waiting area and its counters, in relative picture coordinates; times in seconds.

    Who stays in the area for `join` has joined; who is at a counter for `serve` is being served from the moment he
    came to it, without a wait if he never joined; who left the area and is at no counter within `reach` has given up.
    `longest` persons are too many, for `long_after` an alarm; nobody serving while somebody waits is one after
    `unattended_after`.
    """

    name: str
    corners: tuple[Point, ...]
    counters: tuple[Counter, ...]
    reference: Reference = Reference.FOOT
    join: float = 2.0
    serve: float = 2.0
    reach: float = 10.0
    longest: int | None = None
    long_after: float = 30.0
    unattended_after: float = 60.0

    def __post_init__(self) -> None:
        for area in (self.corners, *(place for one in self.counters for place in (one.customer, one.staff) if place)):
            Polygon(area)


@dataclass(slots=True)
class _Waiting:
    """One person who joined: since when, last in the waiting area when, and whether last seen in the middle of it."""

    since: float
    last: float
    amid: bool = True


class QueueCounter:
    """The `queues` of a report: one queue, fed with the steady percepts of its camera."""

    bounds = (("queues.waits", WAIT_BOUNDS),)

    def __init__(self, queue: Queue, carry: int = CARRY) -> None:
        self.queue = queue
        self._carry = carry
        self._area = Stays(queue.corners, queue.reference)
        self._customers = [Stays(counter.customer, queue.reference) for counter in queue.counters]
        self._staff = [Stays(counter.staff, queue.reference) for counter in queue.counters if counter.staff]
        self._waiting: dict[int, _Waiting] = {}
        self._joined_stay: dict[int, float] = {}
        self._serving: dict[int, float] = {}
        self._done: set[int] = set()
        self._waits = Durations(WAIT_BOUNDS, carry)
        self._services = Durations((), carry)
        self._completed: deque[float] = deque(maxlen=1000)
        self._law = LittlesLaw()
        self._began: float | None = None
        self._at = 0.0
        self._ended_waits = 0.0
        self._long = Alarm("queue_long", queue.name, after=queue.long_after)
        self._unattended = Alarm("counter_unattended", queue.name, after=queue.unattended_after)
        self._zero()

    def _zero(self) -> None:
        self._joined = 0
        self._served = 0
        self._abandoned = 0
        self._lost = 0
        self._longest = self.length
        self._seconds = 0.0
        self._open_seconds = 0.0

    @property
    def length(self) -> int:
        """Persons waiting now."""
        here = self._area.here
        return sum(number in here and here[number].inside for number in self._waiting)

    @property
    def open_counters(self) -> int | None:
        """Counters behind which somebody stands; None where no staff area is drawn."""
        return sum(stays.occupancy > 0 for stays in self._staff) if self._staff else None

    @property
    def consistent(self) -> bool:
        """False while Little's law says that persons get lost in the queue."""
        return self._law.holds is not False

    def predicted_wait(self, at: float) -> float | None:
        """Seconds that who joins now will wait: the length over the recent rate of service; None without service."""
        recent = sum(at - done <= RECENT for done in self._completed)
        if not recent or self._began is None:
            return None
        return self.length * min(RECENT, max(1.0, at - self._began)) / recent

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the queue's camera."""
        passed = 0.0 if self._began is None else at - self._at
        self._began = at if self._began is None else self._began
        self._seconds += passed * self.length
        self._open_seconds += passed * (self.open_counters or 0)
        present = passed * sum(s.inside and n not in self._serving for n, s in self._area.here.items())
        self._at = at
        self._area.feed(at, seen)
        for staff in self._staff:
            staff.feed(at, seen)
        self._join(seen)
        for customers in self._customers:
            self._serve(at, customers, seen)
        self._resolve(at, seen)
        elapsed = sum(person.last - person.since for person in self._waiting.values())
        self._law.feed(at, present, self._ended_waits, elapsed)
        self._ended_waits = 0.0
        self._longest = max(self._longest, self.length)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The queue's figures since the last restart; waits and services of too few wait for the next window."""
        values: dict[str, Value] = {
            "queue": self.queue.name,
            "joined": self._joined,
            "served": self._served,
            "abandoned": self._abandoned,
            "lost": self._lost,
            "length_max": self._longest,
            "person_seconds": self._seconds,
            "open_seconds": self._open_seconds if self._staff else None,
            "wait_median": self._waits.quantile(0.5),
            "wait_p90": self._waits.quantile(0.9),
            "waits": self._waits.bins,
            "service_mean": self._services.mean if len(self._services) >= self._carry else None,
            "predicted_wait": self.predicted_wait(end),
        }
        reason = None if self.consistent else "inconsistent"
        return [Tally("queues", start, end, values, support=len(self._waits), reason=reason)]

    def restart(self, at: float) -> None:
        """Begin the next window; who waits goes on waiting."""
        self._zero()
        self._waits.restart()
        self._services.restart()

    def now(self, at: float) -> list[Tally]:
        """The length and the wait at this moment."""
        wait = self.predicted_wait(at)
        minutes = None if wait is None else ceil(wait / 60)
        values: dict[str, Value] = {"queue": self.queue.name, "persons": self.length, "wait_minutes": minutes}
        return [Tally("live_queues", at, at, values)]

    def alarms(self, at: float) -> list[Tally]:
        """A queue that is too long, and one at which nobody serves."""
        said = []
        if self.queue.longest is not None:
            said += self._long.judge(at, self.length > self.queue.longest, self.length)
        if self._staff:
            said += self._unattended.judge(at, self.length > 0 and self.open_counters == 0, self.length)
        return said

    def _join(self, seen: Percept) -> None:
        for number, stay in self._area.here.items():
            fresh = number not in self._waiting and self._joined_stay.get(number) != stay.since
            if fresh and stay.seconds >= self.queue.join and number not in self._serving:
                self._waiting[number] = _Waiting(stay.since, stay.last)
                self._joined += 1
                self._seconds += stay.seconds
                self._done.discard(number)
            if number in self._waiting:
                self._joined_stay[number] = stay.since
                self._waiting[number].last = stay.last
        for track in seen.tracks:
            person = self._waiting.get(track.number)
            if person is not None:
                person.amid = self._area.here[track.number].inside if track.number in self._area.here else False
                person.amid &= inside_picture(track.box)

    def _serve(self, at: float, customers: Stays, seen: Percept) -> None:
        for number, stay in customers.feed(at, seen):
            if self._serving.get(number) == stay.since:
                del self._serving[number]
                self._services.add(stay.seconds)
                self._completed.append(stay.last)
        for number, stay in customers.here.items():
            if stay.seconds >= self.queue.serve and number not in self._serving and number not in self._done:
                self._serving[number] = stay.since
                self._done.add(number)
                self._begin_service(number, stay)

    def _begin_service(self, number: int, stay: Stay) -> None:
        self._served += 1
        person = self._waiting.pop(number, None)
        if person is None:
            self._joined += 1
            since = self._area.here[number].since if number in self._area.here else stay.since
            self._joined_stay[number] = since
            self._waits.add(max(0.0, stay.since - since))
            return
        self._waits.add(max(0.0, stay.since - person.since))
        self._ended_waits += person.last - person.since

    def _resolve(self, at: float, seen: Percept) -> None:
        """Who waited and is gone, or has been away too long, has given up, or was lost from sight in the middle."""
        gone = set(seen.ended)
        at_counter = {number for customers in self._customers for number in customers.here}
        for number, person in list(self._waiting.items()):
            if number in gone and person.amid:
                self._lost += 1
                del self._waiting[number]
            elif number in gone or (at - person.last >= self.queue.reach and number not in at_counter):
                self._abandoned += 1
                self._ended_waits += person.last - person.since
                del self._waiting[number]
        for number in gone:
            self._joined_stay.pop(number, None)
            self._done.discard(number)


@InView
def queues(view: View) -> Iterator[QueueCounter]:
    """Every queue's."""
    return (QueueCounter(queue, view.carry) for queue in view.drawings(Queue))
