"""How to talk to each family: say hello, set it up and read it back, then sweep for ever.

A dialogue is made with a line; `sweeps` ends only by DriverUnavailable or by being closed.
"""

from collections.abc import AsyncGenerator
from typing import Protocol

from drivers.rfid.codec.framing import Noise
from drivers.rfid.link import Sweep
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

STALLED_S = 3.0
"""A reader that sweeps says something at least once a second, tags or not."""


class Dialogue(Protocol):
    """One reader of one family on an open line."""

    def __init__(self, line: Line) -> None: ...

    @property
    def noise(self) -> Noise:
        """What the line has carried."""

    async def hello(self) -> bool:
        """Whether a reader of this family answers here."""

    async def configure(self, settings: Settings) -> None:
        """Make it so and read it back. Raises DriverMisconfigured when it cannot be so."""

    def sweeps(self, settings: Settings) -> AsyncGenerator[Sweep, None]:
        """One sweep an epoch and antenna, empty ones too."""

    async def stop(self) -> None:
        """Switch the field off."""
