"""What live cameras share: their time on the box's clock, the mode that is chosen, a Jetson's pipeline, no growth."""

import asyncio
import os
import random
import shutil
from pathlib import Path

import numpy as np
import psutil
import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.ffmpeg import Pictures
from drivers.camera.nvargus import NvargusDriver, pipeline
from drivers.camera.rtsp import RtspDriver
from drivers.camera.timeline import DRIFT, Timeline
from drivers.camera.v4l2 import V4l2Driver, choose
from drivers.camera.v4l2_modes import Mode
from tests.drivers.camera.clocks import Boot


def test_time_is_that_of_the_least_delayed_picture() -> None:
    """A camera whose quartz is 50 ppm slow, delays of 20 to 220 ms: soon all that is left of them is the least."""
    rng, timeline = random.Random(6), Timeline()
    before = float("-inf")
    for n in range(6000):
        taken = 500 + n / 10
        at = timeline.at(taken + 0.02 + 0.2 * rng.random() ** 2, n / 10 * (1 - 50e-6))
        assert at >= before
        before = at
        if n > 100:
            assert taken <= at < taken + 0.05


def test_a_stamp_that_leaps_begins_anew() -> None:
    timeline = Timeline()
    assert timeline.at(100.0, 0.0) == 100.0
    assert timeline.at(100.3, 0.1) == pytest.approx(100.1, abs=DRIFT)
    assert timeline.at(100.5, 7000.0) == 100.5
    assert timeline.at(101.0, 0.0) == 101.0


@pytest.mark.parametrize(
    ("fps", "wanted"),
    [
        (5.0, Mode("yuyv422", 1280, 720, 5.0)),
        (10.0, Mode("mjpeg", 1280, 720, 30.0)),
        (60.0, Mode("mjpeg", 640, 480, 60.0)),
        (120.0, Mode("mjpeg", 640, 480, 60.0)),
    ],
)
def test_the_mode_is_fast_enough_then_large_enough_then_uncompressed(fps: float, wanted: Mode) -> None:
    modes = [
        Mode("yuyv422", 640, 480, 30.0),
        Mode("yuyv422", 1280, 720, 5.0),
        Mode("mjpeg", 640, 480, 60.0),
        Mode("mjpeg", 1280, 720, 30.0),
        Mode("mjpeg", 1920, 1080, 30.0),
    ]
    assert choose(modes, fps) == wanted
    assert choose([], fps) is None


async def test_a_usb_device_that_is_not_there_or_is_none() -> None:
    for path, code in (("/dev/video250", "absent"), ("/dev/null", "gone")):
        with pytest.raises(DriverUnavailable) as refusal:
            async with V4l2Driver(Device.parse(f"v4l2:{path}"), name="door", clock=Boot(), fps=10.0).open():
                pass
        assert refusal.value.code == code
    for device in ("v4l2:video0", "v4l2:/dev/video0?format=h264", "v4l2:/dev/video0?size=7"):
        with pytest.raises(DriverMisconfigured):
            V4l2Driver(Device.parse(device), name="door", clock=Boot(), fps=10.0)


def test_padding_is_in_no_plane() -> None:
    pictures = Pictures(6, 4, stride=16)
    buffer = pictures.free()
    buffer[:] = np.arange(96)
    y, u, v = pictures.planes(buffer)
    assert (y[1, 0], y.shape, u[0, 0], u[1, 0], u.shape, v[0, 0], v.shape) == (16, (4, 6), 64, 72, (2, 3), 80, (2, 3))


def test_the_pipeline_of_a_jetson_s_camera() -> None:
    assert pipeline(1, (1280, 720), 12.5) == (
        "nvarguscamerasrc sensor-id=1 ! video/x-raw(memory:NVMM),format=NV12"
        " ! videorate drop-only=true ! video/x-raw(memory:NVMM),framerate=12500/1000"
        " ! nvvidconv ! video/x-raw,format=I420,width=1280,height=720"
        " ! queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! fdsink fd=1 sync=false"
    )
    for device in ("nvargus:csi", "nvargus:0?size=1284x720"):
        with pytest.raises(DriverMisconfigured):
            NvargusDriver(Device.parse(device), name="door", clock=Boot(), fps=10.0)


async def test_the_rest_of_that_pipeline_runs_where_a_test_picture_stands_in_for_the_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = shutil.which("gst-launch-1.0")
    if launch is None:
        pytest.skip("no GStreamer: sudo apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base")
    swap = "s/nvarguscamerasrc sensor-id=0/videotestsrc is-live=true pattern=white/; s/(memory:NVMM)//g; "
    _program(
        tmp_path / "gst-launch-1.0", f'exec {launch} $(echo "$@" | sed "{swap}s/nvvidconv/videoconvert ! videoscale/")'
    )
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    driver = NvargusDriver(Device.parse("nvargus:0?size=328x240"), name="door", clock=Boot(), fps=10.0)
    async with driver.open() as frames:
        seen = [await anext(frames) for _ in range(3)]
    assert [(frame.y.shape, int(frame.y.min()), int(frame.u.max())) for frame in seen] == [((240, 328), 235, 128)] * 3


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


_PICTURE = "[s] config in time_base: 1/10\\n[s] n: 0 pts: 7 s:8x8 i:P\\n"
FAILURES = {
    "unauthorized": "echo method DESCRIBE failed: 401 Unauthorized >&2; exit 1",
    "unreachable": "exec 1>&-; echo Connection refused >&2",
    "gone": f"printf '{_PICTURE}' >&2; head -c 96 /dev/zero; head -c 300000 /dev/zero >&2 &",
}


async def test_500_failures_in_a_row_leave_everything_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ends at once, ends with its pipe closed, a picture and then a flood from a child of the child."""
    for code, script in FAILURES.items():
        (tmp_path / code).mkdir()
        _program(tmp_path / code / "ffmpeg", script)
    path = os.environ["PATH"]
    driver = RtspDriver(Device.parse("rtsp://127.0.0.1:9/cam"), name="door", clock=Boot(), fps=10.0)

    async def fail(times: int) -> None:
        for n in range(times):
            code = list(FAILURES)[n % len(FAILURES)]
            monkeypatch.setenv("PATH", f"{tmp_path / code}{os.pathsep}{path}")
            with pytest.raises(DriverUnavailable) as refusal:  # noqa: PT012 some come only after a picture
                async with driver.open() as frames:
                    async for _ in frames:
                        pass
            assert refusal.value.code == code

    await fail(30)
    before = held()
    await fail(500)
    async with asyncio.timeout(60):  # the thread that reaped the last child may still be on its way out
        while any(now > then for now, then in zip(held()[1:], before[1:], strict=True)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert held()[0] - before[0] < 4 << 20


def held() -> tuple[int, int, int, int]:
    """Resident bytes, threads, descriptors and children of this process."""
    me = psutil.Process()
    return me.memory_info().rss, me.num_threads(), me.num_fds(), len(me.children(recursive=True))
