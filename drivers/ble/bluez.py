"""The sources through bluetoothd, by bleak: passive where its monitors work, active where nothing else does.

What D-Bus merges it merges: fewer adverts than the kernel saw, and never their raw bytes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from drivers.base import DriverUnavailable
from drivers.ble.bluetoothd import Bluetoothd, unavailable
from drivers.ble.patterns import MOST_FOR_BLUETOOTHD, PATTERNS
from drivers.ble.payload import Payload, short_uuid
from drivers.ble.source import Adapter, Fail, Hear, Heard, SourceName
from drivers.stream import beside

_START_S, _STOP_S = 15.0, 5.0
_NO_RSSI = -127
_REASONS = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: ("gone", "bluetoothd has no adapter"),
    BleakBluetoothNotAvailableReason.POWERED_OFF: ("powered_off", "the adapter is switched off"),
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: ("denied", "the bus does not let this user use Bluetooth"),
}

# At its debug level bleak writes the address of every device that it knows.
logging.getLogger("bleak").setLevel(logging.WARNING)


class BluezSource:
    """Adverts by bluetoothd. Active scanning asks every device near for its name, which is why it comes last."""

    def __init__(self, mode: Literal["passive", "active"]) -> None:
        self.name = SourceName(mode)
        self._mode = mode

    @asynccontextmanager
    async def listen(self, adapter: Adapter, hear: Hear, fail: Fail) -> AsyncIterator["BluezListening"]:
        """Scan for as long as the body. Raises DriverUnavailable."""
        async with Bluetoothd.open() as bluetoothd, beside(bluetoothd.watch(adapter, fail), "ble-bluetoothd"):
            listening = BluezListening(adapter, hear, self._mode, bluetoothd)
            await listening.start()
            try:
                yield listening
            finally:
                await listening.stop()


class BluezListening:
    """One scan."""

    def __init__(
        self, adapter: Adapter, hear: Hear, mode: Literal["passive", "active"], bluetoothd: Bluetoothd
    ) -> None:
        self._adapter = adapter
        self._hear = hear
        self._bluetoothd = bluetoothd
        settings: BlueZScannerArgs = {"adapter": adapter.name}
        if mode == "passive":
            settings["or_patterns"] = [
                OrPattern(p.offset, AdvertisementDataType(p.kind), p.value) for p in PATTERNS[:MOST_FOR_BLUETOOTHD]
            ]
        else:
            settings["filters"] = {"DuplicateData": True}
        self._scanner = BleakScanner(self._found, scanning_mode=mode, bluez=settings)

    async def start(self) -> None:
        """Start scanning. Raises DriverUnavailable."""
        try:
            async with asyncio.timeout(_START_S):
                await self._scanner.start()
        except TimeoutError:
            raise DriverUnavailable("stalled", "bluetoothd did not start a scan in time") from None
        except (BleakError, OSError, EOFError) as error:
            raise _unavailable(error) from None

    async def stop(self) -> None:
        """Stop scanning, whatever is left of bluetoothd."""
        try:
            async with asyncio.timeout(_STOP_S):
                await self._scanner.stop()
        except (TimeoutError, BleakError, OSError, EOFError):
            # What cannot be stopped is gone or hung: the next start says which.
            return

    async def answers(self) -> bool:
        """Whether a scan can be stopped, a discovery run and the scan started again."""
        await self.stop()
        if not await self._bluetoothd.discovers(self._adapter):
            return False
        try:
            await self.start()
        except DriverUnavailable:
            return False
        return True

    def _found(self, device: BLEDevice, data: AdvertisementData) -> None:
        _, properties = data.platform_data
        if data.rssi == _NO_RSSI or "RSSI" not in properties:
            return
        self._hear(
            Heard(
                bytes.fromhex(properties["Address"].replace(":", "")),
                properties.get("AddressType") == "random",
                data.rssi,
                _payload(data),
            )
        )


def _payload(data: AdvertisementData) -> Payload:
    service_data = ((short_uuid(uuid), value) for uuid, value in data.service_data.items())
    services = (short_uuid(uuid) for uuid in data.service_uuids)
    return Payload(
        tuple(data.manufacturer_data.items()),
        tuple((uuid, value) for uuid, value in service_data if uuid is not None),
        tuple(uuid for uuid in services if uuid is not None),
    )


def _unavailable(error: Exception) -> DriverUnavailable:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return DriverUnavailable(*_REASONS.get(error.reason, ("gone", "Bluetooth is not available")))
    if isinstance(error, BleakDBusError):
        return unavailable(error.dbus_error)
    if isinstance(error, BleakError):
        return DriverUnavailable("gone", "the adapter is not there")
    return DriverUnavailable("no_bus", "the system's message bus is not there")
