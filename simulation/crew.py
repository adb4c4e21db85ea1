"""What staff did at doors in the simulated store, exactly: whom they met in time, and which passages were theirs."""

from dataclasses import dataclass
from math import dist

from simulation.people import Person, Role
from simulation.store import Store

_STEP_S = 0.25


@dataclass(frozen=True, slots=True)
class Greeting:
    """How customers are to be met who come in by `line`: staff within `metres` for `held` seconds that begin `within`
    seconds of coming in."""

    line: str
    metres: float = 1.5
    held: float = 3.0
    within: float = 60.0


@dataclass(frozen=True, slots=True)
class Greeted:
    """Customers who were judged in a window, and the seconds from coming in to being met."""

    met: int
    unmet: int
    lost: int
    waits: tuple[float, ...]


def greeted(store: Store, asked: Greeting, start: float, end: float) -> Greeted:
    """Of those who were judged in start <= at < end: met, not met in time, gone out again before either."""
    line = next(line for line in store.plan.lines if line.name == asked.line)
    staff = [one for one in store.people if one.role is Role.STAFF]
    counts, waits = {"met": 0, "unmet": 0, "lost": 0}, []
    for person in store.people:
        if person.role is Role.STAFF or person.walk.end < start - asked.within or person.walk.start > end:
            continue
        ways = person.walk.crossings(line)
        for entered in [way.at for way in ways if way.inwards]:
            out = min((way.at for way in ways if not way.inwards and way.at > entered), default=person.walk.end)
            what, at, since = _judged(person, staff, asked, entered, out)
            if start <= at < end:
                counts[what] += 1
                if what == "met":
                    waits.append(since - entered)
    return Greeted(**counts, waits=tuple(waits))


def _judged(
    person: Person, staff: list[Person], asked: Greeting, entered: float, out: float
) -> tuple[str, float, float]:
    """What became of who came in at `entered` and goes out at `out`, when that was clear, and since when."""
    since, at = None, entered
    while at < out:
        near = any(
            one.walk.start <= at < one.walk.end and dist(one.walk.place(at), person.walk.place(at)) <= asked.metres
            for one in staff
        )
        since = (since if since is not None else at) if near else None
        if since is not None and at - since >= asked.held:
            return "met", at, since
        if since is None and at - entered >= asked.within:
            return "unmet", at, at
        at += _STEP_S
    return "lost", out, out
