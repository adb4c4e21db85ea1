"""`btsnoop:FILE?speed=real|max`: a recording as a radio."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

from drivers.base import Clock, CodecError, Device, DriverMisconfigured
from drivers.ble.driver import BleState
from drivers.ble.observer import Observer
from drivers.ble.payload import parse
from drivers.ble.roster import Match
from drivers.ble.snoop import recorded
from observations import Advertisement

BREATH = 256
"""Adverts between two turns of the event loop when nothing is waited for."""


class ReplayDriver:
    """A btsnoop file, played from the moment of opening: `at` is that moment plus the time since the first advert.

    With `speed=max` it is played as fast as it is read, with the same times. The end of the file is a normal end.
    """

    def __init__(
        self, device: Device, *, name: str, clock: Clock, badges: Sequence[Match] = (), floor_dbm: int = -100
    ) -> None:
        self.state = BleState(source="recording")
        self._path, self._clock = Path(device.target), clock
        self._observer = Observer(name, badges, floor_dbm)
        speed = device.options.get("speed", "real")
        if speed not in ("real", "max"):
            raise DriverMisconfigured("bad_option", "speed is real or max")
        self._waits = speed == "real"

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Advertisement]]:
        """Start playing. Raises DriverMisconfigured when there is no such file; reading does when it is none."""
        if not self._path.is_file():
            raise DriverMisconfigured("missing", "the recording does not exist")
        return aclosing(self._adverts())

    async def _adverts(self) -> AsyncGenerator[Advertisement, None]:
        start, passed, before = self._clock.now(), 0.0, None
        try:
            with self._path.open("rb") as file:
                for count, one in enumerate(recorded(file)):
                    passed += max(0.0, one.at - before) if before is not None else 0.0
                    before = one.at
                    if self._waits:
                        await self._clock.sleep_until(start + passed)
                    elif count % BREATH == 0:
                        await asyncio.sleep(0)
                    self.state.adverts += 1
                    payload = parse(one.data)
                    advert = self._observer.observe(start + passed, one.address, one.random, one.rssi_dbm, payload)
                    if advert is not None:
                        yield advert
        except CodecError as error:
            raise DriverMisconfigured("not_a_recording", str(error)) from None
