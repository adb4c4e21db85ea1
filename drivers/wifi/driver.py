"""`mon:wlan1`, `mon:wlan1+wlan2`: dongles in monitor mode as one radio; its probe requests and nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.stream import Bounded, beside
from drivers.wifi.channels import Duty, frequency_mhz
from drivers.wifi.ear import Ear, Refusal
from drivers.wifi.merge import SAME_SECONDS, Merge
from drivers.wifi.plan import interfaces, shares
from observations import ProbeRequest

WAITING = 4096
RETURN_SECONDS = 5.0
"""Between two looks for a dongle that went away while others still listen."""


class MonitorDriver:
    """One radio of one dongle or several, among which the channels are dealt as `drivers.wifi.plan` says.

    While at least one dongle listens the radio does: the channels of one that is lost go to the others until it is
    back, and `absent` says which are lost and why. `broken` counts frames that no driver should send, `duty` says which
    channels were heard and for how long by all dongles, `lost` what the kernel dropped and `skipped` what the reader
    was too slow for. `connect` gives a socket in place of an interface.
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
        try:
            self._interfaces = interfaces(device.target)
        except ValueError as error:
            raise DriverMisconfigured("bad_option", str(error)) from None
        if not channels or dwell < 1.0:
            raise DriverMisconfigured("bad_option", "a monitor needs a channel, and a dwell of 1 s or more")
        self._connect = connect
        self._name = name
        self._clock = clock
        self._channels = tuple(channels)
        self._dwell = dwell
        self._heard: Bounded[ProbeRequest] = Bounded(WAITING)
        self._merge: Merge | None = None
        self._ears: tuple[Ear, ...] = ()
        self.absent: dict[str, Refusal] = {}

    @property
    def duty(self) -> Duty:
        """The duty of all dongles since the driver was opened."""
        return Duty.of(ear.duty for ear in self._ears)

    @property
    def broken(self) -> int:
        return sum(ear.broken for ear in self._ears)

    @property
    def lost(self) -> int:
        return sum(ear.lost for ear in self._ears)

    @property
    def skipped(self) -> int:
        return self._heard.dropped + (self._merge.dropped if self._merge else 0)

    @property
    def spare(self) -> tuple[str, ...]:
        """Dongles that are there and have no channel, because the others have them all."""
        return tuple(ear.interface for ear in self._ears if not ear.share and ear.interface not in self.absent)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[ProbeRequest]]:
        """Listen. Raises what `drivers.wifi.port` and `drivers.wifi.channels` raise, now and while reading."""
        self._heard = Bounded(WAITING)
        self._merge = Merge() if len(self._interfaces) > 1 else None
        self._ears = tuple(self._ear(interface) for interface in self._interfaces)
        self.absent = {}
        try:
            for ear in self._ears:
                await self._opened(ear)
            self._deal()
            async with beside(self._listen(), f"wifi-{self._name}-watch"):
                yield self._heard
        finally:
            for ear in self._ears:
                ear.close()

    def _ear(self, interface: str) -> Ear:
        hear = partial(self._merge.hear, interface) if self._merge else self._heard.put
        return Ear(interface, name=self._name, clock=self._clock, dwell=self._dwell, hear=hear, connect=self._connect)

    async def _opened(self, ear: Ear) -> None:
        """Open one at the beginning: that it is missing is told when all are, that it is no radio at once."""
        try:
            await ear.open()
        except DriverUnavailable as error:
            self.absent[ear.interface] = error
            if len(self.absent) == len(self._ears):
                raise

    def _deal(self) -> None:
        there = [ear.interface for ear in self._ears if ear.interface not in self.absent]
        plan = shares(self._channels, there)
        for ear in self._ears:
            ear.share = plan.get(ear.interface, ())

    async def _listen(self) -> None:
        if self._merge is None:
            await self._keep(self._ears[0])
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._let_go(self._merge), name=f"wifi-{self._name}-merge")
            for ear in self._ears:
                tasks.create_task(self._keep(ear), name=f"wifi-{self._name}-{ear.interface}")

    async def _keep(self, ear: Ear) -> None:
        """Walk one dongle; when it is lost, share its channels out and look for it, unless it was the last."""
        while True:
            try:
                if ear.interface in self.absent:
                    await ear.open()
                    del self.absent[ear.interface]
                    self._deal()
                await ear.walk()
            except (DriverUnavailable, DriverMisconfigured) as error:
                ear.close()
                self.absent[ear.interface] = error
                self._deal()
                if len(self.absent) == len(self._ears):
                    self._heard.close(self._why())
                    return
                if isinstance(error, DriverMisconfigured):
                    return
            await self._clock.sleep_until(self._clock.now() + RETURN_SECONDS)

    def _why(self) -> Refusal:
        """What ended the last dongle; one that may come back is worth another try."""
        reasons = tuple(self.absent.values())
        return next((one for one in reasons if isinstance(one, DriverUnavailable)), reasons[-1])

    async def _let_go(self, merge: Merge) -> None:
        while True:
            await merge.waiting.wait()
            await asyncio.sleep(SAME_SECONDS)
            for request in merge.due(self._clock.now()):
                self._heard.put(request)
