"""The story that the simulated sensors of a box play: the store, and when which of them fails; it senses nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import inf

from daemon.clock import BoxClock
from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from simulation.store import Store

LOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Story:
    """The store of a box, and the clock seconds from which on one sensor is lost for a while, and is dull."""

    store: Store
    clock: BoxClock
    lost_from: float
    dull_from: float = inf

    @property
    def ends(self) -> float:
        """The clock second at which the store closes."""
        return self.store.origin + self.store.hours * 3600

    def check(self, at: float) -> None:
        """Raise what a lost sensor's driver raises."""
        if self.lost_from <= at < self.lost_from + LOST_SECONDS:
            raise DriverUnavailable("gone", "the simulated sensor was unplugged, as the trial was told")

    def dull(self) -> bool:
        """Whether the sensor notices little by now."""
        return self.clock.now() >= self.dull_from

    async def pull(self, unplug: Callable[[], object]) -> None:
        """Unplug the sensor when its time comes, unless that is over."""
        if self.clock.now() < self.lost_from < self.ends:
            await self.clock.sleep_until(self.lost_from)
            unplug()

    async def begun(self) -> None:
        """Return when time passes, and raise while the sensor is lost."""
        await self.clock.sleep_until(self.clock.now() + 0.01)
        self.check(self.clock.now())


def story_of(device: Device, clock: BoxClock) -> Story:
    """What the options of a simulated device ask for. Raises DriverMisconfigured."""
    options = dict(device.options)
    try:
        fault, dull = (float(options.pop(name, inf)) for name in ("fault", "dull"))
        store = _store(clock, **options)
        return Story(store, clock, store.origin + fault, store.origin + dull)
    except (TypeError, ValueError):
        expected = "seed (whole), hour, hours, begins, fault and dull (numbers)"
        raise DriverMisconfigured("bad_option", f"sim: takes {expected}") from None


@cache
def _store(clock: BoxClock, seed: str = "1", hour: str = "10", hours: str = "12", begins: str = "") -> Store:
    now = clock.now()
    origin = now + (float(begins) - clock.wall(now).epoch) if begins else clock.origin
    return Store(seed=int(seed), origin=origin, hour=float(hour), hours=float(hours))
