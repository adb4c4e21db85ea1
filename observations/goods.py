"""What a shelf's reader answers: tags, for as long as it takes to ask whose goods they are."""

from dataclasses import dataclass

from observations.base import Observation


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class TagRead(Observation):
    """One tag in one inventory. `epc` identifies a single item for ever: it dies in the tokeniser.

    `gtin` are the 14 digits of its trade item. `rssi_db` is larger the stronger (dBm where the reader says dBm; only
    differences on one reader compare), `phase_deg` 0..180; None where the family of readers does not tell. `count`
    is how often the tag answered within the inventory.
    """

    epc: bytes
    gtin: str
    rssi_db: float | None = None
    phase_deg: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Inventory(Observation):
    """What one antenna answered from `at - seconds` until `at` (clock seconds). An empty one is the reader's heartbeat.

    `unknown` counts tags that name no trade item; they were dropped.
    """

    at: float
    seconds: float
    reader: str
    antenna: int
    reads: tuple[TagRead, ...]
    unknown: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class GoodsRead(Observation):
    """One item of the planogram in one inventory. `item` is a number that means nothing outside this run of the box."""

    item: int
    sku: str
    rssi_db: float | None = None
    phase_deg: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class GoodsSighting(Observation):
    """An inventory without serials: the planogram's items only. `foreign` counts what was dropped (clothes, bags)."""

    at: float
    seconds: float
    reader: str
    antenna: int
    goods: tuple[GoodsRead, ...]
    foreign: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Receipt(Observation):
    """A till finished something at `at` (clock seconds): a sale, or what must not be counted as one.

    `kind` is sale, void, refund, reprint, report or no_sale; idle says that the till's line is up and nothing happened.
    Nothing of the receipt is kept.
    """

    at: float
    till: str
    kind: str
