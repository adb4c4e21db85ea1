"""A printer's byte stream (ESC/POS): receipts end at the cut, pictures and bar codes are skipped by their length.

Total: any bytes give ends of receipts or nothing; of a receipt one line is held, for as long as it lasts.
"""

from drivers.till.marks import Marks, Paper

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D

_ESC_PARAMETERS = {
    **dict.fromkeys(b"! -3EGJMRTVadet{rU%= +?".replace(b" ", b""), 1),
    **dict.fromkeys(b"$\\c ", 2),
    ord("p"): 3,
    ord("W"): 8,
    **dict.fromkeys(b"@2<LSim\x0c", 0),
}
_ESC_PARAMETERS[ord(" ")] = 1
_GS_PARAMETERS = {**dict.fromkeys(b"!BHfhwarIbT/", 1), **dict.fromkeys(b"LWP$\\", 2), ord(":"): 0}
_FS_PARAMETERS = {**dict.fromkeys(b"&.", 0), **dict.fromkeys(b"!-CW", 1), **dict.fromkeys(b"Sp", 2)}
_DLE_PARAMETERS = {0x04: 1, 0x05: 1, 0x14: 3}
_TO_NUL = -1


class EscPos:
    """Feeds on bytes in any chunks; gives the kind of every receipt that ends, and `drawer` when it is opened."""

    def __init__(self, marks: Marks) -> None:
        self._paper = Paper(marks)
        self._head = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> list[str]:
        """What ends or happens in these bytes."""
        said: list[str] = []
        at = 0
        while at < len(data):
            if self._skip > 0:
                jumped = min(self._skip, len(data) - at)
                self._skip -= jumped
                at += jumped
                continue
            byte = data[at]
            at += 1
            if self._skip == _TO_NUL:
                self._skip = 0 if byte == 0 else _TO_NUL
            elif self._head or byte in (DLE, ESC, FS, GS):
                self._head.append(byte)
                self._command(said)
            elif byte >= 0x20 or byte in (0x0A, 0x0D):
                self._paper.put(byte)
        return said

    def _command(self, said: list[str]) -> None:
        """Look at the command so far; it is forgotten once its length is known."""
        size = _size(self._head)
        if size is None:
            return
        head = bytes(self._head)
        self._head.clear()
        self._skip = size
        if head[:2] == b"\x1dv" or head[:2] == b"\x1b*" or head[:2] in (b"\x1d(", b"\x1d8"):
            self._paper.image()
        elif (head[0] == ESC and head[1] in b"im") or head[:2] == b"\x1dV":
            kind = self._paper.tear()
            if kind is not None:
                said.append(kind)
        elif head[:2] == b"\x1bp" or head[:3] == b"\x10\x14\x01":
            said.append("drawer")


def _size(head: bytearray) -> int | None:
    """How many bytes follow this beginning of a command: None when too little of it is here to say."""
    if len(head) < 2:
        return None
    code = head[1]
    if head[0] == DLE:
        return _after(head, _DLE_PARAMETERS.get(code, 0))
    if code == ord("(") and head[0] in (ESC, FS, GS):
        return head[3] | head[4] << 8 if len(head) >= 5 else None
    if head[0] == ESC:
        return _escape(head, code)
    if head[0] == FS:
        return _after(head, _FS_PARAMETERS.get(code, 0))
    return _group(head, code)


def _escape(head: bytearray, code: int) -> int | None:
    if code == ord("*"):
        return (head[3] | head[4] << 8) * (3 if head[2] >= 32 else 1) if len(head) >= 5 else None
    if code == ord("D"):
        return _TO_NUL
    return _after(head, _ESC_PARAMETERS.get(code, 0))


def _group(head: bytearray, code: int) -> int | None:
    """GS commands: cuts, pictures and bar codes with their lengths."""
    size = len(head)
    if code == ord("V"):
        return None if size < 3 else (1 if head[2] not in (0, 1, 48, 49) else 0)
    if code == ord("v"):
        return (head[4] | head[5] << 8) * (head[6] | head[7] << 8) if size >= 8 else None
    if code == ord("8"):
        return int.from_bytes(head[3:7], "little") if size >= 7 else None
    if code == ord("*"):
        return head[2] * head[3] * 8 if size >= 4 else None
    if code == ord("k"):
        if size < 3 or (head[2] > 6 and size < 4):
            return None
        return head[3] if head[2] > 6 else _TO_NUL
    return _after(head, _GS_PARAMETERS.get(code, 0))


def _after(head: bytearray, parameters: int) -> int | None:
    return 0 if len(head) >= 2 + parameters else None
