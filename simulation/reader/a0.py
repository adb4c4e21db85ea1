"""An Impinj E-series module behind the A0 protocol: one round for every command, 3 ms a tag."""

from simulation.reader.device import Device
from simulation.reader.field import Answer, Field


class A0(Device):
    """One module; `connected` are the antennas that hang on it."""

    def __init__(self, field: Field, *, connected: tuple[int, ...] = (1, 2, 3, 4)) -> None:
        super().__init__(field)
        self.connected = connected
        self.antenna = 1
        self.power = 20
        self.region = bytes((1, 7, 59))

    def command_size(self, heard: bytearray) -> int | None:
        if heard[0] != 0xA0:
            return 0
        return None if len(heard) < 2 else heard[1] + 2

    def obey(self, command: bytes, at: float) -> None:
        if sum(command) % 256:
            return None
        code, value = command[3], command[4:-1]
        match code, [*value]:
            case 0x74, [antenna] if antenna + 1 in self.connected:
                self.antenna = antenna + 1
            case 0x74, _:
                return self._tell(code, b"\x22", at + 0.003)
            case 0x76, [power] if power <= 33:
                self.power = power
            case 0x78, [_, _, _]:
                self.region = value
            case 0x8B, [session, target, _]:
                return self._round(session, target, at)
            case _:
                told = {
                    0x72: b"\x08\x02",
                    0x75: bytes((self.antenna - 1,)),
                    0x77: bytes((self.power,)),
                    0x79: self.region,
                }
                return self._tell(code, told.get(code, b"\x11"), at + 0.003)
        return self._tell(code, b"\x10", at + 0.003)

    def _round(self, session: int, target: int, at: float) -> None:
        answers = self.field.inventory(at, self.antenna, session, target)
        due = at + 0.03
        for tag in answers:
            due += 0.003
            self._tell(0x8B, self._row(tag), due)
        end = bytes((self.antenna - 1,)) + (300).to_bytes(2, "big") + len(answers).to_bytes(4, "big")
        self._tell(0x8B, end, due)

    def _row(self, tag: Answer) -> bytes:
        pc = len(tag.epc) // 2 << 11
        high = 0x80 if self.antenna > 4 else 0
        return (
            bytes((5 << 2 | (self.antenna - 1) & 3, pc >> 8, pc & 0xFF)) + tag.epc + bytes((tag.rssi_dbm + 129 | high,))
        )

    def _tell(self, code: int, value: bytes, due: float) -> None:
        body = bytes((0xA0, len(value) + 3, 1, code)) + value
        self.say(body + bytes((256 - sum(body) % 256 & 0xFF,)), due)
