"""A line and the frames on it: questions with answers, and the stream in between; silence is an answer too."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.rfid.codec.framing import Deframer, Framing, Noise, Tag
from drivers.serial_line import Line

Decoded = TypeVar("Decoded")

ANSWER_S = 0.4
HELLO_S = 0.2
_QUIET_S = 0.05
"""After this pause an unfinished frame will not be finished: at 9600 baud it is 48 byte times."""


@dataclass(slots=True)
class Sweep:
    """What one antenna answered in one epoch, before its meaning is looked at."""

    antenna: int
    tags: list[Tag] = field(default_factory=list)


class Link(Generic[Decoded]):
    """The frames of one family on one line."""

    def __init__(self, line: Line, framing: Framing[Decoded]) -> None:
        self._line = line
        self._deframer = Deframer(framing)

    @property
    def noise(self) -> Noise:
        return self._deframer.noise

    async def send(self, wire: bytes) -> None:
        """Write one frame."""
        await self._line.write(wire)

    async def frames(self, within: float) -> list[Decoded]:
        """The frames that arrive next; none when there is no whole one for `within` seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        frames: list[Decoded] = []
        while not frames and (left := until - loop.time()) > 0:
            chunk = await self._line.read(min(left, _QUIET_S) if len(self._deframer) else left)
            frames = self._deframer.feed(chunk) if chunk else self._deframer.flush()
        return frames

    async def ask(
        self, wire: bytes, answers: Callable[[Decoded], bool], *, within: float = ANSWER_S, tries: int = 3
    ) -> Decoded | None:
        """Send a question until a frame `answers` it, at most `tries` times; other frames in between are dropped."""
        loop = asyncio.get_running_loop()
        for _ in range(tries):
            await self.send(wire)
            until = loop.time() + within
            while (left := until - loop.time()) > 0:
                for frame in await self.frames(left):
                    if answers(frame):
                        return frame
        return None

    async def demand(self, wire: bytes, answers: Callable[[Decoded], bool], what: str) -> Decoded:
        """Like `ask`, but silence raises DriverUnavailable naming `what` was asked."""
        answer = await self.ask(wire, answers)
        if answer is None:
            raise DriverUnavailable("stalled", f"the reader does not answer when asked for its {what}")
        return answer


def refused(what: str, wanted: object, told: object) -> DriverMisconfigured:
    """The reader was told and still says something else."""
    return DriverMisconfigured("refused", f"the reader does not take the {what}: wanted {wanted}, it says {told}")
