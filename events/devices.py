"""Bluetooth devices near a radio."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCount(Event):
    """Phone-like Bluetooth devices above the signal gate of one radio in one window: devices, not persons.

    `occupancy` is their mean number (device-seconds over seconds of the window), `min_devices` the fewest devices
    that can have sent what was heard, `heard` how many adverts that rests on. A radio that is
    flooded with invented addresses knows neither, which `reason` then says.
    """

    name: Name
    occupancy: float | None
    min_devices: int | None
    heard: int
    reason: Reason | None = None
