"""A Bluetooth advert, for as long as it takes to tokenise it."""

from dataclasses import dataclass
from enum import Enum

from observations.base import Observation


class AddressKind(Enum):
    """What the sender's address says of itself (Core Specification, Vol 6 Part B 1.3)."""

    PUBLIC = "public"
    STATIC = "static"
    RESOLVABLE = "resolvable"
    NON_RESOLVABLE = "non_resolvable"


class Carrier(Enum):
    """What the payload says of who carries the radio: the coarsest answer that counting needs."""

    PHONE = "phone"
    ACCESSORY = "accessory"
    COMPUTER = "computer"
    BEACON = "beacon"
    FIXTURE = "fixture"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Badge(Observation):
    """A badge of the shop's own list: `number` is its place in that list, `role` the configured role of its wearer."""

    number: int
    role: str


@dataclass(frozen=True, slots=True, repr=False)
class Advertisement(Observation):
    """One advert heard by `sensor` at `at` (clock seconds).

    `address` is the sender's (6 bytes, most significant first). The payload was reduced by the parser to `carrier`
    and, for a badge of the shop's own list, `badge`; names and every other byte of it were dropped.
    """

    at: float
    sensor: str
    address: bytes
    kind: AddressKind
    rssi_dbm: int
    carrier: Carrier
    badge: Badge | None = None
