"""From a camera's own time to the box's: the offset of the picture that was least delayed, slowly forgotten."""

DRIFT = 200e-6
"""How far two quartz clocks may run apart, seconds a second; twice what data sheets allow one."""

JUMP_S = 1.0


class Timeline:
    """When each picture was taken, on the box's clock, for a source whose clock has another zero and rate.

    Delay on the way is never negative, so the smallest difference of arrival and stamp seen so far is the nearest to
    the truth; it grows by `DRIFT` so that a slower camera clock is followed. A stamp that leaps begins anew.
    """

    def __init__(self) -> None:
        self._offset: float | None = None
        self._arrived = 0.0
        self._at = float("-inf")

    def at(self, arrived: float, stamp: float) -> float:
        """The time of the picture stamped `stamp` that came at `arrived`; never later than that, never backwards."""
        offset = arrived - stamp
        if self._offset is None or abs(offset - self._offset) > JUMP_S:
            self._offset = offset
        else:
            self._offset = min(offset, self._offset + DRIFT * (arrived - self._arrived))
        self._arrived = arrived
        self._at = max(self._at, stamp + self._offset)
        return self._at
