"""The simulated store as devices of the box: `sim:?option=value&...`; it refuses options that it does not know.

seed (whole): another one is another crowd. hour: the local hour at which the story begins. hours: how long it lasts;
the sensors end with it. begins: the epoch second at which it begins, else when the box starts; who knows it knows the
truth of every report. fault: seconds after the beginning at which the sensor is lost for half a minute.

Each sensor is played at its lowest seam and read by the driver that reads a real one: pictures, a TAP (or a pair of
packet sockets, where it may make none), the kernel's management socket, serial ports.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from analytics.planogram import Planogram
from daemon.clock import BoxClock
from drivers.base import Device, Driver, DriverMisconfigured, DriverUnavailable
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
from simulation.goods import ShelfOfStore
from simulation.kernel import Kernel
from simulation.printer import printing, ring
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import plugged
from simulation.store import Store

LOST_SECONDS = 30.0
PROBE_S = 60.0
"""Real seconds that the simulated Bluetooth may be silent at the beginning of a slow day."""
READS_PER_S = 50
EPOCH_MS = 100
NO_SWITCHES = Path("/nonexistent")
"""The root under which the simulated adapter has its switches: it has none."""
STEP_S = 0.5
_NAME = 15
"""Characters of an interface's name at most."""

Sensed = TypeVar("Sensed", Inventory, Receipt)


@dataclass(frozen=True, slots=True)
class Story:
    """The store of a box, and the clock seconds between which one sensor is lost."""

    store: Store
    clock: BoxClock
    lost_from: float

    @property
    def ends(self) -> float:
        """The clock second at which the store closes."""
        return self.store.origin + self.store.hours * 3600

    def check(self, at: float) -> None:
        """Raise what a lost sensor's driver raises."""
        if self.lost_from <= at < self.lost_from + LOST_SECONDS:
            raise DriverUnavailable("gone", "the simulated sensor was unplugged, as the trial was told")

    async def pull(self, unplug: Callable[[], object]) -> None:
        """Unplug the sensor when its time comes, unless that is over."""
        if self.clock.now() < self.lost_from < self.ends:
            await self.clock.sleep_until(self.lost_from)
            unplug()

    async def begun(self) -> None:
        """Return when time passes, and raise while the sensor is lost."""
        await self.clock.sleep_until(self.clock.now() + 0.01)
        self.check(self.clock.now())


def simulated_camera(device: Device, *, name: str, clock: BoxClock, fps: float) -> Driver[Frame]:
    """A camera in the store of this box; it holds the clock. Raises DriverMisconfigured."""
    return _Camera(_story(device, clock), name, fps)


def simulated_wifi(
    device: Device, *, name: str, clock: BoxClock, channels: Sequence[int], dwell: float
) -> "SimulatedMonitor":
    """A WiFi radio in the store of this box. Raises DriverMisconfigured."""
    return SimulatedMonitor(_story(device, clock), name, channels, dwell)


def simulated_radio(device: Device, *, name: str, clock: BoxClock, **settings: object) -> Driver[Advertisement]:
    """A Bluetooth radio in the store of this box; option `at` is back (where the box hangs) or counter.

    Raises DriverMisconfigured.
    """
    options, place = _without(device, "at", "back")
    story = _story(options, clock)
    places = {"back": Ether(story.store).box, "counter": story.store.plan.till}
    if place not in places:
        raise DriverMisconfigured("bad_option", f"at is one of {', '.join(places)}")
    return _Radio(story, Ether(story.store, places[place]), name, settings)


def simulated_reader(device: Device, *, name: str, clock: BoxClock, plan: Planogram) -> Driver[Inventory]:
    """A reader of goods at a shelf of the store of this box (`shelf`: its name). Raises DriverMisconfigured."""
    options, shelf = _without(device, "shelf", "tea")
    story = _story(options, clock)
    gtins = [place.gtin for place in plan.before(name, 1)]
    try:
        return _Reader(story, ShelfOfStore(story.store, shelf, gtins), name)
    except ValueError as error:
        raise DriverMisconfigured("bad_option", str(error)) from None


def simulated_till(device: Device, *, name: str, clock: BoxClock, **settings: object) -> Driver[Receipt]:
    """The tills of the store of this box, on one printer. Raises DriverMisconfigured."""
    return _Till(_story(device, clock), name, settings)


def _without(device: Device, option: str, default: str) -> tuple[Device, str]:
    options = dict(device.options)
    value = options.pop(option, default)
    return Device(device.scheme, device.target, options), value


def _story(device: Device, clock: BoxClock) -> Story:
    options = dict(device.options)
    fault = options.pop("fault", None)
    try:
        store = _store(clock, **options)
        return Story(store, clock, store.origin + float(fault) if fault else inf)
    except (TypeError, ValueError):
        expected = "seed (whole), hour, hours, begins and fault (numbers)"
        raise DriverMisconfigured("bad_option", f"sim: takes {expected}") from None


@cache
def _store(clock: BoxClock, seed: str = "1", hour: str = "10", hours: str = "12", begins: str = "") -> Store:
    now = clock.now()
    origin = now + (float(begins) - clock.wall(now).epoch) if begins else clock.origin
    return Store(seed=int(seed), origin=origin, hour=float(hour), hours=float(hours))


class _Camera:
    """Pictures, until the sensor is lost; time stands still while one is looked at."""

    def __init__(self, story: Story, name: str, fps: float) -> None:
        self._story = story
        self._camera = SimulatedCamera(story.store, name=name, clock=story.clock, fps=fps)
        self._period = 1 / fps

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
            yield frame


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
                sending = transmit(Air(self._story.store), self._story.clock, self._story.clock.now(), antenna.send)
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
    """An emulated module before a shelf of the store, on a serial port of its own."""

    def __init__(self, story: Story, shelf: ShelfOfStore, name: str) -> None:
        self._story, self._shelf, self._name = story, shelf, name

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Inventory]]:
        """Plug the module in and read it."""
        await self._story.begun()
        clock = self._story.clock
        with plugged(ThingMagic(self._shelf.field, READS_PER_S), now=clock.now) as wire:
            options = {"protocol": "thingmagic", "baud": "115200", "region": "eu", "epoch_ms": str(EPOCH_MS)}
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
            self._shelf.advance(self._story.clock.now())
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
            async with (
                beside(self._story.pull(printer.unplug), f"till-plug-{self._name}"),
                driver.open() as receipts,
                beside(ring(self._story.store, clock, clock.now(), printer.send), f"till-sales-{self._name}"),
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
