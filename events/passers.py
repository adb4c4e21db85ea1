"""Who passed a shop, in a picture and beyond it."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PasserCount(Event):
    """Passers near one radio in one window: `seen` by a camera (null where it did not see), the others by radio.

    `outside` (`outside_low`..`outside_high`, nineteen windows in twenty) are persons who passed out of the picture,
    estimated; null with `reason` while the camera has not taught the radio, or where that did not hear.
    """

    name: Name
    seen: int | None = None
    outside: float | None = None
    outside_low: float | None = None
    outside_high: float | None = None
    reason: Reason | None = None
