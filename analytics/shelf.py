"""The shelves of one reader: by SKU and antenna what lies there, is picked, put back, misplaced or runs out."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.alarm import Alarm
from analytics.attendance import Attendance
from analytics.evidence import RULES, Changes, Evidence, Rules
from analytics.planogram import Place, Planogram
from observations import GoodsSighting, Tally, Value

FORGOTTEN_S = 86_400.0
"""An item that has been gone for a day is forgotten."""

MOST_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """When goods elsewhere are misplaced, and when an empty place is worth an alarm (seconds).

    A stock is shadowed where it is wrong with a chance of more than `doubt`, or not read in the last `late_s`.
    """

    misplaced_s: float = 120.0
    empty_s: float = 300.0
    settling_s: float = 30.0
    late_s: float = 10.0
    doubt: float = 0.03


LIMITS = Limits()


@dataclass(slots=True)
class _Counts:
    """One SKU before one antenna in one window."""

    picked: int = 0
    put_back: int = 0
    touched: int = 0
    empty_s: float = 0.0
    shadowed_s: float = 0.0


@dataclass(slots=True)
class _Bay:
    """What lies before one antenna, its SKUs in the order of the shelf."""

    shelf: str
    skus: tuple[str, ...]
    evidence: Evidence
    alarms: list[Alarm]
    counts: list[_Counts]
    stock: list[int]
    ranks: dict[str, int] = field(init=False)
    began: float | None = None
    heard_at: float = -math.inf
    strength: bool = False
    told: list[int | None] = field(init=False)

    def __post_init__(self) -> None:
        self.ranks = {sku: rank for rank, sku in enumerate(self.skus)}
        self.told = [None] * len(self.skus)


@dataclass(slots=True)
class _Stray:
    """An item heard before an antenna where it does not belong."""

    antenna: int
    sku: str
    since: float
    heard_at: float
    reads: int = 1


class Shelves:
    """The `shelves` of a report, fed with the goods sightings of one reader.

    Nothing is concluded of an antenna that is not heard: its stock is then null. The first `settling_s` of a run only
    learn what is there. `watched` are the zones before shelves that a camera sees, by the shelf's name: where nobody
    is, nobody hides goods; where somebody is, no stock is certain, for what he did a second ago was not read yet.
    """

    def __init__(
        self,
        reader: str,
        plan: Planogram,
        rules: Rules = RULES,
        limits: Limits = LIMITS,
        watched: Mapping[str, Attendance] | None = None,
    ) -> None:
        self._limits = limits
        self._watched = watched or {}
        antennas = dict.fromkeys(place.antenna for place in plan.places if place.reader in ("", reader))
        self._bays = {antenna: _bay(plan.before(reader, antenna), rules, limits) for antenna in antennas}
        self._strays: dict[int, _Stray] = {}
        self._picked: set[int] = set()
        self._due: list[Tally] = []
        self._since = -math.inf

    def feed(self, at: float, seen: GoodsSighting) -> None:
        """One inventory of one antenna."""
        bay = self._bays.get(seen.antenna)
        own = bay.ranks if bay is not None else {}
        heard = {}
        for read in seen.goods:
            rank = own.get(read.sku)
            if rank is None:
                self._stray(at, seen.antenna, read.item, read.sku)
            else:
                heard[read.item] = rank, math.nan if read.rssi_db is None else read.rssi_db
        if bay is None:
            return
        bay.began = at if bay.began is None else bay.began
        bay.heard_at = at
        bay.strength = bay.strength or any(not math.isnan(db) for _, db in heard.values())
        if len(bay.evidence) > MOST_ITEMS:
            heard = {item: told for item, told in heard.items() if bay.evidence.known(item)}
        watch = self._watched.get(bay.shelf)
        changes = bay.evidence.epoch(at, heard, deserted=watch is not None and watch.deserted(at))
        self._book(at, bay, changes)
        self._lapse(bay, seen.seconds)
        self._due += [alarm for rank, one in enumerate(bay.alarms) for alarm in self._judge(at, bay, rank, one)]

    def tallies(self, start: float, end: float) -> list[Tally]:
        """A row for each SKU of which there is something to say."""
        rows = []
        misplaced = self._misplaced(end)
        for bay in self._bays.values():
            doubts = bay.evidence.doubts(len(bay.skus))
            for rank, sku in enumerate(bay.skus):
                values = self._values(bay, rank, start, misplaced.get(sku, 0))
                shadowed = bay.counts[rank].shadowed_s >= _WORTH_MINUTES * 60
                reason = self._reason(bay, doubts[rank], start, end)
                if values["stock"] != bay.told[rank] or shadowed or reason or any(values[name] for name in _WORTH):
                    rows.append(Tally("shelves", start, end, values, reason=reason))
        return rows

    def _reason(self, bay: _Bay, doubt: float, start: float, end: float) -> str | None:
        """Why the stock is not known at a window's end, or not to be relied on."""
        if bay.heard_at <= start:
            return "not_seen"
        watch = self._watched.get(bay.shelf)
        attended = watch is not None and watch.attended(end)
        young = bay.heard_at - (bay.began or 0.0) < self._limits.settling_s
        late = end - bay.heard_at > self._limits.late_s
        return "shadowed" if attended or young or late or doubt > self._limits.doubt else None

    def restart(self, at: float) -> None:
        """Begin the next window; what lies there and what is suspected stays."""
        for bay in self._bays.values():
            bay.told = [stock if bay.heard_at > self._since else None for stock in bay.stock]
            bay.counts = [_Counts() for _ in bay.skus]
            for item in bay.evidence.forget(at - FORGOTTEN_S):
                self._picked.discard(item)
        self._since = at
        self._strays = {item: stray for item, stray in self._strays.items() if stray.heard_at > at - FORGOTTEN_S}

    def alarms(self, at: float) -> list[Tally]:
        """Places that have run empty, or are filled again."""
        due, self._due = self._due, []
        return due

    def _book(self, at: float, bay: _Bay, changes: Changes) -> None:
        ranks = bay.evidence.ranks
        for item in changes.taken:
            bay.counts[ranks(item)].picked += 1
            self._picked.add(item)
        for item in (*changes.back, *changes.new):
            self._strays.pop(item, None)
            bay.counts[ranks(item)].put_back += item in self._picked
            self._picked.discard(item)
        for item in changes.handled:
            bay.counts[ranks(item)].touched += 1

    def _lapse(self, bay: _Bay, seconds: float) -> None:
        bay.stock, shadowed = bay.evidence.stock(len(bay.skus))
        settled = bay.heard_at - (bay.began or 0.0) >= self._limits.settling_s
        for rank, counts in enumerate(bay.counts):
            if shadowed[rank]:
                counts.shadowed_s += seconds
            elif settled and not bay.stock[rank]:
                counts.empty_s += seconds

    def _judge(self, at: float, bay: _Bay, rank: int, alarm: Alarm) -> list[Tally]:
        settled = at - (bay.began or at) >= self._limits.settling_s
        return alarm.judge(at, settled and not bay.stock[rank], bay.stock[rank])

    def _stray(self, at: float, antenna: int, item: int, sku: str) -> None:
        stray = self._strays.get(item)
        if stray is None or at - stray.heard_at > self._limits.misplaced_s:
            if len(self._strays) < MOST_ITEMS:
                self._strays[item] = _Stray(antenna, sku, at, at)
        else:
            stray.heard_at = at
            stray.reads += 1

    def _misplaced(self, at: float) -> dict[str, int]:
        """Items by SKU that lie before a wrong antenna: heard there again and again, and not where they belong."""
        found: dict[str, int] = defaultdict(int)
        for item, stray in self._strays.items():
            lies = stray.heard_at - stray.since
            if lies < self._limits.misplaced_s or at - stray.heard_at > self._limits.misplaced_s:
                continue
            if stray.reads >= lies / 10 and not any(bay.evidence.is_present(item) for bay in self._bays.values()):
                found[stray.sku] += 1
        return found

    def _values(self, bay: _Bay, rank: int, start: float, misplaced: int) -> dict[str, Value]:
        counts = bay.counts[rank]
        return {
            "shelf": bay.shelf,
            "sku": bay.skus[rank],
            "stock": bay.stock[rank] if bay.heard_at > start else None,
            "picked": counts.picked,
            "put_back": counts.put_back,
            "touched": counts.touched if bay.strength else None,
            "misplaced": misplaced,
            "empty_minutes": round(counts.empty_s / 60, 2),
            "shadowed_minutes": round(counts.shadowed_s / 60, 2),
        }


_WORTH = ("picked", "put_back", "touched", "misplaced", "empty_minutes")
_WORTH_MINUTES = 0.5
"""A shadow shorter than this in a window is the reads' own noise and makes no row."""


def _bay(places: Sequence[Place], rules: Rules, limits: Limits) -> _Bay:
    skus = tuple(dict.fromkeys(place.sku for place in places))
    alarms = [Alarm("shelf_empty", sku, limits.empty_s, limits.settling_s, "rfid") for sku in skus]
    return _Bay(places[0].shelf, skus, Evidence(rules), alarms, [_Counts() for _ in skus], [0] * len(skus))
