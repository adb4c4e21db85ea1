"""What hands did at a shelf, as a camera sees it."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsCount(Event):
    """One shelf in one window: `passers` before it for a second or more, those of them who `reached` into it, and the
    reaches of all of them, `touched`. Of these, hands that came out lifted and went in hanging `picked` something, the
    others `put_back`; `unclear` are those whose before or after was not seen.
    """

    shelf: Name
    passers: int = 0
    reached: int = 0
    touched: int = 0
    picked: int = 0
    put_back: int = 0
    unclear: int = 0
