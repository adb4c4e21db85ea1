"""Network cameras: a real RTSP server that changes its mind, breaks, freezes, dies, and asks for a password."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.live import stall_seconds
from drivers.camera.rtsp import RtspDriver, playlist
from observations import Frame
from tests.drivers.camera.clocks import Boot
from tests.fakes.network_camera import missing, network_camera

USER, PASSWORD = "front door", "p@ss/w:rd'%20"
FPS = 25.0


def driver(address: str, secret: Path | None = None, decode: str = "all") -> RtspDriver:
    return RtspDriver(Device.parse(address), name="door", clock=Boot(), fps=FPS, secret=secret, decode=decode)


@pytest.fixture(scope="module")
def served() -> None:
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture
def secret(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "secret"
        file.write_text(text)
        file.chmod(0o600)
        return file

    return write


async def watch(camera: RtspDriver, look: Callable[[int, Frame], bool]) -> DriverUnavailable | None:
    """Read until `look` has seen enough; how the stream ended, if it did."""
    count = 0
    try:
        async with camera.open() as frames:
            async for frame in frames:
                count += 1
                if look(count, frame):
                    return None
    except DriverUnavailable as error:
        return error
    raise AssertionError("a live camera never just ends")


@pytest.mark.usefixtures("served")
async def test_streams_that_change_size_break_and_freeze_and_key_frames_alone() -> None:
    """All at once, because they mostly wait."""
    await asyncio.gather(_troubled("h264"), _troubled("h265"), _keys_only())


async def _troubled(codec: str) -> None:
    clock = Boot()
    sizes: set[tuple[int, int]] = set()
    frozen: list[float] = []
    end: DriverUnavailable | None = None
    with network_camera(codec, fps=25) as camera:

        def look(count: int, frame: Frame) -> bool:
            sizes.add((frame.width, frame.height))
            assert clock.now() >= frame.at
            orders = {4: "size 640x480", 16: "corrupt 0.002", 28: "corrupt 0"}
            if count in orders:
                camera.tell(orders[count])
            elif count == 32:
                camera.freeze()
                frozen.append(clock.now())
            return False

        while not frozen:  # a machine that is busy may let a stream stall before
            end = await watch(driver(camera.address), look)
    assert sizes >= {(320, 240), (640, 480)}, "and what a destroyed header may say"
    assert end is not None
    assert end.code == "stalled"
    assert clock.now() - frozen[0] < 3 * stall_seconds(FPS)


async def _keys_only() -> None:
    times: list[float] = []

    def look(count: int, frame: Frame) -> bool:
        times.append(frame.at)
        return count == 6

    with network_camera() as camera:
        assert await watch(driver(camera.address, decode="keys"), look) is None
    assert times[5] - times[0] > 2.5, "one a second; all of them would be ten"


@pytest.mark.usefixtures("served")
async def test_a_password_is_nowhere_to_be_seen_and_a_killed_camera_comes_back(
    secret: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    with network_camera(secret=f"{USER}:{PASSWORD}") as camera:
        right = driver(camera.address, secret(f"{USER}:{PASSWORD}\n"))

        def look(count: int, _: Frame) -> bool:
            if count == 3:
                shown = b"".join(_shown_of_children())
                assert b"ffmpeg" in shown
                assert not any(word.encode() in shown for word in (USER, PASSWORD, "p%40ss", "front%20door"))
                camera.kill()
            return False

        end = await watch(right, look)
        assert end is not None
        assert end.code == "gone"
        away = await watch(right, lambda *_: True)
        assert away is not None
        assert away.code == "unreachable"
        camera.start()
        assert await watch(right, lambda *_: True) is None
        wrong = await watch(driver(camera.address, secret(f"{USER}:{PASSWORD}x")), lambda *_: True)
        nobody = await watch(driver(camera.address), lambda *_: True)
    for refusal in (wrong, nobody):
        assert refusal is not None
        assert (refusal.code, refusal.patience) == ("unauthorized", 60.0)
        assert "p@ss" not in str(refusal)
    assert "p@ss" not in caplog.text


@pytest.mark.usefixtures("served")
def test_the_address_of_a_camera_that_is_away_is_nobody_else_s() -> None:
    """What is tested here is the test's camera: without its port it would never come back, whatever the driver does."""
    with network_camera() as camera, socket.socket() as other:
        address, at = camera.address, ("127.0.0.1", camera.port)
        camera.kill()
        with pytest.raises(OSError, match="in use"):
            other.bind(at)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(at, 10)
        camera.start()
        assert camera.address == address
        socket.create_connection(at, 10).close()


def _shown_of_children() -> Iterator[bytes]:
    """What everybody on the machine may read of our children, and what only we may."""
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        for file in ("cmdline", "environ"):
            yield Path(f"/proc/{child}/{file}").read_bytes()


async def test_nobody_there() -> None:
    end = await watch(driver("rtsp://127.0.0.1:9/cam"), lambda *_: True)
    assert end is not None
    assert end.code == "unreachable"


def test_a_password_in_the_device_string_is_refused_and_not_repeated() -> None:
    with pytest.raises(DriverMisconfigured) as refusal:
        driver("rtsp://admin:hunter2@10.0.0.9/cam")
    assert refusal.value.code == "secret_in_device"
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "admin", ":word", "admin:a\nb", "admin:\x00"])
def test_a_secret_that_is_none_is_refused_and_not_repeated(secret: Callable[[str], Path], text: str) -> None:
    with pytest.raises(DriverMisconfigured) as refusal:
        driver("rtsp://127.0.0.1:9/cam", secret(text)).open()
    assert refusal.value.code == "secret_unreadable"


def test_a_secret_that_others_may_read_is_refused(secret: Callable[[str], Path]) -> None:
    file = secret("a:b")
    file.chmod(0o440)
    driver("rtsp://127.0.0.1:9/cam", file).open()
    file.chmod(0o644)
    with pytest.raises(DriverMisconfigured, match="chmod 600"):
        driver("rtsp://127.0.0.1:9/cam", file).open()
    with pytest.raises(DriverMisconfigured, match="cannot be read"):
        driver("rtsp://127.0.0.1:9/cam", file.parent / "none").open()


def test_a_password_goes_where_the_camera_wants_it(secret: Callable[[str], Path]) -> None:
    plain = driver("rtsp://h:554/cam?channel=1", secret("ad min:p@ss"))
    assert plain._url() == "rtsp://ad%20min:p%40ss@h:554/cam?channel=1"
    inside = driver("rtsp://h/user={user}_password={password}_channel=1", secret("ad min:p@ss"))
    assert inside._url() == "rtsp://h/user=ad%20min_password=p%40ss_channel=1"


def test_a_query_of_the_camera_s_own_goes_along_and_quotes_end_nothing() -> None:
    told = playlist("rtsp://h/cam/realmonitor?channel=1&subtype=1'\\''")
    assert told.splitlines()[1] == rb"file 'rtsp://h/cam/realmonitor?channel=1&subtype=1'\''\'\'''\'''"
    for bad in ("rtsp:/h", "rtsp://h/a b", "rtsp://h/a\noption x y"):
        with pytest.raises(DriverMisconfigured):
            driver(bad)
