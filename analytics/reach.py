"""What one person's hands did in a shelf: reached in, and came out with more or less than they went in with.

A camera sees no goods in a hand, only how it is carried: a hand with nothing in it hangs at the hips, one that holds
something is lifted. So a reach is a touch; when the hands are carried higher after it than before, it was a pick, when
lower, something was put back. Where before or after was not seen, it is unclear which, and counted as that.

A pose shows now the one hand and now the other: how high they are carried is the mean of many looks, which tells the
share of those that saw a lifted one. A median would tell only which are more.

    away -- two looks inside --> in -- outside for a moment, or long unseen --> out -- a while, or the next --> deed
"""

from collections import deque
from enum import StrEnum
from statistics import fmean

CONFIRM = 2
"""Looks in a row after which a hand is where it was seen: one alone is a slip of the pose."""

LIFTED = 0.125
"""Trunk lengths by which hands must be carried higher or lower: between hanging and a bent elbow there are 0.5, and a
quarter of them is left where most looks see the other hand."""

MOVING = 0.4
"""Seconds before and after a reach in which every hand is lifted, because it is on its way; who is seen inside again
within them was never out."""

BEFORE = 6.0
"""Seconds before a reach, since the one before, that tell how the hand was carried to it."""

AFTER = 4.0
"""Seconds after a reach, until the next one, that tell how the hand was carried away."""

HIDDEN = 3.0
"""Seconds without seeing a hand that was in the shelf after which it no longer is."""

LONGEST = 30.0
"""Seconds in the shelf after which it was no reach: somebody leans there, or the pose is wrong."""


class Deed(StrEnum):
    """What a reach was."""

    TOUCHED = "touched"
    PICKED = "picked"
    PUT_BACK = "put_back"
    UNCLEAR = "unclear"


class Reach:
    """The hands of one person before one shelf. Times are clock seconds and only go forward."""

    def __init__(self) -> None:
        self._inside = False
        self._turns = 0
        self._turned = 0.0
        self._entered = 0.0
        self._last_inside = 0.0
        self._left: float | None = None
        self._since = float("-inf")
        self._before: float | None = None
        self._carried: deque[tuple[float, float]] = deque(maxlen=200)

    @property
    def busy(self) -> bool:
        """Whether a hand is in the shelf, or what it did is not judged yet."""
        return self._inside or self._left is not None

    def see(self, at: float, inside: bool, lift: float | None) -> list[Deed]:
        """One look at the hands: whether any is in the shelf, and how high the higher one is. What is judged by it."""
        deeds = self.wait(at)
        if inside:
            self._last_inside = at
        if inside is self._inside:
            self._turns = 0
        else:
            self._turned = self._turned if self._turns else at
            self._turns += 1
        if self._turns >= CONFIRM and (inside or at - self._turned >= MOVING):
            if inside:
                deeds += self._enter()
            else:
                self._leave(self._turned)
        if not inside and lift is not None:
            self._carried.append((at, lift))
        return deeds

    def wait(self, at: float) -> list[Deed]:
        """Time passes without a look: what was not judged before may be now."""
        if self._inside and at - self._last_inside > HIDDEN:
            self._leave(self._last_inside)
        if self._left is not None and at - self._left >= AFTER:
            return self._judge(at)
        return []

    def end(self, at: float) -> list[Deed]:
        """The person has gone."""
        if self._inside:
            self._leave(self._last_inside)
        return self._judge(at) if self._left is not None else []

    def _enter(self) -> list[Deed]:
        deeds = self._judge(self._turned - MOVING) if self._left is not None else []
        self._inside, self._turns, self._entered = True, 0, self._turned
        self._before = self._lift(max(self._since, self._turned - BEFORE), self._turned - MOVING)
        return deeds

    def _leave(self, at: float) -> None:
        self._inside, self._turns, self._since = False, 0, at + MOVING
        if at - self._entered <= LONGEST:
            self._left = at

    def _judge(self, until: float) -> list[Deed]:
        assert self._left is not None
        before, after = self._before, self._lift(self._left + MOVING, min(until, self._left + AFTER))
        self._left = None
        if before is None or after is None:
            return [Deed.UNCLEAR]
        if abs(after - before) < LIFTED:
            return [Deed.TOUCHED]
        return [Deed.PICKED if after > before else Deed.PUT_BACK]

    def _lift(self, begin: float, end: float) -> float | None:
        """How high the hands were carried in that time; None where there were too few looks."""
        seen = [lift for at, lift in self._carried if begin <= at <= end]
        return fmean(seen) if len(seen) >= CONFIRM else None
