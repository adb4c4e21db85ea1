"""The contract of a metric: fed with what was seen, asked at the window's end, and never told what time it is."""

from typing import Protocol, TypeVar, runtime_checkable

from observations import Tally

Seen = TypeVar("Seen", contravariant=True)


class Metric(Protocol[Seen]):
    """One figure that shops ask for. All times are clock seconds given by the caller.

    `tallies` is a pure question, asked at checkpoints and at the window's end; `restart` begins the next window and
    keeps what is alive (who is in the zone now). A metric never raises on what it is fed.
    """

    def feed(self, at: float, seen: Seen) -> None: ...

    def tallies(self, start: float, end: float) -> list[Tally]: ...

    def restart(self, at: float) -> None: ...


@runtime_checkable
class Checked(Protocol):
    """A metric that checks itself: while it is not consistent, its sensor's quality says so."""

    @property
    def consistent(self) -> bool: ...


@runtime_checkable
class Daily(Protocol):
    """A metric that starts anew with the local day."""

    def begin_day(self, at: float) -> None: ...


@runtime_checkable
class Momentary(Protocol):
    """A metric that has a figure of this very moment, too, for a display."""

    def now(self, at: float) -> list[Tally]: ...


@runtime_checkable
class Alarming(Protocol):
    """A metric that also notices what cannot wait: asked every second, it answers with what began or ended."""

    def alarms(self, at: float) -> list[Tally]: ...


@runtime_checkable
class Binned(Protocol):
    """A metric with histograms: (field of the report, upper bounds of its bins), for the backend to know."""

    @property
    def bounds(self) -> tuple[tuple[str, tuple[float, ...]], ...]: ...
