"""The simulated store as a device of the box: `sim:?option=value&...`; it refuses options that it does not know.

seed (whole): another one is another crowd. hour: the local hour at which the story begins. hours: how long it lasts;
the camera ends with it. begins: the epoch second at which it begins, else when the box starts; who knows it knows the
truth of every report. fault: seconds after the beginning at which the camera is lost for half a minute.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import cache

from analytics.planogram import Planogram
from daemon.clock import BoxClock
from drivers.base import Device, Driver, DriverMisconfigured, DriverUnavailable
from drivers.ble.driver import QUEUE, BleState
from drivers.ble.observer import Observer
from drivers.ble.payload import parse
from drivers.ble.roster import Match
from drivers.rfid.codec import thingmagic
from drivers.rfid.codec.framing import Deframer
from drivers.rfid.driver import inventory
from drivers.rfid.link import Sweep
from drivers.stream import Bounded, beside
from observations import Advertisement, Frame, Inventory
from simulation.adverts import Ether, advertise
from simulation.camera import SimulatedCamera
from simulation.goods import ShelfOfStore
from simulation.reader.thingmagic import ThingMagic
from simulation.store import Store

LOST_SECONDS = 30.0
EPOCH_SECONDS = 0.5


def simulated_camera(device: Device, *, name: str, clock: BoxClock, fps: float) -> Driver[Frame]:
    """A camera in the store of this box. Raises DriverMisconfigured."""
    options = dict(device.options)
    fault = options.pop("fault", None)
    try:
        store = _store(clock, **options)
        lost_from = store.origin + float(fault) if fault else None
    except (TypeError, ValueError):
        expected = "seed (whole), hour, hours, begins and fault (numbers)"
        raise DriverMisconfigured("bad_option", f"sim: takes {expected}") from None
    camera = SimulatedCamera(store, name=name, clock=clock, fps=fps)
    return camera if lost_from is None else _Unplugged(camera, clock, lost_from)


def simulated_radio(device: Device, *, name: str, clock: BoxClock, badges: Sequence[Match]) -> Driver[Advertisement]:
    """A Bluetooth radio in the store of this box. Raises DriverMisconfigured."""
    try:
        return _Radio(_store(clock, **device.options), name, clock, badges)
    except (TypeError, ValueError):
        expected = "seed (whole), hour, hours and begins (numbers)"
        raise DriverMisconfigured("bad_option", f"sim: takes {expected}") from None


def simulated_reader(device: Device, *, name: str, clock: BoxClock, plan: Planogram) -> Driver[Inventory]:
    """A reader of goods at a shelf of the store of this box (`shelf`: its name). Raises DriverMisconfigured."""
    options = dict(device.options)
    shelf = options.pop("shelf", "tea")
    gtins = [place.gtin for place in plan.before(name, 1)]
    try:
        return _Reader(ShelfOfStore(_store(clock, **options), shelf, gtins), name, clock)
    except (TypeError, ValueError):
        expected = "shelf (a name), seed (whole), hour, hours and begins (numbers)"
        raise DriverMisconfigured("bad_option", f"sim: takes {expected}") from None


@cache
def _store(clock: BoxClock, seed: str = "1", hour: str = "10", hours: str = "12", begins: str = "") -> Store:
    now = clock.now()
    origin = now + (float(begins) - clock.wall(now).epoch) if begins else clock.origin
    return Store(seed=int(seed), origin=origin, hour=float(hour), hours=float(hours))


class _Unplugged:
    """A camera that is lost between `lost_from` and LOST_SECONDS later (clock seconds)."""

    def __init__(self, camera: Driver[Frame], clock: BoxClock, lost_from: float) -> None:
        self._camera, self._clock, self._lost_from = camera, clock, lost_from

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Frame]]:
        self._check(self._clock.now())
        async with self._camera.open() as frames, aclosing(self._checked(frames)) as checked:
            yield checked

    async def _checked(self, frames: AsyncIterator[Frame]) -> AsyncGenerator[Frame, None]:
        async for frame in frames:
            self._check(frame.at)
            yield frame

    def _check(self, at: float) -> None:
        if self._lost_from <= at < self._lost_from + LOST_SECONDS:
            raise DriverUnavailable("gone", "the simulated camera was unplugged, as the trial was told")


class _Radio:
    """What a radio over the simulated store's counter hears, through the parsers of a real one."""

    def __init__(self, store: Store, name: str, clock: BoxClock, badges: Sequence[Match]) -> None:
        self.state = BleState(source="simulation")
        self._store, self._clock = store, clock
        self._observer = Observer(name, badges)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Advertisement]]:
        """Listen to the simulated store."""
        queue: Bounded[Advertisement] = Bounded(QUEUE)

        def send(address: bytes, data: bytes, rssi_dbm: int) -> None:
            advert = self._observer.observe(self._clock.now(), address, True, rssi_dbm, parse(data))
            if advert is not None:
                queue.put(advert)

        async with beside(advertise(Ether(self._store), self._clock, self._clock.now(), send), "ble-simulation"):
            yield queue


class _Reader:
    """An emulated module before a shelf of the simulated store, through a real one's codec, at the clock's pace."""

    def __init__(self, shelf: ShelfOfStore, name: str, clock: BoxClock) -> None:
        self._shelf, self._name, self._clock = shelf, name, clock

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Inventory]]:
        """Begin to read."""
        async with aclosing(self._inventories()) as inventories:
            yield inventories

    async def _inventories(self) -> AsyncGenerator[Inventory, None]:
        module, deframer = ThingMagic(self._shelf.field), Deframer(thingmagic.Framing())
        at = self._clock.now()
        filter_off = thingmagic.Command(thingmagic.CONFIGURATION_SET, b"\x01\x0c\x00")
        for command in (filter_off, thingmagic.Command(thingmagic.START_STOP, thingmagic.CONTINUOUS)):
            module.hear(thingmagic.encode(command), at)
        while True:
            at += EPOCH_SECONDS
            await self._clock.sleep_until(at)
            self._shelf.advance(at)
            replies = [reply for frame in module.speak(at) for reply in deframer.feed(frame)]
            told = [one for one in replies if one.command == thingmagic.READ and one.status == thingmagic.OK]
            yield inventory(Sweep(1, [thingmagic.tag(one) for one in told]), at, EPOCH_SECONDS, self._name)
