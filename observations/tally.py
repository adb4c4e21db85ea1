"""What analytics concludes of a window, before privacy has judged it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from observations.base import Observation

Value: TypeAlias = int | float | bool | str | tuple[int, ...] | tuple[float, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, repr=False)
class Tally(Observation):
    """Counts of one thing in one window: `values` are the fields of the event of the policy row `kind`.

    `start` and `end` are clock seconds; `support` is how many persons or devices stand behind the tally, which
    the floor is held against; `behind` is the same for each element of the policy's `cellwise` fields. A value that is
    not known is None, never 0; `reason` then says why.
    """

    kind: str
    start: float
    end: float
    values: Mapping[str, Value]
    support: int = 0
    reason: str | None = None
    behind: tuple[int, ...] = ()
