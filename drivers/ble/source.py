"""What every way of listening has in common: it is opened on one adapter, and says what it hears and why it ended."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from drivers.ble.payload import Payload


class Heard(NamedTuple):
    """One advert as any source gives it; `address` has its most significant byte first."""

    address: bytes
    random: bool
    rssi_dbm: int
    payload: Payload

    def __repr__(self) -> str:
        return "<Heard>"


@dataclass(frozen=True, slots=True, repr=False)
class Adapter:
    """A Bluetooth adapter: hci0 is index 0. The address is the box's own, and still it is not shown."""

    index: int
    address: bytes
    powered: bool

    def __repr__(self) -> str:
        return f"<Adapter {self.name}>"

    @property
    def name(self) -> str:
        return f"hci{self.index}"


class SourceName(StrEnum):
    """The ways of listening, best first, by the names that health uses."""

    MANAGEMENT = "management"
    PASSIVE = "passive"
    ACTIVE = "active"


Hear = Callable[[Heard], None]
Fail = Callable[[Exception], None]


class Listening(Protocol):
    """An open source: `answers` asks whether bluetoothd, kernel and controller still obey, which restarts scanning."""

    async def answers(self) -> bool: ...


class Source(Protocol):
    """A way of listening. Opening raises DriverUnavailable; what breaks later goes to `fail`, once."""

    name: SourceName

    def listen(self, adapter: Adapter, hear: Hear, fail: Fail) -> AbstractAsyncContextManager[Listening]: ...
