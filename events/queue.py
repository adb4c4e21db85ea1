"""What happened in a queue."""

from dataclasses import dataclass

from events.base import Event, Name, Reason, histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount(Event):
    """One queue in one window; times in seconds.

    `joined` = `served` + `abandoned` + `lost` + those still waiting, over time; `lost` went out of sight in the middle
    of the queue. `person_seconds` over the window's seen seconds is the mean length. `open_seconds` are counters times
    seconds staffed, null where no staff area is drawn. Waits end with the beginning of the service: median, 90 % and
    bins (bounds in birth) are null while fewer than the floor have ended and are then carried into the next window;
    `service_mean` likewise. `predicted_wait` is for who joins at the window's end, null without recent service.
    `reason` is `inconsistent` while Little's law does not hold over the last 15 minutes.
    """

    queue: Name
    joined: int = 0
    served: int = 0
    abandoned: int = 0
    lost: int = 0
    length_max: int = 0
    person_seconds: float = 0.0
    open_seconds: float | None = None
    wait_median: float | None = None
    wait_p90: float | None = None
    waits: tuple[int, ...] | None = histogram(7)
    service_mean: float | None = None
    predicted_wait: float | None = None
    reason: Reason | None = None
