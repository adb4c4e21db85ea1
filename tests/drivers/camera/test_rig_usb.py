"""USB cameras through the kernel's uvcvideo: motion JPEG is listed, streamed, lost with its cable and found again."""

import asyncio
import json
import os
import time
from pathlib import Path
from statistics import median

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.camera.v4l2 import V4l2Driver
from drivers.camera.v4l2_modes import Mode, capabilities, devices
from tests.drivers.camera.clocks import Boot
from tests.rig.devices import UsbCamera

pytestmark = pytest.mark.rig

TRIALS = 2
PATIENCE = 120.0
"""Seconds for what an emulated machine does in some tenths."""


def driver(camera: UsbCamera, options: str = "size=640x480&format=mjpeg") -> V4l2Driver:
    return V4l2Driver(Device.parse(f"{camera.device}?{options}"), name="door", clock=Boot(), fps=10.0)


async def first(camera: UsbCamera, options: str = "size=640x480&format=mjpeg") -> tuple[int, int]:
    """The size of the first picture, however often a slow machine needs to be asked."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with driver(camera, options).open() as frames:
                    frame = await anext(frames)
                    return frame.width, frame.height
            except DriverUnavailable:
                await asyncio.sleep(0.2)


def test_what_the_camera_offers_is_listed(usb_camera: UsbCamera) -> None:
    assert Path(usb_camera.path) in devices()
    card, modes = capabilities(Path(usb_camera.path))
    assert card.startswith("Passerby rig camera")
    assert sorted(modes) == [Mode("mjpeg", 640, 480, 10.0), Mode("mjpeg", 1280, 720, 10.0)]


async def test_motion_jpeg_becomes_pictures_that_move(usb_camera: UsbCamera) -> None:
    brightest: set[int] = set()
    async with asyncio.timeout(PATIENCE):
        while len(brightest) < 4:
            try:
                async with driver(usb_camera).open() as frames:
                    async for frame in frames:
                        assert (frame.width, frame.height) == (640, 480)
                        brightest.add(int(frame.y[240].argmax()) // 64)
                        if len(brightest) >= 4:
                            break
            except DriverUnavailable:
                continue
    assert await first(usb_camera, "size=1280x720") == (1280, 720)


@pytest.mark.timeout(600)
async def test_a_pulled_cable_is_noticed_and_a_returned_one_found_each_time(usb_camera: UsbCamera) -> None:
    noticed, back = [], []
    for _ in range(TRIALS):
        async with asyncio.timeout(PATIENCE):
            noticed.append(await _until_noticed(usb_camera))
        began = time.monotonic()
        usb_camera.plug()
        assert await first(usb_camera) == (640, 480)
        back.append(time.monotonic() - began)
        figures = {"trials": len(back), "noticed_s": _spread(noticed), "back_s": _spread(back)}
        (Path(os.environ["PASSERBY_RIG_RESULTS"]) / "usb_camera.json").write_text(json.dumps(figures), encoding="utf-8")
    assert median(noticed) < 10


async def _until_noticed(camera: UsbCamera) -> float:
    """Seconds from the pulled cable to the driver's word for it; the camera was streaming."""
    pulled = 0.0
    while not pulled:  # an emulated machine may let a camera stall before
        try:
            async with driver(camera).open() as frames:
                async for _ in frames:
                    if not pulled:
                        pulled = time.monotonic()
                        await asyncio.to_thread(camera.unplug)
        except DriverUnavailable:
            continue
    assert not Path(camera.path).exists()
    return time.monotonic() - pulled


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"median": round(median(seconds), 2), "worst": round(max(seconds), 2)}


async def test_a_camera_that_hangs_is_a_stall(usb_camera: UsbCamera) -> None:
    assert await first(usb_camera) == (640, 480)
    with pytest.raises(DriverUnavailable) as caught:
        await _frozen(usb_camera)
    assert caught.value.code in ("stalled", "gone")


async def _frozen(camera: UsbCamera) -> None:
    async with asyncio.timeout(PATIENCE), driver(camera).open() as frames:
        await anext(frames)
        camera.freeze()
        async for _ in frames:
            pass
