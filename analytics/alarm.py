"""What cannot wait for the window: raised after a while, cleared after a while, said once each; never about a person.

An alarm is a tally of kind `alert` whose `start` and `end` are both the moment it is about, and whose values are the
fields of the alert event without `at`: kind, active, name, sensor, code, value. The gate adds the moment, rounded.
"""

from dataclasses import dataclass, field

from observations import Tally, Value


def alert(at: float, kind: str, name: str, active: bool, value: float | None, sensor: str = "camera") -> Tally:
    """The tally of an alarm that begins or ends at this moment."""
    said: dict[str, Value] = {
        "kind": kind,
        "active": active,
        "name": name,
        "sensor": sensor,
        "code": None,
        "value": value,
    }
    return Tally("alert", at, at, said)


@dataclass(slots=True)
class Alarm:
    """A condition at one configured place.

    It begins when the condition has held for `after` seconds and ends when it has not held for `clear` seconds, so
    that a condition that comes and goes is one alarm.
    """

    kind: str
    name: str
    after: float = 0.0
    clear: float = 60.0
    sensor: str = "camera"
    active: bool = field(default=False, init=False)
    _since: float | None = field(default=None, init=False)

    def judge(self, at: float, holds: bool, value: float | None = None) -> list[Tally]:
        """What begins or ends now, given whether the condition holds; `value` is the figure that crossed its limit."""
        if holds is self.active:
            self._since = None
            return []
        if self._since is None:
            self._since = at
        if at - self._since < (self.clear if self.active else self.after):
            return []
        self.active, self._since = holds, None
        return [alert(at, self.kind, self.name, holds, value, self.sensor)]


@dataclass(slots=True)
class Incident:
    """Something that happens in a moment: the alarm lasts until it has not happened for `clear` seconds.

    Its `value` is how often it has happened since it began.
    """

    kind: str
    name: str
    clear: float = 60.0
    active: bool = field(default=False, init=False)
    _times: int = field(default=0, init=False)
    _last: float = field(default=float("-inf"), init=False)

    def happened(self, at: float) -> None:
        """It happened now."""
        self._times += 1
        self._last = max(self._last, at)

    def judge(self, at: float) -> list[Tally]:
        """What begins or ends now."""
        if self._times and not self.active:
            self.active = True
            return [alert(at, self.kind, self.name, True, self._times)]
        if self.active and at - self._last >= self.clear:
            times, self._times, self.active = self._times, 0, False
            return [alert(at, self.kind, self.name, False, times)]
        return []
