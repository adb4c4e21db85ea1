"""The simulated store: everybody of a day, from a seed, and who is there at any moment; it refuses to keep time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from simulation.demand import Chance, Demand, arrivals
from simulation.errands import Errands, Visit
from simulation.manners import mannerly
from simulation.paths import Paths
from simulation.people import Person
from simulation.plan import CORNER_SHOP, Plan
from simulation.tills import Tills

_BUCKET = 16.0
_WARM_UP = 30.0


@dataclass(frozen=True)
class Store:
    """A store whose story begins at clock second `origin`, at local `hour`, and takes people in for `hours`.

    The same seed gives the same people with the same walks, moved by `origin`. Nobody is inside at the beginning
    but staff; the street is never empty.
    """

    seed: int = 1
    origin: float = 0.0
    hour: float = 10.0
    hours: float = 12.0
    plan: Plan = CORNER_SHOP
    demand: Demand = field(default_factory=Demand)
    people: tuple[Person, ...] = field(init=False)
    _present: dict[int, list[Person]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        paths = Paths(self.plan)
        story = mannerly(sorted(self._generate(paths), key=_first_seen), paths.free)
        people = tuple(person.later(self.origin) for person in story)
        present: dict[int, list[Person]] = defaultdict(list)
        for person in people:
            for bucket in range(int(person.walk.start // _BUCKET), int(person.walk.end // _BUCKET) + 1):
                present[bucket].append(person)
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "_present", dict(present))

    def present(self, at: float) -> list[Person]:
        """Everybody on the plan at clock second `at`, the street included."""
        bucket = self._present.get(int(at // _BUCKET), [])
        return [person for person in bucket if person.walk.start <= at < person.walk.end]

    def _generate(self, paths: Paths) -> Iterator[Person]:
        """Everybody, in seconds of the story: whatever the origin is, the arithmetic and thus the story is the same."""
        errands = Errands(self.plan, self.demand, paths, Tills(self.plan))
        yield from self._staff(errands)
        yield from self._passers(errands)
        yield from self._customers(errands)

    def _staff(self, errands: Errands) -> Iterator[Person]:
        for counter in range(errands.tills.open_counters):
            chance = Chance(f"{self.seed}/staff/{counter}")
            yield errands.staff(chance, counter, -60.0, self.hours * 3600, 1 + counter)

    def _passers(self, errands: Errands) -> Iterator[Person]:
        flow = arrivals(self.demand.passers, self.hour, self.hours * 3600 + _WARM_UP, f"{self.seed}/passers")
        groups = (
            errands.passers(Chance(f"{self.seed}/passer/{number}"), at - _WARM_UP, 1_000_000 + number)
            for number, at in enumerate(flow)
        )
        yield from chain.from_iterable(groups)

    def _customers(self, errands: Errands) -> Iterator[Person]:
        visits: list[Visit] = []
        flow = arrivals(self.demand.visits, self.hour, self.hours * 3600, f"{self.seed}/visits")
        for number, at in enumerate(flow, 1000):
            chance = Chance(f"{self.seed}/visit/{number}")
            if chance.random.random() < self.demand.u_turn:
                yield from errands.turners(chance, at, number)
            else:
                visits.append(errands.visitors(chance, at, number))
        for visit in sorted(visits, key=lambda visit: visit.ready):
            yield from visit.finish()


def _first_seen(person: Person) -> tuple[float, int]:
    return person.walk.start, person.number
