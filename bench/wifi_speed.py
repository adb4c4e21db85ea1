"""Frames a second of one core, from bytes to a sighting, beside scapy and dpkt; and the kernel path on a TAP device."""

import argparse
import asyncio
import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time, sleep

from bench._machine import show
from drivers.base import Device
from drivers.wifi import port
from drivers.wifi.codec import probe_request
from drivers.wifi.driver import MonitorDriver
from drivers.wifi.pcap import records
from privacy.tokens import Tokeniser

TUNSETIFF, TUNSETLINK, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x400454CD, 2, 0x1000
INTERFACE = "pbbench0"
PEER_FRAMES = 400
POOL = 20_000
ELEMENTS = bytes.fromhex("0000010402040b1632080c1218243048606c0301062d1aef0117ffff") + bytes(21)
REST = bytes.fromhex("7f080400088400000040dd070050f208000000")


def invented() -> list[bytes]:
    """Probe requests as a phone makes them, where no capture is given."""
    return [_radiotap(-40 - n % 50) + _header(0x40, n) + ELEMENTS + REST for n in range(POOL)]


def _radiotap(rssi_dbm: int) -> bytes:
    return struct.pack("<BBHIBBHHbB", 0, 0, 16, 0x82E, 0, 2, 2437, 0xA0, rssi_dbm, 0)


def _header(kind: int, n: int) -> bytes:
    address = b"\xda\x11" + n.to_bytes(4, "big")
    return struct.pack("<HH6s6s6sH", kind, 0, b"\xff" * 6, address, b"\xff" * 6, n << 4 & 0xFFFF)


def recorded(folder: Path) -> list[bytes]:
    """The first frames of the captures of a folder."""
    frames: list[bytes] = []
    for path in sorted(folder.rglob("*.pcap*")):
        frames += [record.frame for record in records(path)]
        if len(frames) >= POOL:
            break
    return frames[:POOL]


def ours(frames: list[bytes]) -> int:
    """Every frame parsed, gated and tokenised; the sightings that came of it."""
    tokenise = Tokeniser(gate_dbm={"bench": -128}).tokenise
    seen = 0
    for frame in frames:
        request = probe_request(frame, 1.0, "bench")
        if request is not None and tokenise(request) is not None:
            seen += 1
    return seen


def with_scapy(frames: list[bytes]) -> None:
    from scapy.layers.dot11 import Dot11Elt, RadioTap

    for frame in frames:
        packet = RadioTap(frame)
        element = packet.getlayer(Dot11Elt)
        while element is not None:
            element = element.payload.getlayer(Dot11Elt)
        assert packet.addr2


def with_dpkt(frames: list[bytes]) -> None:
    from dpkt.radiotap import Radiotap

    for frame in frames:
        header = Radiotap(frame)
        wireless = header.data
        assert wireless.type == 0
        assert len(wireless.ies) > 0


def core_seconds(call: Callable[[], object], runs: int = 5) -> float:
    """Median seconds of the core that `runs` calls used, whatever else the machine was doing."""

    def once() -> float:
        start = process_time()
        call()
        return process_time() - start

    return median(once() for _ in range(runs))


def speeds(frames: list[bytes]) -> dict[str, object]:
    """Medians of five runs each, in seconds of the core; the peers get fewer frames, their figure is per frame."""
    few = frames[:PEER_FRAMES]
    own = len(frames) / core_seconds(lambda: ours(frames))
    scapy = len(few) / core_seconds(lambda: with_scapy(few))
    dpkt = len(few) / core_seconds(lambda: with_dpkt(few))
    return {
        "frames": len(frames),
        "sightings": ours(frames),
        "frames_per_s": round(own),
        "scapy_frames_per_s": round(scapy),
        "dpkt_frames_per_s": round(dpkt),
        "times_scapy": round(own / scapy, 1),
        "times_dpkt": round(own / dpkt, 1),
    }


class Ticking:
    """The clock of the event loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


async def kernel(rate: int, seconds: float) -> dict[str, object]:
    """`rate` frames a second on a TAP device, 95 % of them beacons, heard by the real driver in this process."""
    fd = _tap()
    driver = MonitorDriver(Device.parse(f"mon:{INTERFACE}"), name="bench", clock=Ticking())
    tokenise = Tokeniser().tokenise
    mix = [_radiotap(-50) + (_header(0x40, n) if n % 20 == 0 else _header(0x80, n)) + ELEMENTS for n in range(2000)]
    total = round(rate * seconds)
    wanted = sum(n % 20 == 0 for n in range(total))
    seen = 0
    try:
        async with driver.open() as heard:
            child = os.fork()
            if child == 0:
                _inject(fd, mix, rate, total)
            start = process_time()
            try:
                async with asyncio.timeout(seconds + 2):
                    async for request in heard:
                        seen += tokenise(request) is not None
                        if seen == wanted:
                            break
            except TimeoutError:
                pass
            busy = process_time() - start
            await asyncio.to_thread(os.waitpid, child, 0)
    finally:
        os.close(fd)
    return {
        "kernel_frames_per_s": rate,
        "kernel_probes_sent": wanted,
        "kernel_probes_seen": seen,
        "kernel_lost": driver.lost + driver.skipped,
        "kernel_share_of_core": round(busy / seconds, 4),
    }


def _tap() -> int:
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", INTERFACE.encode(), IFF_TAP | IFF_NO_PI))
    fcntl.ioctl(fd, TUNSETLINK, port.ARPHRD_RADIOTAP)
    port.set_up(INTERFACE, up=True)
    return fd


def _inject(fd: int, mix: list[bytes], rate: int, total: int) -> None:
    """Write the mix at an even rate and leave; runs in a process of its own, so that its time is not ours."""
    batch = max(1, rate // 200)
    for first in range(0, total, batch):
        for n in range(first, min(first + batch, total)):
            os.write(fd, mix[n % len(mix)])
        sleep(batch / rate)
    os._exit(0)


def main(argv: list[str]) -> int:
    """The TAP part is left out, and said to be, where the machine does not let us make one."""
    parser = argparse.ArgumentParser(prog="python -m bench wifi-speed", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="captures to parse; invented frames when absent")
    parser.add_argument("--rate", type=int, default=10_000, help="frames a second on the TAP device")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    figures = speeds(recorded(asked.folder) if asked.folder else invented())
    try:
        figures |= asyncio.run(kernel(asked.rate, asked.seconds))
    except OSError as error:
        figures["kernel"] = f"not measured: {error.strerror}"
    show(figures, asked.json)
    return 0
