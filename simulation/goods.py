"""The simulated store's shelf of tagged goods: its customers stand before it, take, put back; it refuses to be read."""

import random
from collections import Counter
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
HANDLED_S = 1.5
_BODY_M = 0.45
_REACH_M = 0.4
_STEP_S = 0.5


@dataclass(frozen=True, slots=True)
class Taking:
    """The truth about one item: taken by `person` at `at`, put back at `back` (clock seconds; None if he kept it)."""

    person: Person
    item: Item
    at: float
    back: float | None


@dataclass(frozen=True, slots=True)
class Filling:
    """A new item in the place of a sold one, at `at`."""

    item: Item
    at: float


@dataclass(frozen=True, slots=True)
class _Stand:
    """Somebody before the shelf, clock seconds."""

    person: Person
    enter: float
    leave: float


class ShelfOfStore:
    """The goods before one antenna at a shelf zone of the store's plan; `gtins` lie side by side, `each` items of each.

    Who stands there for four seconds takes something every other time, with a hand on it just before; who buys keeps
    it, anybody else puts it back on leaving. What was sold is filled up with a new item after a quarter of an hour.
    Everything is known beforehand: `advance` only moves the field.
    """

    def __init__(self, store: Store, zone: str, gtins: Sequence[str], antenna: int = 1, each: int = 6) -> None:
        self._store, self.zone = store, zone
        self._floor = _floor(store, zone)
        self._rng = random.Random(f"{store.seed}/goods/{zone}/{antenna}")
        self._antenna, self._each = antenna, each
        self._serial = 0
        self._first = self._items(gtins)
        self.field = Field(self._first, store.seed)
        self.takings: list[Taking] = []
        self.fillings: list[Filling] = []
        self._stands = sorted(self._all_stands(), key=lambda stand: stand.enter)
        self._live()
        self._due = self._changes()
        self._stepped = float("-inf")

    def advance(self, at: float) -> None:
        """Let the customers do what they have done by `at`, which must not run backwards."""
        while self._due and self._due[-1][0] <= at:
            moment, _, change = self._due.pop()
            if isinstance(change, Filling):
                self.field.items.append(change.item)
            elif moment < change.at:
                change.item.handled_until = change.at
            elif moment == change.at:
                self.field.take(change.item, moment)
            else:
                self.field.put(change.item)
        if at < self._stepped + _STEP_S:
            return
        self._stepped = at
        for person in self._store.present(at):
            if person.role is Role.CUSTOMER and self._floor.contains(person.walk.place(at)):
                self.field.bodies.append(Body(self._antenna, self._x_m(person, at), _BODY_M, 0.8, at, at + _STEP_S))

    def kept(self) -> list[Taking]:
        """What was carried to the tills, in the order in which it was taken."""
        return [one for one in self.takings if one.back is None]

    def stock(self, at: float) -> Counter[str]:
        """How many items of each GTIN lie there at `at`."""
        lying = Counter(item.gtin for item in self._first)
        lying.update(one.item.gtin for one in self.fillings if one.at <= at)
        lying.subtract(one.item.gtin for one in self.takings if one.at <= at and (one.back is None or one.back > at))
        return lying

    def _all_stands(self) -> list[_Stand]:
        customers = (person for person in self._store.people if person.role is Role.CUSTOMER)
        return [_Stand(one, *span) for one in customers for span in one.walk.inside(self._floor)]

    def _live(self) -> None:
        """The whole story of the shelf, in the order in which hands reach for it."""
        lies = {item.epc: float("-inf") for item in self._first}
        items = {item.epc: item for item in self._first}
        for stand in self._stands:
            at = stand.enter + HESITATES_S
            if stand.leave < at or self._rng.random() >= TAKES:
                continue
            x_m = self._x_m(stand.person, at)
            near = [items[epc] for epc, since in lies.items() if since <= at and abs(items[epc].x_m - x_m) < _REACH_M]
            if not near:
                continue
            item = self._rng.choice(near)
            back = None if stand.person.bought else stand.leave
            self.takings.append(Taking(stand.person, item, at, back))
            if back is None:
                del lies[item.epc]
                new = Filling(self._item(item.gtin, item.x_m), at + RESTOCKED_S)
                self.fillings.append(new)
                items[new.item.epc], lies[new.item.epc] = new.item, new.at
            else:
                lies[item.epc] = back

    def _changes(self) -> list[tuple[float, int, Taking | Filling]]:
        """What happens to the field, the next change last."""
        changes: list[tuple[float, int, Taking | Filling]] = []
        for number, taking in enumerate(self.takings):
            changes += [(taking.at - HANDLED_S, number, taking), (taking.at, number, taking)]
            if taking.back is not None:
                changes.append((taking.back, number, taking))
        changes += [(filling.at, number, filling) for number, filling in enumerate(self.fillings)]
        return sorted(changes, key=lambda change: change[0], reverse=True)

    def _items(self, gtins: Sequence[str]) -> list[Item]:
        count = len(gtins) * self._each
        return [self._item(gtins[number // self._each], WIDTH_M * (number + 0.5) / count) for number in range(count)]

    def _item(self, gtin: str, x_m: float) -> Item:
        self._serial += 1
        return Item(
            sgtin96(gtin, (self._antenna << 20) + self._serial - 1),
            gtin,
            self._antenna,
            x_m,
            self._rng.betavariate(20, 10),
            self._rng.uniform(-68.0, -48.0),
            self._rng.uniform(0.0, 180.0),
        )

    def _x_m(self, person: Person, at: float) -> float:
        """Where along the shelf somebody stands."""
        share = (person.walk.place(at)[1] - self._floor.near) / (self._floor.far - self._floor.near)
        return share * WIDTH_M


def _floor(store: Store, zone: str) -> Rectangle:
    found = next((one.floor for one in store.plan.shelves if one.name == zone), None)
    if found is None:
        raise ValueError(
            f"no shelf {zone!r} in the store; there are {', '.join(one.name for one in store.plan.shelves)}"
        )
    return found
