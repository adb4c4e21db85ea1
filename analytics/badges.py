"""Where the shop's badges are and whether somebody wears them: by signal strength, per zone, forgotten after minutes.

A badge in a drawer is heard as well as one on a shirt; what tells them apart is that a worn one moves.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from observations import BadgeSighting

SMOOTHING = 0.3
MOTION_BLOCK_S = 10.0
"""Signal strengths are judged by the median of this long: single adverts fade by more than a step to the side."""

MOTION_BLOCKS = 30
MOST_BADGES = 256
MOST_VISITS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeZone:
    """A place near one radio: a badge is in it from `enter_dbm` until `leave_dbm`, or unheard for `linger_s`."""

    name: str
    sensor: str
    enter_dbm: int = -65
    leave_dbm: int = -72
    linger_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay of one badge in a zone."""

    start: float
    end: float


@dataclass(slots=True, eq=False)
class _Signal:
    level: float
    block_from: float
    block: list[int] = field(default_factory=list)
    medians: deque[float] = field(default_factory=lambda: deque(maxlen=MOTION_BLOCKS))


@dataclass(slots=True, eq=False)
class _Badge:
    role: str
    last: float
    moved: float = float("-inf")
    signals: dict[str, _Signal] = field(default_factory=dict)
    zones: dict[str, Visit] = field(default_factory=dict)


class Badges:
    """All badges of the shop, fed with every radio's badge sightings.

    A badge is on duty while it was heard within `absent_s` and has moved within `still_s`: the medians of its signal
    at one radio, over ten seconds each, span `motion_db` within five minutes (without the outer tenths).
    """

    def __init__(
        self,
        zones: Sequence[BadgeZone] = (),
        *,
        absent_s: float = 60.0,
        still_s: float = 900.0,
        motion_db: float = 6.0,
    ) -> None:
        self.zones = {zone.name: zone for zone in zones}
        self.visits: dict[str, deque[Visit]] = {zone.name: deque(maxlen=MOST_VISITS) for zone in zones}
        self._absent_s, self._still_s, self._motion_db = absent_s, still_s, motion_db
        self._badges: dict[int, _Badge] = {}

    def feed(self, at: float, seen: BadgeSighting) -> None:
        """One advert of one badge."""
        self.expire(at)
        badge = self._badges.get(seen.token)
        if badge is None:
            if len(self._badges) >= MOST_BADGES:
                return
            badge = self._badges[seen.token] = _Badge(seen.role, at)
        badge.last = at
        signal = badge.signals.get(seen.sensor)
        if signal is None:
            signal = badge.signals[seen.sensor] = _Signal(seen.rssi_dbm, at)
        signal.level += SMOOTHING * (seen.rssi_dbm - signal.level)
        self._move(at, badge, signal, seen.rssi_dbm)
        for zone in self.zones.values():
            if zone.sensor == seen.sensor:
                self._place(at, badge, zone, signal.level)

    def on_duty(self, at: float) -> list[str]:
        """The roles of those on duty, once for each."""
        return [badge.role for badge in self._badges.values() if self._works(at, badge)]

    def present(self, at: float, zone: str) -> int:
        """How many on duty are in a zone."""
        linger_s = self.zones[zone].linger_s
        return sum(
            zone in badge.zones and at - badge.zones[zone].end <= linger_s and self._works(at, badge)
            for badge in self._badges.values()
        )

    def arrived(self, zone: str, start: float, end: float) -> int:
        """How many badges came into a zone between two times."""
        began = [visit.start for visit in self.visits[zone]]
        began += [badge.zones[zone].start for badge in self._badges.values() if zone in badge.zones]
        return sum(start <= one <= end for one in began)

    def expire(self, at: float) -> None:
        """End the visits of badges that are not heard any more, and forget those gone for as long as a drawer takes."""
        for token, badge in list(self._badges.items()):
            for name, visit in list(badge.zones.items()):
                if at - visit.end > self.zones[name].linger_s:
                    self._leave(badge, name)
            if at - badge.last > max(self._still_s, self._absent_s):
                del self._badges[token]

    def _works(self, at: float, badge: _Badge) -> bool:
        return at - badge.last <= self._absent_s and at - badge.moved <= self._still_s

    def _move(self, at: float, badge: _Badge, signal: _Signal, rssi_dbm: int) -> None:
        if at - signal.block_from >= MOTION_BLOCK_S and signal.block:
            signal.medians.append(median(signal.block))
            signal.block, signal.block_from = [], at
            # A tenth at either end is left out: the median of a few fading adverts strays now and then.
            ranked = sorted(signal.medians)
            if ranked[-1 - len(ranked) // 10] - ranked[len(ranked) // 10] >= self._motion_db:
                badge.moved = at
        if len(signal.block) < MOST_VISITS:
            signal.block.append(rssi_dbm)

    def _place(self, at: float, badge: _Badge, zone: BadgeZone, level: float) -> None:
        visit = badge.zones.get(zone.name)
        if visit is None:
            if level >= zone.enter_dbm:
                badge.zones[zone.name] = Visit(at, at)
        elif level < zone.leave_dbm:
            self._leave(badge, zone.name)
        else:
            badge.zones[zone.name] = Visit(visit.start, at)

    def _leave(self, badge: _Badge, zone: str) -> None:
        self.visits[zone].append(badge.zones.pop(zone))
