"""Little's law as a running cross-check: what was seen waiting must be what those who waited account for.

Over a finite time the law is exact: person-seconds present are the waits that ended, plus what those still waiting
have waited, less what those had who waited at its beginning. Heads are counted for the one side and followed for the
other, so persons lost on the way show as a difference.
"""

from collections import deque
from dataclasses import dataclass

HORIZON = 900.0
"""Seconds looked back."""

STEP = 30.0
"""Seconds of one step of the look back."""

ENOUGH = 300.0
"""Person-seconds below which nothing can be said."""

TOLERANCE = 0.25
"""How far the two sides may be apart, as a share of the person-seconds present."""


@dataclass(slots=True)
class _Step:
    begins: float
    elapsed: float
    present: float = 0.0
    ended: float = 0.0


class LittlesLaw:
    """Of one queue. All amounts are person-seconds."""

    def __init__(self) -> None:
        self._steps: deque[_Step] = deque()
        self._elapsed = 0.0

    def feed(self, at: float, present: float, ended: float, elapsed: float) -> None:
        """Since the last picture: heads seen times time, waits that ended; and what those now waiting have waited."""
        if not self._steps or at - self._steps[-1].begins >= STEP:
            self._steps.append(_Step(at, self._elapsed))
        while at - self._steps[0].begins > HORIZON:
            self._steps.popleft()
        self._steps[-1].present += present
        self._steps[-1].ended += ended
        self._elapsed = elapsed

    @property
    def holds(self) -> bool | None:
        """None while too little has been seen."""
        present = sum(step.present for step in self._steps)
        if present < ENOUGH:
            return None
        accounted = sum(step.ended for step in self._steps) + self._elapsed - self._steps[0].elapsed
        return abs(present - accounted) <= TOLERANCE * present
