"""A camera in the simulated store, with a real camera's noise and light; it refuses to show what the plan hides."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from math import pi, sin
from typing import Protocol

import cv2
import numpy as np

from observations import Frame
from simulation.optics import Optics
from simulation.scene import Scene
from simulation.store import Store

_NOISE_TILE = 64


class Clock(Protocol):
    """The daemon's timeline, seconds."""

    def now(self) -> float: ...

    async def sleep_until(self, at: float) -> None: ...


class SimulatedCamera:
    """The device `sim:`: frames of `store` at `fps` of the clock's time, as `mount` `name` of its plan sees it."""

    def __init__(
        self, store: Store, *, name: str, clock: Clock, fps: float = 8.0, size: tuple[int, int] = (640, 360)
    ) -> None:
        self._store = store
        self._name = name
        self._clock = clock
        self._period = 1.0 / fps
        self._scene = Scene(store.plan, Optics(store.plan.mount(name), *size), store.seed)
        draw = np.random.default_rng(store.seed)
        shape = (size[1] + _NOISE_TILE, size[0] + _NOISE_TILE)
        self._noise = draw.normal(0, 3.0, shape).round().astype(np.int8)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Frame]]:
        """Frames until the store's hours are over. A late consumer gets the newest moment, and a hole in `sequence`."""
        frames = self._frames()
        try:
            yield frames
        finally:
            await frames.aclose()

    async def _frames(self) -> AsyncGenerator[Frame, None]:
        opened = self._clock.now()
        ends = self._store.origin + self._store.hours * 3600
        sequence = 0
        while opened + sequence * self._period < ends:
            await self._clock.sleep_until(opened + sequence * self._period)
            await asyncio.sleep(0)
            yield self.frame(opened + sequence * self._period, sequence)
            late = int((self._clock.now() - opened) / self._period)
            sequence = max(sequence + 1, late)

    def frame(self, at: float, sequence: int) -> Frame:
        """The picture of clock second `at`; the same for the same store, moment and number."""
        picture = self._scene.paint(self._store.present(at), at)
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        height, width = planes.shape[0] * 2 // 3, planes.shape[1]
        luma = planes[:height]
        cv2.convertScaleAbs(luma, dst=luma, alpha=light(at - self._store.origin))
        down, right = sequence * 37 % _NOISE_TILE, sequence * 23 % _NOISE_TILE
        noise = self._noise[down : down + height, right : right + width]
        cv2.add(luma, noise, dst=luma, dtype=cv2.CV_8U)
        chroma = planes[height:].reshape(2, height // 2, width // 2)
        return Frame(at, self._name, sequence, luma, chroma[0], chroma[1])


def light(seconds: float) -> float:
    """How bright the store is (1 = as painted): clouds, and a lamp that is switched every quarter of an hour."""
    clouds = 0.07 * sin(2 * pi * seconds / 311) + 0.04 * sin(2 * pi * seconds / 47)
    return 0.95 + clouds + (0.08 if int(seconds // 900) % 2 else 0.0)
