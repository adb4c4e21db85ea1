"""The only place where sight becomes speech: a tally that the policy allows becomes an event, anything else nothing."""

import dataclasses
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from events import Event, Reason
from observations import Tally, Value
from privacy.policy import POLICY, Release

_KERNEL = random.SystemRandom()


class Gate:
    """Deny by default. Counts what it withheld, so that the ledger can say so.

    `floor` replaces the policy's floors where it is stricter; `uniform` gives [0, 1) for the optional noise.
    """

    def __init__(self, floor: int = 0, uniform: Callable[[], float] = _KERNEL.random) -> None:
        self._floor = floor
        self._uniform = uniform
        self.refused = 0
        self.withheld = 0

    def release(self, tally: Tally, **moment: int) -> Event | None:
        """The event of `tally`, or None when no policy row names its kind, or when the whole of it is below the floor.

        `moment` are those fields of the event that say when: whole seconds, which only the clock's owner knows.
        """
        row = POLICY.get(tally.kind)
        if row is None:
            self.refused += 1
            return None
        values: dict[str, Any] = {name: self._value(row, name, value) for name, value in tally.values.items()}
        reason = tally.reason
        if row.floor and tally.support < max(row.floor, self._floor):
            self.withheld += 1
            if row.whole:
                return None
            values |= dict.fromkeys(row.floored)
            reason = reason or Reason.BELOW_FLOOR
        for name in row.cellwise:
            values[name] = self._cells(row, values[name], tally.behind)
        if reason is not None and "reason" in _names(row.event):
            values["reason"] = Reason(reason)
        return row.event(**values, **moment)

    def _cells(self, row: Release, cells: tuple[int, ...], behind: tuple[int, ...]) -> tuple[int, ...]:
        """The cells that enough persons stand behind; the others are 0."""
        floor = max(row.floor, self._floor)
        return tuple(cell if persons >= floor else 0 for cell, persons in zip(cells, behind, strict=True))

    def _value(self, row: Release, name: str, value: Value) -> Value:
        if name in row.noise and isinstance(value, int | float):
            value = type(value)(max(0, value + _laplace(row.noise[name], self._uniform())))
        if isinstance(value, float):
            return round(value, row.digits)
        if isinstance(value, tuple) and value and isinstance(value[0], float):
            return tuple(round(float(one), row.digits) for one in value)
        return value


def _laplace(scale: float, uniform: float) -> float:
    centred = min(max(uniform, 1e-12), 1 - 1e-12) - 0.5
    return -scale * math.copysign(math.log1p(-2 * abs(centred)), centred)


def _names(event: type[Event]) -> set[str]:
    return {field.name for field in dataclasses.fields(event)}


def in_force(floor: int) -> list[Mapping[str, object]]:
    """The policy as `passerby privacy` shows it: one row an event type."""
    return [
        {
            "kind": kind,
            "event": row.event.__name__,
            "floor": max(row.floor, floor) if row.floor else None,
            "floored": list(row.floored),
            "noise": row.noise,
        }
        for kind, row in POLICY.items()
    ]
