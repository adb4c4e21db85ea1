"""Feeds the metrics, closes the windows, and hands on what the gate released; nothing else becomes a report."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, TypeAlias

from analytics.line import LineCounter
from analytics.metric import Alarming, Checked, Daily, Metric
from analytics.occupancy import Occupancy
from analytics.window import Windows
from daemon.clock import BoxClock
from daemon.vitals import GAP, Stage, Vitals
from events import ClockState, Event, Name, Quality, Reason, Report, Sensor
from observations import Tally
from privacy.gate import Gate

DAY = 86400
ALARMS_S = 1.0
"""How often metrics are asked for alarms: a radio feeds thousands of observations a second."""
SLACK_S = 2.0
"""What a clock may be off when it is set for the first time without a window being dated anew."""
SLOW = frozenset({Sensor.CAMERA, Sensor.RFID})
"""Sensors that always say something, of a moment that is over: a picture is looked at, a round of reads ends."""
SECTIONS = frozenset(field.name for field in fields(Report))
"""The kinds of tallies that are rows of a report."""

Join: TypeAlias = Callable[[Sequence[Tally], int], list[Tally]]
"""More tallies from all tallies of a window of so many seconds: what several sensors say together."""


class Reporter:
    """The open window of one box.

    It closes when every camera and reader that is alive has told all of it, at most `GAP` seconds late; what belongs to
    the next one waits until then.

    `sensors` are those whose quality every report tells; `epoch` gives the number of the token epoch. `say` is given
    what is to be delivered, a closed Report or an Alert; `closed` counts the windows.
    `joins` make tallies of several sensors' tallies, `judges` know of reasons to doubt a sensor.
    """

    def __init__(
        self,
        windows: Windows,
        gate: Gate,
        clock: BoxClock,
        sensors: list[Vitals],
        epoch: Callable[[], int],
    ) -> None:
        self._windows = windows
        self._gate = gate
        self._clock = clock
        self._sensors = sensors
        self._epoch = epoch
        self.say: Callable[[Event], None] = lambda event: None
        self.closed = 0
        self.joins: list[Join] = []
        self.judges: list[Callable[[Quality], Quality]] = []
        self._lines: list[LineCounter] = []
        self._metrics: dict[str, list[Metric[Any]]] = defaultdict(list)
        self._alarming: dict[int, Alarming] = {}
        self._dated = ClockState.UNSYNCED
        self._opened = 0.0
        self._early: list[tuple[str, float, object]] = []
        self._day = -1
        self._asked = float("-inf")

    def attach(self, source: str, metrics: Iterable[Metric[Any]], lines: Iterable[LineCounter] = ()) -> None:
        """Feed `metrics` with what `source` (a sensor's configured name) sees; `lines` have totals of the day."""
        attached = list(metrics)
        self._metrics[source] += attached
        self._alarming |= {id(metric): metric for metric in attached if isinstance(metric, Alarming)}
        self._lines += lines

    def line(self, name: str) -> LineCounter | None:
        """The counter of a line, None where no such line is drawn."""
        return next((line for line in self._lines if line.line.name == name), None)

    def metrics(self) -> list[Metric[Any]]:
        """Every metric once."""
        return list({id(metric): metric for group in self._metrics.values() for metric in group}.values())

    def see(self, source: str, at: float, seen: object) -> None:
        """What a sensor saw at clock second `at`; closes the window first when it is over and told."""
        self.tick(at)
        if self._windows.due(at):
            self._early.append((source, at, seen))
        else:
            self._feed(source, at, seen)

    def _feed(self, source: str, at: float, seen: object) -> None:
        for metric in self._metrics[source]:
            metric.feed(at, seen)

    def tick(self, at: float) -> None:
        """Let time pass: open the first window, close the one that is over and told, raise and clear alarms."""
        if self._windows.span is None:
            self._open(at)
        while self._windows.due(at) and not self._awaits(at):
            self._turn()
        if at < self._asked + ALARMS_S:
            return
        self._asked = at
        for metric in self._alarming.values():
            self._alert(metric.alarms(at))

    def close(self, at: float) -> None:
        """Close the open window now, because the box stops."""
        while self._windows.due(at):
            self._turn()
        if self._windows.span is not None:
            self._say(at)
            self._windows.span = None

    def _awaits(self, at: float) -> bool:
        """Whether a sensor has not told the last of the open window yet."""
        span = self._windows.span
        return span is not None and at < span.end + GAP and any(_behind(vitals, span.end) for vitals in self._sensors)

    def _turn(self) -> None:
        """Close the window that is over, open the next one, and give it what has waited."""
        span = self._windows.span
        assert span is not None
        self._say(span.end)
        self._open(span.end)
        early, self._early = self._early, []
        for source, at, seen in early:
            if self._windows.due(at):
                self._early.append((source, at, seen))
            else:
                self._feed(source, at, seen)

    def _say(self, end: float) -> None:
        """Hand on the open window as it was at its `end`."""
        span = self._windows.span
        assert span is not None
        report, apart = self.report(end), list(self._apart(span.start, end))
        for vitals in self._sensors:
            vitals.turn(end)
        for metric in self.metrics():
            metric.restart(end)
        self.closed += 1
        for event in (report, *apart):
            self.say(event)

    def resume(self, saved: Report) -> None:
        """Take over the totals of the local day from a window that was saved on the same day."""
        wall = self._clock.wall(self._clock.now())
        if (saved.start + wall.offset) // DAY != int(wall.epoch + wall.offset) // DAY:
            return
        totals = {row.line: row for row in saved.lines}
        for line in self._lines:
            if line.line.name in totals:
                row = totals[Name(line.line.name)]
                line.resume(row.day_in, row.day_out)
        inside = {row.area: row.inside for row in saved.occupancy}
        for metric in self.metrics():
            if isinstance(metric, Occupancy) and metric.area in inside:
                metric.resume(inside[Name(metric.area)])

    def reset_totals(self) -> None:
        """The totals of the local day begin at zero again, and every area is empty."""
        for line in self._lines:
            line.resume(0, 0)
        for metric in self.metrics():
            if isinstance(metric, Occupancy):
                metric.resume(0)

    def report(self, end: float) -> Report:
        """The open window as it would be reported if it closed at clock second `end`; changes nothing."""
        span = self._windows.span
        start, seconds = (span.start, self._windows.seconds) if span else (end, 0)
        sections: dict[str, list[Event]] = defaultdict(list)
        tallies = [tally for metric in self.metrics() for tally in metric.tallies(start, end)]
        for tally in tallies + [tally for join in self.joins for tally in join(tallies, seconds)]:
            event = self._gate.release(tally) if tally.kind in SECTIONS else None
            if event is not None:
                sections[tally.kind].append(event)
        begin, state = self._date(start)
        return Report(
            start=begin,
            seconds=seconds,
            clock=state,
            epoch=self._epoch(),
            quality=tuple(self._quality(vitals, seconds, end) for vitals in self._sensors),
            **{kind: tuple(rows) for kind, rows in sections.items()},  # type: ignore[arg-type]
        )

    def _quality(self, vitals: Vitals, seconds: int, end: float) -> Quality:
        """What a sensor saw of the window; a metric of it that contradicts itself is a reason, too."""
        quality = vitals.quality(seconds, end)
        checked = [metric for metric in self._metrics[vitals.name] if isinstance(metric, Checked)]
        if quality.reason in (None, Reason.NOT_SEEN) and not all(metric.consistent for metric in checked):
            quality = replace(quality, reason=Reason.INCONSISTENT)
        for judge in self.judges:
            quality = judge(quality)
        return quality

    def _apart(self, start: float, end: float) -> Iterator[Event]:
        """What has a message of its own, because its time is longer than a window: the heat maps."""
        for metric in self.metrics():
            for tally in metric.tallies(start, end):
                if tally.kind == "heatmap":
                    moment = {"start": self.second(tally.start), "seconds": round(tally.end - tally.start)}
                    event = self._gate.release(tally, **moment)
                    if event is not None:
                        yield event

    def _open(self, at: float) -> None:
        wall = self._clock.wall(at)
        self._windows.open(at, wall.epoch, wall.offset)
        self._dated, self._opened = wall.state, wall.epoch
        day = int((wall.epoch + wall.offset) // DAY)
        if day > self._day >= 0:
            for metric in self.metrics():
                if isinstance(metric, Daily):
                    metric.begin_day(at)
        self._day = -1 if wall.state is ClockState.UNSYNCED else day

    def _date(self, start: float) -> tuple[int, ClockState]:
        """When the window began: as the wall clock said then, or says now if it has been set since."""
        wall = self._clock.wall(start)
        if self._dated is not ClockState.UNSYNCED:
            late = wall.epoch - self._opened
            if self._dated is ClockState.HOLDOVER and wall.state is ClockState.SYNCED and abs(late) > SLACK_S:
                seconds = self._windows.seconds
                begin = round((self._windows.begin + late + wall.offset) / seconds) * seconds - wall.offset
                return begin, wall.state
            return self._windows.begin, self._dated
        return round(start if wall.state is ClockState.UNSYNCED else wall.epoch), wall.state

    def second(self, at: float) -> int:
        """A moment in epoch seconds, or in seconds since boot while the clock has not been set."""
        wall = self._clock.wall(at)
        return round(at if wall.state is ClockState.UNSYNCED else wall.epoch)

    def _alert(self, alarms: Iterable[Tally]) -> None:
        for tally in alarms:
            event = self._gate.release(tally, at=self.second(tally.start))
            if event is not None:
                self.say(event)


def _behind(vitals: Vitals, end: float) -> bool:
    """Whether a sensor that was alive shortly before `end` will still speak of the time before it."""
    told = vitals.progress
    alive = vitals.sensor in SLOW and vitals.stage is Stage.RUNNING
    return alive and told is not None and end - GAP < told < end
