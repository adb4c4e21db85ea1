"""The best source: passive scanning through the management socket, every advert with its raw data and signal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from drivers.base import DriverUnavailable
from drivers.ble import mgmt
from drivers.ble.management import Connect, Management, kernel_socket
from drivers.ble.payload import parse
from drivers.ble.source import Adapter, Fail, Hear, Heard, SourceName
from drivers.stream import beside

_REFUSALS = {
    mgmt.PERMISSION_DENIED: ("denied", "listening to the management socket needs CAP_NET_ADMIN"),
    mgmt.RFKILLED: ("blocked", "the radio is switched off by rfkill"),
    mgmt.INVALID_INDEX: ("gone", "the adapter is not there"),
}


class KernelSource:
    """Adverts from the kernel itself. bluetoothd may run, restart or be absent."""

    name = SourceName.MANAGEMENT

    def __init__(self, connect: Connect = kernel_socket) -> None:
        self._connect = connect

    @asynccontextmanager
    async def listen(self, adapter: Adapter, hear: Hear, fail: Fail) -> AsyncIterator["KernelListening"]:
        """Scan passively for as long as the body. Raises DriverUnavailable."""
        listening = KernelListening(adapter.index, hear, fail)
        async with Management.open(self._connect, listening.take) as management:
            await listening.start(management)
            try:
                async with beside(listening.keep_monitoring(), "ble-monitor"):
                    yield listening
            finally:
                with suppress(DriverUnavailable):
                    await management.ask(mgmt.remove_monitor(adapter.index, listening.monitor), timeout=2.0)


class KernelListening:
    """One adapter's monitor and what comes of it."""

    def __init__(self, index: int, hear: Hear, fail: Fail) -> None:
        self.monitor = 0
        self._index = index
        self._hear = hear
        self._fail = fail
        self._lost = asyncio.Event()
        self._management: Management | None = None

    def take(self, event: mgmt.Event) -> None:
        """One event of the socket."""
        if isinstance(event, mgmt.Found):
            if event.adapter == self._index:
                self._hear(Heard(event.address, event.random, event.rssi_dbm, parse(event.data)))
        elif isinstance(event, mgmt.IndexRemoved) and event.index in (self._index, mgmt.NO_INDEX):
            self._fail(DriverUnavailable("gone", "the adapter was unplugged"))
        elif isinstance(event, mgmt.Settings) and event.index == self._index and not event.flags & mgmt.POWERED:
            self._fail(DriverUnavailable("powered_off", "the adapter was switched off"))
        elif isinstance(event, mgmt.MonitorRemoved) and event.index == self._index and event.handle == self.monitor:
            self._lost.set()

    async def start(self, management: Management) -> None:
        """Ask for the monitor. Raises DriverUnavailable with what the kernel refused."""
        self._management = management
        reply = await management.ask(mgmt.add_monitor(self._index))
        if reply.status != mgmt.SUCCESS:
            code, reason = _REFUSALS.get(reply.status, ("stalled", f"the kernel refused status 0x{reply.status:02x}"))
            raise DriverUnavailable(code, reason)
        self.monitor = mgmt.handle(reply.body)

    async def keep_monitoring(self) -> None:
        """Ask again whenever the monitor is taken away: bluetoothd removes everybody's when it starts."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            assert self._management is not None
            try:
                await self.start(self._management)
            except DriverUnavailable as error:
                self._fail(error)
                return

    async def answers(self) -> bool:
        """Whether the controller still obeys."""
        assert self._management is not None
        try:
            return await self._management.answers(self._index)
        except DriverUnavailable:
            return False
