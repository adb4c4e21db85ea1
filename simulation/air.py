"""The air between the phones and the box: what arrives, how strong, as radiotap frames; it refuses to be certain.

Radiotap: https://www.radiotap.org. Probe request: IEEE 802.11-2020 9.3.3.9.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from math import dist, log10
from random import Random
from struct import pack
from typing import Protocol

from simulation.phones import Call, phones
from simulation.plan import Point
from simulation.regulars import regulars
from simulation.store import Store

AT_ONE_METRE_DBM = -38.0
EXPONENT = 2.3
FACADE_DB = 7.0
FADING_DB = 4.0
SENSITIVITY_DBM = -90.0
HEARD = 0.6
"""The share of frames that one radio hears: it is on one channel at a time."""

_RATES = bytes.fromhex("010802040b160c121824") + bytes.fromhex("32043048606c")


class Clock(Protocol):
    """The daemon's timeline, seconds."""

    async def sleep_until(self, at: float) -> None: ...


@dataclass(frozen=True)
class Air:
    """What a radio at `box` (metres on the plan) hears of the store's phones."""

    store: Store
    box: Point = (5.0, 5.9)
    channels: tuple[int, ...] = (2412, 2437, 2462)
    _draw: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_draw", Random(f"{self.store.seed}/air"))

    def calls(self) -> Iterator[Call]:
        """All calls of all phones, in order of time, heard or not."""
        carried = [phone.calls() for phone in phones(self.store.people, self.store.seed, regulars(self.store))]
        return merge(*carried, key=lambda call: call.at)

    def arriving(self) -> Iterator[tuple[Call, int]]:
        """Every call that arrives, and how strong (dBm)."""
        for call in self.calls():
            strength = self.strength_dbm(call)
            if strength >= SENSITIVITY_DBM and self._draw.random() < HEARD and call.frequency_mhz in self.channels:
                yield call, round(strength)

    def heard(self) -> Iterator[tuple[float, bytes]]:
        """Clock seconds and frame of what arrives."""
        for call, strength in self.arriving():
            yield call.at, probe_request(call, strength)

    def strength_dbm(self, call: Call) -> float:
        """Log-distance path loss with shadowing; the facade takes its share."""
        place = call.phone.owner.walk.place(call.at)
        metres = max(dist(place, self.box), 0.5)
        loss = FACADE_DB if place[1] < 0 else 0.0
        return AT_ONE_METRE_DBM - 10 * EXPONENT * log10(metres) - loss + self._draw.gauss(0.0, FADING_DB)


def probe_request(call: Call, rssi_dbm: int) -> bytes:
    """A whole frame with radiotap (flags, channel, signal), without a checksum; it calls no network by name."""
    radiotap = pack("<BBHIBxHHb", 0, 0, 15, 1 << 1 | 1 << 3 | 1 << 5, 0, call.frequency_mhz, 0x00A0, rssi_dbm)
    everybody = b"\xff" * 6
    header = pack("<HH", 0x0040, 0) + everybody + call.address + everybody + pack("<H", call.sequence << 4)
    capabilities = call.phone.model.capabilities
    return radiotap + header + b"\x00\x00" + _RATES + _element(capabilities)


def _element(capabilities: bytes) -> bytes:
    """HT capabilities (26 bytes), padded from the bytes that differ between models."""
    return capabilities[:1] + b"\x1a" + capabilities[2:].ljust(26, b"\x00")


async def transmit(air: Air, clock: Clock, since: float, send: Callable[[bytes], object]) -> None:
    """Send every frame that is heard after `since` when its time comes, into a TAP or a datagram socket."""
    for at, frame in air.heard():
        if at >= since:
            await clock.sleep_until(at)
            send(frame)
