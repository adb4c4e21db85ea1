"""What several sensors say together: radios taught by cameras, passers out of the picture, and the box's own audit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics.audit import Balance, Finding, Witnesses
from analytics.occupancy import Occupancy
from analytics.radio.phones import Phones
from analytics.radio.street import Street
from config.audit import Audit
from config.wifi import Wifi
from daemon.box import Box
from daemon.counting import closing
from daemon.reporter import Join
from events import Quality, Reason, Sensor
from observations import Tally, Value

WHOLE = 0.95
"""Share of a window that every sensor must have seen of it before the window teaches anything."""

CAMERA, RADIO, TILL = "camera", "radio", "till"


def taught(box: Box, name: str, radio: Wifi, phones: Phones, street: Street) -> None:
    """Let the area's camera teach a radio: persons per device, and passers out of its picture."""
    if radio.taught_by:
        box.reporter.joins.append(_persons(box, name, radio.taught_by, phones))
        for metric in box.reporter.metrics():
            if isinstance(metric, Occupancy) and metric.area == radio.taught_by:
                metric.emptied.append(phones.kappa.settle)
    if radio.passed_by:
        box.reporter.joins.append(_passers(box, name, radio, street))
    for line in radio.passed_by:
        counter = box.reporter.line(line)
        assert counter is not None, "the configuration refers to lines that are drawn"
        counter.heard.append(street.passed)


def audits(box: Box) -> None:
    """The checks that the configuration asks for; to be called when the radios are attached."""
    streets = {metric.name: metric for metric in box.reporter.metrics() if isinstance(metric, Street)}
    closed = closing(box.config, box.clock)
    for name, audit in box.config.audits.items():
        auditor = Auditor(box, name, audit, streets.get(audit.radio or ""), closed)
        box.reporter.attach(f"audit {name}", [auditor])
        box.reporter.joins.append(auditor.collect)
        box.reporter.judges.append(auditor.judge)


