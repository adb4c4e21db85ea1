"""Engines that say which goods were taken: ours, a plain timeout, and SMURF."""

import math
from collections import deque

from analytics.evidence import Evidence
from bench._shelf import Engine, Heard


class Ours:
    """The product's engine."""

    def __init__(self) -> None:
        self._evidence = Evidence()

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        return self._evidence.epoch(at, heard, deserted=deserted).taken


class Timeout:
    """What most software does: not read for so many epochs is gone."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._silent: dict[int, int] = {}

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        silent = self._silent
        for item in heard:
            silent[item] = -1
        gone = []
        for item in silent:
            silent[item] += 1
            if silent[item] == self._epochs:
                gone.append(item)
        return tuple(gone)


class Smurf:
    """SMURF (VLDB 2006): a window of ln(1/delta)/p epochs for each tag, halved when reads leave two sigma."""

    def __init__(self, delta: float) -> None:
        self._needed = math.log(1 / delta)
        self._tags: dict[int, _SmurfTag] = {}

    def taken(self, at: float, heard: Heard, *, deserted: bool = False) -> tuple[int, ...]:
        for item in heard:
            self._tags.setdefault(item, _SmurfTag())
        return tuple(item for item, tag in self._tags.items() if tag.epoch(item in heard, self._needed))


class _SmurfTag:
    __slots__ = ("here", "rate", "reads", "silent", "window")

    def __init__(self) -> None:
        self.reads: deque[bool] = deque(maxlen=200)
        self.rate, self.window, self.silent, self.here = 0.5, 1, 0, True

    def epoch(self, read: bool, needed: float) -> bool:
        """Whether this epoch's end says that the tag has gone."""
        self.reads.append(read)
        self.silent = 0 if read else self.silent + 1
        if read:
            self.here = True
        if not self.here:
            return False
        self.rate += (read - self.rate) / 100
        wanted = min(200, max(1, math.ceil(needed / max(self.rate, 0.03))))
        if self.silent >= self.window >= wanted:
            self.here = False
            return True
        if self.window > wanted and not self._steady():
            self.window = max(1, self.window // 2)
        elif self.window < wanted:
            self.window += 1
        return False

    def _steady(self) -> bool:
        """Whether the reads of the window are within two sigma of what its rate promises."""
        got = sum(list(self.reads)[-self.window :])
        mean = self.window * self.rate
        return abs(got - mean) <= 2 * math.sqrt(mean * (1 - self.rate))


def engines() -> dict[str, Engine]:
    """Ours and its peers, fresh."""
    return {
        "ours": Ours(),
        "timeout 5 s": Timeout(10),
        "timeout 10 s": Timeout(20),
        "smurf d=0.05": Smurf(0.05),
        "smurf d=1e-6": Smurf(1e-6),
    }
