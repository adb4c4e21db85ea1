"""How many came back."""

from dataclasses import dataclass

from events.base import Event, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturningCount(Event):
    """The share (0..1) of the day's devices with fixed addresses that were here on an earlier day of the week.

    A sample: phones that change their address are not in it. `share_low`..`share_high` is the interval of 95 %. All
    three are null with `reason` when fewer than the floor came, or came back.
    """

    share: float | None
    share_low: float | None
    share_high: float | None
    reason: Reason | None = None
