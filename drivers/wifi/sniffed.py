"""`scapy:wlan1`: the spare ear, for comparison and for interfaces that our own socket cannot read; 200 times slower.

scapy listens in a process of its own (`drivers.wifi.sniffer`), which writes what it hears as a pcap stream into a pipe;
it is no part of a package, since it is GPL, and walks no channels.
"""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from drivers.base import Clock, CodecError, Device, DriverMisconfigured, DriverUnavailable
from drivers.wifi.codec import probe_request
from drivers.wifi.pcap import LONGEST_RECORD
from observations import ProbeRequest

NO_SCAPY, NO_INTERFACE, NOT_ALLOWED = 3, 4, 5
"""How the sniffer ends, and what it means."""
_HEADER, _RECORD = 24, struct.Struct("=IIII")


class ScapyDriver:
    """One interface as scapy hears it; `broken` counts frames that are none."""

    def __init__(self, device: Device, *, name: str, clock: Clock) -> None:
        self._interface, self._name, self._clock = device.target, name, clock
        self.broken = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[ProbeRequest]]:
        """Start the sniffer, which is killed on leaving. Raises DriverUnavailable or DriverMisconfigured."""
        sniffer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "drivers.wifi.sniffer", self._interface),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            assert sniffer.stdout is not None
            with suppress(asyncio.IncompleteReadError):
                await sniffer.stdout.readexactly(_HEADER)
                async with aclosing(self._requests(sniffer)) as requests:
                    yield requests
                return
            raise await _ended(sniffer)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(sniffer.pid, signal.SIGKILL)
            await sniffer.wait()

    async def _requests(self, sniffer: asyncio.subprocess.Process) -> AsyncGenerator[ProbeRequest, None]:
        stream = sniffer.stdout
        assert stream is not None
        while True:
            try:
                _, _, length, _ = _RECORD.unpack(await stream.readexactly(_RECORD.size))
                if length > LONGEST_RECORD:
                    raise DriverUnavailable("failed", "the sniffer's stream makes no sense")
                frame = await stream.readexactly(length)
            except asyncio.IncompleteReadError:
                raise await _ended(sniffer) from None
            try:
                request = probe_request(frame, self._clock.now(), self._name)
            except CodecError:
                self.broken += 1
                continue
            if request is not None:
                yield request


async def _ended(sniffer: asyncio.subprocess.Process) -> DriverUnavailable | DriverMisconfigured:
    code = await sniffer.wait()
    if code == NO_SCAPY:
        return DriverMisconfigured("no_scapy", "scapy is not installed: pip install scapy, or use mon: instead")
    if code == NOT_ALLOWED:
        return DriverMisconfigured("no_permission", "a packet socket needs CAP_NET_RAW: run with it, or as root")
    if code == NO_INTERFACE:
        return DriverUnavailable("absent", "there is no such interface, or it is down")
    return DriverUnavailable("failed", f"the sniffer ended with {code}")
