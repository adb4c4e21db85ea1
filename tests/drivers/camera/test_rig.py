"""USB cameras on the kernel's own: what vivid offers is listed, streamed, lost with its cable and found again."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.camera.v4l2 import V4l2Driver
from drivers.camera.v4l2_modes import capabilities, devices
from tests.drivers.camera.clocks import Boot
from tests.rig.devices import Camera

pytestmark = pytest.mark.rig


def driver(camera: Camera) -> V4l2Driver:
    device = Device.parse(f"{camera.device}?size=640x480")
    return V4l2Driver(device, name="door", clock=Boot(), fps=5.0)


async def first(camera: Camera) -> tuple[int, int]:
    """The size of the first picture, however often a slow machine needs to be asked."""
    while True:
        try:
            async with driver(camera).open() as frames:
                frame = await anext(frames)
                return frame.width, frame.height
        except DriverUnavailable:
            await asyncio.sleep(0.5)


def test_what_a_camera_offers_is_listed(camera: Camera) -> None:
    assert Path(camera.path) in devices()
    card, modes = capabilities(Path(camera.path))
    assert card == "vivid"
    assert {mode.format for mode in modes} >= {"yuyv422"}
    assert any((mode.width, mode.height) == (640, 480) and mode.fps >= 15 for mode in modes)


async def test_pictures_move_and_a_pulled_cable_is_an_end_until_it_is_back(camera: Camera) -> None:
    assert await first(camera) == (640, 480)
    seen: set[int] = set()
    unplugged = False
    while not unplugged:  # an emulated machine may let a camera stall before
        with suppress(DriverUnavailable):
            async with driver(camera).open() as frames:
                async for frame in frames:
                    seen.add(hash(frame.y.tobytes()))
                    assert frame.y.std() > 20
                    if len(seen) >= 3 and not unplugged:
                        camera.unplug()
                        unplugged = True
    camera.replug()
    assert await first(camera) == (640, 480)
