"""Where each document goes: passerby/1/{site}/{box}/{topic}; refuses names that would not stay one level of a topic."""

from dataclasses import dataclass
from enum import StrEnum

from events import (
    Action,
    Alert,
    Birth,
    Certificate,
    Desired,
    Drop,
    Event,
    Health,
    Heatmap,
    Live,
    Reply,
    Report,
    Reported,
    State,
)

ROOT = "passerby/1"


class Topic(StrEnum):
    """What a box says, and where it listens."""

    REPORT = "report"
    ALERT = "alert"
    HEATMAP = "heatmap"
    CERTIFICATE = "certificate"
    DROP = "drop"
    LIVE = "live"
    STATE = "state"
    BIRTH = "birth"
    HEALTH = "health"
    DESIRED = "desired"
    REPORTED = "reported"
    ACTION = "action"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Said:
    """How a document that the box says is published. What is `durable` goes through the outbox."""

    event: type[Event]
    qos: int
    retain: bool
    durable: bool


SAID: dict[Topic, Said] = {
    Topic.REPORT: Said(Report, 1, retain=False, durable=True),
    Topic.ALERT: Said(Alert, 1, retain=False, durable=True),
    Topic.HEATMAP: Said(Heatmap, 1, retain=False, durable=True),
    Topic.CERTIFICATE: Said(Certificate, 1, retain=False, durable=True),
    Topic.DROP: Said(Drop, 1, retain=False, durable=True),
    Topic.LIVE: Said(Live, 0, retain=True, durable=False),
    Topic.STATE: Said(State, 1, retain=True, durable=False),
    Topic.BIRTH: Said(Birth, 1, retain=True, durable=False),
    Topic.HEALTH: Said(Health, 0, retain=False, durable=False),
    Topic.REPORTED: Said(Reported, 1, retain=True, durable=False),
    Topic.REPLY: Said(Reply, 1, retain=False, durable=False),
}

HEARD: dict[Topic, Said] = {
    Topic.DESIRED: Said(Desired, 1, retain=True, durable=False),
    Topic.ACTION: Said(Action, 1, retain=False, durable=False),
}
"""What a backend says to a box."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one box. Raises ValueError when site or box is not one plain level."""

    site: str
    box: str

    def __post_init__(self) -> None:
        for level in (self.site, self.box):
            if not level or len(level) > 64 or any(c in "/+#$" or not c.isprintable() for c in level):
                raise ValueError(f"{level!r} cannot be a level of a topic: 1 to 64 characters without / + # $")

    def of(self, topic: Topic) -> str:
        """The full name of a topic."""
        return f"{ROOT}/{self.site}/{self.box}/{topic}"


def topic_of(name: str) -> Topic | None:
    """Which topic a full name is, or None when no box of this version uses it."""
    levels = name.split("/")
    if len(levels) != 5 or "/".join(levels[:2]) != ROOT or levels[4] not in list(Topic):
        return None
    return Topic(levels[4])
