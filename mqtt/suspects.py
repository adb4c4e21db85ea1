"""Which message may be what a broker cannot bear; a broker that dies and acknowledges now and then condemns none.

A message after which the broker hangs up three times is poison, when the broker is there again at once each time. Where
it was gone for a while it died or the network did, and that counts a third: a message that kills brokers is found, too.
"""

from time import monotonic

from mqtt.connection import Ended
from mqtt.flight import Flight
from mqtt.outbox import Row

GUILTY = 9
CERTAIN, DOUBTFUL = 3, 1
CAREFUL = 20
_POISON_S = 10.0
_SUSPICIOUS = {None, 0x80, 0x81, 0x82, 0x83, 0x90, 0x94, 0x95, 0x99, 0x9A, 0x9B}


class Suspects:
    """Strikes against messages, over connections. While `careful`, messages go one by one and alone."""

    def __init__(self) -> None:
        self._strikes: dict[int, int] = {}
        self.careful = 0
        self._accused: Row | None = None
        self._away = False

    def beware(self) -> None:
        """Something went wrong with a message: the next go one by one, so that it can be told which."""
        self.careful = CAREFUL

    def acquit(self, rows: list[Row]) -> None:
        """These have arrived."""
        self.careful = max(0, self.careful - len(rows))
        for row in rows:
            self._strikes.pop(row.id, None)

    def strike(self, row: Row, weight: int = CERTAIN) -> bool:
        """Count against a message; True when that was once too often."""
        self._strikes[row.id] = self._strikes.get(row.id, 0) + weight
        if self._strikes[row.id] < GUILTY:
            return False
        del self._strikes[row.id]
        return True

    def accuse(self, ended: Ended, flight: Flight) -> None:
        """Note the message after which the broker hung up, when it was sent alone just before."""
        flying = [sent for sent in flight.sent.values() if sent.rows]
        if not (ended.by_peer and ended.code in _SUSPICIOUS and flight.trusted and flying):
            return
        first, was_careful = flying[0], self.careful
        self.beware()
        alone = len(flying) == 1 and len(first.rows) == 1
        if was_careful and alone and monotonic() - first.at < _POISON_S:
            self._accused, self._away = first.rows[0], False

    def away(self) -> None:
        """The broker cannot be reached."""
        self._away = True

    def sentence(self) -> Row | None:
        """There is a connection again: the accused, when it is guilty."""
        row, self._accused = self._accused, None
        return row if row is not None and self.strike(row, DOUBTFUL if self._away else CERTAIN) else None
