"""A watchful connection to bluetoothd: who it has for adapters, and the moment that it, one of them or the bus dies.

bleak notices none of these while it scans. Every call has a deadline, since a hung bluetoothd answers nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from dbus_fast import BusType, DBusFastError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from drivers.base import DriverUnavailable
from drivers.ble.source import Adapter, Fail

_BLUEZ, _ADAPTER = "org.bluez", "org.bluez.Adapter1"
_OBJECTS, _PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
_CALL_S = 5.0

_MATCHES = (
    "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.bluez'",
    f"type='signal',sender='org.bluez',interface='{_OBJECTS}',member='InterfacesRemoved'",
    f"type='signal',sender='org.bluez',interface='{_PROPERTIES}',member='PropertiesChanged',arg0='{_ADAPTER}'",
)


class Bluetoothd:
    """One connection to the system bus."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Bluetoothd"]:
        """Connect for as long as the body. Raises DriverUnavailable where there is no bus."""
        bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            await cls._connect(bus)
            yield cls(bus)
        finally:
            bus.disconnect()

    @staticmethod
    async def _connect(bus: MessageBus) -> None:
        try:
            async with asyncio.timeout(_CALL_S):
                await bus.connect()
        except (OSError, TimeoutError, DBusFastError, EOFError):
            raise DriverUnavailable("no_bus", "the system's message bus is not there") from None

    async def adapters(self) -> dict[int, Adapter]:
        """The adapters that bluetoothd has, by index."""
        (objects,) = await self._call("/", _OBJECTS, "GetManagedObjects")
        found = {}
        for path, interfaces in objects.items():
            name = path.rpartition("/")[2]
            if _ADAPTER in interfaces and name.startswith("hci") and name[3:].isdigit():
                properties = interfaces[_ADAPTER]
                address = bytes.fromhex(properties["Address"].value.replace(":", ""))
                found[int(name[3:])] = Adapter(int(name[3:]), address, bool(properties["Powered"].value))
        return found

    async def power(self, adapter: Adapter, on: bool) -> None:
        """Switch an adapter's power."""
        path = f"/org/bluez/{adapter.name}"
        await self._call(path, _PROPERTIES, "Set", "ssv", [_ADAPTER, "Powered", Variant("b", on)])

    async def discovers(self, adapter: Adapter) -> bool:
        """Whether a discovery can be started and stopped, which bluetoothd, kernel and controller must all confirm."""
        path = f"/org/bluez/{adapter.name}"
        try:
            filters = {"Transport": Variant("s", "le")}
            await self._call(path, _ADAPTER, "SetDiscoveryFilter", "a{sv}", [filters])
            await self._call(path, _ADAPTER, "StartDiscovery")
            await self._call(path, _ADAPTER, "StopDiscovery")
        except DriverUnavailable:
            return False
        return True

    async def watch(self, adapter: Adapter, fail: Fail) -> None:
        """Tell `fail` when bluetoothd, the adapter or its power goes, or the bus; returns then."""
        gone = asyncio.Event()

        def hears(message: Message) -> None:
            cause = _cause(message, f"/org/bluez/{adapter.name}")
            if cause is not None:
                fail(cause)
                gone.set()

        self._bus.add_message_handler(hears)
        for rule in _MATCHES:
            await self._call("/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", [rule])
        await self._call("/", _OBJECTS, "GetManagedObjects")
        with suppress(OSError, EOFError, DBusFastError):
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        if not gone.is_set():
            fail(DriverUnavailable("no_bus", "the system's message bus went away"))

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
    ) -> list[Any]:
        destination = "org.freedesktop.DBus" if interface == "org.freedesktop.DBus" else _BLUEZ
        message = Message(destination, path, interface, member, signature=signature, body=body or [])
        try:
            async with asyncio.timeout(_CALL_S):
                reply = await self._bus.call(message)
        except TimeoutError:
            raise DriverUnavailable("stalled", "bluetoothd did not answer in time") from None
        except (OSError, EOFError, DBusFastError):
            raise DriverUnavailable("no_bus", "the system's message bus went away") from None
        if reply.message_type is MessageType.ERROR:
            raise unavailable(reply.error_name or "")
        return list(reply.body)


def unavailable(error_name: str) -> DriverUnavailable:
    """What a D-Bus error means for whoever wants to listen. Its text is not repeated: it may name a device."""
    short = error_name.rpartition(".")[2]
    if short in ("ServiceUnknown", "NameHasNoOwner", "NoReply", "Spawn", "SpawnExited"):
        return DriverUnavailable("no_bluetoothd", "bluetoothd is not running")
    if short in ("UnknownObject", "UnknownMethod"):
        return DriverUnavailable("gone", "the adapter is not there")
    if short == "NotReady":
        return DriverUnavailable("powered_off", "the adapter is switched off")
    if short in ("AccessDenied", "NotAuthorized", "NotPermitted"):
        return DriverUnavailable("denied", "the bus does not let this user use Bluetooth")
    return DriverUnavailable("stalled", f"bluetoothd answered {short or 'nothing'}")


def _cause(message: Message, path: str) -> DriverUnavailable | None:
    if message.message_type is not MessageType.SIGNAL:
        return None
    if message.member == "NameOwnerChanged" and message.body[0] == _BLUEZ:
        return DriverUnavailable("no_bluetoothd", "bluetoothd ended or was restarted")
    if message.member == "InterfacesRemoved" and message.body[0] == path and _ADAPTER in message.body[1]:
        return DriverUnavailable("gone", "the adapter was unplugged")
    if message.member == "PropertiesChanged" and message.path == path and message.body[0] == _ADAPTER:
        powered = message.body[1].get("Powered")
        if powered is not None and not powered.value:
            return DriverUnavailable("powered_off", "the adapter was switched off")
    return None
