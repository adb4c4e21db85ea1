"""The simulated store as devices of the box: `sim:?option=value&...`; it refuses options that it does not know.

seed (whole): another one is another crowd. hour: the local hour at which the story begins. hours: how long it lasts;
the sensors end with it. begins: the epoch second at which it begins, else when the box starts; who knows it knows the
truth of every report. fault: seconds after the beginning at which the sensor is lost for half a minute. dull: seconds
after the beginning from which on a camera, a WiFi radio or a till is alive and notices little (simulation/dull.py).

Each sensor is played at its lowest seam and read by the driver that reads a real one: pictures, a TAP (or a pair of
packet sockets, where it may make none), the kernel's management socket, serial ports.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from analytics.planogram import Planogram
from daemon.clock import BoxClock
from daemon.story import Story, story_of
from drivers.base import Device, Driver, DriverMisconfigured
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.source import SourceName
from drivers.rfid.driver import ReaderDriver
from drivers.stream import Bounded, beside
from drivers.till.driver import TillDriver
from drivers.wifi.driver import MonitorDriver
from observations import Advertisement, Frame, Inventory, ProbeRequest, Receipt
from simulation.adverts import Ether, advertise
from simulation.air import Air, transmit
from simulation.antenna import Pair, Tap
from simulation.camera import SimulatedCamera
from simulation.dull import half_dark, half_deaf, out_of_paper
from simulation.goods import ShelfOfStore
from simulation.kernel import Kernel
from simulation.portal import PORTAL, TILL, PortalOfStore
from simulation.printer import printing, ring
from simulation.reader.field import SLOT_S
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import plugged

PROBE_S = 60.0
"""Real seconds that the simulated Bluetooth may be silent at the beginning of a slow day."""
READS_PER_S = 50
SHORTEST_MS = 100
"""An epoch is a slot of the field in the box's time, and in real time no driver is asked for a shorter one."""
NO_SWITCHES = Path("/nonexistent")
"""The root under which the simulated adapter has its switches: it has none."""
HAIR_S = 1e-6
"""By how much the clock may be beyond the next picture, whose time is rounded otherwise: else it may never come."""
STEP_S = 0.5
_NAME = 15
"""Characters of an interface's name at most."""

Sensed = TypeVar("Sensed", Inventory, Receipt)


def simulated_camera(device: Device, *, name: str, clock: BoxClock, fps: float) -> Driver[Frame]:
    """A camera in the store of this box; it holds the clock. Raises DriverMisconfigured."""
    return _Camera(story_of(device, clock), name, fps)


def simulated_wifi(
    device: Device, *, name: str, clock: BoxClock, channels: Sequence[int], dwell: float
) -> "SimulatedMonitor":
    """A WiFi radio in the store of this box. Raises DriverMisconfigured."""
    return SimulatedMonitor(story_of(device, clock), name, channels, dwell)


def simulated_radio(device: Device, *, name: str, clock: BoxClock, **settings: object) -> Driver[Advertisement]:
    """A Bluetooth radio in the store of this box; option `at` is back (where the box hangs) or counter.

    Raises DriverMisconfigured.
    """
    options, place = _without(device, "at", "back")
    story = story_of(options, clock)
    places = {"back": Ether(story.store).box, "counter": story.store.plan.till}
    if place not in places:
        raise DriverMisconfigured("bad_option", f"at is one of {', '.join(places)}")
    return _Radio(story, Ether(story.store, places[place]), name, settings)


def simulated_reader(device: Device, *, name: str, clock: BoxClock, plan: Planogram) -> Driver[Inventory]:
    """A reader before the shelf of the store of this box that option `shelf` names; with `at=exit` where the goods of
    that shelf leave: antenna 1 is the portal, 2 the till. Raises DriverMisconfigured."""
    options, shelf = _without(device, "shelf", "tea")
    options, place = _without(options, "at", "shelf")
    story = story_of(options, clock)
    gtins = [one.gtin for one in plan.before(name, 1)]
    if place not in ("shelf", "exit"):
        raise DriverMisconfigured("bad_option", "at is one of shelf, exit")
    try:
        goods = ShelfOfStore(story.store, shelf, gtins)
        return _Reader(story, goods if place == "shelf" else PortalOfStore(story.store, [goods]), name)
    except ValueError as error:
        raise DriverMisconfigured("bad_option", str(error)) from None


def simulated_till(device: Device, *, name: str, clock: BoxClock, **settings: object) -> Driver[Receipt]:
    """The tills of the store of this box, on one printer. Raises DriverMisconfigured."""
    return _Till(story_of(device, clock), name, settings)


def _without(device: Device, option: str, default: str) -> tuple[Device, str]:
    options = dict(device.options)
    value = options.pop(option, default)
    return Device(device.scheme, device.target, options), value


class _Camera:
    """Pictures, until the sensor is lost; time stands still while one is looked at."""

    def __init__(self, story: Story, name: str, fps: float) -> None:
        self._story = story
        self._camera = SimulatedCamera(story.store, name=name, clock=story.clock, fps=fps)
        self._period = 1 / fps + HAIR_S

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Frame]]:
        self._story.check(self._story.clock.now())
        try:
            async with self._camera.open() as frames, aclosing(self._held(frames)) as held:
                yield held
        finally:
            self._story.clock.hold()

    async def _held(self, frames: AsyncIterator[Frame]) -> AsyncGenerator[Frame, None]:
        self._story.clock.hold(self._story.clock.now() + self._period)
        async for frame in frames:
            self._story.check(frame.at)
            self._story.clock.hold(frame.at + self._period)
            yield half_dark(frame) if self._story.dull() else frame


