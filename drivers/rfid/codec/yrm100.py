"""M100, QM100, R200, YRM100: `BB type command length(2) parameters sum 7E`, or AA..DD in some R200 firmware.

Units and codes are those of the modules' user protocol. Refuses frames whose sum or end byte is wrong.
"""

from dataclasses import dataclass

from drivers.rfid.codec.framing import CodecError, Tag

COMMAND, RESPONSE, NOTICE = 0x00, 0x01, 0x02
VERSION, REGION_SET, REGION_GET = 0x03, 0x07, 0x08
QUERY_GET, QUERY_SET = 0x0D, 0x0E
POLL, MULTI_POLL, STOP = 0x22, 0x27, 0x28
HOPPING, POWER_SET, POWER_GET = 0xAD, 0xB6, 0xB7
FAILURE = 0xFF
NO_TAG = 0x15

REGIONS = {"cn": 0x01, "us": 0x02, "eu": 0x03, "cn800": 0x04, "kr": 0x06}

LONGEST_PARAMETERS = 512
_ENDS = {0xBB: 0x7E, 0xAA: 0xDD}


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One frame. `kind` is COMMAND, RESPONSE or NOTICE; `header` is BB or AA."""

    kind: int
    command: int
    parameters: bytes = b""
    header: int = 0xBB


def encode(frame: Frame) -> bytes:
    """The frame on the wire."""
    size = len(frame.parameters)
    body = bytes((frame.kind, frame.command, size >> 8, size & 0xFF)) + frame.parameters
    return bytes((frame.header,)) + body + bytes((sum(body) & 0xFF, _ENDS[frame.header]))


class Framing:
    """How frames of this family are found in a stream."""

    starts = bytes(_ENDS)

    def length(self, stream: bytearray, at: int) -> int | None:
        if len(stream) - at < 5:
            return None
        size = stream[at + 3] << 8 | stream[at + 4]
        return size + 7 if stream[at + 1] <= NOTICE and size <= LONGEST_PARAMETERS else 0

    def decode(self, raw: bytes) -> Frame:
        if len(raw) < 7 or raw[-1] != _ENDS.get(raw[0]) or (raw[3] << 8 | raw[4]) != len(raw) - 7:
            raise CodecError("not a frame")
        if sum(raw[1:-2]) & 0xFF != raw[-2]:
            raise CodecError("wrong sum")
        return Frame(raw[1], raw[2], raw[5:-2], raw[0])


def tag(frame: Frame) -> Tag:
    """The tag of a poll's notice: `rssi(int8, dBm) pc(2) epc crc(2)`. Raises CodecError when lengths disagree."""
    data = frame.parameters
    if frame.kind != NOTICE or frame.command != POLL or len(data) < 5:
        raise CodecError("not a tag")
    pc = data[1] << 8 | data[2]
    epc = data[3:-2]
    if (pc >> 11) * 2 != len(epc):
        raise CodecError("the tag's length and its control word disagree")
    return Tag(pc, epc, 1, data[0] - 256 if data[0] > 127 else data[0])


def query(session: int, q: int) -> bytes:
    """Query parameters: DR=8, M=1, pilot tone, all tags, `session` 0..3, target A, `q` 0..15."""
    return bytes((0x10 | session, q << 3))
