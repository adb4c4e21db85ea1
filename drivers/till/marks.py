"""What makes a receipt a sale or something else: patterns for its lines, looked at one line at a time."""

import re
from dataclasses import dataclass

from drivers.base import DriverMisconfigured

LONGEST_LINE = 256

_ALONE = r"\W*(?:{})(?:[ -](?:receipt|transaction|sale|bon|beleg|ticket))?\W*\d*\W*\Z"
_DEFAULTS = {
    "reprint": _ALONE.format("reprint|duplicate|nachdruck|duplikat|duplicata|duplicado"),
    "void": _ALONE.format("void|voided|cancelled|canceled|storno|annul[eé]e?|anulado|annullato"),
    "refund": _ALONE.format("refund|retoure|gutschrift|erstattung|remboursement|reembolso|rimborso"),
    "report": _ALONE.format("[xz][ -]?report|[xz][ -]?bericht|tagesabschluss|rapport [xz]|informe [xz]"),
}
"""By default the word stands alone on its line, so that a voided line or a returns policy voids no sale."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Compiled patterns. `start` and `end` bound a receipt in text mode; the others say what is no sale."""

    start: re.Pattern[str] | None
    end: re.Pattern[str] | None
    kinds: tuple[tuple[str, re.Pattern[str]], ...]

    @classmethod
    def of(cls, patterns: dict[str, str]) -> "Marks":
        """Marks from `start`, `end`, `reprint`, `void`, `refund`, `report`; DriverMisconfigured for a bad pattern."""
        compiled: dict[str, re.Pattern[str]] = {}
        for name, pattern in (_DEFAULTS | {name: text for name, text in patterns.items() if text}).items():
            try:
                compiled[name] = re.compile(pattern, re.IGNORECASE)
            except re.error as error:
                raise DriverMisconfigured("bad_pattern", f"{name} is no regular expression: {error.msg}") from error
        kinds = tuple((name, compiled[name]) for name in _DEFAULTS)
        return cls(compiled.get("start"), compiled.get("end"), kinds)

    def kind(self, line: str) -> str | None:
        """What this line says of its receipt, if anything."""
        return next((name for name, pattern in self.kinds if pattern.match(line)), None)


class Paper:
    """The receipt being printed: whether anything is on it, and what kind it is. Holds one line at most."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._line = bytearray()
        self.kind = "sale"
        self.lines = 0

    def put(self, byte: int) -> str | None:
        """One printed byte; returns the line that it ends, or None."""
        if byte not in (0x0A, 0x0D):
            if len(self._line) < LONGEST_LINE:
                self._line.append(byte)
            return None
        line = self._line.decode("latin-1").strip()
        self._line.clear()
        if not line:
            return None
        self.lines += 1
        self.kind = self._marks.kind(line) or self.kind
        return line

    def image(self) -> None:
        """A picture is on the receipt: some tills print nothing else."""
        self.lines += 1

    def tear(self) -> str | None:
        """The receipt ends: its kind, or None when it was blank."""
        self.put(0x0A)
        kind = self.kind if self.lines else None
        self.kind, self.lines = "sale", 0
        return kind
