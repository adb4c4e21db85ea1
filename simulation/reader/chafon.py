"""A Chafon 288M, or an UHFReader18 with `old`: an inventory is answered when its scan time is over."""

from simulation.reader.device import Device
from simulation.reader.field import Answer, Field

_TAGS_A_FRAME = 8


def crc16(data: bytes) -> bytes:
    """CRC-16/MCRF4XX bit by bit, low byte first, as the reader's manual prints it."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value.to_bytes(2, "little")


class Chafon(Device):
    """One reader; `connected` are the antennas that hang on it."""

    baud = 57_600

    def __init__(self, field: Field, *, old: bool = False, connected: tuple[int, ...] = (1, 2, 3, 4)) -> None:
        super().__init__(field)
        self.old, self.connected = old, connected
        self.band, self.power = (0x31, 0x80), 20

    def command_size(self, heard: bytearray) -> int | None:
        return heard[0] + 1 if 4 <= heard[0] <= 64 else 0

    def obey(self, command: bytes, at: float) -> None:
        if crc16(command[:-2]) != command[-2:]:
            self._heard[:0] = command[1:]
            return
        code, value = command[2], command[3:-2]
        if code == 0x21:
            kind = 0x09 if self.old else 0x0C
            self._tell(code, 0, bytes((0, 0x16, kind, 3, *self.band, self.power, 10)), at + 0.005)
        elif code == 0x22 and len(value) == 2:
            self.band = value[0], value[1]
            self._tell(code, 0, b"", at + 0.005)
        elif code == 0x2F and len(value) == 1 and value[0] <= 30:
            self.power = value[0]
            self._tell(code, 0, b"", at + 0.005)
        elif code == 0x01:
            self._inventory(value, at)
        else:
            self._tell(code, 0xFE, b"", at + 0.005)

    def _inventory(self, value: bytes, at: float) -> None:
        session, target, antenna, scan_s = 0, 0, 1, 0.3
        if not self.old:
            session, target, antenna, scan_s = value[1], value[2], (value[3] & 0x7F) + 1, value[4] / 10
        if antenna not in self.connected:
            return self._tell(0x01, 0xF8, b"", at + 0.05)
        answers = self.field.inventory(at, antenna, session, target)
        for first in range(0, len(answers), _TAGS_A_FRAME):
            self._tags(0x03, antenna, answers[first : first + _TAGS_A_FRAME], at + scan_s)
        return self._tags(0x01, antenna, [], at + scan_s)

    def _tags(self, status: int, antenna: int, answers: list[Answer], due: float) -> None:
        tags = b"".join(
            bytes((len(tag.epc),)) + tag.epc + (b"" if self.old else bytes((tag.rssi_dbm + 160,))) for tag in answers
        )
        head = b"" if self.old else bytes((1 << antenna - 1,))
        self._tell(0x01, status, head + bytes((len(answers),)) + tags, due)

    def _tell(self, code: int, status: int, value: bytes, due: float) -> None:
        body = bytes((len(value) + 5, 0, code, status)) + value
        self.say(body + crc16(body), due)
