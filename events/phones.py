"""What WiFi heard of phones."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCount(Event):
    """Devices that looked for WiFi near one radio in one window; devices are not persons, and identical ones merge.

    `devices` is the estimate of distinct devices with its interval `devices_low`..`devices_high`, of which `near`,
    `inside` and `far` by their loudest signal; or, by time, `dwellers`, heard over at least a minute, and `passers`.
    `persons` (`persons_low`..`persons_high`) is what the site's calibration makes of it, null with `reason` while
    there is none. `heard` is how many probe requests it rests on.
    """

    name: Name
    devices: int | None
    devices_low: int | None
    devices_high: int | None
    near: int | None
    inside: int | None
    far: int | None
    passers: int | None
    dwellers: int | None
    persons: float | None
    persons_low: float | None
    persons_high: float | None
    heard: int
    reason: Reason | None = None
