"""`hci:`: one adapter, listened to by the best source that really hears, watched, and brought back when it dies."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.ble.beacons import Beacon, Format, advertising_data
from drivers.ble.carrier import address_kind
from drivers.ble.host import Host
from drivers.ble.observer import Observer
from drivers.ble.roster import Match, Roster
from drivers.ble.source import Adapter, Hear, Heard, Listening, Source, SourceName
from drivers.ble.watch import Ladder, Step, Verdict, Watch
from drivers.stream import Bounded, beside
from observations import AddressKind, Advertisement

Queue: TypeAlias = Bounded[Advertisement]

_LOG = logging.getLogger(__name__)
QUEUE = 4096
_SENT_AT_1M_DBM = -59
_PROOF = 3
"""Adverts by which a lesser source proves that the silent better one before it is deaf."""
_FIXED = (AddressKind.PUBLIC, AddressKind.STATIC)


def every_source() -> dict[SourceName, Callable[[], Source]]:
    """The sources, best first; what a source needs is imported when it is tried."""
    return {SourceName.MANAGEMENT: _kernel, SourceName.PASSIVE: _passive, SourceName.ACTIVE: _active}


@dataclass(slots=True)
class BleState:
    """What health tells of a radio; no address, no name of a device.

    `tried` says why each better source is not the one in use.
    """

    source: str = ""
    adapter: str = ""
    verdict: str = ""
    adverts: int = 0
    dropped: int = 0
    remedies: int = 0
    transmits: bool = False
    tried: dict[str, str] = field(default_factory=dict)


class BleDriver:
    """Device `hci:INDEX`, `hci:ADDRESS` or `hci:`; option `source=` keeps to one source.

    `badges` are the shop's own; `reference` is the badge form of a beacon that is always on the air, to be heard
    every `reference_s`; adverts under `floor_dbm` are dropped unseen. A source is given `probe_s` to hear something.
    `transmit` is the shop's own beacon in the same form, sent for as long as the driver is open; None sends nothing.
    """

    def __init__(
        self,
        device: Device,
        *,
        name: str,
        clock: Clock,
        badges: Sequence[Match] = (),
        reference: str | None = None,
        reference_s: float = 20.0,
        floor_dbm: int = -100,
        probe_s: float = 5.0,
        transmit: str | None = None,
        host: Host | None = None,
        sources: dict[SourceName, Callable[[], Source]] | None = None,
    ) -> None:
        self.state = BleState()
        self._device, self._name, self._clock = device, name, clock
        self._observer = Observer(name, badges, floor_dbm)
        self._reference = Roster([_beacon(reference)]) if reference else None
        self._reference_s = reference_s if reference else None
        self._transmit = _advertising(transmit) if transmit else None
        self._probe_s = probe_s
        self._host = host or Host()
        self._sources = _chosen(sources or every_source(), device)
        self._ladder = Ladder()
        self._due: Step | None = None
        self._watch = Watch(clock.now())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Advertisement]]:
        """Listen. Raises DriverUnavailable, DriverMisconfigured."""
        adapter = await self._host.ready(await self._remedied(await self._host.find(self._device.target)))
        self.state.adapter = adapter.name
        self._watch = Watch(self._clock.now(), self._reference_s)
        async with AsyncExitStack() as stack:
            try:
                queue, listening = await self._listen(stack, adapter)
            except DriverUnavailable as error:
                if error.code == "stalled":
                    self._due = self._ladder.step(self._clock.now())
                raise
            await self._send(stack, adapter)
            await stack.enter_async_context(beside(self._guard(adapter, listening, queue), f"ble-watch-{self._name}"))
            yield queue

    async def _listen(self, stack: AsyncExitStack, adapter: Adapter) -> tuple[Queue, Listening]:
        """Open the best source that hears, or the best that opened where all is silent."""
        self.state.tried = {}
        silent: list[SourceName] = []
        refused: DriverUnavailable | None = None
        for name in self._sources:
            try:
                opened = await self._try(stack, name, adapter, _PROOF if silent else 1)
            except DriverUnavailable as error:
                self.state.tried[name] = error.code
                refused = refused or error
                continue
            if opened is not None:
                return opened
            self.state.tried[name] = "silent"
            silent.append(name)
        if not silent and refused is not None:
            raise refused
        return await self._enter(stack, silent[0], adapter)

    async def _try(
        self, stack: AsyncExitStack, name: SourceName, adapter: Adapter, enough: int
    ) -> tuple[Queue, Listening] | None:
        """Open a source and keep it open on `stack` if it hears `enough`; otherwise it is closed again."""
        async with AsyncExitStack() as trial:
            opened = await self._enter(trial, name, adapter)
            if not await self._hears(enough):
                return None
            stack.push_async_exit(trial.pop_all())
            return opened

    async def _enter(self, stack: AsyncExitStack, name: SourceName, adapter: Adapter) -> tuple[Queue, Listening]:
        try:
            source = self._sources[name]()
        except ImportError:
            raise DriverUnavailable("not_installed", "bleak is not installed: pip install 'passerby[ble]'") from None
        self.state.source = name
        self.state.adverts = 0
        queue: Queue = Bounded(QUEUE)
        return queue, await stack.enter_async_context(source.listen(adapter, self._hear(queue), queue.close))

    async def _send(self, stack: AsyncExitStack, adapter: Adapter) -> None:
        """The shop's own beacon, where it is asked for. A radio that may not send listens all the same."""
        self.state.transmits = False
        if self._transmit is None:
            return
        try:
            await stack.enter_async_context(self._host.transmitting(adapter, self._transmit))
            self.state.transmits = True
        except DriverUnavailable as error:
            _LOG.warning("%s: %s", self._name, error.reason)

    async def _hears(self, enough: int) -> bool:
        deadline = asyncio.get_running_loop().time() + self._probe_s
        while self.state.adverts < enough:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _hear(self, queue: Queue) -> Hear:
        now, observe, state = self._clock.now, self._observer.observe, self.state

        def hear(heard: Heard) -> None:
            at = now()
            state.adverts += 1
            self._vouch(at, heard)
            advert = observe(at, *heard)
            if advert is not None:
                queue.put(advert)
                state.dropped = queue.dropped

        return hear

    def _vouch(self, at: float, heard: Heard) -> None:
        """Let the watch know: what has a fixed address may be furniture, and one beacon may be the reference."""
        kind = address_kind(heard.address, random=heard.random)
        reference = self._reference is not None and (
            self._reference.recognise(at, heard.address, kind, heard.payload) is not None
        )
        # Python's own hash is keyed for this process: a number in place of the address.
        self._watch.hear(at, fixture=hash(heard.address) if kind in _FIXED else None, reference=reference)

    async def _guard(self, adapter: Adapter, listening: Listening, queue: Queue) -> None:
        """Ask when the watch says so, and end the stream with a remedy due when the scan is dead."""
        while True:
            await self._clock.sleep_until(self._clock.now() + 1.0)
            verdict = self._watch.verdict(self._clock.now())
            if verdict is Verdict.SUSPECT:
                verdict = Verdict.QUIET if await listening.answers() else Verdict.DEAD
                self._watch.answered(self._clock.now())
            self.state.verdict = verdict
            if verdict is Verdict.HEARING:
                self._ladder.heard()
            elif verdict is Verdict.DEAD and (step := self._ladder.step(self._clock.now())) is not None:
                # Taken on reopening, when nothing listens any more that a power cycle could startle.
                self._due = step
                queue.close(DriverUnavailable("stalled", "the scan is dead"))
                return

    async def _remedied(self, adapter: Adapter) -> Adapter:
        if self._due is None:
            return adapter
        step, self._due = self._due, None
        self.state.remedies += 1
        await self._host.remedy(adapter, step)
        return await self._host.find(self._device.target)


def _beacon(text: str) -> Match:
    try:
        return Match.parse(text, "beacon")
    except ValueError as error:
        raise DriverMisconfigured("bad_beacon", str(error)) from None


def _advertising(text: str) -> bytes:
    shown = _beacon(text)
    try:
        return advertising_data(Beacon(Format(shown.how), shown.what, _SENT_AT_1M_DBM))
    except ValueError as error:
        raise DriverMisconfigured("bad_beacon", f"the beacon to send must be written whole: {error}") from None


def _chosen(sources: dict[SourceName, Callable[[], Source]], device: Device) -> dict[SourceName, Callable[[], Source]]:
    wanted = device.options.get("source")
    if wanted is None:
        return sources
    if wanted not in [name.value for name in sources]:
        raise DriverMisconfigured("bad_device", f"source= is one of {', '.join(sources)}")
    return {SourceName(wanted): sources[SourceName(wanted)]}


def _kernel() -> Source:
    from drivers.ble.kernel import KernelSource

    return KernelSource()


def _passive() -> Source:
    from drivers.ble.bluez import BluezSource

    return BluezSource("passive")


def _active() -> Source:
    from drivers.ble.bluez import BluezSource

    return BluezSource("active")
