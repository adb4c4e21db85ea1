"""`mon:wlan1`: one radio in monitor mode, its channels walked slowly, its probe requests and nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from drivers.base import Clock, CodecError, Device, DriverMisconfigured, DriverUnavailable
from drivers.stream import Bounded, beside
from drivers.wifi import port as ports
from drivers.wifi.channels import Duty, Tuner, frequency_mhz, refused
from drivers.wifi.codec import probe_request
from drivers.wifi.netlink import Nl80211
from observations import ProbeRequest

BATCH = 256
"""Frames fetched in one turn of the event loop, so that a flood does not starve the others."""
WAITING = 4096
WATCH_SECONDS = 1.0


class MonitorDriver:
    """One interface. With one channel it stays there; with several it walks them, `dwell` seconds each.

    `broken` counts frames that no driver should send, `duty` says which channels were heard and for how long,
    `lost` what the kernel dropped and `skipped` what the reader was too slow for. An interface that cannot be tuned
    because it is no WiFi device (a TAP in a test) is listened to as it is. `connect` gives a socket in place of one.
    """

    def __init__(
        self,
        device: Device,
        *,
        name: str,
        clock: Clock,
        channels: Sequence[int] = (1, 6, 11),
        dwell: float = 2.0,
        connect: Callable[[], socket.socket] | None = None,
    ) -> None:
        try:
            for channel in channels:
                frequency_mhz(channel)
        except ValueError as error:
            raise DriverMisconfigured("bad_channel", str(error)) from None
        if not device.target or not channels or dwell < 1.0:
            raise DriverMisconfigured(
                "bad_option", "a monitor needs an interface, a channel, and a dwell of 1 s or more"
            )
        self._interface = device.target
        self._connect = connect
        self._name = name
        self._clock = clock
        self._channels = tuple(channels)
        self._dwell = dwell
        self.duty = Duty()
        self.broken = 0
        self.lost = 0
        self.skipped = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[ProbeRequest]]:
        """Listen. Raises what `drivers.wifi.port` and `drivers.wifi.channels` raise, now and while reading."""
        tunable, port = await self._listening()
        loop = asyncio.get_running_loop()
        heard: Bounded[ProbeRequest] = Bounded(WAITING)
        self.duty = Duty()
        loop.add_reader(port.fileno(), self._drain, port, heard)
        try:
            async with beside(self._watch(port, heard, tunable), f"wifi-{self._name}-watch"):
                yield heard
        finally:
            loop.remove_reader(port.fileno())
            port.close()

    async def _listening(self) -> tuple[bool, ports.Port]:
        """Whether there is something to tune, and the open port."""
        if self._connect is not None:
            return False, ports.PairPort(self._connect())
        return await asyncio.to_thread(prepare, self._interface), ports.Port(self._interface)

    def _drain(self, port: ports.Port, heard: Bounded[ProbeRequest]) -> None:
        at = self._clock.now()
        try:
            frames = port.receive(BATCH)
        except (DriverUnavailable, DriverMisconfigured) as error:
            asyncio.get_running_loop().remove_reader(port.fileno())
            heard.close(error)
            return
        for frame in frames:
            try:
                request = probe_request(frame, at, self._name)
            except CodecError:
                self.broken += 1
                continue
            if request is not None:
                self.duty.heard(at, request.frequency_mhz or 0)
                heard.put(request)

    async def _watch(self, port: ports.Port, heard: Bounded[ProbeRequest], tunable: bool) -> None:
        """Walk the channels, and notice what a silent socket does not tell."""
        try:
            tuner = Tuner(self._interface, port.index) if tunable else None
            try:
                await self._walk(port, heard, tuner)
            finally:
                if tuner is not None:
                    tuner.close()
        except (DriverUnavailable, DriverMisconfigured) as error:
            heard.close(error)

    async def _walk(self, port: ports.Port, heard: Bounded[ProbeRequest], tuner: Tuner | None) -> None:
        turn = 0
        due = self._clock.now()
        while True:
            now = self._clock.now()
            if tuner is not None and now >= due and (turn == 0 or len(self._channels) > 1):
                channel = self._channels[turn % len(self._channels)]
                await asyncio.to_thread(tuner.tune, channel)
                self.duty.tuned(self._clock.now(), channel)
                turn, due = turn + 1, now + self._dwell
            await self._clock.sleep_until(now + min(WATCH_SECONDS, self._dwell))
            self.duty.spent(self._clock.now())
            self.lost, self.skipped = port.count_lost(), heard.dropped
            port.check()
            self.duty.check()


def prepare(interface: str) -> bool:
    """Make a WiFi interface a monitor and bring it up; answer whether it can be tuned. Raises as opening does."""
    index = ports.index_of(interface)
    if not (ports.NET / interface / "phy80211").exists():
        ports.check_type(interface)
        if not ports.is_up(interface):
            ports.set_up(interface, up=True)
        return False
    kind = int((ports.NET / interface / "type").read_text(encoding="utf-8"))
    if kind != ports.ARPHRD_RADIOTAP:
        ports.set_up(interface, up=False)
        _monitor(index)
    if not ports.is_up(interface):
        ports.set_up(interface, up=True)
    return True


def _monitor(index: int) -> None:
    try:
        netlink = Nl80211()
    except OSError:
        raise DriverUnavailable("no_nl80211", "the kernel has no nl80211 to make the interface a monitor") from None
    try:
        netlink.set_monitor(index)
    except OSError as error:
        raise refused(error) from None
    finally:
        netlink.close()
