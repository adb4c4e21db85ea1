"""`serial:/dev/serial/by-id/...?protocol=yrm100&region=eu`: a stream of inventories; codec errors never come out."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress

from drivers.base import Clock, Device, DriverUnavailable
from drivers.rfid.codec.framing import Noise, Tag
from drivers.rfid.detect import candidates, detect
from drivers.rfid.dialogue import Dialogue
from drivers.rfid.epc import gtin
from drivers.rfid.link import Sweep
from drivers.rfid.settings import Settings
from drivers.serial_line import by_id, open_line
from observations import Inventory, TagRead

logger = logging.getLogger(__name__)


class ReaderDriver:
    """One reader. `noise` tells what its line has carried since it was opened, `family` what it turned out to be."""

    def __init__(self, device: Device, *, name: str, clock: Clock) -> None:
        self._path = device.target
        self._settings = Settings.of(device)
        self._name = name
        self._clock = clock
        self.noise = Noise()
        self.family = ""

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Inventory]]:
        """Open, find, configure and read back. Raises DriverUnavailable or DriverMisconfigured."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncIterator[Inventory]]:
        if (lasting := by_id(self._path)) and not self._path.startswith("/dev/serial/"):
            logger.warning("reader %s: %s may be numbered anew; %s stays", self._name, self._path, lasting)
        async with open_line(self._path, candidates(self._settings)[0][1]) as line:
            self.family, reader = await detect(line, self._settings)
            self.noise = reader.noise
            await reader.configure(self._settings)
            async with aclosing(self._inventories(reader)) as inventories:
                try:
                    yield inventories
                finally:
                    with suppress(DriverUnavailable):
                        await reader.stop()

    async def _inventories(self, reader: Dialogue) -> AsyncGenerator[Inventory, None]:
        began = dict.fromkeys(self._settings.antennas, self._clock.now())
        async with aclosing(reader.sweeps(self._settings)) as sweeps:
            async for sweep in sweeps:
                now = self._clock.now()
                yield inventory(sweep, now, now - began.get(sweep.antenna, now), self._name)
                began[sweep.antenna] = now


def inventory(sweep: Sweep, at: float, seconds: float, reader: str) -> Inventory:
    """A sweep with its trade items looked up; what names none is counted and dropped."""
    reads, unknown = _reads(sweep.tags)
    return Inventory(at, seconds, reader, sweep.antenna, reads, unknown)


def _reads(tags: Iterable[Tag]) -> tuple[tuple[TagRead, ...], int]:
    answers: dict[bytes, list[Tag]] = {}
    for tag in tags:
        answers.setdefault(tag.epc, []).append(tag)
    reads = []
    for epc, same in answers.items():
        best = max(same, key=lambda tag: tag.rssi_db if tag.rssi_db is not None else 0.0)
        item = gtin(epc) if best.is_epc else None
        if item is not None:
            reads.append(TagRead(epc, item, best.rssi_db, best.phase_deg, len(same)))
    return tuple(reads), len(answers) - len(reads)
