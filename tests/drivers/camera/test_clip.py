"""Recordings as cameras: exact times, a normal end, clear refusals, and nothing left behind."""

import asyncio
import itertools
import os
import re
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.base import Device, DriverMisconfigured
from drivers.camera import ffmpeg
from drivers.camera.clip import ClipDriver
from drivers.stream import Latest
from observations import Frame
from tests.assets import VIDEO


class Wall:
    """The loop's own clock."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


class Frozen(Wall):
    """A clock that stands at 1000 s."""

    def now(self) -> float:
        return 1000.0


def render(path: Path, *arguments: str, frames: int = 12, size: str = "64x48", rate: str = "10") -> Path:
    """A clip made by ffmpeg itself: moving test pictures."""
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}", "-frames:v", str(frames)]
    command = [ffmpeg.ffmpeg_binary(), "-v", "error", "-y", *source, *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


def clip(path: Path, options: str = "speed=max", clock: Wall | None = None) -> ClipDriver:
    return ClipDriver(Device.parse(f"file:{path}?{options}"), name="door", clock=clock or Frozen())


async def times(driver: ClipDriver) -> list[float]:
    async with driver.open() as frames:
        return [round(frame.at - 1000.0, 6) async for frame in frames]


async def test_frames_carry_their_time_and_number_and_strided_planes(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p", frames=5)
    async with clip(path).open() as frames:
        seen = [(f.at, f.sequence, f.camera, f.y.shape, f.u.shape, f.v.shape) async for f in frames]
    assert seen == [(1000 + n / 10, n, "door", (48, 64), (24, 32), (24, 32)) for n in range(5)]


async def test_variable_frame_rate_keeps_each_picture_s_own_time(tmp_path: Path) -> None:
    uneven = ["-vf", "select='not(mod(n,3))+eq(n,1)'", "-fps_mode", "passthrough"]
    path = render(tmp_path / "vfr.mkv", *uneven, frames=5)
    assert await times(clip(path)) == [0.0, 0.1, 0.3, 0.6, 0.9]


@pytest.mark.parametrize("codec", [["-c:v", "libx264"], ["-c:v", "libx265", "-x265-params", "log-level=none"]])
async def test_h264_and_h265(tmp_path: Path, codec: list[str]) -> None:
    path = render(tmp_path / "c.mp4", *codec, "-pix_fmt", "yuv420p", frames=30)
    assert await times(clip(path)) == [round(n / 10, 6) for n in range(30)]


@pytest.mark.assets
@pytest.mark.parametrize("name", ["face-walking-2p.gif", "worker-zone.gif"])
async def test_gif_delays_are_the_file_s_own_and_not_a_frame_rate(name: str) -> None:
    control = re.findall(rb"\x21\xf9\x04.(..).\x00[\x2c\x21]", (VIDEO / name).read_bytes(), re.DOTALL)
    delays = [int.from_bytes(delay, "little") / 100 for delay in control]
    assert await times(clip(VIDEO / name)) == pytest.approx([0.0, *itertools.accumulate(delays)][:-1])


async def test_the_full_range_of_mjpeg_becomes_that_of_a_frame(tmp_path: Path) -> None:
    white = ["-vf", "lutyuv=y=255:u=128:v=128", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "2"]
    async with clip(render(tmp_path / "white.avi", *white, frames=2)).open() as frames:
        assert [(int(f.y.min()), int(f.y.max()), int(f.u.max())) async for f in frames] == [(235, 235, 128)] * 2


async def test_odd_sizes_lose_a_row_and_a_column(tmp_path: Path) -> None:
    path = render(tmp_path / "odd.gif", size="65x49", frames=2)
    async with clip(path).open() as frames:
        assert [(f.width, f.height) async for f in frames] == [(64, 48)] * 2


async def test_pictures_that_are_held_are_not_overwritten_and_others_are_reused(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p", frames=40)
    async with clip(path).open() as frames:
        first = await anext(frames)
        kept = first.y.copy()
        buffers = {frame.y.__array_interface__["data"][0] async for frame in frames}
    assert np.array_equal(first.y, kept)
    assert len(buffers) <= 3


async def test_a_loop_goes_on_where_the_clip_ended(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p", frames=3)
    async with clip(path, "speed=max&loop=1").open() as frames:
        seen = [(round(f.at - 1000, 6), f.sequence) for f in [await anext(frames) for _ in range(7)]]
    assert seen == [(n / 10, n) for n in range(7)]


async def test_real_speed_gives_frames_when_due_and_a_slow_reader_the_newest(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p", frames=12, rate="20")
    clock = Wall()
    start = clock.now()
    sequence = []
    async with clip(path, "speed=real", clock).open() as frames:
        async for frame in frames:
            assert clock.now() >= frame.at
            sequence.append(frame.sequence)
            await asyncio.sleep(0.12)
    assert clock.now() - start >= 11 / 20
    assert sequence[-1] == 11
    assert len(sequence) < 9


@pytest.mark.parametrize("keep", [0.3, 0.8])
@pytest.mark.parametrize("name", ["cut.mp4", "cut.gif", "cut.mkv"])
async def test_a_truncated_file_gives_its_pictures_and_then_says_so(tmp_path: Path, name: str, keep: float) -> None:
    options = [] if name.endswith("gif") else ["-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    path = render(tmp_path / name, *options, frames=60, size="320x240")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    count = 0
    with pytest.raises(DriverMisconfigured) as refusal:  # noqa: PT012 the pictures before the end are the point
        async with clip(path).open() as frames:
            async for _ in frames:
                count += 1
    assert refusal.value.code == "truncated"
    assert 0 < count < 60


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00\x00\x00\x18ftypmp42" + bytes(4000), bytes(range(256)) * 40])
@pytest.mark.parametrize("options", ["speed=max", "speed=real"])
async def test_what_is_no_video_is_refused_without_naming_the_file(
    tmp_path: Path, content: bytes, options: str
) -> None:
    path = tmp_path / "secret-name.mp4"
    path.write_bytes(content)
    with pytest.raises(DriverMisconfigured) as refusal:
        async with clip(path, options, Wall()).open() as frames:
            await anext(frames)
    assert refusal.value.code == "not_a_video"
    assert "secret-name" not in str(refusal.value)


async def test_a_missing_file_and_a_bad_option_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DriverMisconfigured, match="does not exist"):
        async with clip(tmp_path / "none.mp4").open():
            pass
    with pytest.raises(DriverMisconfigured, match="real or max"):
        clip(tmp_path / "none.mp4", "speed=fast")


async def test_no_ffmpeg_anywhere_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(DriverMisconfigured, match="apt install ffmpeg"):
        await times(clip(path))


def _held() -> tuple[int, set[str]]:
    """Open descriptors and living or unreaped children of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return len(list(Path("/proc/self/fd").iterdir())), set(children)


