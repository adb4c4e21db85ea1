"""A scripted org.bluez on a private dbus-daemon, for the real bleak: discovery, monitors and the ways they fail.

It merges as bluetoothd 5.66 was measured to: with monitors, a device is told of again only when its data changed or
its signal moved by 8 dB, and only if a pattern matches; with discovery every advert is told. More than seven patterns
kill it, as they kill the real one.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from drivers.ble.payload import MANUFACTURER, SERVICE_DATA_16, SERVICES_16, parse, structures

ADAPTER = "/org/bluez/hci0"
MOST_PATTERNS = 7
_RSSI_STEP_DB = 8
_CONFIG = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy>
</busconfig>"""


class PrivateBus:
    """One dbus-daemon of our own at `address`; `kill` and `start` as often as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder}/bus.sock"
        self._socket = folder / "bus.sock"
        self._config = folder / "bus.conf"
        self._config.write_text(_CONFIG.format(socket=self._socket))
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._socket.unlink(missing_ok=True)
        self._daemon = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--print-address", f"--config-file={self._config}"], stdout=subprocess.PIPE
        )
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGKILL)
            self._daemon.wait()
            assert self._daemon.stdout is not None
            self._daemon.stdout.close()
            self._daemon = None


class FakeBluez:
    """bluetoothd with one adapter."""

    def __init__(self, address: str) -> None:
        self._bus = MessageBus(bus_address=address)
        self.powered = self.plugged = True
        self.hung = False
        self.monitors_work = True
        self.discovering: set[str] = set()
        self.calls: list[str] = []
        self._patterns: dict[tuple[str, str], list[tuple[int, int, bytes]]] = {}
        self._devices: dict[str, tuple[int, bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def run(cls, address: str) -> AsyncIterator["FakeBluez"]:
        """On the bus for as long as the body; leaving is the daemon's crash."""
        self = cls(address)
        await self._bus.connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name("org.bluez")
        try:
            yield self
        finally:
            for task in self._tasks:
                task.cancel()
            self._bus.disconnect()

    @property
    def monitored(self) -> bool:
        return bool(self._patterns)

    async def advert(self, address: str, data: bytes, *, rssi_dbm: int = -60, random: bool = True) -> None:
        """One advert reaches bluetoothd."""
        if not (self.plugged and self.powered) or self.hung:
            return
        known = self._devices.get(address)
        if not self.discovering:
            if not self._matches(data):
                return
            if known is not None and known[1] == data and abs(known[0] - rssi_dbm) < _RSSI_STEP_DB:
                return
        self._devices[address] = (rssi_dbm, data)
        path = f"{ADAPTER}/dev_{address.upper().replace(':', '_')}"
        properties = _device(address, data, rssi_dbm, random=random)
        if known is None:
            await self._signal(
                "/", "ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [path, {_BLUEZ_DEVICE: properties}]
            )
        else:
            await self._changed(path, _BLUEZ_DEVICE, {k: v for k, v in properties.items() if k in _LIVELY})

    def crash(self) -> None:
        """bluetoothd is gone from one moment to the next."""
        self._bus.disconnect()

    async def unplug(self) -> None:
        """Pull the adapter."""
        self.plugged = False
        self._devices.clear()
        await self._signal("/", "ObjectManager", "InterfacesRemoved", "oas", [ADAPTER, [_BLUEZ_ADAPTER]])

    async def plug(self) -> None:
        """Put it back."""
        self.plugged = True
        await self._signal("/", "ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [ADAPTER, self._adapter()])

    async def switch(self, on: bool) -> None:
        """Somebody switches the adapter's power."""
        self.powered = on
        await self._changed(ADAPTER, _BLUEZ_ADAPTER, {"Powered": Variant("b", on)})

    def _matches(self, data: bytes) -> bool:
        return self.monitors_work and any(
            kind == wanted and value[offset : offset + len(pattern)] == pattern
            for patterns in self._patterns.values()
            for offset, wanted, pattern in patterns
            for kind, value in structures(data)
        )

    def _adapter(self) -> dict[str, dict[str, Variant]]:
        return {
            _BLUEZ_ADAPTER: {
                "Address": Variant("s", "00:AA:BB:CC:DD:EE"),
                "Powered": Variant("b", self.powered),
                "Roles": Variant("as", ["central", "peripheral"]),
                "Discovering": Variant("b", bool(self.discovering)),
            }
        }

    def _answer(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.destination not in ("org.bluez",):
            return None
        self.calls.append(message.member or "")
        if self.hung:
            return True  # taken, and never answered
        sender, member = message.sender or "", message.member
        if member == "GetManagedObjects":
            objects = {ADAPTER: self._adapter()} if self.plugged else {}
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [objects])
        if not self.plugged:
            return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownObject", "no such object")
        if not self.powered and member != "Set":
            return Message.new_error(message, "org.bluez.Error.NotReady", "not ready")
        self._do(sender, member or "", message.body)
        return Message.new_method_return(message)

    def _do(self, sender: str, member: str, body: list[Any]) -> None:
        if member == "Set":
            self._later(self.switch(body[2].value))
        elif member == "StartDiscovery":
            self.discovering.add(sender)
        elif member == "StopDiscovery":
            self.discovering.discard(sender)
        elif member == "RegisterMonitor":
            self._later(self._activate(sender, body[0]))
        elif member == "UnregisterMonitor":
            self._patterns.pop((sender, body[0]), None)

    async def _activate(self, owner: str, path: str) -> None:
        await asyncio.sleep(0.02)
        reply = await self._bus.call(
            Message(owner, path, "org.freedesktop.DBus.Properties", "Get", signature="ss", body=[_MONITOR, "Patterns"])
        )
        if reply.message_type is MessageType.METHOD_RETURN:
            if len(reply.body[0].value) > MOST_PATTERNS:
                self.crash()
                return
            self._patterns[owner, path] = [(o, kind, bytes(value)) for o, kind, value in reply.body[0].value]

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _changed(self, path: str, interface: str, values: dict[str, Variant]) -> None:
        await self._signal(path, "Properties", "PropertiesChanged", "sa{sv}as", [interface, values, []])

    async def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        with suppress(OSError, EOFError):
            await self._bus.send(Message.new_signal(path, f"org.freedesktop.DBus.{interface}", member, signature, body))


_BLUEZ_ADAPTER, _BLUEZ_DEVICE, _MONITOR = "org.bluez.Adapter1", "org.bluez.Device1", "org.bluez.AdvertisementMonitor1"
_LIVELY = ("RSSI", "ManufacturerData", "ServiceData")


def _device(address: str, data: bytes, rssi_dbm: int, *, random: bool) -> dict[str, Variant]:
    payload = parse(data)
    uuids = [_uuid(service) for service in payload.services]
    assert {kind for kind, _ in structures(data)} <= {0x01, 0x09, MANUFACTURER, SERVICE_DATA_16, *SERVICES_16}
    return {
        "Address": Variant("s", address.upper()),
        "AddressType": Variant("s", "random" if random else "public"),
        "Alias": Variant("s", address.upper().replace(":", "-")),
        "Paired": Variant("b", False),
        "Connected": Variant("b", False),
        "UUIDs": Variant("as", uuids),
        "Adapter": Variant("o", ADAPTER),
        "RSSI": Variant("n", rssi_dbm),
        "ManufacturerData": Variant("a{qv}", {c: Variant("ay", value) for c, value in payload.manufacturer}),
        "ServiceData": Variant("a{sv}", {_uuid(s): Variant("ay", value) for s, value in payload.service_data}),
    }


def _uuid(service: int) -> str:
    return f"0000{service:04x}-0000-1000-8000-00805f9b34fb"


@asynccontextmanager
async def private_bus(folder: Path) -> AsyncIterator[PrivateBus]:
    """A private system bus for this process for as long as the body."""
    bus = PrivateBus(folder)
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
    bus.start()
    try:
        yield bus
    finally:
        bus.kill()
        if before is None:
            del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
        else:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before
