"""Cutting a reader's endless stream of tags into epochs; an epoch in which the reader itself was silent is none."""

import asyncio
from collections.abc import Iterable

from drivers.base import DriverUnavailable
from drivers.rfid.codec.framing import Tag
from drivers.rfid.dialogue import STALLED_S
from drivers.rfid.link import Sweep

HEARTBEAT_S = 1.2
"""ThingMagic says once a second that it lives; an M100 tells every poll that found nothing."""


class Epochs:
    """Collects tags until an epoch is over. All times are the event loop's."""

    def __init__(self, antennas: tuple[int, ...], epoch_s: float) -> None:
        self._antennas = antennas
        self._epoch_s = epoch_s
        now = asyncio.get_running_loop().time()
        self._ends = now + epoch_s
        self._heard = now
        self._tags: list[Tag] = []

    @property
    def left_s(self) -> float:
        """Seconds until this epoch is over."""
        return max(0.0, self._ends - asyncio.get_running_loop().time())

    @property
    def quiet_s(self) -> float:
        """Seconds since the reader said anything."""
        return asyncio.get_running_loop().time() - self._heard

    def heard(self, tags: Iterable[Tag]) -> None:
        """The reader lives, and saw these tags."""
        self._heard = asyncio.get_running_loop().time()
        self._tags += tags

    def over(self) -> list[Sweep]:
        """The sweeps of the epoch if it is over, else none. Raises DriverUnavailable when the reader has stalled."""
        now = asyncio.get_running_loop().time()
        if now < self._ends:
            return []
        if self.quiet_s > STALLED_S:
            raise DriverUnavailable("stalled", "the reader says nothing any more")
        self._ends = max(self._ends + self._epoch_s, now)
        sweeps = {antenna: Sweep(antenna) for antenna in self._antennas}
        for tag in self._tags:
            if tag.antenna in sweeps:
                sweeps[tag.antenna].tags.append(tag)
        self._tags = []
        return list(sweeps.values()) if self.quiet_s <= HEARTBEAT_S else []
