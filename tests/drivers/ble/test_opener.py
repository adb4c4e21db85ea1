"""Bluetooth's management socket comes from a process that may open it, or a reason why there is none does."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from drivers.base import DriverUnavailable
from drivers.ble.management import Management, handed_socket

Answer = Callable[[socket.socket], None]


@contextmanager
def opener(place: Path, answer: Answer) -> Iterator[Path]:
    """A listening socket as systemd has one; each connection is given to `answer`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(str(place))
        listening.listen()

        def serve() -> None:
            asking, _ = listening.accept()
            with asking:
                answer(asking)

        thread = threading.Thread(target=serve)
        thread.start()
        yield place
        thread.join()


def as_systemd_starts_it(asking: socket.socket) -> None:
    subprocess.run([sys.executable, "-m", "drivers.ble.opener"], stdin=asking.fileno(), check=True, timeout=30)


def has_bluetooth() -> bool:
    try:
        socket.socket(31, socket.SOCK_RAW, 1).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(has_bluetooth(), reason="this kernel has Bluetooth: tests/drivers/ble/test_rig.py")
def test_without_bluetooth_the_opener_says_so(tmp_path: Path) -> None:
    with opener(tmp_path / "opener", as_systemd_starts_it) as place, pytest.raises(DriverUnavailable) as refused:
        handed_socket(place)
    assert refused.value.code == "no_bluetooth"
    assert "load the adapter's module" in refused.value.reason


async def test_the_socket_that_is_handed_over_is_the_one_that_is_spoken_through(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, opener(tmp_path / "opener", lambda asking: _hand(asking, theirs)) as place:
        async with Management.open(partial(asyncio.to_thread, handed_socket, place), print) as management:
            asked = asyncio.create_task(management.adapters())
            await asyncio.sleep(0)
            assert ours.recv(64) == bytes.fromhex("0300 ffff 0000"), "read index list"
            ours.send(bytes.fromhex("0100 ffff 0500 0300 00 0000"))
            assert await asked == {}


def _hand(asking: socket.socket, end: socket.socket) -> None:
    socket.send_fds(asking, [b"opened"], [end.fileno()])
    end.close()


@pytest.mark.parametrize("answer", [lambda asking: None, lambda asking: asking.send(b"\xff\n")], ids=["none", "broken"])
def test_an_opener_that_says_nothing_of_use_is_a_refusal(tmp_path: Path, answer: Answer) -> None:
    with opener(tmp_path / "opener", answer) as place, pytest.raises(DriverUnavailable):
        handed_socket(place)


def test_no_opener_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(DriverUnavailable) as refused:
        handed_socket(tmp_path / "opener")
    assert refused.value.code == "denied"