class Auditor:
    """The audit of one area: collects a window's counts from its tallies, and judges when the window ends."""

    def __init__(
        self, box: Box, name: str, audit: Audit, street: Street | None, closed: Callable[[float], bool]
    ) -> None:
        self.name = name
        self._box, self._audit, self._street, self._closed = box, audit, street, closed
        sensors = {CAMERA: True, RADIO: street is not None, TILL: bool(audit.tills)}
        self._witnesses = Witnesses(tuple(sensor for sensor, there in sensors.items() if there))
        self._balance = Balance()
        self._counts: dict[str, float] = {}
        self._ways = (0, 0)
        self._shut = False
        self._found: dict[tuple[Sensor, str], Finding] = {}
        self._told: dict[tuple[Sensor, str], Finding] = {}

    def collect(self, tallies: Sequence[Tally], seconds: int) -> list[Tally]:
        """Note the window's counts; it adds nothing to the report."""
        lines = self._box.config.areas[self._audit.area].lines
        ways = [(tally.values["in_"], tally.values["out"]) for tally in _of(tallies, "lines", "line", lines)]
        self._ways = (sum(_whole(into) for into, _ in ways), sum(_whole(out) for _, out in ways))
        sales = sum(_whole(t.values["transactions"]) for t in _of(tallies, "tills", "till", self._audit.tills))
        counts = {CAMERA: self._ways[0], RADIO: self._street.strong if self._street else 0, TILL: sales}
        saw = {kind for kind in counts if self._whole(kind, seconds)}
        self._counts = {kind: float(count) for kind, count in counts.items() if kind in saw}
        return []

    def judge(self, quality: Quality) -> Quality:
        """The quality of a sensor that a check speaks against, with what is left of the trust in it, and why."""
        finding = self._found.get((quality.sensor, quality.name))
        if finding is None or (quality.trust is not None and quality.trust <= finding.trust):
            return quality
        reason = Reason(finding.reason) if quality.reason in (None, Reason.NOT_SEEN) else quality.reason
        return replace(quality, trust=round(finding.trust, 2), reason=reason)

    def alarms(self, at: float) -> list[Tally]:
        """What begins or ends to be wrong."""
        found, told = self._found, self._told
        self._told = found
        known = told | found
        return [_alert(at, *one, known[one], one in found) for one in sorted(found.keys() ^ told.keys())]

    def feed(self, at: float, seen: object) -> None:
        """Nobody has anything to say to it."""

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Nothing: it speaks through `quality` and alerts."""
        return []

    def restart(self, at: float) -> None:
        """A window ended: its counts are heard, and at closing the day's ways are held against each other."""
        self._witnesses.feed(self._counts)
        self._balance.feed(*self._ways)
        self._counts, self._ways = {}, (0, 0)
        shut, self._shut = self._shut, self._closed(at)
        if self._shut and not shut:
            self._balance.close()
        self._found = self._findings()

    def begin_day(self, at: float) -> None:
        """A shop without hours closes with the local day."""
        self._balance.close()
        self._found = self._findings()

    def kept(self) -> dict[str, object]:
        """What the checks know, with what it is of, for `resume` after a restart."""
        return {"of": self._of(), "witnesses": self._witnesses.kept(), "balance": self._balance.kept()}

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Know what was `kept` by a box that counts the same. Raises KeyError, TypeError or ValueError for what never
        was."""
        if kept["of"] == self._of():
            self._witnesses.resume(kept["witnesses"])
            self._balance.resume(kept["balance"])
            self._found = self._findings()

    def miss(self, at: float) -> None:
        """Nobody counted until now: the day is judged only if nobody can be inside."""
        self._balance.begin(whole=self._closed(at))

    def _of(self) -> dict[str, object]:
        """What the counts are of: where it changes, nothing is usual any more."""
        config, audit = self._box.config, self._audit
        lines = {name: config.lines[name] for name in config.areas[audit.area].lines}
        radio = config.wifi[audit.radio] if audit.radio else None
        return {
            "lines": {name: [line.camera, *map(list, line.points)] for name, line in lines.items()},
            "radio": [audit.radio, radio.gate_dbm, radio.inside_dbm] if radio else [],
            "tills": list(audit.tills),
            "seconds": config.window.seconds,
        }

    def _findings(self) -> dict[tuple[Sensor, str], Finding]:
        told = self._witnesses.findings()
        if self._balance.finding:
            told[CAMERA] = min(self._balance.finding, told.get(CAMERA, self._balance.finding), key=lambda f: f.trust)
        return {one: finding for kind, finding in told.items() for one in self._sensors(kind)}

    def _sensors(self, kind: str) -> list[tuple[Sensor, str]]:
        config = self._box.config
        if kind == CAMERA:
            lines = config.areas[self._audit.area].lines
            return [(Sensor.CAMERA, one) for one in dict.fromkeys(config.lines[line].camera for line in lines)]
        if kind == RADIO:
            return [(Sensor.WIFI, self._audit.radio)] if self._audit.radio else []
        return [(Sensor.TILL, till) for till in self._audit.tills]

    def _whole(self, kind: str, seconds: int) -> bool:
        sensors = self._sensors(kind)
        return bool(sensors) and all(self._box.seen(*one, seconds) >= WHOLE for one in sensors)


def _persons(box: Box, name: str, area: str, phones: Phones) -> Join:
    def join(tallies: Sequence[Tally], seconds: int) -> list[Tally]:
        phones.counted = _inside(box, name, area, tallies, seconds)
        return []

    return join


def _passers(box: Box, name: str, radio: Wifi, street: Street) -> Join:
    def join(tallies: Sequence[Tally], seconds: int) -> list[Tally]:
        crossed = _of(tallies, "lines", "line", radio.passed_by)
        cameras = {box.config.lines[line].camera for line in radio.passed_by}
        sees = all(box.seen(Sensor.CAMERA, camera, seconds) >= WHOLE for camera in cameras)
        hears = box.seen(Sensor.WIFI, name, seconds) >= WHOLE
        seen = sum(_whole(tally.values["in_"]) + _whole(tally.values["out"]) for tally in crossed) if sees else None
        start, end = next(((tally.start, tally.end) for tally in tallies), (0.0, 0.0))
        return street.told(start, end, seen, hears)

    return join


def _inside(box: Box, radio: str, area: str, tallies: Sequence[Tally], seconds: int) -> float | None:
    """Mean persons inside over the window; None where the radio or a camera of the area did not see all of it."""
    cameras = {box.config.lines[line].camera for line in box.config.areas[area].lines}
    needed = [(Sensor.WIFI, radio), *((Sensor.CAMERA, camera) for camera in cameras)]
    if not all(box.seen(*one, seconds) >= WHOLE for one in needed):
        return None
    for tally in _of(tallies, "occupancy", "area", (area,)):
        counted = tally.values["person_seconds"]
        return counted / max(seconds, 1) if isinstance(counted, int | float) else None
    return None


def _of(tallies: Sequence[Tally], kind: str, key: str, names: Sequence[str]) -> list[Tally]:
    return [tally for tally in tallies if tally.kind == kind and tally.values[key] in names]


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _alert(at: float, sensor: Sensor, name: str, finding: Finding, active: bool) -> Tally:
    values: dict[str, Value] = {
        "kind": "miscalibrated",
        "active": active,
        "name": name,
        "sensor": sensor.value,
        "code": finding.reason,
        "value": round(finding.trust, 2),
    }
    return Tally("alert", at, at, values)
