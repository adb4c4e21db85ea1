"""Cutting a byte stream into frames by their length, and finding the next frame after noise; never keeps more than one.

A start byte may occur inside data, so a frame counts only when its length, its checksum and its end agree; otherwise
the search goes on one byte later. The frames found do not depend on how the stream was cut into chunks.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Decoded = TypeVar("Decoded")
DecodedOut = TypeVar("DecodedOut", covariant=True)


class CodecError(ValueError):
    """These bytes are not what they should be. The text never quotes them: they may name a tag."""


@dataclass(frozen=True, slots=True, repr=False)
class Tag:
    """One answer of one tag. `pc` is its protocol control word; units as in observations.TagRead."""

    pc: int
    epc: bytes
    antenna: int
    rssi_db: float | None = None
    phase_deg: float | None = None

    @property
    def is_epc(self) -> bool:
        """False when the tag says that its memory follows ISO 15961 (an AFI) and not EPC (Gen2, toggle bit)."""
        return not self.pc & 0x0100


@dataclass(slots=True)
class Noise:
    """What a link has carried since it was opened. `damaged` are candidates of the right length that failed a check."""

    frames: int = 0
    garbage_bytes: int = 0
    damaged: int = 0


class Framing(Protocol[DecodedOut]):
    """What a family of readers must say of its frames."""

    @property
    def starts(self) -> bytes:
        """The bytes a frame may begin with; empty when it may be any."""

    def length(self, stream: bytearray, at: int) -> int | None:
        """Bytes of the frame that begins at `at`: None when too little of it is there, 0 when it cannot be one."""

    def decode(self, raw: bytes) -> DecodedOut:
        """One whole frame. Raises CodecError."""


class Deframer(Generic[Decoded]):
    """Frames out of a stream. Holds at most one unfinished frame between calls."""

    def __init__(self, framing: Framing[Decoded]) -> None:
        self._framing = framing
        self._stream = bytearray()
        self.noise = Noise()

    def __len__(self) -> int:
        """Bytes that wait for the rest of their frame."""
        return len(self._stream)

    def feed(self, chunk: bytes) -> list[Decoded]:
        """The frames that `chunk` completes."""
        self._stream += chunk
        return self._cut(at_end=False)

    def flush(self) -> list[Decoded]:
        """The line has gone quiet: nothing unfinished will be finished, so look for frames inside what is left."""
        return self._cut(at_end=True)

    def _cut(self, *, at_end: bool) -> list[Decoded]:
        found: list[Decoded] = []
        stream, framing, at = self._stream, self._framing, 0
        size = len(stream)
        while at < size:
            length = framing.length(stream, at) if not framing.starts or stream[at] in framing.starts else 0
            if length is None or at + length > size:
                if not at_end:
                    break
                length = 0
            if length and self._decoded(bytes(stream[at : at + length]), found):
                at += length
            else:
                at += 1
                self.noise.garbage_bytes += 1
        del stream[:at]
        return found

    def _decoded(self, raw: bytes, found: list[Decoded]) -> bool:
        try:
            found.append(self._framing.decode(raw))
        except CodecError:
            self.noise.damaged += 1
            return False
        self.noise.frames += 1
        return True
