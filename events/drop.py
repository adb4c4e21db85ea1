"""What will never arrive, and why: the box says itself which numbers are missing."""

from dataclasses import dataclass
from enum import StrEnum

from events.base import Code, Event


class DropReason(StrEnum):
    """Why a message was given up."""

    FULL = "full"
    EXPIRED = "expired"
    REFUSED = "refused"
    POISONED = "poisoned"
    TOO_LARGE = "too_large"
    CORRUPT = "corrupt"
    UNSTORED = "unstored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Event):
    """`count` messages of a topic, all of `store` and numbered `first` to `last`, were given up.

    Of a store that was set aside as corrupt neither `first` nor `last` is known, and `count` is an estimate. What is
    `unstored` never had a number: the disk refused it until RAM had no room left, so it leaves no hole in `seq`.
    """

    topic: Code
    lost_store: Code
    reason: DropReason
    count: int
    first: int | None = None
    last: int | None = None
