"""Footfall over a line."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount(Event):
    """Crossings of one line in one window (persons), with the monotonic totals of the local day (persons).

    Null means not configured for this line: `uturns` crossed and came back and are in neither count; `reentries` are
    those of `in` who had stayed in view after coming in before; `groups` are the parties (persons side by side) in
    `in`; `children` those of `in` whose mean measured height was below the line's limit (null where the camera is not
    calibrated); `wrong_way` are the crossings against a one-way line's way, counted in `in` or `out` as well.
    """

    line: Name
    in_: int
    out: int
    day_in: int
    day_out: int
    uturns: int | None = None
    reentries: int | None = None
    groups: int | None = None
    wrong_way: int | None = None
    children: int | None = None