class SimulatedMonitor(MonitorDriver):
    """A monitor interface whose air is the store's: a TAP where the machine allows one, else a pair of sockets."""

    def __init__(self, story: Story, name: str, channels: Sequence[int], dwell: float) -> None:
        self._tap = f"pb{os.getpid()}{name}"[:_NAME]
        super().__init__(Device("mon", self._tap, {}), name=name, clock=story.clock, channels=channels, dwell=dwell)
        self._story = story

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[ProbeRequest]]:
        """Play the air and listen to it."""
        await self._story.begun()
        antenna = self._plugged_in()
        try:
            async with super().open() as heard:
                send = half_deaf(antenna.send, self._story.dull, self._story.store.seed)
                sending = transmit(Air(self._story.store), self._story.clock, self._story.clock.now(), send)
                async with beside(sending, "wifi-air"), _played(self._story, antenna.close, heard):
                    yield heard
        finally:
            antenna.close()

    def _plugged_in(self) -> Tap | Pair:
        try:
            antenna: Tap | Pair = Tap(self._tap)
            self._connect = None
        except OSError:
            antenna = pair = Pair()
            self._connect = lambda: pair.theirs
        return antenna


class _Radio:
    """A Bluetooth adapter over a kernel of its own, whose controller hears the store."""

    def __init__(self, story: Story, ether: Ether, name: str, settings: dict[str, Any]) -> None:
        self._story, self._ether, self._kernel = story, ether, Kernel()
        self._driver = BleDriver(
            Device("hci", "0", {}),
            name=name,
            clock=story.clock,
            probe_s=PROBE_S,
            host=Host(self._kernel.connect, NO_SWITCHES),
            sources={SourceName.MANAGEMENT: lambda: KernelSource(self._kernel.connect)},
            **settings,
        )
        self.state = self._driver.state

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Advertisement]]:
        """Play the ether and listen to it."""
        await self._story.begun()
        self._kernel.plug()

        def send(address: bytes, data: bytes, rssi_dbm: int) -> None:
            self._kernel.advert(address.hex(), data, rssi_dbm=rssi_dbm)

        sending = advertise(self._ether, self._story.clock, self._story.clock.now(), send)
        async with (
            beside(sending, "ble-air"),
            self._driver.open() as heard,
            _played(self._story, self._kernel.unplug, heard),
        ):
            yield heard


class _Reader:
    """An emulated module before the goods of the store, on a serial port of its own."""

    def __init__(self, story: Story, goods: ShelfOfStore | PortalOfStore, name: str) -> None:
        self._story, self._goods, self._name = story, goods, name

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Inventory]]:
        """Plug the module in and read it."""
        await self._story.begun()
        clock = self._story.clock
        with plugged(ThingMagic(self._goods.field, READS_PER_S), now=clock.now) as wire:
            epoch_ms = max(SHORTEST_MS, round(1000 * SLOT_S / clock.speed))
            options = {"protocol": "thingmagic", "baud": "115200", "region": "eu", "epoch_ms": str(epoch_ms)}
            if isinstance(self._goods, PortalOfStore):
                options["antennas"] = f"{PORTAL},{TILL}"
            driver = ReaderDriver(Device("serial", wire.path, options), name=self._name, clock=clock)
            async with (
                beside(self._advance(), f"rfid-simulation-{self._name}"),
                beside(self._story.pull(wire.unplug), f"rfid-plug-{self._name}"),
                driver.open() as inventories,
                aclosing(_until_closing(self._story, inventories)) as told,
            ):
                yield told

    async def _advance(self) -> None:
        while True:
            self._goods.advance(self._story.clock.now())
            await self._story.clock.sleep(STEP_S)


class _Till:
    """A printer's cable on a serial port, and the driver that listens to it."""

    def __init__(self, story: Story, name: str, settings: dict[str, Any]) -> None:
        self._story, self._name, self._settings = story, name, settings

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Receipt]]:
        """Plug the printer in and listen."""
        await self._story.begun()
        clock = self._story.clock
        with printing() as printer:
            device = Device("till-serial", printer.path, {"baud": "9600"})
            driver = TillDriver(device, name=self._name, clock=clock, **self._settings)
            send = out_of_paper(printer.send, self._story.dull)
            async with (
                beside(self._story.pull(printer.unplug), f"till-plug-{self._name}"),
                driver.open() as receipts,
                beside(ring(self._story.store, clock, clock.now(), send), f"till-sales-{self._name}"),
                aclosing(_until_closing(self._story, receipts)) as told,
            ):
                yield told


async def _until_closing(story: Story, sensed: AsyncIterator[Sensed]) -> AsyncGenerator[Sensed, None]:
    async for one in sensed:
        if one.at >= story.ends:
            return
        yield one


@asynccontextmanager
async def _played(story: Story, unplug: Callable[[], object], heard: AsyncIterator[Any]) -> AsyncIterator[None]:
    """While the body listens: the plug that is pulled, and the end."""

    async def end() -> None:
        await story.clock.sleep_until(story.ends)
        if isinstance(heard, Bounded):
            heard.close()

    async with beside(story.pull(unplug), "plug"), beside(end(), "closing"):
        yield
