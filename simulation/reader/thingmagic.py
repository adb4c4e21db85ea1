"""A ThingMagic M6e that streams its search list, with a sign of life each second; its filter begins switched on."""

from simulation.reader.device import Device
from simulation.reader.field import Answer, Field

_TABLE = tuple(nibble << 12 ^ nibble << 5 ^ nibble for nibble in range(16))


def crc(data: bytes) -> bytes:
    """ThingMagic's CRC nibble by nibble, high byte first."""
    value = 0xFFFF
    for byte in data:
        for nibble in (byte >> 4, byte & 15):
            value = (value << 4 & 0xFFFF | nibble) ^ _TABLE[value >> 12]
    return value.to_bytes(2, "big")


class ThingMagic(Device):
    """One module of `reads_per_s`."""

    def __init__(self, field: Field, reads_per_s: int = 150) -> None:
        super().__init__(field)
        self.settings: dict[tuple[int, bytes], bytes] = {
            (0x67, b""): b"\x00",
            (0x62, b"\x00"): b"\x07\xd0",
            (0x61, b"\x02"): b"\x01\x01",
            (0x6B, b"\x05\x00"): b"\x00",
            (0x6B, b"\x05\x01"): b"\x01\x00",
            (0x6B, b"\x05\x12"): b"\x00",
            (0x6A, b"\x01\x0c"): b"\x01",
        }
        self.reads_per_s = reads_per_s
        self.streaming = False
        self._next_read = self._next_life = 0.0
        self._round: list[Answer] = []
        self._told: set[bytes] = set()

    def command_size(self, heard: bytearray) -> int | None:
        if heard[0] != 0xFF:
            return 0
        return None if len(heard) < 2 else heard[1] + 5

    def obey(self, command: bytes, at: float) -> None:
        if crc(command[1:-2]) != command[-2:]:
            self._heard[:0] = command[1:]
            return None
        code, value = command[2], command[3:-2]
        if code == 0x2F:
            self.streaming = value[2] == 1
            self._next_read = self._next_life = at
            self._told.clear()
        elif code in (0x97, 0x91, 0x92, 0x9A, 0x9B):
            question = self._question(code, value)
            if question is None:
                return self._tell(code, b"", at + 0.003, status=0x0105)
            self.settings[question] = value[len(question[1]) :] if code != 0x92 else value
        elif (code, value) in self.settings:
            return self._tell(code, value + self.settings[code, value], at + 0.003)
        elif code not in (0x03, 0x93):
            return self._tell(code, b"", at + 0.003, status=0x0101)
        return self._tell(code, b"\x12\x08\x16\x00" if code == 0x03 else b"", at + 0.003)

    def _question(self, code: int, value: bytes) -> tuple[int, bytes] | None:
        """Which setting a command sets: the same command less 30 asks for it, with the same leading bytes."""
        if code == 0x92:
            return (0x62, b"\x00") if int.from_bytes(value, "big") <= 3150 else None
        key = {0x97: b"", 0x91: value[:1], 0x9A: value[:2], 0x9B: value[:2]}[code]
        return (code - 0x30, key) if (code - 0x30, key) in self.settings else None

    def work(self, at: float) -> None:
        while self.streaming and self._next_read <= at:
            self._read(self._next_read)
            self._next_read += 1 / self.reads_per_s
        while self.streaming and self._next_life <= at:
            self._tell(0x22, b"", self._next_life, status=0x0400)
            self._next_life += 1.0

    def _read(self, at: float) -> None:
        session = self.settings[0x6B, b"\x05\x00"][0]
        if not self._round:
            ports = self.settings[0x61, b"\x02"][::2]
            for target in (0, 1) if self.settings[0x6B, b"\x05\x01"][0] == 0 else (0,):
                self._round += [tag for port in ports for tag in self.field.inventory(at, port, session, target)]
        if not self._round:
            return
        tag = self._round.pop()
        if self.settings[0x6A, b"\x01\x0c"] == b"\x01" and tag.epc in self._told:
            return
        self._told.add(tag.epc)
        self._tell(0x22, self._row(tag), at)

    def _row(self, tag: Answer) -> bytes:
        body = bytes.fromhex("10001B01FF0101") + bytes((tag.rssi_dbm & 0xFF, tag.antenna << 4 | tag.antenna))
        body += (866_300).to_bytes(3, "big") + bytes(4) + tag.phase_deg.to_bytes(2, "big") + b"\x05\x00\x00\x0f"
        pc = len(tag.epc) // 2 << 11
        return body + (len(tag.epc) * 8 + 32).to_bytes(2, "big") + pc.to_bytes(2, "big") + tag.epc + b"\xe9\x4a"

    def _tell(self, code: int, value: bytes, due: float, status: int = 0) -> None:
        body = bytes((len(value), code)) + status.to_bytes(2, "big") + value
        self.say(b"\xff" + body + crc(body), due)
