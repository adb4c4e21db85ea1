"""The virtual radios: a phone's genuine probe requests, heard in monitor mode while the channel hops."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.rig.devices import Monitor

pytestmark = pytest.mark.rig

ETH_P_ALL = 3
PROBE_REQUEST = 0x40
HOPS = (2412, 2437, 2462)


@contextmanager
def searching_phone(interface: str, ssid: str, folder: Path) -> Iterator[None]:
    """A wpa_supplicant that looks for a hidden network which is not there, as a phone in a shop does."""
    config = folder / "wpa.conf"
    channels = " ".join(str(frequency) for frequency in HOPS)
    network = f'ssid="{ssid}"\n scan_ssid=1\n key_mgmt=NONE\n scan_freq={channels}'
    config.write_text(f"autoscan=periodic:1\nnetwork={{\n {network}\n}}\n", encoding="ascii")
    program = shutil.which("wpa_supplicant", path="/usr/sbin:/sbin")
    assert program
    phone = subprocess.Popen([program, "-i", interface, "-D", "nl80211", "-c", str(config)], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        phone.terminate()
        phone.wait()


@contextmanager
def listening(interface: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(ETH_P_ALL)) as air:
        air.bind((interface, ETH_P_ALL))
        air.settimeout(0.2)
        yield air


def probe_requests(air: socket.socket, seconds: float) -> list[bytes]:
    """The probe requests heard in this time, without their radiotap header."""
    heard, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            packet = air.recv(4096)
        except TimeoutError:
            continue
        frame = packet[int.from_bytes(packet[2:4], "little") :]
        if frame[:1] == bytes([PROBE_REQUEST]):
            heard.append(frame)
    return heard


def test_the_interface_speaks_radiotap(monitor: Monitor) -> None:
    assert Path("/sys/class/net", monitor.interface, "type").read_text(encoding="ascii").strip() == "803"


def test_a_phones_search_is_heard_on_every_channel_the_monitor_hops_to(monitor: Monitor, tmp_path: Path) -> None:
    heard: dict[int, list[bytes]] = {frequency: [] for frequency in HOPS}
    until = time.monotonic() + 60
    with searching_phone(monitor.phone, "corner-shop", tmp_path), listening(monitor.interface) as air:
        while not all(heard.values()) and time.monotonic() < until:
            for frequency in HOPS:
                monitor.tune(frequency)
                heard[frequency] += probe_requests(air, 2.5)

    assert all(heard.values()), {frequency: len(frames) for frequency, frames in heard.items()}
    assert any(b"corner-shop" in frame for frames in heard.values() for frame in frames)


def test_another_channel_is_silence(monitor: Monitor) -> None:
    with listening(monitor.interface) as air:
        monitor.tune(2412)
        monitor.probe("elsewhere", 2462)
        assert not [frame for frame in probe_requests(air, 2.0) if b"elsewhere" in frame]

        monitor.tune(2462)
        monitor.probe("here", 2462)
        assert [frame for frame in probe_requests(air, 3.0) if b"here" in frame]


def test_the_speaker_puts_any_frame_on_the_air(monitor: Monitor) -> None:
    sender = bytes.fromhex("025555aa0001")
    frame = b"\x40\0\0\0" + b"\xff" * 6 + sender + b"\xff" * 6 + b"\0\0" + b"\0\0" + bytes.fromhex("010402040b16")
    with listening(monitor.interface) as air:
        monitor.transmit(frame, 2437)
        heard = probe_requests(air, 2.0)
    assert [found for found in heard if found[10:16] == sender and found.endswith(frame[24:])]


def test_a_pulled_stick_is_an_error_and_comes_back_under_its_name(monitor: Monitor) -> None:
    with listening(monitor.interface) as air:
        monitor.unplug()
        with pytest.raises(OSError, match="Network is down"):
            probe_requests(air, 10)
    assert not Path("/sys/class/net", monitor.interface).exists()

    monitor.replug()
    with listening(monitor.interface) as air:
        monitor.probe("back", 2437)
        assert [frame for frame in probe_requests(air, 3.0) if b"back" in frame]
