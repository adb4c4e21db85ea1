"""What one sensor does, since when, why not, and how much of the open window it really saw."""

from bisect import bisect_left
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from weakref import finalize

from events import Name, Quality, Reason, Sensor

GAP = 2.0
"""Seconds without a sign of life after which a sensor is no longer thought to be seeing."""


BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class Stage(StrEnum):
    """Where a sensor is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    UNAVAILABLE = "unavailable"
    MISCONFIGURED = "misconfigured"
    ENDED = "ended"


@dataclass(slots=True)
class Spent:
    """How long perception took for each picture, as a histogram: `counts[i]` took at most `BOUNDS[i]` seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """One picture more."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class Vitals:
    """One sensor. All times are clock seconds; `seen` are the seconds of the open window that it really covered,
    `source` the way of sensing that was chosen, for sensors that have several, `wiped` the pictures whose memory was
    let go after their turn, `before` what it had taken in when its stage began."""

    sensor: Sensor
    name: str
    device: str
    stage: Stage = Stage.STARTING
    code: str | None = None
    text: str | None = None
    since: float = 0.0
    before: int = 0
    progress: float | None = None
    seen: float = 0.0
    blind: Reason | None = Reason.STARTED
    view: str = ""
    restarts: int = 0
    source: str | None = None
    wiped: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)

    def enter(self, stage: Stage, at: float, code: str | None = None, text: str | None = None) -> None:
        """Note a change of stage; a stage that lasts keeps its beginning."""
        if stage != self.stage or code != self.code:
            self.since, self.before = at, self.taken
        self.stage, self.code, self.text = stage, code, text
        if stage in (Stage.UNAVAILABLE, Stage.MISCONFIGURED):
            self.blind, self.progress, self.view = Reason.SENSOR_FAILED, None, ""
        elif stage is Stage.ENDED:
            self.blind, self.progress = Reason.STOPPED, None

    @property
    def taken(self) -> int:
        """Pictures or reads since the daemon's start."""
        return self.counts.get("frames", self.counts.get("reads", 0))

    def rate(self, at: float) -> float | None:
        """Of these, how many a second since the sensor runs; None while it does not."""
        lasted = at - self.since
        return round((self.taken - self.before) / lasted, 1) if self.stage is Stage.RUNNING and lasted > 0 else None

    def impaired(self, code: str | None, text: str | None) -> None:
        """Note that it runs with a part of itself missing, or with all of it (None)."""
        self.code, self.text = code, text

    def live(self, at: float, view: str = "", gap: float = GAP) -> None:
        """Note a sign of life at `at`; `view` says why what was seen then is of no use, or is empty."""
        if self.progress is not None and not view:
            self.seen += min(max(0.0, at - self.progress), gap)
        self.view = view
        if view:
            self.blind = Reason(view)
        self.progress = at

    def count(self, what: str, number: int = 1) -> None:
        """Add to one of the sensor's counters."""
        self.counts[what] = self.counts.get(what, 0) + number

    def mourn(self, picture: object) -> None:
        """Count `picture` among the wiped when its memory is let go: not when somebody says so, when nobody has it."""
        finalize(picture, self._wipe).atexit = False

    def _wipe(self) -> None:
        self.wiped += 1

    def quality(self, seconds: float, end: float = inf) -> Quality:
        """The share of a window of `seconds` that was seen until `end`, and why not more."""
        seen = self.seen - self._beyond(end)
        share = round(min(1.0, seen / seconds), 2) if seconds > 0 else 0.0
        reason = None if share == 1.0 else self.blind or Reason.NOT_SEEN
        return Quality(sensor=self.sensor, name=Name(self.name), seen=share, reason=reason)

    def turn(self, end: float) -> None:
        """Begin the next window at `end`: what blinded the sensor before is forgotten when it sees again."""
        self.seen = self._beyond(end)
        if self.stage is Stage.RUNNING:
            self.blind = None

    def _beyond(self, end: float) -> float:
        """Of the seconds seen, those after `end`."""
        return 0.0 if self.progress is None else min(self.seen, max(0.0, self.progress - end))
