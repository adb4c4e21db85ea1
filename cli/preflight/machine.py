"""Power, temperature, clock, medium, room: what the kernel and the firmware say about the machine itself.

`root` stands for / so that the readings can be given by a test.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cli.preflight.check import Finding, failed, passed, warned

BITS = {0: "undervoltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
"""Of get_throttled; 16 to 19 say that the same has occurred since the boot."""
HOT_C, TOO_HOT_C = 70.0, 80.0
SLOW_S, TOO_SLOW_S = 0.2, 1.0
"""Of the slowest hundredth of synced writes."""
WRITES = 100
SPARE = 128 * 2**20


def power(root: Path = Path("/")) -> Finding:
    """The firmware's bits on undervoltage and throttling, now and since the boot."""
    file = root / "sys/devices/platform/soc/soc:firmware/get_throttled"
    if not (root / "proc/device-tree/model").exists() or not file.exists():
        return passed("power", "unknown: this is no Raspberry Pi, or its firmware does not say")
    bits = int(file.read_text(encoding="ascii").strip() or "0", 16)
    now = [name for bit, name in BITS.items() if bits >> bit & 1]
    before = [name for bit, name in BITS.items() if bits >> (bit + 16) & 1]
    remedy = "use the official power supply and a short, thick cable; let air to the case"
    if now:
        return failed("power", f"now: {', '.join(now)} (0x{bits:x})", remedy)
    if before:
        return warned("power", f"since the boot: {', '.join(before)} (0x{bits:x})", remedy)
    return passed("power", "never throttled since the boot (0x0)")


def temperature(root: Path = Path("/")) -> Finding:
    """The processor's temperature."""
    zones = sorted((root / "sys/class/thermal").glob("thermal_zone*/temp"))
    degrees = [int(zone.read_text(encoding="ascii")) / 1000 for zone in zones]
    if not degrees:
        return passed("temperature", "unknown: this machine does not say")
    hottest = max(degrees)
    remedy = "let air to the case, add a heat sink, move it out of the sun"
    if hottest >= TOO_HOT_C:
        return failed("temperature", f"{hottest:.0f} C: it is being slowed down", remedy)
    return (
        warned("temperature", f"{hottest:.0f} C", remedy)
        if hottest >= HOT_C
        else passed("temperature", f"{hottest:.0f} C")
    )


def clock() -> Finding:
    """Whether something keeps the clock right."""
    timedatectl = shutil.which("timedatectl")
    command = [timedatectl or "timedatectl", "show", "--property=NTPSynchronized", "--value"]
    said = ""
    if timedatectl:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if said == "yes":
        return passed("clock", f"synchronised: {now}")
    remedy = "let the box reach a time server (UDP 123), or name the shop's own in /etc/systemd/timesyncd.conf"
    return warned("clock", f"not known to be synchronised: {now}; windows are dated when it is", remedy)


def medium(state: Path, root: Path = Path("/")) -> Iterator[Finding]:
    """How the medium of the state answers synced writes, and how worn it says it is."""
    try:
        slowest = _slowest_sync(state)
    except OSError as error:
        yield failed("storage", f"{state}: {error.strerror}", "run as root, or give box.state a directory that exists")
    else:
        seen, remedy = (
            f"slowest hundredth of synced writes: {slowest * 1000:.0f} ms",
            "replace the SD card by a high-endurance one",
        )
        if slowest >= TOO_SLOW_S:
            yield failed("storage", seen, remedy)
        else:
            yield warned("storage", seen, remedy) if slowest >= SLOW_S else passed("storage", seen)
    yield _wear(root)


def _slowest_sync(folder: Path) -> float:
    times = []
    probe = folder / ".preflight"
    try:
        with probe.open("wb", buffering=0) as file:
            for number in range(WRITES):
                start = time.monotonic()
                os.pwrite(file.fileno(), bytes(4096), number % 8 * 4096)
                os.fdatasync(file.fileno())
                times.append(time.monotonic() - start)
    finally:
        probe.unlink(missing_ok=True)
    return sorted(times)[WRITES - 1 - WRITES // 100]


def _wear(root: Path) -> Finding:
    for device in sorted((root / "sys/block").glob("mmcblk*/device")):
        if (device / "life_time").exists():
            tenths = max(int(part, 16) for part in (device / "life_time").read_text(encoding="ascii").split())
            spare = (
                (device / "pre_eol_info").read_text(encoding="ascii").strip()
                if (device / "pre_eol_info").exists()
                else "0x01"
            )
            seen, remedy = f"{tenths * 10} % of the medium's life is used", "replace the medium"
            if tenths >= 11 or int(spare, 16) >= 3:
                return failed("wear", seen, remedy)
            return warned("wear", seen, remedy) if tenths >= 9 or int(spare, 16) == 2 else passed("wear", seen)
    return passed("wear", "unknown: SD cards do not say; status counts the bytes that were written")


def room(state: Path, quota: int) -> Finding:
    """Whether the outbox's quota fits beside what is there."""
    try:
        free = shutil.disk_usage(state).free
    except OSError as error:
        return failed("room", f"{state}: {error.strerror}", "give box.state a directory that exists")
    seen = f"{free / 2**20:.0f} MiB free, the outbox takes at most {quota / 2**20:.0f}"
    if free < quota + SPARE:
        return failed("room", seen, "free space, or lower outbox.quota")
    return passed("room", seen)
