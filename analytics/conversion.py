"""Who leaves having bought and who without: two lanes to the street, and no connection to a till."""

from collections.abc import Iterator

from analytics.area import Area, BehindLines, fed
from analytics.crossing import Crossing, Way
from observations import Tally, Value


class Conversion:
    """The `conversions` of a report: fed with the crossings of the purchase lane's line and of the other one's.

    Both lines are drawn so that `out` leaves the shop. `bought` hears the purchase lane, `feed` is given the others.
    """

    def __init__(self, area: str) -> None:
        self.area = area
        self._bought = 0
        self._unbought = 0

    def bought(self, seen: Crossing) -> None:
        """One crossing of the lane for those who bought."""
        self._bought += seen.way is Way.OUT

    def feed(self, at: float, seen: Crossing) -> None:
        """One crossing of the lane for those who did not."""
        self._unbought += seen.way is Way.OUT

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The exits since the last restart."""
        values: dict[str, Value] = {"area": self.area, "bought": self._bought, "unbought": self._unbought}
        return [Tally("conversions", start, end, values, support=self._bought + self._unbought)]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._bought = self._unbought = 0


@BehindLines
def conversions(area: Area) -> Iterator[Conversion]:
    """Where there is a lane for those who bought."""
    if area.bought:
        conversion = fed(Conversion(area.name), [line for line in area.lines if line not in area.bought])
        for line in area.bought:
            line.heard.append(conversion.bought)
        yield conversion
