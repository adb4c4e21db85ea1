"""Goods on their way out of the simulated store: past the till's antenna and through the portal at the exit.

Who buys shows what he carries at the counter, or keeps it in the bag; the portal hears it either way. It refuses to
know who that was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import dist
from random import Random

from simulation.goods import ShelfOfStore, Taking
from simulation.plan import Point
from simulation.reader.field import Field, Item
from simulation.store import Store
from simulation.truth import moments

PORTAL, TILL = 1, 2
"""The reader's antennas."""
HIDDEN = 0.12
"""The share of what is carried that nobody shows at the till. A draw of its own."""
REACH_M = 2.4
"""How far the portal hears; the tills are 2.9 m away from it."""
RATE = 0.9
_STEP_S = 0.25


@dataclass(frozen=True, slots=True)
class Leaving:
    """The truth about one item that is carried out by the exit at `at` (clock seconds)."""

    at: float
    paid: bool


@dataclass(frozen=True, slots=True)
class _Near:
    """One item before one antenna, from `start` to `end`."""

    start: float
    end: float
    item: Item


class PortalOfStore:
    """The reader at the exit, for the goods of some shelves: `advance` moves what is before its antennas."""

    def __init__(self, store: Store, shelves: Sequence[ShelfOfStore]) -> None:
        self._store = store
        door = store.plan.exit
        self._at: Point = (door.left + door.right) / 2, store.plan.floor.near
        self._exit = next(line for line in store.plan.lines if line.name == door.name)
        self.field = Field([], store.seed)
        self.leavings: list[Leaving] = []
        near = [one for shelf in shelves for taking in shelf.kept() for one in self._carried(taking)]
        self._due = sorted(near, key=lambda one: one.start, reverse=True)
        self._near: list[_Near] = []

    def advance(self, at: float) -> None:
        """Let everybody walk until `at`, which must not run backwards."""
        while self._due and self._due[-1].start <= at:
            self._near.append(self._due.pop())
        self._near = [one for one in self._near if one.end > at]
        self.field.items[:] = [one.item for one in self._near]

    def _carried(self, taking: Taking) -> Iterator[_Near]:
        """Where an item is heard on its way out."""
        walk, service = taking.person.walk, taking.person.service
        left = next((one.at for one in walk.crossings(self._exit) if not one.inwards), None)
        if left is None or service is None or service.served is None:
            return
        paid = Random(f"{self._store.seed}/hidden/{taking.item.epc.hex()}").random() >= HIDDEN
        self.leavings.append(Leaving(left, paid))
        counter = next(one for one in self._store.plan.counters if one.name == service.counter)
        if paid:
            for enter, leave in walk.inside(counter.place):
                yield _Near(enter, leave, _heard(taking.item, TILL))
        close = [at for at in moments(service.served, walk.end, _STEP_S) if dist(walk.place(at), self._at) < REACH_M]
        yield _Near(close[0], close[-1], _heard(taking.item, PORTAL))


def _heard(item: Item, antenna: int) -> Item:
    return Item(item.epc, item.gtin, antenna, 0.0, RATE, item.rssi_dbm, item.phase_deg)
