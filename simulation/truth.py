"""What really happened in the simulated store, exactly, from the walks; it refuses to look through any sensor."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from simulation.people import Person, Role
from simulation.store import Store
from simulation.walk import joined

SAMPLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Footfall:
    """Passages of one line in a window (persons): staff are people too and are counted."""

    line: str
    inwards: int
    outwards: int


def footfall(store: Store, start: float, end: float) -> list[Footfall]:
    """The passages of every line of the plan in start <= at < end (clock seconds)."""
    return [_passages(line.name, store, start, end) for line in store.plan.lines]


def _passages(name: str, store: Store, start: float, end: float) -> Footfall:
    line = next(line for line in store.plan.lines if line.name == name)
    found = [
        crossing.inwards
        for person in store.people
        if person.walk.start < end and person.walk.end >= start
        for crossing in person.walk.crossings(line)
        if start <= crossing.at < end
    ]
    return Footfall(name, sum(found), len(found) - sum(found))


def occupancy(store: Store, at: float) -> int:
    """Customers inside the store at `at`."""
    return sum(person.role is not Role.STAFF and _inside(store, person, at) for person in store.present(at))


def _inside(store: Store, person: Person, at: float) -> bool:
    return store.plan.floor.contains(person.walk.place(at))


@dataclass(frozen=True, slots=True)
class Stays:
    """One zone in a window: everybody in it, staff too. `dwell` are the lengths (seconds) of the stays that ended.

    `views` and `stops` are stays that reached 1 s and the stop time in the window; `person_seconds` over the window's
    length is the mean number of people.
    """

    zone: str
    views: int
    stops: int
    most: int
    person_seconds: float
    dwell: tuple[float, ...]
    counts: tuple[tuple[float, int], ...] = ()
    """For how many seconds how many were there."""

    def over(self, capacity: int) -> float:
        """The seconds for which more than `capacity` were there."""
        return sum(seconds for seconds, count in self.counts if count > capacity)


def stays(store: Store, zone: str, start: float, end: float, stop_seconds: float = 10.0) -> Stays:
    """What happened in a zone of the plan in start <= at < end; a step outside is no departure, but takes its time."""
    floor = next(one.floor for one in store.plan.zones if one.name == zone)
    walked = [person.walk.inside(floor) for person in _around(store, start, end)]
    inside = [span for spans in walked for span in spans]
    stayed = [stay for spans in walked for stay in joined(spans)]
    return Stays(
        zone,
        sum(start <= enter + 1 < end and leave - enter >= 1 for enter, leave in stayed),
        sum(start <= enter + stop_seconds < end and leave - enter >= stop_seconds for enter, leave in stayed),
        _most(inside, start, end),
        sum(max(min(leave, end) - max(enter, start), 0.0) for enter, leave in inside),
        tuple(leave - enter for enter, leave in stayed if start <= leave < end and leave - enter >= 1),
        tuple(_counts(inside, start, end)),
    )


@dataclass(frozen=True, slots=True)
class Queueing:
    """The queue in a window: who joined, who came to a counter, who found it too long, and the waits (seconds) that
    ended at a counter, from coming to the queue. `person_seconds` over the window's length is the mean number of people
    waiting."""

    joined: int
    served: int
    turned_away: int
    most: int
    person_seconds: float
    waits: tuple[float, ...]


def queueing(store: Store, start: float, end: float) -> Queueing:
    """What happened in the queue in start <= at < end."""
    turns = [person for person in store.people if person.service is not None and _near(person, start, end)]
    waits = [wait for person in turns if (wait := _wait(store, person)) is not None]
    return Queueing(
        sum(start <= joined < end for joined, _ in waits),
        sum(start <= served < end for _, served in waits),
        sum(start <= one.service.joined < end for one in turns if one.service and one.service.called is None),
        _most(waits, start, end),
        sum(max(min(served, end) - max(joined, start), 0.0) for joined, served in waits),
        tuple(served - joined for joined, served in waits if start <= served < end),
    )


def _wait(store: Store, person: Person) -> tuple[float, float] | None:
    """From entering the queue's floor for the last time before the call to standing at the counter."""
    service, walk = person.service, person.walk
    if service is None or service.called is None:
        return None
    counter = next(one for one in store.plan.counters if one.name == service.counter)
    joined = max(enter for enter, _ in walk.inside(store.plan.queue_zone.floor) if enter <= service.called)
    return joined, min(enter for enter, _ in walk.inside(counter.place) if enter >= service.called)


def staff_seconds(store: Store, start: float, end: float) -> float:
    """Seconds that members of staff spent at their counters, all of them added up; the back room is out of sight."""
    total = 0.0
    for person in _around(store, start, end):
        if person.role is Role.STAFF:
            spans = person.walk.inside(store.plan.staffed)
            total += sum(max(min(leave, end) - max(enter, start), 0.0) for enter, leave in spans)
    return total


def _around(store: Store, start: float, end: float) -> Iterable[Person]:
    return (person for person in store.people if _near(person, start, end))


def _near(person: Person, start: float, end: float) -> bool:
    return person.walk.start < end and person.walk.end >= start


def _counts(spans: Iterable[tuple[float, float]], start: float, end: float) -> Iterator[tuple[float, int]]:
    """The stretches of the window, seconds, with how many of `spans` hold in each."""
    cut = [(max(enter, start), min(leave, end)) for enter, leave in spans if enter < end and leave > start]
    steps = sorted([(enter, 1) for enter, _ in cut] + [(leave, -1) for _, leave in cut])
    count = 0
    for (at, change), (after, _) in pairwise(steps):
        count += change
        yield after - at, count


def _most(spans: Iterable[tuple[float, float]], start: float, end: float) -> int:
    """The most of `spans` that hold at one moment of the window."""
    steps = [(max(enter, start), 1) for enter, leave in spans if enter < end and leave > start]
    steps += [(leave, -1) for enter, leave in spans if enter < end and start < leave < end]
    return max(accumulate(change for _, change in sorted(steps)), default=0)


def moments(start: float, end: float, step: float = SAMPLE_S) -> Iterator[float]:
    """The middles of equal parts of about `step` seconds; one of a span that is shorter."""
    parts = max(round((end - start) / step), 1)
    return (start + (end - start) * (part + 0.5) / parts for part in range(parts))
