"""From what is wrong to alerts: a fault that lasts is said once when it begins and once when it ends."""

from collections.abc import Callable, Iterable

from events import Alert, AlertKind, Code, Name, Sensor
from events.state import Cause

PATIENCE_S = 20.0
"""Seconds that a fault must last before it is an alert: a camera that blinks is not one, and 60 s are promised."""

BOX = Name("box")

_Key = tuple[str, Sensor | None, str]


class Faults:
    """What was wrong when last asked. `wall` gives epoch seconds for clock seconds."""

    def __init__(self, wall: Callable[[float], float]) -> None:
        self._wall = wall
        self._since: dict[_Key, float] = {}
        self._said: set[_Key] = set()

    def judge(self, at: float, causes: Iterable[Cause]) -> list[Alert]:
        """The alerts that begin and end at clock second `at`, given everything that is wrong then."""
        now = {(cause.code, cause.sensor, cause.name or BOX) for cause in causes}
        self._since = {key: self._since.get(key, at) for key in now}
        begun = {key for key in now - self._said if at - self._since[key] >= PATIENCE_S}
        ended = self._said - now
        self._said = (self._said | begun) - ended
        changes = [(key, True) for key in sorted(begun, key=str)] + [(key, False) for key in sorted(ended, key=str)]
        return [self._alert(at, key, active) for key, active in changes]

    def _alert(self, at: float, key: _Key, active: bool) -> Alert:
        code, sensor, name = key
        kind = AlertKind(code) if code in set(AlertKind) else AlertKind.FAULT
        return Alert(
            kind=kind, active=active, at=round(self._wall(at)), name=Name(name), sensor=sensor, code=Code(code)
        )
