"""What live cameras share: open means that there is a picture, silence is a stall, and the newest picture wins."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import NamedTuple

from drivers.base import Clock, DriverMisconfigured, DriverUnavailable
from drivers.camera.ffmpeg import Decoder
from drivers.camera.timeline import Timeline
from drivers.stream import Latest, beside
from observations import Frame, Plane

OPENING_S = 10.0
"""Seconds that a camera may take from being asked to its first picture."""


class Taken(NamedTuple):
    """One picture of a live camera: clock seconds of its exposure, and the planes of a Frame."""

    at: float
    y: Plane
    u: Plane
    v: Plane


def stall_seconds(fps: float) -> float:
    """Seconds without a picture after which a camera that gives `fps` a second is stalled."""
    return max(2 / fps, 2.0)


@asynccontextmanager
async def live(name: str, pictures: AsyncGenerator[Taken, None]) -> AsyncIterator[AsyncIterator[Frame]]:
    """The camera `name`, which is open once its first picture is there; whoever reads slowly gets the newest.

    `pictures` never ends but by raising DriverUnavailable or DriverMisconfigured, which the reader gets to see.
    """
    latest: Latest[Frame] = Latest()
    async with beside(_pump(name, pictures, latest), f"camera-{name}"):
        await latest.ready()
        yield latest


async def _pump(name: str, pictures: AsyncGenerator[Taken, None], latest: Latest[Frame]) -> None:
    sequence = 0
    try:
        async with aclosing(pictures):
            async for at, y, u, v in pictures:
                latest.put(Frame(at, name, sequence, y, u, v))
                sequence += 1
                del y, u, v
    except (DriverUnavailable, DriverMisconfigured) as error:
        latest.close(error)


async def taken(decoding: AbstractAsyncContextManager[Decoder], clock: Clock) -> AsyncGenerator[Taken, None]:
    """What an ffmpeg gives of a live source, on the box's clock."""
    timeline = Timeline()
    async with decoding as decoder, aclosing(decoder.pictures()) as pictures:
        async for seconds, y, u, v in pictures:
            yield Taken(timeline.at(clock.now(), seconds), y, u, v)
            del y, u, v
        raise decoder.lost()
