"""What phones and the staff's badges advertise over Bluetooth, with rotating addresses; it refuses to be scanned.

Addresses of phones are resolvable private ones (Core Specification, Vol 6 Part B 1.3.2.2) that change every quarter
of an hour; badges are iBeacons with an address and an identity that stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge
from math import dist, log10
from random import Random
from typing import Protocol

from simulation.people import Person, Role
from simulation.plan import Point
from simulation.store import Store

ROTATION_SECONDS = 900.0
BADGE_UUID = bytes.fromhex("e2c56db5dffb48d2b060d0f5a71096e0")
AT_ONE_METRE_DBM = -55.0
EXPONENT = 2.2
FACADE_DB = 6.0
FADING_DB = 4.0
BODY_DB = 9.0
"""What the body in the way takes at most: people turn, even those who stand."""
TURN_SECONDS = 25.0
ADVERTISING = 0.75
"""The share of people whose phone advertises."""

_PHONE_SECONDS = 1.1
_BADGE_SECONDS = 1.0
_NEARBY = bytes.fromhex("02011a0aff4c00100502")
_GOOGLE = bytes.fromhex("02011a0303f3fe")


class Clock(Protocol):
    """The daemon's timeline, seconds."""

    async def sleep_until(self, at: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Advert:
    """One advert as it leaves a device: `address` most significant byte first, always of the random kind."""

    at: float
    owner: Person
    address: bytes
    data: bytes
    badge: bool


@dataclass(frozen=True)
class Ether:
    """What a Bluetooth radio at `box` (metres on the plan) hears of the store."""

    store: Store
    box: Point = (5.0, 5.9)
    sensitivity_dbm: float = -95.0
    received: float = 0.9
    _draw: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_draw", Random(f"{self.store.seed}/ether"))

    def adverts(self) -> Iterator[Advert]:
        """Everything sent, in order of time."""
        return merge(*(self._sent(person) for person in self.store.people), key=lambda advert: advert.at)

    def heard(self) -> Iterator[tuple[Advert, int]]:
        """What arrives, and how strong (dBm)."""
        for advert in self.adverts():
            strength = self._strength_dbm(advert)
            if strength >= self.sensitivity_dbm and self._draw.random() < self.received:
                yield advert, round(strength)

    def advertises(self, person: Person) -> bool:
        """Whether somebody's phone is on the air; staff have badges instead."""
        return person.role is not Role.STAFF and self._own(person).random() < ADVERTISING

    def _own(self, person: Person) -> Random:
        return Random(f"{self.store.seed}/bluetooth/{person.number}")

    def _sent(self, person: Person) -> Iterator[Advert]:
        draw = self._own(person)
        if person.role is Role.STAFF:
            return _badge(person, draw)
        return _phone(person, draw) if draw.random() < ADVERTISING else iter(())

    def _strength_dbm(self, advert: Advert) -> float:
        body = _body_db(self.store.seed, advert.owner.number, int(advert.at // TURN_SECONDS))
        return self.mean_dbm(advert.owner.walk.place(advert.at)) + body + self._draw.gauss(0.0, FADING_DB)

    def mean_dbm(self, place: Point) -> float:
        """How strong somebody at `place` is, whichever way he turns."""
        loss = 10 * EXPONENT * log10(max(dist(place, self.box), 0.5)) + (FACADE_DB if place[1] < 0 else 0.0)
        return AT_ONE_METRE_DBM - loss - BODY_DB / 2


@lru_cache(maxsize=1024)
def _body_db(seed: int, owner: int, turn: int) -> float:
    return Random(f"{seed}/body/{owner}/{turn}").uniform(-BODY_DB / 2, BODY_DB / 2)


def _phone(person: Person, draw: Random) -> Iterator[Advert]:
    nearby = draw.random() < 0.6
    at = person.walk.start + draw.uniform(0, _PHONE_SECONDS)
    address, rotates = _random_address(draw, 0x40), at + draw.uniform(0, ROTATION_SECONDS)
    while at < person.walk.end:
        if at >= rotates:
            address, rotates = _random_address(draw, 0x40), at + ROTATION_SECONDS
        data = _NEARBY + draw.randbytes(4) if nearby else _GOOGLE + b"\x0b\x16\xf3\xfe" + draw.randbytes(8)
        yield Advert(at, person, address, data, badge=False)
        at += _PHONE_SECONDS * draw.uniform(0.9, 1.3)


def _badge(person: Person, draw: Random) -> Iterator[Advert]:
    address = _random_address(draw, 0xC0)
    identity = BADGE_UUID + (1).to_bytes(2, "big") + person.number.to_bytes(2, "big")
    data = bytes.fromhex("0201061aff4c000215") + identity + b"\xc5"
    at = person.walk.start + draw.uniform(0, _BADGE_SECONDS)
    while at < person.walk.end:
        yield Advert(at, person, address, data, badge=True)
        at += _BADGE_SECONDS * draw.uniform(1.0, 1.01)


def _random_address(draw: Random, top: int) -> bytes:
    return bytes([draw.randrange(64) | top]) + draw.randbytes(5)


async def advertise(ether: Ether, clock: Clock, since: float, send: Callable[[bytes, bytes, int], object]) -> None:
    """Hand over address, data and strength of everything heard after `since` when its time comes."""
    for advert, rssi_dbm in ether.heard():
        if advert.at >= since:
            await clock.sleep_until(advert.at)
            send(advert.address, advert.data, rssi_dbm)
