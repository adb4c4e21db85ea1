"""`pcap:day.pcap.gz?speed=1`: a recording as a radio, at its own speed, faster, or as fast as it is read."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from pathlib import Path

from drivers.base import Clock, CodecError, Device, DriverMisconfigured
from drivers.wifi.codec import bare_probe_request, probe_request
from drivers.wifi.pcap import LINK_RADIOTAP, records
from observations import ProbeRequest

BREATH = 256
"""Frames between two turns of the event loop when nothing else waits."""


class ReplayDriver:
    """A capture file, played from the moment of opening: `at` is that moment plus the time since the first record.

    `speed` is a factor of real time (1 by default); `max` plays as fast as it is read, with the times of `speed=1`.
    A file whose clock steps back is played without a pause there. The end of the file is a normal end.
    """

    def __init__(self, device: Device, *, name: str, clock: Clock) -> None:
        self._path = Path(device.target)
        self._name = name
        self._clock = clock
        self._waits = device.options.get("speed", "1") != "max"
        self._speed = _factor(device.options["speed"]) if self._waits and "speed" in device.options else 1.0
        self.broken = 0

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[ProbeRequest]]:
        """Start playing. Raises DriverMisconfigured when there is no such file; reading does when it is no capture."""
        if not self._path.is_file():
            raise DriverMisconfigured("missing", "the capture file does not exist")
        return aclosing(self._requests())

    async def _requests(self) -> AsyncGenerator[ProbeRequest, None]:
        start = self._clock.now()
        passed, before = 0.0, None
        try:
            for count, record in enumerate(records(self._path)):
                passed += max(0.0, record.at - before) / self._speed if before is not None else 0.0
                before = record.at
                parse = probe_request if record.link == LINK_RADIOTAP else bare_probe_request
                try:
                    request = parse(record.frame, start + passed, self._name)
                except CodecError:
                    self.broken += 1
                    continue
                if request is not None:
                    if self._waits:
                        await self._clock.sleep_until(request.at)
                    yield request
                if count % BREATH == 0:
                    await asyncio.sleep(0)
        except CodecError as error:
            raise DriverMisconfigured("not_a_capture", str(error)) from None


def requests(path: Path, sensor: str) -> Iterator[ProbeRequest]:
    """Every probe request of a capture, at its recorded time; broken frames are skipped. Raises as `records` does."""
    for record in records(path):
        parse = probe_request if record.link == LINK_RADIOTAP else bare_probe_request
        with suppress(CodecError):
            request = parse(record.frame, record.at, sensor)
            if request is not None:
                yield request


def _factor(speed: str) -> float:
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise DriverMisconfigured("bad_option", "speed is a number above 0, or max")
    return factor
