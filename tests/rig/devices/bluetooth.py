"""A Bluetooth adapter whose air is a list of adverts: a virtual controller behind the kernel's hci_vhci.

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


@dataclass(slots=True)
class Adapter:
    """`name` is the kernel's (`hci0`). Adverts are heard only while something scans, as with a real one."""

    name: str
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
            [sys.executable, "-m", "tests.rig.devices.controller"],
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
    plugged = Adapter("hci0")
    plugged.replug()
    command("systemctl", "start", "bluetooth.service")
    plugged._greeted()
    try:
        yield plugged
    finally:
        command("systemctl", "stop", "bluetooth.service")
        plugged.unplug()
        unload("hci_vhci")
