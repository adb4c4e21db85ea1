"""How many of today's devices were here before, without knowing any of them. Off unless somebody makes one.

Two sketches, both keyed and both forgetful: a week's bitmap of high collision that never leaves the box, and counting
sketches that boxes of one site exchange. Both see fixed addresses only: a phone that randomises is new every time, so
every figure is of a sample. Source: Whang et al., "A linear-time probabilistic counting algorithm" (1990).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from math import log, sqrt

FLOOR = 5
KEY_BYTES = 32
WEEK_BITS = 16
SIGMAS = 4
SKETCH_BITS = 13


class Refused(Exception):
    """A sketch that would say something of too few, or of another day or site."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The share of devices that were here before, with its interval of 95 %; None below the floor."""

    share: float | None
    low: float | None = None
    high: float | None = None


class Week:
    """The devices of a week as 2**16 bits under a key that ends with the week.

    Many addresses share a bit on purpose: that one is set is no proof that somebody was here. How many false hits that
    makes is known, and subtracted.
    """

    def __init__(self, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._key = entropy(KEY_BYTES)
        self._before = bytearray(1 << WEEK_BITS - 3)
        self._today: set[int] = set()

    def see(self, address: bytes) -> None:
        """One device with a fixed address."""
        self._today.add(_bit(self._key, address, WEEK_BITS))

    def returning(self, floor: int = FLOOR) -> Ratio:
        """Which share of today's devices was here on a day before, of this week."""
        count = len(self._today)
        if count < floor:
            return Ratio(None)
        taken = sum(octet.bit_count() for octet in self._before) / (1 << WEEK_BITS)
        hits = sum(self._before[bit >> 3] >> (bit & 7) & 1 for bit in self._today)
        share = (hits / count - taken) / (1 - taken) if taken < 1 else 0.0
        spread = 1.96 * sqrt(max(hits / count * (1 - hits / count), 1 / count) / count) / max(1e-9, 1 - taken)
        chance = count * taken
        if hits - chance - SIGMAS * sqrt(chance) < floor:  # what chance may have hit must not lift few above the floor
            return Ratio(None)
        return Ratio(min(1.0, share), max(0.0, share - spread), min(1.0, share + spread))

    def end_day(self) -> None:
        """Today's devices become devices of a day before."""
        for bit in self._today:
            self._before[bit >> 3] |= 1 << (bit & 7)
        self._today.clear()


@dataclass(slots=True)
class SiteKey:
    """The key that the boxes of a site share for a day. `ratchet` makes the next day's and forgets this one's."""

    key: bytes
    day: int = 0

    def ratchet(self) -> None:
        """K' = H(K): who takes the box tomorrow cannot recompute today."""
        self.key = blake2b(self.key, digest_size=KEY_BYTES, person=b"site day").digest()
        self.day += 1


class Sketch:
    """A set of devices as 2**13 bits, of one day of one site. Merging is a union: no device counts twice."""

    def __init__(self, site: SiteKey) -> None:
        self.day = site.day
        self._key = site.key
        self._bits = bytearray(1 << SKETCH_BITS - 3)

    def see(self, address: bytes) -> None:
        """One device with a fixed address."""
        bit = _bit(self._key, address, SKETCH_BITS)
        self._bits[bit >> 3] |= 1 << (bit & 7)

    def count(self) -> float:
        """Devices, by linear counting."""
        return _count(self._bits)

    def export(self, floor: int = FLOOR) -> bytes:
        """What another box may have. Raises Refused below the floor: a sketch of few is a list of few."""
        if self.count() < floor - 0.5:
            raise Refused("fewer devices than the floor")
        return bytes(self._bits)

    def merged(self, *others: bytes) -> float:
        """Devices that were heard by this box or any of the others. Raises Refused for what is no sketch."""
        union = int.from_bytes(self._bits, "big")
        for other in others:
            if len(other) != len(self._bits):
                raise Refused("not a sketch of this size")
            union |= int.from_bytes(other, "big")
        return _count(union.to_bytes(len(self._bits), "big"))


def _bit(key: bytes, address: bytes, bits: int) -> int:
    keyed = blake2b(address, key=key, digest_size=8, person=b"returning").digest()
    return int.from_bytes(keyed, "big") >> (64 - bits)


def _count(bits: bytes | bytearray) -> float:
    size = len(bits) * 8
    free = size - sum(octet.bit_count() for octet in bits)
    return size * log(size / max(free, 1))
