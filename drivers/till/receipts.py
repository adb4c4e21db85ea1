"""From ends of paper to transactions: copies are merged, and a drawer that opens without a receipt is no sale."""

from drivers.till.escpos import EscPos
from drivers.till.text import Text

DRAWER_S = 20.0
"""A receipt this long before or after explains the drawer."""


class Receipts:
    """One till. Times are clock seconds; `merge_s` is how soon after a receipt the next one is its copy."""

    def __init__(self, parser: EscPos | Text, merge_s: float) -> None:
        self._parser = parser
        self._merge_s = merge_s
        self._ended_at = float("-inf")
        self._drawer_at: float | None = None

    def feed(self, at: float, data: bytes) -> list[str]:
        """The transactions that end in these bytes, by kind; empty `data` only lets time pass."""
        kinds = self._drawer(at)
        for said in self._parser.feed(data):
            if said == "drawer":
                if at - self._ended_at > DRAWER_S:
                    self._drawer_at = at
                continue
            self._drawer_at = None
            if at - self._ended_at > self._merge_s:
                kinds.append(said)
            self._ended_at = at
        return kinds

    def _drawer(self, at: float) -> list[str]:
        if self._drawer_at is None or at - self._drawer_at <= DRAWER_S:
            return []
        self._drawer_at = None
        return ["no_sale"]
