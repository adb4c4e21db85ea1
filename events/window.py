"""What a shop window does."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount(Event):
    """Persons outside, each counted once: all `passers`; of them those who `stopped`, `entered`, and did both.

    Capture rate = entered / passers; stopping power = stopped / passers; window conversion = entered_stopped / stopped;
    ignored = passers - stopped - entered + entered_stopped.
    """

    window: Name
    passers: int = 0
    stopped: int = 0
    entered: int = 0
    entered_stopped: int = 0
