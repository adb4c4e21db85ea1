"""How many phones are near one Bluetooth radio: a count of radios now, never of visitors, and nothing is ever linked.

A phone changes its address every quarter of an hour or so. Here an address counts for as long as it is heard, so
the old and the new one follow each other and hardly ever count together; adding up addresses would count the same
phone again with every change.
"""

from dataclasses import dataclass

from observations import DeviceSighting, Tally, Value

SMOOTHING = 0.3
"""The weight of the newest signal strength in the smoothed one that the gate judges."""

MIN_HEARD = 2
"""Adverts by which a device counts: one alone is a passer-by, or a packet that another garbled."""

MOST_ALIVE = 4096
MOST_INTERVALS = 20_000
"""Bounds of memory. A shop that exceeds them is being flooded, and says so."""


@dataclass(slots=True, eq=False)
class _Device:
    level: float
    last: float
    inside: bool
    since: float
    heard: int


class Devices:
    """The `devices` of a report: one radio, fed with its device sightings.

    A device is inside from a smoothed signal of `enter_dbm` until one below `leave_dbm`, and alive until it was not
    heard for `alive_s` seconds. `occupancy` is the device-seconds inside per second of the window, with pauses up to
    `alive_s` bridged; `min_devices` the fewest devices that can have sent what was heard, if each of them uses one
    address at a time: the most intervals that ever overlapped; `heard` the adverts of devices inside.
    """

    def __init__(self, name: str, *, enter_dbm: int = -75, leave_dbm: int = -82, alive_s: float = 12.0) -> None:
        if leave_dbm > enter_dbm:
            raise ValueError(
                "a device leaves at a weaker signal than it enters at: leave_dbm must not exceed enter_dbm"
            )
        self._name = name
        self._enter_dbm, self._leave_dbm, self._alive_s = enter_dbm, leave_dbm, alive_s
        self._devices: dict[int, _Device] = {}
        self._intervals: list[tuple[float, float]] = []
        self._seconds = 0.0
        self._heard = 0
        self._flooded = False

    def feed(self, at: float, seen: DeviceSighting) -> None:
        """One advert of a phone-like device."""
        self._expire(at)
        # Taken out and put back: the dictionary stays in the order of `last`.
        device = self._devices.pop(seen.token, None)
        if device is None:
            device = _Device(seen.rssi_dbm, at, False, at, 0)
            self._make_room()
        else:
            device.level += SMOOTHING * (seen.rssi_dbm - device.level)
        self._devices[seen.token] = device
        if device.inside:
            self._seconds += max(0.0, at - device.last)
        self._judge(at, device)
        device.last = max(at, device.last)

    def inside(self, at: float) -> int:
        """Devices inside and alive at this moment."""
        return sum(
            one.inside and one.heard >= MIN_HEARD and at - one.last <= self._alive_s for one in self._devices.values()
        )

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window so far."""
        alive = [(one.since, one.last) for one in self._devices.values() if _counts(one)]
        lowest = _most_overlapping([*self._intervals, *alive], start)
        occupancy = self._seconds / (end - start) if end > start else 0.0
        values: dict[str, Value] = {
            "name": self._name,
            "occupancy": None if self._flooded else occupancy,
            "min_devices": None if self._flooded else lowest,
            "heard": self._heard,
        }
        return [Tally("devices", start, end, values, lowest, "overloaded" if self._flooded else None)]

    def restart(self, at: float) -> None:
        """Begin the next window; who is inside stays inside."""
        self._expire(at)
        self._intervals.clear()
        self._seconds, self._heard, self._flooded = 0.0, 0, False

    def _judge(self, at: float, device: _Device) -> None:
        if device.inside and device.level < self._leave_dbm:
            self._end(device)
        elif not device.inside and device.level >= self._enter_dbm:
            device.inside, device.since, device.heard = True, at, 0
        if device.inside:
            device.heard += 1
            self._heard += 1

    def _expire(self, at: float) -> None:
        while self._devices:
            token = next(iter(self._devices))
            if at - self._devices[token].last <= self._alive_s:
                return
            self._end(self._devices.pop(token))

    def _end(self, device: _Device) -> None:
        if _counts(device):
            if len(self._intervals) >= MOST_INTERVALS:
                self._flooded = True
            else:
                self._intervals.append((device.since, device.last))
        device.inside = False

    def _make_room(self) -> None:
        if len(self._devices) >= MOST_ALIVE:
            self._flooded = True
            self._end(self._devices.pop(next(iter(self._devices))))


def _counts(device: _Device) -> bool:
    return device.inside and device.heard >= MIN_HEARD


def _most_overlapping(intervals: list[tuple[float, float]], start: float) -> int:
    """The greatest number of intervals that share a moment at or after `start`; one that ends as another begins
    does not overlap it."""
    steps = sorted(step for since, last in intervals if last >= start for step in ((max(since, start), 1), (last, -1)))
    depth = most = 0
    for _, step in steps:
        depth += step
        most = max(most, depth)
    return most
