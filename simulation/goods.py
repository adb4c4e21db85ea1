"""The simulated store's shelf of tagged goods: its customers stand before it, take, put back; it refuses to be read."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.people import Person, Role
from simulation.plan import Rectangle
from simulation.reader.field import Body, Field, Item, sgtin96
from simulation.store import Store

WIDTH_M = 2.4
TAKES = 0.5
HESITATES_S = 4.0
RESTOCKED_S = 900.0
_BODY_M = 0.45
_STEP_S = 0.5


@dataclass(slots=True)
class Taking:
    """The truth about one item: taken at `at`, back again at `back` (clock seconds; None while it is away)."""

    item: Item
    at: float
    back: float | None = None


@dataclass(slots=True)
class _Visit:
    since: float
    decided: bool = False
    taking: Taking | None = None


class ShelfOfStore:
    """The goods before one antenna at a shelf zone of the store's plan; `gtins` lie side by side, six of each.

    Who stands there for four seconds takes something every other time; who buys keeps it, anybody else puts it back on
    leaving. What was sold is filled up after a quarter of an hour.
    """

    def __init__(self, store: Store, zone: str, gtins: Sequence[str], antenna: int = 1, each: int = 6) -> None:
        self._store = store
        self._floor = _floor(store, zone)
        self._rng = random.Random(f"{store.seed}/goods/{zone}/{antenna}")
        self._antenna = antenna
        self.field = Field(self._items(gtins, each), store.seed)
        self.takings: list[Taking] = []
        self._visits: dict[int, _Visit] = {}
        self._stepped = float("-inf")

    def advance(self, at: float) -> None:
        """Let the customers do what they have done by `at`, which must not run backwards."""
        if at < self._stepped + _STEP_S:
            return
        self._stepped = at
        here = {person.number: person for person in self._store.present(at) if self._is_here(person, at)}
        for number, person in here.items():
            self._stand(person, self._visits.setdefault(number, _Visit(at)), at)
        for number in self._visits.keys() - here.keys():
            self._leave(self._visits.pop(number), number, at)
        for taking in self.takings:
            if taking.back is None and at - taking.at > RESTOCKED_S:
                self._put(taking, at)

    def _items(self, gtins: Sequence[str], each: int) -> list[Item]:
        count = len(gtins) * each
        return [
            Item(
                sgtin96(gtins[number // each], (self._antenna << 20) + number),
                gtins[number // each],
                self._antenna,
                WIDTH_M * (number + 0.5) / count,
                self._rng.betavariate(20, 10),
                self._rng.uniform(-68.0, -48.0),
                self._rng.uniform(0.0, 180.0),
            )
            for number in range(count)
        ]

    def _is_here(self, person: Person, at: float) -> bool:
        return person.role is Role.CUSTOMER and self._floor.contains(person.walk.place(at))

    def _stand(self, person: Person, visit: _Visit, at: float) -> None:
        share = (person.walk.place(at)[1] - self._floor.near) / (self._floor.far - self._floor.near)
        x_m = share * WIDTH_M
        self.field.bodies.append(Body(self._antenna, x_m, _BODY_M, 0.8, at, at + _STEP_S))
        if visit.decided or at - visit.since < HESITATES_S:
            return
        visit.decided = True
        near = [item for item in self.field.items if abs(item.x_m - x_m) < 0.4 and not item.away]
        if near and self._rng.random() < TAKES:
            item = self._rng.choice(near)
            self.field.take(item, at)
            visit.taking = Taking(item, at)
            self.takings.append(visit.taking)

    def _leave(self, visit: _Visit, number: int, at: float) -> None:
        person = next((one for one in self._store.people if one.number == number), None)
        if visit.taking is not None and (person is None or not person.bought):
            self._put(visit.taking, at)

    def _put(self, taking: Taking, at: float) -> None:
        self.field.put(taking.item)
        taking.back = at


def _floor(store: Store, zone: str) -> Rectangle:
    found = next((one.floor for one in store.plan.shelves if one.name == zone), None)
    if found is None:
        raise ValueError(
            f"no shelf {zone!r} in the store; there are {', '.join(one.name for one in store.plan.shelves)}"
        )
    return found
