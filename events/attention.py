"""Who looked at what."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionCount(Event):
    """One display or shelf sector: `passers` before it for a second or more, `lookers` whose heads faced it for half a
    second or more, and the `seconds` that heads faced it, all persons together. Attention = lookers / passers.
    `first_look` is the mean time (s) from being before it to first facing it, of the lookers; too few are carried on.
    """

    target: Name
    passers: int = 0
    lookers: int = 0
    seconds: float = 0.0
    first_look: float | None = None
