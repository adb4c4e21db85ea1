"""Telling devices apart although each changes its address: by what their radios can do, not by who they are.

Addresses of one class belong together, and classes that one address used are one device in two moods. Two phones of
one model are one here, unless they send more often than any single phone does: so the count is low where models
repeat, and its interval says by how much it may be.
"""

from dataclasses import dataclass, field
from math import ceil, log

BURST_PAUSE_SECONDS = 0.5
SAME_BURST_SECONDS = 1.0
"""One address with two classes within this time is one device; later it may be a collision of short tokens."""
SCAN_SECONDS = 10.0
"""A sweep over the channels ends within this time: a kind that was heard in one sweep only is a passer-by, or a frame
that another garbled, and counts for nobody."""
FASTEST_BURSTS_PER_MINUTE = 12.0
SLOWEST_BURSTS_PER_MINUTE = 0.35
"""What single phones send: 0.35 to 3.7 scans a minute in the hand, up to 12 while they search (docs/decisions/0053)."""
EFFECTIVE_KINDS = 40
"""As many equally common kinds as make two phones of a street agree as often as real ones do (decision 0053)."""
MOST_KINDS = 4096
MOST_TOKENS = 1 << 16


def repeated(kinds: int) -> int:
    """How many phones are behind so many kinds, when models repeat as they do in a street: linear counting."""
    taken = min(kinds, EFFECTIVE_KINDS - 1) / EFFECTIVE_KINDS
    return max(kinds, round(log(1 - taken) / log(1 - 1 / EFFECTIVE_KINDS)))


@dataclass(slots=True, eq=False)
class Kind:
    """One group of classes: when it was heard first and last, its bursts, and its loudest signal."""

    first: float
    last: float
    loudest_dbm: int
    bursts: int = 1

    def join(self, other: "Kind") -> None:
        """The two are one device."""
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.loudest_dbm = max(self.loudest_dbm, other.loudest_dbm)
        self.bursts += other.bursts

    def devices(self, minutes: float) -> int:
        """The fewest devices that can have sent so many bursts in so many minutes."""
        return max(1, ceil(self.bursts / (FASTEST_BURSTS_PER_MINUTE * max(minutes, 1.0))))

    def devices_most(self, minutes: float) -> int:
        """The most identical devices it can plausibly be."""
        return max(self.devices(minutes), round(self.bursts / (SLOWEST_BURSTS_PER_MINUTE * max(minutes, 1.0))))


@dataclass(slots=True, eq=False)
class Kinds:
    """All kinds of one window. Bounded: what comes beyond the bounds is not counted, and `flooded` says so."""

    flooded: bool = False
    _kinds: dict[int, Kind] = field(default_factory=dict)
    _parents: dict[int, int] = field(default_factory=dict)
    _spoke: dict[int, tuple[int, float]] = field(default_factory=dict)

    def feed(self, at: float, token: int, device_class: int, rssi_dbm: int) -> None:
        """One frame."""
        kind = self._kind(at, device_class, rssi_dbm)
        if kind is None:
            return
        if at - kind.last > BURST_PAUSE_SECONDS:
            kind.bursts += 1
        kind.last = max(kind.last, at)
        kind.loudest_dbm = max(kind.loudest_dbm, rssi_dbm)
        before, when = self._spoke.get(token, (device_class, at))
        if before != device_class and at - when <= SAME_BURST_SECONDS:
            self._join(before, device_class)
        if token in self._spoke or len(self._spoke) < MOST_TOKENS:
            self._spoke[token] = device_class, at
        else:
            self.flooded = True

    def label(self, device_class: int) -> int:
        """The number of the kind that this class belongs to."""
        return self._root(device_class)

    def sure(self) -> list[Kind]:
        """The kinds that were heard in more than one scan."""
        return [kind for kind in self._kinds.values() if kind.last - kind.first > SCAN_SECONDS]

    def _kind(self, at: float, device_class: int, rssi_dbm: int) -> Kind | None:
        root = self._root(device_class)
        kind = self._kinds.get(root)
        if kind is None:
            if len(self._kinds) >= MOST_KINDS:
                self.flooded = True
                return None
            kind = self._kinds[root] = Kind(at, at, rssi_dbm)
            self._parents[root] = root
        return kind

    def _root(self, device_class: int) -> int:
        above = self._parents.get(device_class, device_class)
        while above != device_class:
            device_class, above = above, self._parents[above]
        return device_class

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        if one == other:
            return
        self._parents[other] = one
        self._kinds[one].join(self._kinds.pop(other))
