"""What a box's Bluetooth radio and shelf reader sense of the simulated store, as their drivers would say it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from analytics.planogram import Planogram, parse
from drivers.ble.observer import Observer
from drivers.ble.payload import parse as payload
from drivers.ble.roster import matches
from drivers.rfid.epc import gtin
from observations import Advertisement, Inventory, TagRead
from simulation.adverts import Advert, Ether
from simulation.goods import ShelfOfStore
from simulation.portal import PORTAL, TILL, PortalOfStore
from simulation.reader.field import Answer
from simulation.store import Store

RADIO, READER, SHELF = "ether", "tea", "tea"
ROUND_S = 0.5
PLANOGRAM = Path(__file__).parents[1] / "examples" / "planogram.csv"
BADGE = "e2c56db5dffb48d2b060d0f5a71096e0"

CONFIG = f"""
[ble.{RADIO}]
device = "hci:none"
[badges.shop]
id = "{BADGE}"
[badge_zones.counter]
radio = "{RADIO}"
[readers.{READER}]
device = "serial:none"
"""


def planogram() -> Planogram:
    """The shelf plan of the example store."""
    return parse(PLANOGRAM.read_bytes())


def adverts(store: Store) -> Iterator[Advert]:
    """Everything that is advertised while the store's story lasts."""
    ends = store.origin + store.hours * 3600
    for advert in Ether(store).adverts():
        if advert.at >= ends:
            return
        yield advert


def heard(store: Store, radio: str = RADIO, ether: Ether | None = None) -> Iterator[Advertisement]:
    """What a radio's driver says, from the bytes of each advert on."""
    observer = Observer(radio, matches([("ibeacon", BADGE, "staff")]), -100)
    for advert, rssi_dbm in (ether or Ether(store)).heard():
        seen = observer.observe(advert.at, advert.address, True, rssi_dbm, payload(advert.data))
        if seen is not None:
            yield seen


def shelf(store: Store) -> ShelfOfStore:
    """The goods before the reader's antenna."""
    return ShelfOfStore(store, SHELF, [place.gtin for place in planogram().before(READER, 1)])


def read(store: Store, round_s: float = ROUND_S) -> Iterator[Inventory]:
    """The rounds of the reader: a driver asks for one every half second by default."""
    goods = shelf(store)
    for number in range(int(store.hours * 3600 / round_s)):
        at = store.origin + (number + 1) * round_s
        goods.advance(at)
        yield Inventory(at, round_s, READER, 1, _reads(goods.field.inventory(at, 1)))


def carried_out(store: Store, reader: str, round_s: float = 1.0) -> Iterator[Inventory]:
    """The rounds of the reader of this name at the exit, antenna by antenna."""
    portal = PortalOfStore(store, [shelf(store)])
    for number in range(int(store.hours * 3600 / round_s)):
        at = store.origin + (number + 1) * round_s
        portal.advance(at)
        for antenna in (PORTAL, TILL):
            yield Inventory(at, round_s, reader, antenna, _reads(portal.field.inventory(at, antenna)))


def _reads(answers: Sequence[Answer]) -> tuple[TagRead, ...]:
    reads = []
    for epc, same in groupby(sorted(answers, key=lambda one: one.epc), key=lambda one: one.epc):
        best, item = max(same, key=lambda one: one.rssi_dbm), gtin(epc)
        if item is not None:
            reads.append(TagRead(epc, item, best.rssi_dbm, best.phase_deg))
    return tuple(reads)


def tags(store: Store) -> set[bytes]:
    """Every tag that lay on the shelf."""
    goods = shelf(store)
    return {item.epc for item in goods.field.items} | {one.item.epc for one in goods.fillings}
