"""CSI cameras against a double of picamera2 in the child: padding, sensor time, hangs, and what it cannot have."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.picamera import PicameraDriver
from tests.drivers.camera.clocks import Boot
from tests.fakes.picamera2 import U, V

FAKES = Path(__file__).parents[2] / "fakes"


@pytest.fixture(autouse=True)
def double(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    return monkeypatch


def camera(device: str = "picamera:0", fps: float = 20.0) -> PicameraDriver:
    return PicameraDriver(Device.parse(device), name="door", clock=Boot(), fps=fps, size=(400, 300))


@pytest.mark.parametrize(("words", "stride"), [("", 448), ("pisp", 512)])
async def test_padded_rows_are_views_and_the_time_is_the_sensor_s(
    double: pytest.MonkeyPatch, words: str, stride: int
) -> None:
    double.setenv("PICAMERA_DOUBLE", words)
    clock, times = Boot(), []
    async with camera().open() as frames:
        async for frame in frames:
            assert (frame.width, frame.height, frame.y.strides[0], frame.u.strides[0]) == (
                400,
                300,
                stride,
                stride // 2,
            )
            corner = int(frame.y[0, 0])
            assert np.array_equal(frame.y, np.add.outer(np.arange(300), np.arange(400)) + corner & 0xFF)
            assert np.all(frame.u == U)
            assert np.all(frame.v == V)
            assert 0 <= clock.now() - frame.at < 60
            times.append((frame.sequence, frame.at))
            if len(times) == 8:
                break
    (first, began), (last, ended) = times[0], times[-1]
    assert ended - began == pytest.approx((last - first) / 20, abs=1e-3)


async def test_size_is_an_option(double: pytest.MonkeyPatch) -> None:
    async with camera("picamera:0?size=640x480").open() as frames:
        assert (await anext(frames)).y.shape == (480, 640)


@pytest.mark.parametrize(
    ("words", "code"), [("none", "absent"), ("busy", "busy"), ("crash=3", "gone"), ("hang=3", "stalled")]
)
async def test_what_can_go_wrong_is_told_apart_and_tried_again(
    double: pytest.MonkeyPatch, words: str, code: str
) -> None:
    double.setenv("PICAMERA_DOUBLE", words)
    with pytest.raises(DriverUnavailable) as refusal:  # noqa: PT012 some come only after pictures
        async with camera().open() as frames:
            async for _ in frames:
                pass
    assert refusal.value.code == code


async def test_no_picamera2_names_the_remedy(double: pytest.MonkeyPatch) -> None:
    double.delenv("PYTHONPATH")
    with pytest.raises(DriverMisconfigured, match="apt install python3-picamera2"):
        async with camera().open():
            pass


@pytest.mark.parametrize("device", ["picamera:", "picamera:left", "picamera:0?size=641x480", "picamera:0?size=big"])
def test_a_wrong_device_string_is_refused(device: str) -> None:
    with pytest.raises(DriverMisconfigured):
        camera(device)


@pytest.mark.hardware
async def test_a_real_camera_gives_pictures(double: pytest.MonkeyPatch) -> None:
    double.delenv("PYTHONPATH")
    try:
        from picamera2 import Picamera2
    except ImportError:
        pytest.skip("no picamera2 here: this runs on a Raspberry Pi, in a venv with system site packages")
    if not Picamera2.global_camera_info():
        pytest.skip("no camera on the CSI connector")
    async with camera(fps=10.0).open() as frames:
        seen = [await anext(frames) for _ in range(20)]
    assert all(0 <= later.at - earlier.at < 1 for earlier, later in pairwise(seen))
