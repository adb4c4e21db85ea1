"""Tags in the field of a reader: who answers when, with sessions, fading, leaks and bodies; it refuses to keep time.

Published read rates of shelves are 60 to 70 % an epoch. Whether a tag can be powered is drawn once for each slot of
half a second (readers hop about that often), so a reader that asks more often within a slot hears no more tags.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

SLOT_S = 0.5
S1_PERSISTENCE_S = 2.0
SOFT_EDGE_M = 0.05


@dataclass(slots=True, eq=False)
class Item:
    """One tagged item, lying at `x_m` along its shelf. `rate` is its read rate a slot; `leaks` are other antennas'."""

    epc: bytes
    gtin: str
    antenna: int
    x_m: float
    rate: float
    rssi_dbm: float = -55.0
    phase_deg: float = 90.0
    leaks: dict[int, float] = field(default_factory=dict)
    away: bool = False
    carried_until: float = -math.inf
    handled_until: float = -math.inf
    _inventoried: dict[int, float] = field(default_factory=dict)

    def inventoried(self, session: int, at: float) -> bool:
        """Whether the session's flag still says B at `at`."""
        return at < self._inventoried.get(session, -math.inf)

    def flag(self, session: int, at: float, state: bool) -> None:
        """Set the flag. In session 0 it falls with the field, in 1 after seconds, in 2 and 3 not while powered."""
        lasts = {0: 0.0, 1: S1_PERSISTENCE_S}.get(session, math.inf)
        self._inventoried[session] = at + lasts if state else -math.inf


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody before the shelf from `start` to `end`: takes `depth` (0..1) of the read rate of what is behind."""

    antenna: int
    x_m: float
    width_m: float
    depth: float
    start: float
    end: float

    def shadow(self, item: Item, at: float) -> float:
        """How much of the item's read rate is taken, with an edge that is soft over 5 cm."""
        if not self.start <= at < self.end or item.antenna != self.antenna:
            return 0.0
        inside = self.width_m / 2 - abs(item.x_m - self.x_m)
        return self.depth * min(1.0, max(0.0, 0.5 + inside / (2 * SOFT_EDGE_M)))


@dataclass(frozen=True, slots=True)
class Answer:
    """One backscattered EPC as a reader's radio hears it."""

    epc: bytes
    antenna: int
    rssi_dbm: int
    phase_deg: int


class Field:
    """All items and bodies before one reader."""

    def __init__(self, items: Iterable[Item], seed: int = 1) -> None:
        self.items = list(items)
        self.bodies: list[Body] = []
        self._rng = random.Random(seed)
        self._drawn: dict[int, tuple[int, list[Item]]] = {}

    def take(self, item: Item, at: float, carried_s: float = 1.0) -> None:
        """Pick an item: it is still heard weakly while it is carried off."""
        item.away, item.carried_until = True, at + carried_s

    def put(self, item: Item, antenna: int | None = None) -> None:
        """Put an item back, or onto another antenna's shelf."""
        item.away, item.carried_until = False, -math.inf
        if antenna is not None:
            item.antenna, item.leaks = antenna, {}

    def inventory(self, at: float, antenna: int, session: int = 0, target: int = 0) -> list[Answer]:
        """One round: who answers to `target` (0 is A) in `session`, in an order of chance; flags turn."""
        answers = []
        for item in self._powered(at, antenna):
            if session and item.inventoried(session, at) != bool(target):
                continue
            item.flag(session, at, not target)
            answers.append(self._answer(item, at, antenna))
        self._rng.shuffle(answers)
        return answers

    def _powered(self, at: float, antenna: int) -> list[Item]:
        slot = math.floor(at / SLOT_S)
        drawn = self._drawn.get(antenna)
        if drawn is None or drawn[0] != slot:
            self.bodies = [body for body in self.bodies if body.end > at]
            drawn = slot, [item for item in self.items if self._rng.random() < self._rate(item, at, antenna)]
            self._drawn[antenna] = drawn
        return drawn[1]

    def _rate(self, item: Item, at: float, antenna: int) -> float:
        if item.away and at >= item.carried_until:
            return 0.0
        rate = item.rate if item.antenna == antenna else item.leaks.get(antenna, 0.0)
        if item.away:
            rate *= 0.3
        for body in self.bodies:
            rate *= 1.0 - body.shadow(item, at)
        return rate

    def _answer(self, item: Item, at: float, antenna: int) -> Answer:
        rssi = item.rssi_dbm + self._rng.gauss(0.0, 1.5) - (0.0 if item.antenna == antenna else 12.0)
        phase = item.phase_deg + self._rng.gauss(0.0, 4.0)
        if at < item.handled_until:
            rssi += self._rng.choice((-11.0, 9.0))
            phase += self._rng.uniform(-60.0, 60.0)
        return Answer(item.epc, antenna, max(-90, min(-20, round(rssi))), round(phase) % 180)


def sgtin96(gtin: str, serial: int, prefix_digits: int = 7) -> bytes:
    """The EPC of one item of a trade item, as its printer writes it (GS1 TDS, SGTIN-96, filter 1)."""
    widths = {12: (0, 40), 11: (1, 37), 10: (2, 34), 9: (3, 30), 8: (4, 27), 7: (5, 24), 6: (6, 20)}
    partition, prefix_bits = widths[prefix_digits]
    prefix = int(gtin[1 : 1 + prefix_digits])
    reference = int(gtin[0] + gtin[1 + prefix_digits : 13])
    value = 0x30 << 6 | 1 << 3 | partition
    value = (value << prefix_bits | prefix) << 44 - prefix_bits | reference
    return (value << 38 | serial).to_bytes(12, "big")


def gtin14(reference: int, prefix: str = "0614141") -> str:
    """A valid GTIN-14 with this item reference under a company prefix."""
    digits = f"0{prefix}{reference:0{12 - len(prefix)}}"
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def stocked(
    skus: int, items: int, *, antenna: int = 1, rate: float = 0.65, width_m: float = 1.2, seed: int = 1
) -> list[Item]:
    """A shelf of `width_m` with `items` of each of `skus` trade items side by side.

    Read rates differ from tag to tag around `rate` (beta, about 9 points of spread), as their places and tilts do.
    """
    rng = random.Random(seed)
    shelf = []
    for number in range(skus * items):
        gtin = gtin14(antenna * 1000 + number // items)
        shelf.append(
            Item(
                sgtin96(gtin, (antenna << 24) + number),
                gtin,
                antenna,
                width_m * (number + 0.5) / (skus * items),
                rng.betavariate(30 * rate, 30 * (1 - rate)),
                rng.uniform(-68.0, -48.0),
                rng.uniform(0.0, 180.0),
            )
        )
    return shelf
