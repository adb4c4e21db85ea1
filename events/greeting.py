"""Whether who comes in is met by staff."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingCount(Event):
    """Customers of one entrance who were judged in the window: met by staff in time, not met, and out of view before
    either. `first_contact` is the mean time (s) from coming in to being met; too few are carried on.
    """

    entrance: Name
    met: int = 0
    unmet: int = 0
    lost: int = 0
    first_contact: float | None = None
