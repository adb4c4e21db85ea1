"""A shelf with a reader, told as a timeline: the emulator's field on one side, a metric on the other."""

import random
from collections.abc import Callable

from analytics.planogram import Planogram, parse
from observations import GoodsRead, GoodsSighting, Tally
from simulation.reader.field import SLOT_S, Field, Item, stocked

SETTLED = 300.0


def plan_of(items: list[Item]) -> Planogram:
    rows = dict.fromkeys((item.gtin, item.antenna) for item in items)
    lines = [f"{gtin},{sku_of(gtin)},{antenna},board-{antenna}" for gtin, antenna in rows]
    plan = parse("\n".join(["gtin,sku,antenna,shelf", *lines]).encode())
    assert not plan.problems
    return plan


def sku_of(gtin: str) -> str:
    return f"sku-{gtin[8:13]}"


class Shelf:
    """Items of a field and the clock; `run` feeds whoever listens with everything that is read."""

    def __init__(
        self,
        *antennas: int,
        skus: int = 6,
        items: int = 5,
        rate: float = 0.65,
        width_m: float = 1.2,
        seed: int = 1,
    ) -> None:
        self.items = [
            item
            for n in antennas or (1,)
            for item in stocked(skus, items, antenna=n, rate=rate, width_m=width_m, seed=seed + n)
        ]
        self.field = Field(self.items, seed)
        self.plan = plan_of(self.items)
        self.antennas = antennas or (1,)
        self.at = 0.0
        self.numbers = {item.epc: number for number, item in enumerate(self.items)}

    def renumber(self, seed: int) -> None:
        """Number the items in an order of chance, as a box does that hears them one by one."""
        random.Random(seed).shuffle(self.items)
        self.numbers = {item.epc: number for number, item in enumerate(self.items)}

    def run(self, seconds: float, feed: Callable[[float, GoodsSighting], None], *, deaf: tuple[int, ...] = ()) -> None:
        until = self.at + seconds
        while self.at < until:
            self.at += SLOT_S
            for antenna in self.antennas:
                if antenna in deaf:
                    continue
                answers = self.field.inventory(self.at - 0.01, antenna)
                goods = tuple(self.read(answer.epc, float(answer.rssi_dbm)) for answer in answers)
                feed(self.at, GoodsSighting(self.at, SLOT_S, "shelf", antenna, goods))

    def read(self, epc: bytes, rssi_db: float) -> GoodsRead:
        number = self.numbers[epc]
        return GoodsRead(number, sku_of(self.items[number].gtin), rssi_db)


def row(tallies: list[Tally], sku: str) -> dict[str, object]:
    """The values of one SKU's row."""
    (found,) = [tally for tally in tallies if tally.values.get("sku") == sku]
    return dict(found.values)