@pytest.mark.parametrize("options", ["speed=max&loop=1", "speed=real&loop=1"])
async def test_cancelling_leaves_no_child_and_no_descriptor(tmp_path: Path, options: str) -> None:
    path = render(tmp_path / "a.mp4", "-pix_fmt", "yuv420p", frames=100, rate="50")
    before = _held()

    async def watch(started: asyncio.Event) -> None:
        async with clip(path, options, Wall()).open() as frames:
            async for _ in frames:
                started.set()

    for _ in range(3):
        started = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch(started), name="watch")
            await asyncio.wait_for(started.wait(), 20)
            watching.cancel()
    await asyncio.sleep(0)
    assert _held() == before


async def test_a_folder_of_pictures_is_a_slow_clip(tmp_path: Path) -> None:
    for number, grey in enumerate((0, 128, 255)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((51, 40, 3), grey, np.uint8))
    driver = ClipDriver(Device.parse(f"images:{tmp_path}?fps=2&speed=max"), name="door", clock=Frozen())
    async with driver.open() as frames:
        seen = [(f.at - 1000, f.y.shape, int(f.y[0, 0])) async for f in frames]
    assert seen == [(0.0, (50, 40), 16), (0.5, (50, 40), 126), (1.0, (50, 40), 235)]


async def test_the_mailbox_keeps_the_newest_counts_the_rest_and_ends_as_told() -> None:
    box: Latest[int] = Latest()
    for item in (1, 2, 3):
        box.put(item)
    assert await anext(box) == 3
    assert box.skipped == 2
    box.put(4)
    box.close(ValueError("gone"))
    assert await anext(box) == 4
    with pytest.raises(ValueError, match="gone"):
        await anext(box)


def test_a_frame_shows_nothing_of_itself() -> None:
    plane = np.zeros((2, 2), np.uint8)
    assert repr(Frame(1.0, "door", 0, plane, plane, plane)) == "<Frame>"
