"""`sim:` as a camera holds the box's clock from picture to picture, and lets go of it, at any rate of pictures."""

import asyncio
from itertools import pairwise

import pytest

from daemon.clock import BoxClock
from daemon.simulated import simulated_camera
from drivers.base import Device

PICTURES = 60


@pytest.mark.parametrize("fps", [3.0, 5.0, 8.0, 10.0, 12.5])
async def test_time_goes_on_after_every_picture_and_not_beyond_the_next(fps: float) -> None:
    clock = BoxClock("UTC", 1000.0)
    camera = simulated_camera(Device.parse("sim:?hours=0.05&seed=2"), name="floor", clock=clock, fps=fps)
    times = []
    async with asyncio.timeout(20), camera.open() as frames:
        async for frame in frames:
            times.append(frame.at)
            assert clock.now() <= frame.at + 1.01 / fps
            if len(times) == PICTURES:
                break
    assert all(after - before == pytest.approx(1 / fps) for before, after in pairwise(times))
