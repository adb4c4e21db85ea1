"""When windows open and close: aligned to local wall time, measured on the monotonic clock, immune to steps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """One window on the monotonic clock, in seconds."""

    start: float
    end: float


class Windows:
    """The sequence of windows of `seconds`. Each is planned when it opens and kept whatever the wall clock does."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.span: Span | None = None
        self.begin = 0

    def open(self, at: float, epoch: float, offset: int) -> Span:
        """Begin a window at clock second `at`, which is `epoch` of a zone `offset` seconds east of UTC.

        It ends at the next multiple of its length since local midnight, so the first one is short; `begin` is the
        multiple (epoch seconds) that it is dated by. Who follows on another window is never cut to less than a second
        by a wall clock that was slewed meanwhile.
        """
        into = (epoch + offset) % self.seconds
        if self.span is not None and self.seconds - into < min(1.0, self.seconds / 10):
            into -= self.seconds
        self.begin = round(epoch - into)
        self.span = Span(at, at + self.seconds - into)
        return self.span

    def due(self, at: float) -> bool:
        """Whether the open window is over at clock second `at`."""
        return self.span is not None and at >= self.span.end
