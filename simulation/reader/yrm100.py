"""An M100 module as its user manual describes it: one antenna, 50 polls a second, a failure for every empty poll."""

from simulation.reader.device import Device
from simulation.reader.field import Answer, Field

POLLS_PER_S = 50


class Yrm100(Device):
    """`header` is BB, or AA for those R200 that begin with it."""

    def __init__(self, field: Field, header: int = 0xBB, polls_per_s: int = POLLS_PER_S) -> None:
        super().__init__(field)
        self.region, self.power, self.query, self.hopping = 0x01, 2600, b"\x10\x20", 0
        self.polls_left = 0
        self.header, self.polls_per_s = header, polls_per_s
        self._end = 0x7E if header == 0xBB else 0xDD
        self._next_poll = 0.0
        self._round: list[Answer] = []

    def command_size(self, heard: bytearray) -> int | None:
        if heard[0] != self.header:
            return 0
        return None if len(heard) < 5 else 7 + (heard[3] << 8 | heard[4])

    def obey(self, command: bytes, at: float) -> None:
        kind, code, value = command[1], command[2], command[5:-2]
        if kind or command[-1] != self._end or sum(command[1:-2]) & 0xFF != command[-2]:
            return
        if code == 0x27:
            self.polls_left, self._next_poll = value[1] << 8 | value[2], at
            return
        if code == 0x28:
            self.polls_left = 0
        answer = self._answer(code, value)
        self._tell(1, code if answer is not None else 0xFF, answer if answer is not None else b"\x17", at + 0.003)

    def _answer(self, code: int, value: bytes) -> bytes | None:
        match code, [*value]:
            case 0x07, [region] if region in (1, 2, 3, 4, 6):
                self.region = region
            case 0xB6, [high, low] if (high << 8 | low) <= 2700:
                self.power = high << 8 | low
            case 0x0E, [_, _]:
                self.query = value
            case 0xAD, [hopping]:
                self.hopping = hopping
            case 0x28, _:
                pass
            case _:
                return {
                    0x03: b"\x00M100 26dBm V1.0",
                    0x08: bytes((self.region,)),
                    0xB7: self.power.to_bytes(2, "big"),
                    0x0D: self.query,
                }.get(code)
        return b"\x00"

    def work(self, at: float) -> None:
        while self.polls_left and self._next_poll <= at:
            self._poll(self._next_poll)
            self.polls_left -= 1
            self._next_poll += 1 / self.polls_per_s

    def _poll(self, at: float) -> None:
        if not self._round:
            self._round = self.field.inventory(at, 1)
        if not self._round:
            return self._tell(1, 0xFF, b"\x15", at)
        tag = self._round.pop()
        pc = len(tag.epc) // 2 << 11
        return self._tell(2, 0x22, bytes((tag.rssi_dbm & 0xFF, pc >> 8, pc & 0xFF)) + tag.epc + b"\x3a\x76", at)

    def _tell(self, kind: int, code: int, value: bytes, due: float) -> None:
        body = bytes((kind, code, len(value) >> 8, len(value) & 0xFF)) + value
        self.say(bytes((self.header,)) + body + bytes((sum(body) % 256, self._end)), due)
