"""What waits in the outbox, how dear it is, and what the outbox says about itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum


class Keep(IntEnum):
    """How dear a message is: the dearest is sent first, and the oldest of the least dear is given up first."""

    DETAIL = 0
    COUNT = 1
    ALERT = 2
    RECORD = 3


@dataclass(frozen=True, slots=True)
class Put:
    """A message to be stored. `encode(store, seq)` is called once, in the writer's thread, when it is committed.

    `topic` is the last level of its topic and names its stream; `expires` is epoch seconds, None for never.
    """

    topic: str
    encode: Callable[[str, int], bytes]
    keep: Keep = Keep.COUNT
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A committed message: `id` is the outbox's own handle, (store, seq) its identity, `payload` its frozen bytes."""

    id: int
    topic: str
    store: str
    seq: int
    payload: bytes
    expires: float | None

    @property
    def keep(self) -> Keep:
        """How dear the message is."""
        return keep_of(self.id)


@dataclass(frozen=True, slots=True)
class Stream:
    """The numbering of one topic: `seq` is the last number given in `store`."""

    topic: str
    store: str
    seq: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that no broker takes, kept for a person to look at."""

    topic: str
    store: str
    seq: int
    reason: str
    at: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Stats:
    """The outbox now. Rows and bytes wait; `oldest` is the age in seconds of the oldest, None without a clock, and
    `ages` that of each dearness of which something waits.

    `dropped` and `dead` count messages, `quarantined` stores that were set aside, all since the store was first made;
    `given_up` are the dropped by dearness and reason; `written` are bytes that this process's writer caused to be
    written; `squeezed` says that others have filled the disk, `refusing` that the last commit was refused; `stalled`
    is how long (s) the writer has been in one call to it.
    """

    rows: int = 0
    bytes: int = 0
    quota: int = 0
    by_keep: dict[str, int] = field(default_factory=dict)
    oldest: float | None = None
    ages: dict[str, float] = field(default_factory=dict)
    dropped: int = 0
    given_up: dict[str, dict[str, int]] = field(default_factory=dict)
    dead: int = 0
    quarantined: int = 0
    written: int = 0
    squeezed: bool = False
    refusing: bool = False
    stalled: float = 0.0


class OutboxStalled(Exception):
    """The disk has not answered within the deadline; the message may still be stored, so it must not be put again."""


class OutboxUnavailable(Exception):
    """The disk refuses: nothing was stored."""


SPAN = 1 << 56


def first_id(keep: Keep) -> int:
    """Ids are ordered by dearness and then by age, so that every question is a range of the primary key."""
    return keep * SPAN + 1


def keep_of(row: int) -> Keep:
    """The dearness that an id carries."""
    return Keep(row // SPAN)
