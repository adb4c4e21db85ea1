"""From what is wrong to alerts: a fault that lasts is said once when it begins and once when it ends."""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import NamedTuple

from events import Alert, AlertKind, Code, Name, Sensor
from events.state import Cause

PATIENCE_S = 20.0
"""Seconds that a fault must last before it is an alert: a camera that blinks is not one, and 60 s are promised."""

BOX = Name("box")
_code = itemgetter(1)


class _Fault(NamedTuple):
    """One thing that can be wrong. What ails a sensor is one fault, whatever its code: a camera that is away is
    `stalled`, then `unreachable`, then `stalled` again; the box may have several, each with a code of its own."""

    kind: AlertKind
    sensor: Sensor | None
    name: Name
    code: Code | None


class Faults:
    """What was wrong when last asked. `wall` gives epoch seconds for clock seconds."""

    def __init__(self, wall: Callable[[float], float]) -> None:
        self._wall = wall
        self._since: dict[_Fault, float] = {}
        self._coded: dict[tuple[_Fault, Code], float] = {}
        self._said: dict[_Fault, Code] = {}

    def judge(self, at: float, causes: Iterable[Cause]) -> list[Alert]:
        """The alerts that end and begin at clock second `at`, given everything that is wrong then.

        A fault that was said is said anew, with its new code, when that code has lasted as well.
        """
        now = {_fault(cause): cause.code for cause in causes}
        self._since = {fault: self._since.get(fault, at) for fault in now}
        self._coded = {coded: self._coded.get(coded, at) for coded in now.items()}
        begun = {fault: code for fault, code in now.items() if self._lasts(at, fault, code)}
        ended = {fault: code for fault, code in self._said.items() if fault in begun or fault not in now}
        self._said = {fault: code for fault, code in self._said.items() if fault not in ended} | begun
        changes = [(*said, False) for said in sorted(ended.items(), key=_code)]
        changes += [(*said, True) for said in sorted(begun.items(), key=_code)]
        return [self._alert(at, *change) for change in changes]

    def lasted(self, at: float) -> list[dict[str, object]]:
        """Everything that is wrong, and for how many seconds."""
        return [
            {"code": code, "sensor": fault.sensor, "name": None if fault.name == BOX else fault.name}
            | {"seconds": round(at - since, 1)}
            for (fault, code), since in self._coded.items()
        ]

    def _lasts(self, at: float, fault: _Fault, code: Code) -> bool:
        """Whether `fault` is to be said now."""
        said = self._said.get(fault)
        since = self._since[fault] if said is None else self._coded[fault, code]
        return code != said and at - since >= PATIENCE_S

    def _alert(self, at: float, fault: _Fault, code: Code, active: bool) -> Alert:
        return Alert(
            kind=fault.kind, active=active, at=round(self._wall(at)), name=fault.name, sensor=fault.sensor, code=code
        )


def _fault(cause: Cause) -> _Fault:
    kind = AlertKind(cause.code) if cause.code in set[str](AlertKind) else AlertKind.FAULT
    return _Fault(kind, cause.sensor, cause.name or BOX, None if cause.sensor else cause.code)
