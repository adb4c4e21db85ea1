"""Lines of text as tills send them to video recorders: a receipt ends at the line that matches the end mark."""

from drivers.base import DriverMisconfigured
from drivers.till.marks import Marks, Paper


class Text:
    """Feeds on bytes in any chunks; gives the kind of every receipt that ends. Holds one line at most."""

    def __init__(self, marks: Marks) -> None:
        if marks.end is None:
            raise DriverMisconfigured("no_end", "text mode needs `end`: a pattern for the last line of a receipt")
        self._start, self._end = marks.start, marks.end
        self._paper = Paper(marks)
        self._open = marks.start is None

    def feed(self, data: bytes) -> list[str]:
        """What ends in these bytes."""
        said: list[str] = []
        for byte in data:
            line = self._paper.put(byte)
            if line is None:
                continue
            if self._start is not None and self._start.search(line):
                self._paper.tear()
                self._open = True
            elif self._end.search(line):
                kind = self._paper.tear()
                if self._open and kind is not None:
                    said.append(kind)
                self._open = self._start is None
        return said
