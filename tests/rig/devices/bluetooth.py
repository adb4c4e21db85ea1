"""A Bluetooth adapter whose air is a list of adverts: a virtual controller behind hci_vhci, or in a stick behind btusb.

The kernel, its management socket and bluetoothd are the real ones. The controller runs in a child process, because a
test that blocks its own loop must not make the radio silent. With nothing to advertise it is an adapter in a desert.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.rig.devices._kernel import command, eventually, load, unload
from tests.rig.devices.ports import ENDPOINTS, GADGET


@dataclass(slots=True)
class Adapter:
    """`name` is the kernel's (`hci0`). Adverts are heard only while something scans, as with a real one."""

    name: str
    place: str = "vhci"
    _controller: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def device(self) -> str:
        """As the configuration names it."""
        return f"hci:{self.name.removeprefix('hci')}"

    def advertise(
        self, address: str, data: bytes, rssi_dbm: int, *, per_second: float = 5.0, random: bool = True
    ) -> None:
        """From now on `address` (AA:BB:...) advertises `data` (AD structures, at most 31 bytes) at `rssi_dbm`.

        A second call with the same address replaces what it says; `per_second=0` silences it.
        """
        self._tell({"address": address, "data": data.hex(), "rssi": rssi_dbm, "hz": per_second, "random": random})

    def transmitted(self) -> bytes:
        """The advertising data that the adapter itself has on the air; empty while it is silent."""
        self._tell({"ask": "air"})
        assert self._controller is not None
        assert self._controller.stdout is not None
        return bytes.fromhex(self._controller.stdout.readline())

    def unplug(self) -> None:
        """The controller is gone, as a stick that was pulled."""
        if self._controller is not None:
            self._controller.kill()
            self._controller.communicate()
            self._controller = None
        eventually(f"the end of {self.name}", lambda: not Path("/sys/class/bluetooth", self.name).exists())

    def replug(self) -> None:
        """A controller is there again, with nothing to say until `advertise`."""
        self._controller = subprocess.Popen(
            [sys.executable, "-m", "tests.rig.devices.controller", self.place, self.name.removeprefix("hci")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._controller.stdout is not None
        assert self._controller.stdout.readline().strip() == "ready"
        eventually(self.name, lambda: Path("/sys/class/bluetooth", self.name).exists())
        if _says("systemctl", "is-active", "bluetooth.service") == "active":
            self._greeted()

    def _greeted(self) -> None:
        """Wait until bluetoothd has found the adapter and powered it."""
        of_adapter = ("org.bluez", f"/org/bluez/{self.name}", "org.bluez.Adapter1", "Powered")
        eventually(f"power for {self.name}", lambda: _says("busctl", "get-property", *of_adapter) == "b true", 30)

    def _tell(self, advert: dict[str, object]) -> None:
        assert self._controller is not None
        assert self._controller.stdin is not None
        self._controller.stdin.write(json.dumps(advert) + "\n")
        self._controller.stdin.flush()


def _says(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def adapter() -> Iterator[Adapter]:
    """One adapter and a running bluetoothd for one test."""
    load("hci_vhci")
    with _plugged(Adapter("hci0")) as plugged:
        yield plugged
    unload("hci_vhci")


@contextmanager
def second_adapter() -> Iterator[Adapter]:
    """Another one beside `adapter`, with its own air."""
    plugged = Adapter("hci1")
    plugged.replug()
    try:
        yield plugged
    finally:
        plugged.unplug()


@contextmanager
def stick() -> Iterator[Adapter]:
    """An adapter on the kernel's own USB, with a gadget at the far end, and a running bluetoothd."""
    load("dummy_hcd")
    load("usb_f_fs")
    load("btusb")
    with _gadget(), _plugged(Adapter("hci0", "usb")) as plugged:
        yield plugged
    unload("btusb")
    unload("dummy_hcd")


@contextmanager
def _plugged(plugged: Adapter) -> Iterator[Adapter]:
    plugged.replug()
    command("systemctl", "start", "bluetooth.service")
    plugged._greeted()
    try:
        yield plugged
    finally:
        command("systemctl", "stop", "bluetooth.service")
        plugged.unplug()


@contextmanager
def _gadget() -> Iterator[None]:
    """A USB device of Bluetooth's class whose one function a program plays (tests.rig.devices.ports)."""
    mounted = subprocess.run(["mountpoint", "-q", "/sys/kernel/config"], check=False).returncode == 0
    if not mounted:
        command("mount", "-t", "configfs", "none", "/sys/kernel/config")
    function, configuration = GADGET / "functions/ffs.stick", GADGET / "configs/c.1"
    for folder in (GADGET, function, configuration):
        folder.mkdir()
    numbers = {"idVendor": "0x1d6b", "idProduct": "0x0104", "bDeviceClass": "0xe0"}
    for name, number in {**numbers, "bDeviceSubClass": "1", "bDeviceProtocol": "1"}.items():
        (GADGET / name).write_text(number, encoding="ascii")
    (configuration / function.name).symlink_to(function)
    ENDPOINTS.mkdir(exist_ok=True)
    command("mount", "-t", "functionfs", "stick", str(ENDPOINTS))
    try:
        yield
    finally:
        command("umount", str(ENDPOINTS))
        (configuration / function.name).unlink()
        for folder in (configuration, function, GADGET):
            folder.rmdir()
