"""What every emulated reader has: ears, a mouth that speaks when it is due, and a field; no port."""

from abc import ABC, abstractmethod
from collections import deque

from simulation.reader.field import Field

PATIENCE_S = 0.05
"""A command that is not finished by then is forgotten."""


class Device(ABC):
    """One reader. `hear` and `speak` are all that its wire can do with it; frames come out whole, one by one."""

    baud = 115_200

    def __init__(self, field: Field) -> None:
        self.field = field
        self._heard = bytearray()
        self._heard_at = 0.0
        self._queue: deque[tuple[float, bytes]] = deque()

    def hear(self, data: bytes, at: float) -> None:
        """Bytes from the host. What is no command is skipped."""
        if at > self._heard_at + PATIENCE_S:
            self._heard.clear()
        self._heard_at = at
        self._heard += data
        while self._heard:
            size = self.command_size(self._heard)
            if size is None or size > len(self._heard):
                return
            if size == 0:
                del self._heard[0]
                continue
            command = bytes(self._heard[:size])
            del self._heard[:size]
            self.obey(command, at)

    def speak(self, at: float) -> list[bytes]:
        """The frames that are due at `at`."""
        self.work(at)
        due = []
        while self._queue and self._queue[0][0] <= at:
            due.append(self._queue.popleft()[1])
        return due

    def say(self, frame: bytes, due: float) -> None:
        """Put a frame on the wire at `due`, or when those before it are out."""
        self._queue.append((max(due, self._queue[-1][0]) if self._queue else due, frame))

    def work(self, at: float) -> None:  # noqa: B027 - most readers only answer
        """What the reader does by itself."""

    @abstractmethod
    def command_size(self, heard: bytearray) -> int | None:
        """The size of the command at the beginning: None when more is needed, 0 when it is none."""

    @abstractmethod
    def obey(self, command: bytes, at: float) -> None:
        """Do what a whole command says, and answer."""
