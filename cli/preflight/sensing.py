"""Cameras, monitors, adapters, readers and models of a configuration. A device that the daemon holds is asked of it."""

import asyncio
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.preflight.check import Finding, failed, passed, warned
from cli.words import words
from config import Config
from drivers.base import Device, Driver, DriverMisconfigured, DriverUnavailable
from drivers.registry import driver
from drivers.wifi.plan import interfaces
from inference.models import ModelRefused, checked, models_folder
from inference.models import model as row

FRAME_WAIT_S = 15.0
FRAMES = 10
DARK, BRIGHT = 25, 245
"""Mean luma below and above which a picture shows nothing."""
RADIOTAP = 803
HELD = ("running",)


def running(config: Config, sensors: dict[str, Any]) -> Iterator[Finding]:
    """Every sensor, as a daemon that holds the devices says it is."""
    for kind, names in _named(config).items():
        for name in names:
            one = sensors.get(name, {})
            code = one.get("reason")
            if one.get("state") in HELD and not code:
                yield passed(f"{kind} {name}", "the daemon reads it")
            else:
                word = words().get(code or "")
                remedy = word.person if word else "passerby sensors"
                yield failed(
                    f"{kind} {name}", f"{one.get('state', 'unknown to the daemon')} {code or ''}".strip(), remedy
                )


def _named(config: Config) -> dict[str, list[str]]:
    return {
        "camera": list(config.cameras),
        "monitor": list(config.wifi),
        "adapter": list(config.ble),
        "reader": list(config.readers),
        "till": list(config.tills),
        "gate": list(config.gates),
    }


def own(config: Config, root: Path = Path("/")) -> Iterator[Finding]:
    """Every sensor, opened or looked at here, for when no daemon runs."""
    for name, camera in config.cameras.items():
        yield _camera(name, Device.parse(camera.device))
    for name, radio in config.wifi.items():
        yield from _monitors(f"monitor {name}", Device.parse(radio.device), root)
    for name, bluetooth in config.ble.items():
        yield _adapter(f"adapter {name}", Device.parse(bluetooth.device), root)
    for name, reader in config.readers.items():
        yield _line(f"reader {name}", Device.parse(reader.device))
    for name, till in config.tills.items():
        yield _line(f"till {name}", Device.parse(till.device))
    for name, gate in config.gates.items():
        yield _line(f"gate {name}", Device.parse(gate.device))


class _Wall:
    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))


def _camera(name: str, device: Device) -> Finding:
    what = f"camera {name}"
    if device.scheme == "sim":
        return passed(what, "simulated")
    try:
        camera = driver(device, name=name, clock=_Wall())
        return asyncio.run(asyncio.wait_for(_looked(what, camera), FRAME_WAIT_S))
    except (DriverUnavailable, DriverMisconfigured) as refusal:
        word = words().get(refusal.code)
        return failed(what, f"{refusal.code}: {refusal.reason}", word.person if word else "passerby config check")
    except TimeoutError:
        return failed(
            what, f"no picture within {FRAME_WAIT_S:.0f} s", "check its cable and power; see who else uses it"
        )


async def _looked(what: str, camera: Driver[Any]) -> Finding:
    async with camera.open() as frames:
        luma, count, began = 0.0, 0, time.monotonic()
        size = ""
        async for frame in frames:
            luma, count, size = float(frame.y.mean()), count + 1, f"{frame.width}x{frame.height}"
            if count == FRAMES:
                break
        rate = count / max(time.monotonic() - began, 1e-3)
    if not count:
        return failed(what, "it opens but gives no picture", "check its cable and power")
    seen = f"{size}, about {rate:.0f} pictures/s, mean brightness {luma:.0f}"
    if not DARK <= luma <= BRIGHT:
        return warned(what, seen, "take the cap off; turn the light on; turn it away from the window")
    return passed(what, seen)


def _monitors(what: str, device: Device, root: Path) -> Iterator[Finding]:
    if device.scheme in ("sim", "pcap"):
        yield passed(what, "simulated") if device.scheme == "sim" else _file(what, device)
        return
    dongles = interfaces(device.target)
    for dongle in dongles:
        yield _monitor(what if len(dongles) == 1 else f"{what} {dongle}", dongle, root)


def _monitor(what: str, dongle: str, root: Path) -> Finding:
    interface = root / "sys/class/net" / dongle
    if not interface.exists():
        return failed(what, f"there is no interface {dongle}", words()["gone"].person)
    if int((interface / "type").read_text(encoding="ascii")) == RADIOTAP:
        return passed(what, f"{dongle} is in monitor mode")
    if (interface / "phy80211").exists():
        return warned(
            what,
            f"{dongle} is a radio, not yet in monitor mode",
            "passerby wifi prepare (as root); the service does so",
        )
    return failed(what, f"{dongle} is no WiFi radio", "name the radio that can monitor: iw dev")


def _adapter(what: str, device: Device, root: Path) -> Finding:
    if device.scheme in ("sim", "btsnoop"):
        return passed(what, "simulated") if device.scheme == "sim" else _file(what, device)
    adapters = sorted(path.name for path in (root / "sys/class/bluetooth").glob("hci*") if ":" not in path.name)
    wanted = f"hci{device.target}" if device.target.isdigit() else ""
    if not adapters or (wanted and wanted not in adapters):
        return failed(what, f"adapters here: {', '.join(adapters) or 'none'}", words()["no_bluetooth"].person)
    for switch in (root / "sys/class/rfkill").glob("rfkill*"):
        is_bluetooth = (switch / "type").read_text(encoding="ascii").strip() == "bluetooth"
        if is_bluetooth and (switch / "hard").read_text(encoding="ascii").strip() == "1":
            return failed(what, "switched off by a switch", words()["blocked"].person)
    return passed(what, f"{wanted or adapters[0]} is there")


def _line(what: str, device: Device) -> Finding:
    if device.scheme == "sim":
        return passed(what, "simulated")
    if device.scheme == "till-tcp":
        return passed(what, f"waits on {device.target}")
    try:
        mode = os.stat(device.target).st_mode  # noqa: PTH116 - a device, not a file of ours
    except OSError as error:
        return failed(what, f"{device.target}: {error.strerror}", words()["absent"].person)
    if not stat.S_ISCHR(mode):
        return failed(what, f"{device.target} is no serial device", words()["not_serial"].person)
    if not os.access(device.target, os.R_OK | os.W_OK):
        return failed(
            what, f"{device.target} may not be opened", "run as root; the service's udev rule gives it to passerby"
        )
    seen = f"{device.target} is there; whether a reader answers says: passerby rfid survey"
    return passed(what, seen)


def _file(what: str, device: Device) -> Finding:
    if Path(device.target).is_file():
        return passed(what, "a recording that exists")
    return failed(what, f"{device.target} does not exist", words()["missing"].person)


def models(config: Config) -> Iterator[Finding]:
    """Whether every model that a camera names is installed, and to the last bit the one of the manifest."""
    directory = config.models.directory
    place = models_folder(Path(directory) if directory else None)
    for name in sorted({camera.model for camera in config.cameras.values() if camera.model}):
        try:
            checked(row(name), place)
        except ModelRefused as refusal:
            yield failed(f"model {name}", f"{refusal.code}: {refusal.reason}", "passerby models install")
        else:
            yield passed(f"model {name}", "size and sha256 are right")
