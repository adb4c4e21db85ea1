"""What came of those who stopped at a shelf: the camera's stops in a zone joined with the goods of the shelves there.

Nothing is followed from person to item: two counts of the same window stand side by side, above the floor.
"""

from collections.abc import Collection, Iterable

from observations import Tally, Value


def goods_funnel(zone: str, shelves: Collection[str], tallies: Iterable[Tally]) -> list[Tally]:
    """The `goods_funnels` row of one zone, from the window's tallies; none when the zone was not counted."""
    stopped: int | None = None
    items = dict.fromkeys(("touched", "picked", "put_back"), 0)
    start = end = 0.0
    for tally in tallies:
        if tally.kind == "zones" and tally.values["zone"] == zone:
            stops = tally.values["stops"]
            stopped = stops if isinstance(stops, int) else None
            start, end = tally.start, tally.end
        elif tally.kind == "shelves" and tally.values["shelf"] in shelves:
            for name in items:
                count = tally.values[name]
                items[name] += count if isinstance(count, int) else 0
    if stopped is None:
        return []
    values: dict[str, Value] = {
        "zone": zone,
        "stopped": stopped,
        "touched": items["touched"] + items["picked"],
        "picked": items["picked"],
        "put_back": items["put_back"],
        "left": max(0, items["picked"] - items["put_back"]),
    }
    return [Tally("goods_funnels", start, end, values, support=stopped)]
