"""The box's adapters: found by index or address, unblocked, switched off and on, and pulled and replugged by software.

It asks the kernel first and bluetoothd where the kernel refuses; it never touches an adapter that it was not given.
"""

import fcntl
import logging
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.ble import mgmt
from drivers.ble.management import Connect, Management, kernel_socket
from drivers.ble.source import Adapter
from drivers.ble.watch import Step

_LOG = logging.getLogger(__name__)
# struct rfkill_event of linux/rfkill.h: index, type, operation, soft, hard; change all of type Bluetooth to unblocked.
_UNBLOCK_ALL_BLUETOOTH = struct.pack("<IBBBB", 0, 2, 3, 0, 0)
# _IO('U', 20) of linux/usbdevice_fs.h.
_USBDEVFS_RESET = 0x5514


class Host:
    """The machine under the adapters. `root` is where /sys and /dev are."""

    def __init__(self, connect: Connect = kernel_socket, root: Path = Path("/")) -> None:
        self._connect = connect
        self._root = root

    async def adapters(self) -> dict[int, Adapter]:
        """All adapters by index. Raises DriverUnavailable where there is neither kernel Bluetooth nor bluetoothd."""
        try:
            async with self._kernel() as kernel:
                found = await kernel.adapters()
        except DriverUnavailable as refused:
            return await self._told_by_bluetoothd(refused)
        return {i: Adapter(i, info.address, bool(info.flags & mgmt.POWERED)) for i, info in found.items()}

    async def _told_by_bluetoothd(self, refused: DriverUnavailable) -> dict[int, Adapter]:
        """What bluetoothd has; where it is not there either, what the kernel said is the better reason."""
        try:
            from drivers.ble.bluetoothd import Bluetoothd

            async with Bluetoothd.open() as bluetoothd:
                return await bluetoothd.adapters()
        except (ImportError, DriverUnavailable):
            raise refused from None

    async def find(self, target: str) -> Adapter:
        """The adapter of `target`: an index (`0`), an address, or nothing for the first. Raises DriverMisconfigured,
        and DriverUnavailable("gone") when it is not there."""
        wanted = _wanted(target)
        for index, adapter in sorted((await self.adapters()).items()):
            if wanted is None or wanted in (index, adapter.address):
                return adapter
        raise DriverUnavailable("gone", "no such Bluetooth adapter: `passerby ble survey` lists those that there are")

    async def ready(self, adapter: Adapter) -> Adapter:
        """Unblock and switch on what is off. Raises DriverUnavailable when it stays off."""
        self._unblock()
        if adapter.powered:
            return adapter
        await self._power(adapter, True)
        return Adapter(adapter.index, adapter.address, True)

    async def remedy(self, adapter: Adapter, step: Step) -> None:
        """Take one step. A step that this machine cannot take is logged and left out."""
        _LOG.warning("%s: remedy %s", adapter.name, step.value)
        if step is Step.USB_RESET and not self._replug(adapter):
            _LOG.warning("%s cannot be reset over USB; switching its power instead", adapter.name)
            step = Step.POWER_CYCLE
        if step is Step.POWER_CYCLE:
            try:
                await self._power(adapter, False)
                await self._power(adapter, True)
            except DriverUnavailable as error:
                _LOG.warning("%s did not change its power: %s", adapter.name, error.reason)

    @asynccontextmanager
    async def transmitting(self, adapter: Adapter, data: bytes) -> AsyncIterator[None]:
        """Send `data` as an advert that nobody can answer, for as long as the body. Raises DriverUnavailable."""
        async with self._kernel() as kernel:
            status = (await kernel.ask(mgmt.add_advertising(adapter.index, data))).status
            if status != mgmt.SUCCESS:
                raise DriverUnavailable("denied", f"the shop's beacon cannot be sent, status 0x{status:02x}")
            try:
                yield
            finally:
                with suppress(DriverUnavailable):
                    await kernel.ask(mgmt.remove_advertising(adapter.index), timeout=2.0)

    async def _power(self, adapter: Adapter, on: bool) -> None:
        try:
            async with self._kernel() as kernel:
                status = (await kernel.power(adapter.index, on)).status
        except DriverUnavailable:
            status = mgmt.PERMISSION_DENIED
        if status == mgmt.RFKILLED:
            raise DriverUnavailable("blocked", "the radio is switched off by rfkill: rfkill unblock bluetooth")
        if status == mgmt.PERMISSION_DENIED:
            try:
                from drivers.ble.bluetoothd import Bluetoothd
            except ImportError:
                raise DriverUnavailable("denied", "switching the radio's power needs CAP_NET_ADMIN") from None
            async with Bluetoothd.open() as bluetoothd:
                await bluetoothd.power(adapter, on)
        elif status != mgmt.SUCCESS:
            raise DriverUnavailable("stalled", f"the controller refused its power switch, status 0x{status:02x}")

    def _unblock(self) -> None:
        """Lift a soft block. Raises DriverUnavailable at a hard one, which is a switch in the case."""
        for switch in (self._root / "sys/class/rfkill").glob("rfkill*"):
            if _read(switch / "type") != "bluetooth":
                continue
            if _read(switch / "hard") == "1":
                raise DriverUnavailable("blocked", "the radio is switched off by a switch on this machine")
            if _read(switch / "soft") == "1":
                self._lift()

    def _lift(self) -> None:
        try:
            (self._root / "dev/rfkill").write_bytes(_UNBLOCK_ALL_BLUETOOTH)
        except OSError:
            raise DriverUnavailable("blocked", "the radio is switched off: rfkill unblock bluetooth") from None

    def _replug(self, adapter: Adapter) -> bool:
        """Take the adapter's USB device away from its driver and give it back, as a hand on the plug would.

        Only root may; the service's user resets its port instead, on which the driver begins anew as well.
        """
        device = (self._root / f"sys/class/bluetooth/{adapter.name}/device").resolve().parent
        authorized = device / "authorized"
        if not authorized.exists():
            return False
        try:
            authorized.write_text("0", encoding="ascii")
            authorized.write_text("1", encoding="ascii")
        except OSError:
            return self._reset_port(device)
        return True

    def _reset_port(self, device: Path) -> bool:
        bus, number = _read(device / "busnum"), _read(device / "devnum")
        try:
            port = os.open(self._root / f"dev/bus/usb/{int(bus):03}/{int(number):03}", os.O_WRONLY)
        except (OSError, ValueError):
            return False
        try:
            fcntl.ioctl(port, _USBDEVFS_RESET)
        except OSError:
            return False
        finally:
            os.close(port)
        return True

    @asynccontextmanager
    async def _kernel(self) -> AsyncIterator[Management]:
        async with Management.open(self._connect, lambda _: None) as kernel:
            yield kernel


def _wanted(target: str) -> int | bytes | None:
    if not target:
        return None
    if target.isascii() and target.isdigit():
        return int(target)
    try:
        address = bytes.fromhex(target.replace(":", ""))
    except ValueError:
        address = b""
    if len(address) != 6:
        raise DriverMisconfigured("bad_device", "an adapter is hci:0 by index or hci: and its address")
    return address


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
