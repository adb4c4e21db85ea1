"""ThingMagic M6e, Nano and Silion: `FF length command data crc(2)`, in replies with a status(2) before the data.

The CRC is ThingMagic's own order of CCITT: the data are shifted in behind the register. Only replies are searched for.
"""

from binascii import crc_hqx
from dataclasses import dataclass

from drivers.rfid.codec.framing import CodecError, Tag

VERSION, BOOT, PROGRAM = 0x03, 0x04, 0x0C
READ, START_STOP = 0x22, 0x2F
POWER_GET, REGION_GET, PARAMETER_GET = 0x62, 0x67, 0x6B
ANTENNA_GET, ANTENNA_SET = 0x61, 0x91
POWER_SET, PROTOCOL_SET, REGION_SET, CONFIGURATION_SET, PARAMETER_SET = 0x92, 0x93, 0x97, 0x9A, 0x9B
GEN2 = 0x05
SESSION, TARGET, Q = 0x00, 0x01, 0x12
OK, KEEP_ALIVE, HOT, RETURN_LOSS = 0x0000, 0x0400, 0x0504, 0x0505

REGIONS = {"us": 0x01, "eu": 0x08, "kr": 0x03, "in": 0x04, "jp": 0x05, "cn": 0x06}

CONTINUOUS = bytes.fromhex("00000122000005072210001B03E801FF")
"""Read for ever on the search list, and tell every tag with rssi, antenna, frequency, time, phase and protocol."""
STOP = bytes.fromhex("000002")


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """What the host says."""

    command: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What the reader answers."""

    command: int
    status: int
    data: bytes = b""


def crc(data: bytes) -> bytes:
    """ThingMagic's CRC, high byte first.

    Shifting the data in behind a register of FFFF equals the usual CRC over all but the last two bytes, begun with
    FFFF shifted by 16 bits (1D0F), exclusive-or the last two.
    """
    return (crc_hqx(data[:-2], 0x1D0F) ^ int.from_bytes(data[-2:], "big")).to_bytes(2, "big")


def encode(frame: Command | Reply) -> bytes:
    """The frame on the wire."""
    status = frame.status.to_bytes(2, "big") if isinstance(frame, Reply) else b""
    body = bytes((len(frame.data), frame.command)) + status + frame.data
    return b"\xff" + body + crc(body)


class Framing:
    """How replies are found in a stream."""

    starts = b"\xff"

    def length(self, stream: bytearray, at: int) -> int | None:
        return stream[at + 1] + 7 if len(stream) - at >= 2 else None

    def decode(self, raw: bytes) -> Reply:
        if len(raw) < 7 or raw[0] != 0xFF or raw[1] + 7 != len(raw):
            raise CodecError("not a frame")
        if crc(raw[1:-2]) != raw[-2:]:
            raise CodecError("wrong crc")
        return Reply(raw[2], raw[3] << 8 | raw[4], raw[5:-2])


def tag(reply: Reply) -> Tag:
    """The tag of a streamed reply. Raises CodecError.

    The data are `flags(7) rssi(int8, dBm) antennas khz(3) ms(4) phase(2) protocol bits(2) [data] reserved bits(2)
    pc(2) epc crc(2)`, where the last bit count covers what follows it.
    """
    data = reply.data
    if reply.command != READ or reply.status != OK or len(data) < 28:
        raise CodecError("not a tag")
    after = 21 + ((data[19] << 8 | data[20]) + 7) // 8
    if after + 3 > len(data):
        raise CodecError("the tag's data are cut short")
    bits = data[after + 1] << 8 | data[after + 2]
    rest = data[after + 3 :]
    if bits % 16 or bits < 32 or bits // 8 != len(rest):
        raise CodecError("the tag's length is wrong")
    pc, epc = rest[0] << 8 | rest[1], rest[2:-2]
    rssi_dbm = data[7] - 256 if data[7] > 127 else data[7]
    return Tag(pc, epc, data[8] & 0x0F, rssi_dbm, (data[16] << 8 | data[17]) % 181)
