"""The box checks itself: ways in against ways out at closing, and its sensors against each other, hour by hour.

A check never says what the truth is. It says that two counts of the same crowd no longer fit, by how much, and, where
three sensors are compared, which of them is alone.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from typing import Any

SPANS = (12, 36)
"""Windows that are held against those before them: an hour of them for what is gross, three for what is not."""

FEWEST = 96
"""Windows before which nobody knows what is usual."""
MEMORY = 2016
"""Windows after which one weighs a third of what it did: a week."""
SURE, LIKELY = 4.0, 2.0
"""Spreads by which two counts must differ to be apart; and to be so beside another pair that is."""

LARGE = 0.25
"""Departure under which nothing is said, however sure it is."""

UNBALANCED = 0.05
FEWEST_UNBALANCED = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one sensor's counts: `trust` is the share (0..1) that is confirmed, `reason` which check."""

    trust: float
    reason: str


@dataclass(slots=True)
class Usual:
    """Two counts over the windows so far, of which older ones fade: their sums, and those of squares and products."""

    windows: int = 0
    one: float = 0.0
    other: float = 0.0
    ones: float = 0.0
    both: float = 0.0
    others: float = 0.0

    def add(self, one: float, other: float) -> None:
        """One window more."""
        self.windows += 1
        for name, more in zip(SUMS, (one, other, one * one, one * other, other * other), strict=True):
            setattr(self, name, getattr(self, name) * (1 - 1 / MEMORY) + more)

    def ratio(self) -> tuple[float, float] | None:
        """How many of one there are for one of the other, and how much windows vary by; None while nobody knows."""
        if self.windows < FEWEST or self.other <= 0:
            return None
        ratio = self.one / self.other
        return ratio, max(0.0, self.ones - 2 * ratio * self.both + ratio * ratio * self.others) / self.other


SUMS = "one", "other", "ones", "both", "others"


class Agreement:
    """Two counts of one crowd: their ratio over the windows so far, and how far that of the last hours is from it.

    While they disagree these hours teach nothing, so that a fault does not become the rule.
    """

    def __init__(self) -> None:
        self._usual = Usual()
        self._recent: deque[tuple[float, float]] = deque(maxlen=max(SPANS))

    def feed(self, one: float, other: float) -> None:
        """A window's counts."""
        if len(self._recent) == max(SPANS) and self.confirmed(SURE) is None:
            self._usual.add(*self._recent[0])
        self._recent.append((one, other))

    def confirmed(self, spreads: float) -> float | None:
        """The share (0..1) of the larger count that the smaller one confirms; None while they agree as usual."""
        usual = self._usual.ratio()
        if usual is None:
            return None
        shares = [self._share(span, *usual, spreads) for span in SPANS if len(self._recent) >= span]
        return min((share for share in shares if share is not None), default=None)

    def kept(self) -> dict[str, object]:
        """All that is known, for `resume` after a restart."""
        return {"usual": asdict(self._usual), "recent": [list(pair) for pair in self._recent]}

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Know what was `kept`. Raises KeyError, TypeError or ValueError for what never was."""
        known, recent = kept["usual"], [(float(one), float(other)) for one, other in kept["recent"]]
        self._usual = Usual(int(known["windows"]), *(float(known[name]) for name in SUMS))
        self._recent = deque(recent, maxlen=max(SPANS))

    def _share(self, span: int, ratio: float, noise: float, spreads: float) -> float | None:
        recent = list(self._recent)[-span:]
        told, expected = sum(one for one, _ in recent), ratio * sum(other for _, other in recent)
        most = max(told, expected)
        off = abs(told - expected)
        if ratio <= 0 or off <= spreads * sqrt(noise * most / ratio) or off <= LARGE * most:
            return None
        return min(told, expected) / most


class Witnesses:
    """Up to three sensors that count the same crowd, each in its own unit; keys name them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._pairs = {pair: Agreement() for pair in combinations(names, 2)}

    def feed(self, counts: Mapping[str, float]) -> None:
        """A window's counts of those that saw all of it."""
        for (one, other), agreement in self._pairs.items():
            if one in counts and other in counts:
                agreement.feed(counts[one], counts[other])

    def kept(self) -> dict[str, object]:
        """All that is known, for `resume` after a restart."""
        return {" ".join(pair): agreement.kept() for pair, agreement in self._pairs.items()}

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Know what was `kept`. Raises KeyError, TypeError or ValueError for what never was."""
        for pair, agreement in self._pairs.items():
            agreement.resume(kept[" ".join(pair)])

    def findings(self) -> dict[str, Finding]:
        """Who is apart from both others (`contradicted`), or is one of two of whom one is wrong (`disputed`)."""
        if all(agreement.confirmed(SURE) is None for agreement in self._pairs.values()):
            return {}
        likely = {pair: agreement.confirmed(LIKELY) for pair, agreement in self._pairs.items()}
        apart = sorted((share, pair) for pair, share in likely.items() if share is not None)
        if len(apart) == 1:
            return {name: Finding(apart[0][0], "disputed") for name in apart[0][1]}
        (least, one), (_, other) = apart[:2]
        (alone,) = set(one) & set(other)
        return {alone: Finding(least, "contradicted")}


class Balance:
    """Whoever came in has gone out by closing: judged once a day, and held until the next closing."""

    def __init__(self) -> None:
        self._in = self._out = 0
        self._whole = True
        self.finding: Finding | None = None

    def feed(self, inwards: int, outwards: int) -> None:
        """A window's crossings of all lines of an area."""
        self._in += inwards
        self._out += outwards

    def begin(self, whole: bool) -> None:
        """Count from here on; a day that is not `whole`, for somebody may be inside, is not judged."""
        self._in, self._out, self._whole = 0, 0, whole

    def close(self) -> None:
        """The shop has closed."""
        off, most = abs(self._in - self._out), max(self._in, self._out)
        wrong = off >= FEWEST_UNBALANCED and off > UNBALANCED * most
        if most and self._whole:
            self.finding = Finding(1 - off / most, "unbalanced") if wrong else None
        self.begin(whole=True)

    def kept(self) -> dict[str, object]:
        """All that is known, for `resume` after a restart."""
        finding = asdict(self.finding) if self.finding else None
        return {"in": self._in, "out": self._out, "whole": self._whole, "finding": finding}

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Know what was `kept`. Raises KeyError, TypeError or ValueError for what never was."""
        finding = kept["finding"]
        self.finding = Finding(float(finding["trust"]), str(finding["reason"])) if finding else None
        self._in, self._out, self._whole = int(kept["in"]), int(kept["out"]), bool(kept["whole"])
