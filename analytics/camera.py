"""All that is counted in one camera's pictures: the persons are found once, then every metric is fed with them."""

from collections.abc import Sequence

from analytics.metric import Alarming, Binned, Checked, Daily, Metric, Momentary
from analytics.steady import Steady
from observations import Percept, Tally


class CameraMetrics:
    """The metrics of one camera as one metric. What is fed may come late, twice or not at all (`analytics.steady`)."""

    def __init__(self, metrics: Sequence[Metric[Percept]]) -> None:
        self.metrics = tuple(metrics)
        self._alarming = [metric for metric in metrics if isinstance(metric, Alarming)]
        self._steady = Steady()

    def feed(self, at: float, seen: Percept) -> None:
        """One picture, as the tracker told it."""
        persons = self._steady.steady(at, seen)
        if persons is not None:
            for metric in self.metrics:
                metric.feed(at, persons)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Everything counted since the last restart."""
        return [tally for metric in self.metrics for tally in metric.tallies(start, end)]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        for metric in self.metrics:
            metric.restart(at)

    @property
    def consistent(self) -> bool:
        """Whether all metrics that check themselves hold."""
        return all(metric.consistent for metric in self.metrics if isinstance(metric, Checked))

    @property
    def bounds(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Of every histogram, once."""
        return tuple({one: None for metric in self.metrics if isinstance(metric, Binned) for one in metric.bounds})

    def begin_day(self, at: float) -> None:
        """The local day begins."""
        for metric in self.metrics:
            if isinstance(metric, Daily):
                metric.begin_day(at)

    def now(self, at: float) -> list[Tally]:
        """The figures of this moment, of every metric that has some."""
        return [tally for metric in self.metrics if isinstance(metric, Momentary) for tally in metric.now(at)]

    def alarms(self, at: float) -> list[Tally]:
        """What cannot wait, from every metric that notices such things."""
        return [tally for metric in self._alarming for tally in metric.alarms(at)]
