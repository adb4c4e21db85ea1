"""Footfall over a line: which crossings count, when, and as what. Who crosses, and where, is `analytics.crossing`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from analytics.alarm import Incident
from analytics.crossing import Crossing, Crossings, Drawn, Way, reference
from analytics.geometry import Point, Polygon, distance
from analytics.stature import Stature
from analytics.view import InView, View
from observations import Percept, Tally, Track, Value


class Mode(StrEnum):
    """When a crossing counts: at once, or when the person has left or stayed beyond for `defer` seconds."""

    IMMEDIATE = "immediate"
    DEFERRED = "deferred"


class Uturns(StrEnum):
    """What becomes of who crosses and comes back while the count is still deferred."""

    COUNTED = "counted"
    IGNORED = "ignored"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Drawn):
    """A counting line; zones in relative picture coordinates, times in seconds.

    `start` and `end` make counting conditional: who goes in must have been in `start` and counts on reaching `end`,
    who goes out the other way round. `one_way` names the permitted way: the other is still counted, and reported as
    wrong. `reentry` is the time within which a person who stayed in view and comes in again is a re-entry,
    `group_gap` that within which persons coming in side by side are one group, `tailgate` that within which a second
    person going the same way goes through the same opening; 0 leaves each of them out. With a `stature` those shorter
    than `child_below` metres are children.
    """

    name: str
    mode: Mode = Mode.IMMEDIATE
    defer: float = 5.0
    uturns: Uturns = Uturns.COUNTED
    one_way: Way | None = None
    start: tuple[Point, ...] = ()
    end: tuple[Point, ...] = ()
    reentry: float = 0.0
    group_gap: float = 0.0
    tailgate: float = 0.0
    stature: Stature | None = None
    child_below: float = 1.30

    def __post_init__(self) -> None:
        Drawn.__post_init__(self)
        for zone in (self.start, self.end):
            if zone:
                Polygon(zone)
        if self.uturns is not Uturns.COUNTED and self.mode is not Mode.DEFERRED:
            raise ValueError("u-turns can be told apart only when counting is deferred")


@dataclass(slots=True)
class _Visitor:
    """One person: the sides (by the way that leads there) visited, and the crossings that wait for something."""

    visited: set[Way] = field(default_factory=set)
    awaiting: Crossing | None = None
    pending: Crossing | None = None
    came_in: float | None = None
    metres: float = 0.0
    measured: int = 0


class LineCounter:
    """The `lines` of a report: one line, fed with the steady percepts of its camera (analytics.camera).

    `day_in` and `day_out` are the totals of the local day so far, from a checkpoint; `begin_day` zeroes them. Whoever
    needs to know of each crossing, such as the occupancy of what lies behind the line, puts a call into `heard`.
    """

    def __init__(self, line: Line, day_in: int = 0, day_out: int = 0) -> None:
        self.line = line
        self.heard: list[Callable[[Crossing], None]] = []
        self._day = {Way.IN: day_in, Way.OUT: day_out}
        self._crossings = Crossings(line)
        self._zones = {way: Polygon(zone) for way, zone in ((Way.OUT, line.start), (Way.IN, line.end)) if zone}
        self._visitors: dict[int, _Visitor] = {}
        self._entered: list[Crossing] = []
        self._before: Crossing | None = None
        self._against = Incident("wrong_way", line.name)
        self._tailgating = Incident("tailgating", line.name)
        self._zero()

    def _zero(self) -> None:
        self._count = {Way.IN: 0, Way.OUT: 0}
        self._uturns = 0
        self._reentries = 0
        self._groups = 0
        self._children = 0
        self._wrong_way = 0

    def begin_day(self, at: float) -> None:
        """The local day begins: its totals start at zero."""
        self._day = {Way.IN: 0, Way.OUT: 0}

    def resume(self, day_in: int, day_out: int) -> None:
        """Take over the day's totals from a checkpoint of the same day."""
        self._day = {Way.IN: day_in, Way.OUT: day_out}

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the line's camera."""
        for track in seen.tracks:
            self._visit(self._visitors.setdefault(track.number, _Visitor()), track)
        for crossing in self._crossings.feed(at, seen):
            self._crossed(self._visitors[crossing.number], crossing)
        for track in seen.tracks:
            self._wait(at, self._visitors[track.number], track)
        for number in seen.ended:
            visitor = self._visitors.pop(number, None)
            if visitor is not None:
                self._count_pending(visitor)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The line's counts since the last restart."""
        line = self.line
        values: dict[str, Value] = {
            "line": line.name,
            "in_": self._count[Way.IN],
            "out": self._count[Way.OUT],
            "day_in": self._day[Way.IN],
            "day_out": self._day[Way.OUT],
            "uturns": self._uturns if line.uturns is Uturns.SEPARATE else None,
            "reentries": self._reentries if line.reentry else None,
            "groups": self._groups if line.group_gap else None,
            "children": self._children if line.stature else None,
            "wrong_way": self._wrong_way if line.one_way else None,
        }
        return [Tally("lines", start, end, values, support=sum(self._count.values()))]

    def restart(self, at: float) -> None:
        """Begin the next window; who is on the way over the line stays on it."""
        self._zero()

    def alarms(self, at: float) -> list[Tally]:
        """Somebody against a one-way line; two through one opening."""
        return self._against.judge(at) + self._tailgating.judge(at)

    def _visit(self, visitor: _Visitor, track: Track) -> None:
        for way, zone in self._zones.items():
            if zone.contains(reference(track.box, self.line.reference)):
                visitor.visited.add(way)
        metres = self.line.stature.metres_of(track.box) if self.line.stature else None
        if metres is not None:
            visitor.metres += metres
            visitor.measured += 1

    def _crossed(self, visitor: _Visitor, crossing: Crossing) -> None:
        """A certain crossing; conditional counting asks where the person came from and waits until it arrives."""
        visitor.awaiting = None
        origin = Way.OUT if crossing.way is Way.IN else Way.IN
        if origin in self._zones and origin not in visitor.visited:
            return
        visitor.visited.discard(origin)
        if crossing.way in self._zones:
            visitor.awaiting = crossing
        else:
            self._passed(visitor, crossing)

    def _wait(self, at: float, visitor: _Visitor, track: Track) -> None:
        """What waits for the person to arrive, or to stay, may have come about."""
        crossing = visitor.awaiting
        if crossing is not None and self._zones[crossing.way].contains(reference(track.box, self.line.reference)):
            visitor.awaiting = None
            self._passed(visitor, crossing)
        if visitor.pending is not None and at - visitor.pending.at >= self.line.defer:
            self._count_pending(visitor)

    def _passed(self, visitor: _Visitor, crossing: Crossing) -> None:
        """A crossing that fulfils its conditions; when counting is deferred it may still be turned back."""
        if self.line.mode is Mode.IMMEDIATE:
            self._book(visitor, crossing)
            return
        first = visitor.pending
        if first is None or first.way is crossing.way:
            self._count_pending(visitor)
            visitor.pending = crossing
            return
        visitor.pending = None
        self._uturns += 1
        if self.line.uturns is Uturns.COUNTED:
            self._book(visitor, first)
            self._book(visitor, crossing)

    def _count_pending(self, visitor: _Visitor) -> None:
        if visitor.pending is not None:
            crossing, visitor.pending = visitor.pending, None
            self._book(visitor, crossing)

    def _book(self, visitor: _Visitor, crossing: Crossing) -> None:
        self._count[crossing.way] += 1
        self._day[crossing.way] += 1
        if crossing.way is Way.IN:
            self._groups += self._opens_group(crossing)
            self._children += visitor.measured > 0 and visitor.metres < self.line.child_below * visitor.measured
            if visitor.came_in is not None and crossing.at - visitor.came_in <= self.line.reentry:
                self._reentries += 1
            visitor.came_in = crossing.at
        if self.line.one_way not in (None, crossing.way):
            self._wrong_way += 1
            self._against.happened(crossing.at)
        if self._follows_closely(crossing):
            self._tailgating.happened(crossing.at)
        for hear in self.heard:
            hear(crossing)

    def _follows_closely(self, crossing: Crossing) -> bool:
        """Whether this is the second through one opening of the door."""
        before, self._before = self._before, crossing
        if not self.line.tailgate or before is None or before.number == crossing.number:
            return False
        return before.way is crossing.way and abs(crossing.at - before.at) <= self.line.tailgate

    def _opens_group(self, crossing: Crossing) -> bool:
        """Whether nobody came in with this person: within the gap and 1.5 body heights."""
        gap = self.line.group_gap
        if not gap:
            return False
        self._entered = [other for other in self._entered if other.at >= crossing.at - gap - self.line.defer - 60]
        alone = not any(
            abs(other.at - crossing.at) <= gap
            and distance(other.where, crossing.where) <= 1.5 * max(other.height, crossing.height)
            for other in self._entered
        )
        self._entered.append(crossing)
        return alone


@InView
def lines(view: View) -> Iterator[LineCounter]:
    """Every line's."""
    return map(LineCounter, view.drawings(Line))
