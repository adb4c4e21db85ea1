"""Somebody is there while the shop is closed: an alarm about a camera, never about who it is."""

from collections.abc import Callable, Iterator

from analytics.alarm import Alarm
from analytics.view import InView, View
from observations import Percept, Tally


class AfterHours:
    """One camera; `closed` knows the opening hours. It counts nothing, so its tallies are none."""

    def __init__(self, camera: str, closed: Callable[[float], bool], after: float = 3.0, clear: float = 60.0) -> None:
        self._closed = closed
        self._present: set[int] = set()
        self._alarm = Alarm("after_hours", camera, after=after, clear=clear)

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture."""
        self._present.update(track.number for track in seen.tracks)
        self._present.difference_update(seen.ended)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """None."""
        return []

    def restart(self, at: float) -> None:
        """Windows mean nothing to it."""

    def alarms(self, at: float) -> list[Tally]:
        """Persons present while it is closed."""
        return self._alarm.judge(at, bool(self._present) and self._closed(at), len(self._present))


@InView
def after_hours(view: View) -> Iterator[AfterHours]:
    """Of every camera, where the shop closes."""
    if view.closed is not None:
        yield AfterHours(view.camera, view.closed)
