"""One interface of a radio: opened, walked over its share of the channels, closed, and opened again when it returns."""

import asyncio
import socket
from collections.abc import Callable

from drivers.base import Clock, CodecError, DriverMisconfigured, DriverUnavailable
from drivers.wifi import port as ports
from drivers.wifi.channels import Duty, Tuner, refused
from drivers.wifi.codec import probe_request
from drivers.wifi.netlink import Nl80211
from observations import ProbeRequest

BATCH = 256
"""Frames fetched in one turn of the event loop, so that a flood does not starve the others."""
WATCH_SECONDS = 1.0

Refusal = DriverUnavailable | DriverMisconfigured


class Ear:
    """Gives every probe request on `interface` to `hear`, under the radio's `name`.

    `share` are its channels: a single one is never left, several are walked for `dwell` seconds each, and without any
    it is a spare that is watched and not heard. An interface that cannot be tuned because it is no WiFi device (a TAP
    in a test) is listened to as it is. `connect` gives a socket in place of one.
    """

    def __init__(
        self,
        interface: str,
        *,
        name: str,
        clock: Clock,
        dwell: float,
        hear: Callable[[ProbeRequest], None],
        connect: Callable[[], socket.socket] | None = None,
    ) -> None:
        self.interface = interface
        self.share: tuple[int, ...] = ()
        self.duty = Duty()
        self.broken = 0
        self.lost = 0
        self._name, self._clock, self._dwell = name, clock, dwell
        self._hear, self._connect = hear, connect
        self._port: ports.Port | None = None
        self._tunable = False
        self._lost_before = 0
        self._refusal: Refusal | None = None

    async def open(self) -> None:
        """Begin to listen. Raises what `drivers.wifi.port` and `drivers.wifi.channels` raise."""
        if self._connect is not None:
            port: ports.Port = ports.PairPort(self._connect())
        else:
            self._tunable = await asyncio.to_thread(prepare, self.interface)
            port = ports.Port(self.interface)
        self._port, self._refusal = port, None
        asyncio.get_running_loop().add_reader(port.fileno(), self._drain, port)

    def close(self) -> None:
        """Stop listening; closing twice is no mistake."""
        if self._port is not None:
            asyncio.get_running_loop().remove_reader(self._port.fileno())
            self._port.close()
            self._port, self._lost_before = None, self.lost
            self.duty.tuned(self._clock.now(), 0)

    async def walk(self) -> None:
        """Walk the channels, opening the interface where it is not open; raises what ends it."""
        if self._port is None:
            await self.open()
        assert self._port is not None
        tuner = Tuner(self.interface, self._port.index) if self._tunable else None
        try:
            await self._walk(self._port, tuner)
        finally:
            if tuner is not None:
                tuner.close()

    def _drain(self, port: ports.Port) -> None:
        at = self._clock.now()
        try:
            frames = port.receive(BATCH)
        except (DriverUnavailable, DriverMisconfigured) as error:
            asyncio.get_running_loop().remove_reader(port.fileno())
            self._refusal = error
            return
        for frame in frames if self.share else ():
            try:
                request = probe_request(frame, at, self._name)
            except CodecError:
                self.broken += 1
                continue
            if request is not None:
                self.duty.heard(at, request.frequency_mhz or 0)
                self._hear(request)

    async def _walk(self, port: ports.Port, tuner: Tuner | None) -> None:
        """Besides walking, notice what a silent socket does not tell."""
        share: tuple[int, ...] = ()
        turn, due = 0, 0.0
        while True:
            now = self._clock.now()
            if share != self.share:
                share, turn, due = self.share, 0, now
                self.duty.tuned(now, 0)
            if tuner is not None and share and now >= due and (turn == 0 or len(share) > 1):
                channel = share[turn % len(share)]
                await asyncio.to_thread(tuner.tune, channel)
                self.duty.tuned(self._clock.now(), channel)
                turn, due = turn + 1, now + self._dwell
            await self._clock.sleep_until(now + min(WATCH_SECONDS, self._dwell))
            self.duty.spent(self._clock.now())
            if self._refusal is not None:
                await self._clock.sleep_until(self._clock.now() + WATCH_SECONDS)
                port.check()  # the kernel takes a pulled radio down before it takes it away
                raise self._refusal
            self.lost = self._lost_before + port.count_lost()
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
    try:
        kind = int((ports.NET / interface / "type").read_text(encoding="utf-8"))
    except OSError:
        raise DriverUnavailable("gone", "the radio was unplugged") from None
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
