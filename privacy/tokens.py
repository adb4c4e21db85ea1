"""On the way in: an identifier becomes a number under a key that lives in RAM and dies with its epoch.

Keys come from the kernel, are never stored, sent, derived or logged. No table of identifiers is kept, not even for
speed: what is too weak is dropped before it is hashed, and what is hashed is forgotten when the call returns.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TypeAlias, assert_never, overload

from observations import (
    AddressKind,
    Advertisement,
    BadgeSighting,
    Carrier,
    DeviceSighting,
    GoodsRead,
    GoodsSighting,
    Inventory,
    ProbeRequest,
)
from privacy.abilities import lasting
from privacy.returning import Week

Identified: TypeAlias = Advertisement | Inventory | ProbeRequest
"""Every observation that carries an identifier. A new one is added here and gets its arm below."""

KEY_BYTES = 32
CLASS_BITS = 16
EPOCH_BITS = 31
LOCALLY_ADMINISTERED = 0x02
MOST_CLASSES = 4096
"""Classes remembered in one epoch, so that a flood of invented abilities costs bounded memory."""


class Preset(StrEnum):
    """How long tokens live, and how many addresses share one."""

    STRICT = "strict"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Epochs:
    """`seconds` is the longest life of a key; `token_bits` the size of the space of tokens.

    With 12 bits each token stands for 2**36 addresses: knowing one says nothing of whose phone it was, while the
    number of devices is hardly changed: of 100 devices one shares its token with another.
    """

    seconds: float
    token_bits: int


EPOCHS = {Preset.STRICT: Epochs(300.0, 12), Preset.EXTENDED: Epochs(86_400.0, 64)}


class Tokeniser:
    """Turns identified observations into sightings, and forgets how when the epoch ends.

    `gate_dbm` is the weakest signal that is looked at, per sensor; sensors without an entry have no gate. A device
    whose strength is unknown cannot be placed and is dropped. `skus` names the trade items (GTIN-14) of the shelf
    plan: tags of any other are somebody's own and are dropped. Times are clock seconds and must not run backwards.
    """

    def __init__(
        self,
        preset: Preset = Preset.STRICT,
        *,
        gate_dbm: dict[str, int] | None = None,
        skus: Mapping[str, str] | None = None,
        returning: Week | None = None,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.preset = preset
        self.returning = returning
        self.epoch = int.from_bytes(entropy(4), "big") >> (32 - EPOCH_BITS)
        self.dropped = 0
        self._span = EPOCHS[preset]
        self._mask = (1 << self._span.token_bits) - 1
        self._gates = gate_dbm or {}
        self._entropy = entropy
        self._classes: dict[bytes, int] = {}
        self._boot = self.epoch
        self._skus = skus or {}
        self._adverts = blake2b(key=entropy(KEY_BYTES), digest_size=8, person=b"advert")
        self._goods = blake2b(key=entropy(KEY_BYTES), digest_size=8, person=b"goods")
        self._ends: float | None = None
        self._renew()

    def rotate(self, at: float) -> None:
        """End the epoch now: at closing time, and whenever somebody asks for it."""
        self.epoch = (self.epoch + 1) % (1 << EPOCH_BITS)
        self._ends = at + self._span.seconds
        self._renew()

    @overload
    def tokenise(self, seen: ProbeRequest) -> DeviceSighting | None: ...

    @overload
    def tokenise(self, seen: Advertisement) -> BadgeSighting | DeviceSighting | None: ...

    @overload
    def tokenise(self, seen: Inventory) -> GoodsSighting: ...

    def tokenise(self, seen: Identified) -> BadgeSighting | DeviceSighting | GoodsSighting | None:
        """What analytics may know of it, or None: too weak to be in the shop."""
        if self._ends is None:
            self._ends = seen.at + self._span.seconds
        elif seen.at >= self._ends:
            self.rotate(seen.at)
        match seen:
            case ProbeRequest():
                return self._device(seen)
            case Advertisement():
                return self._advert(seen)
            case Inventory():
                return self._inventory(seen)
            case _:
                assert_never(seen)

    def _device(self, seen: ProbeRequest) -> DeviceSighting | None:
        rssi_dbm = seen.rssi_dbm
        if rssi_dbm is None or rssi_dbm < self._gates.get(seen.sensor, -128):
            self.dropped += 1
            return None
        address = seen.address
        fixed = address[0] & LOCALLY_ADMINISTERED == 0
        if fixed and self.returning is not None:
            self.returning.see(address)
        return DeviceSighting(
            seen.at,
            seen.sensor,
            self.epoch,
            self.token(address),
            self._classes.get(seen.abilities) or self._class(seen.abilities),
            rssi_dbm,
            not fixed,
            seen.sequence,
        )

    def _advert(self, seen: Advertisement) -> BadgeSighting | DeviceSighting | None:
        """Badges of the shop's own list, and phone-like devices; whatever else advertises is nobody's count.

        The key lives until the next start: what is counted of it lives for seconds (analytics/devices.py), and a
        change of key in between would count everybody twice.
        """
        if seen.badge is not None:
            badge = _keyed(self._adverts, seen.badge.number.to_bytes(16, "big"))
            return BadgeSighting(seen.at, seen.sensor, self._boot, badge, seen.badge.role, seen.rssi_dbm)
        if seen.rssi_dbm < self._gates.get(seen.sensor, -128) or not _phone_like(seen):
            self.dropped += 1
            return None
        token = _keyed(self._adverts, seen.address)
        return DeviceSighting(seen.at, seen.sensor, self._boot, token, 0, seen.rssi_dbm, True)

    def _inventory(self, seen: Inventory) -> GoodsSighting:
        """The shelf plan's items. An item lies where it lies for days, so its key lives until the next start."""
        goods = tuple(
            GoodsRead(_keyed(self._goods, read.epc), sku, read.rssi_db, read.phase_deg)
            for read in seen.reads
            if (sku := self._skus.get(read.gtin)) is not None
        )
        return GoodsSighting(seen.at, seen.seconds, seen.reader, seen.antenna, goods, len(seen.reads) - len(goods))

    def token(self, identifier: bytes) -> int:
        """The token of an identifier in this epoch."""
        return _keyed(self._tokens, identifier) & self._mask

    def _class(self, abilities: bytes) -> int:
        keyed = self._abilities.copy()
        keyed.update(lasting(abilities))
        number = int.from_bytes(keyed.digest(), "big") % ((1 << CLASS_BITS) - 1) + 1
        if len(self._classes) < MOST_CLASSES:
            self._classes[abilities] = number
        return number

    def _renew(self) -> None:
        """A new key. The old one is dropped with the only objects that knew it."""
        key = self._entropy(KEY_BYTES)
        self._tokens = blake2b(key=key, digest_size=8, person=b"token")
        self._abilities = blake2b(key=key, digest_size=2, person=b"class")
        self._classes.clear()


def _keyed(key: "blake2b", identifier: bytes) -> int:
    keyed = key.copy()
    keyed.update(identifier)
    return int.from_bytes(keyed.digest(), "big")


def _phone_like(seen: Advertisement) -> bool:
    """A random address that says phone, or a resolvable one that says nothing; fixed addresses are the furniture."""
    if seen.kind is AddressKind.RESOLVABLE:
        return seen.carrier in (Carrier.PHONE, Carrier.UNKNOWN)
    return seen.kind is AddressKind.NON_RESOLVABLE and seen.carrier is Carrier.PHONE
