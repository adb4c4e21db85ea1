"""What a shop window does."""

from dataclasses import dataclass

from events.base import Event, Name, histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount(Event):
    """Persons outside, each counted once: all `passers`; of them those who `stopped`, `entered`, and did both.

    Capture rate = entered / passers; stopping power = stopped / passers, and those who ignore it are the rest of 1;
    window conversion = entered_stopped / stopped. `dwell` are those who were before it for a second or more by their
    longest stay (bounds in birth): null while fewer than the floor were, and then carried into the next window.
    """

    window: Name
    passers: int = 0
    stopped: int = 0
    entered: int = 0
    entered_stopped: int = 0
    dwell: tuple[int, ...] | None = histogram(8)
