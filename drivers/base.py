"""The contract of a driver: one resource, opened with `async with`, read with `async for`, stopped by cancelling."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

from observations import Observation

Sensed = TypeVar("Sensed", bound=Observation, covariant=True)


class Clock(Protocol):
    """The daemon's timeline: monotonic seconds that never step; faster than real time in a replay."""

    def now(self) -> float: ...

    async def sleep_until(self, at: float) -> None: ...


class Driver(Protocol[Sensed]):
    """One device. Opening acquires it and leaving the context releases it, whatever happened in between."""

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Sensed]]: ...


class CodecError(ValueError):
    """Bytes that mean nothing: counted and dropped inside the driver. The text holds no byte of them."""


class DriverUnavailable(Exception):
    """The device cannot be used now: back off with full jitter and try again, for ever.

    `code` is a word of docs/operator.md (`gone`, `busy`, `stalled`, ...); `reason` is a sentence without identifiers;
    `patience` are seconds in which another try would do harm.
    """

    def __init__(self, code: str, reason: str, patience: float = 0.0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.patience = patience


class DriverMisconfigured(Exception):
    """The device can never work as configured: stop this driver, keep the rest, report it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Device:
    """A device as written in the configuration: `scheme:target?option=value&...`; `query` is what follows the mark."""

    scheme: str
    target: str
    options: dict[str, str]
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> "Device":
        """Split a device string. Raises ValueError with the remedy when it has no scheme."""
        scheme, colon, rest = text.partition(":")
        if not colon or not scheme:
            raise ValueError(f"{text!r} names no kind of device: write scheme:target, as in file:clip.mp4")
        target, _, query = rest.partition("?")
        return cls(scheme, target, dict(parse_qsl(query, keep_blank_values=True)), query)
