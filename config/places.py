"""Where in the picture people are counted: lines, zones, the areas behind lines, and when the shop is open."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from analytics import crossing, line, stature, zone
from config.camera import Polygon
from config.section import Drawn, Name, Point, Section, setting

Points = Annotated[tuple[Point, ...], Field(min_length=2, max_length=10, strict=False)]
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Measured = Annotated[tuple[Point, Point], Field(strict=False)]
Corners = Polygon | tuple[()]
Reference = Literal["foot", "center", "head"]


class Line(Drawn):
    """One counting line."""

    camera: Name = setting(..., "The camera in whose picture the line is drawn.")
    points: Points = setting(
        ...,
        "The line's points [x, y] in relative coordinates, drawn so that `in` is crossing from right to left of it.",
    )
    in_side: Literal["left", "right"] = setting("left", "The hand of who walks along the line towards which `in` is.")
    reference: Reference = setting("foot", "The point of a person that must cross the line.")
    band: float = setting(0.08, "How far beyond the line a crossing is certain.", unit="box heights", ge=0.0, le=0.5)
    mode: Literal["immediate", "deferred"] = setting(
        "immediate", "Count at once, or when the person has stayed beyond."
    )
    defer: float = setting(5.0, "How long a deferred crossing may still be turned back.", unit="s", gt=0, le=60)
    uturns: Literal["counted", "ignored", "separate"] = setting(
        "counted", "What becomes of who turns back; ignored and separate need the deferred mode."
    )
    one_way: Literal["in", "out"] | None = setting(None, "The only permitted way: the other raises an alert.")
    start: Corners = setting((), "Who goes in counts only from this zone; who goes out only on reaching it.")
    end: Corners = setting((), "Who goes in counts only on reaching this zone; who goes out only from it.")
    reentry: float = setting(0.0, "Coming in again in view within this is a re-entry; 0 is off.", unit="s", ge=0)
    group_gap: float = setting(0.0, "Coming in side by side within this is one group; 0 is off.", unit="s", ge=0, le=10)
    tailgate: float = setting(0.0, "A second person within this raises an alert; 0 is off.", unit="s", ge=0, le=10)

    stature: Measured | None = setting(
        None, "One person at two distances, near and far: [[y of the feet, height of the box], [...]], both relative."
    )
    stature_metres: float = setting(1.70, "How tall that person is.", unit="m", ge=1.0, le=2.2)
    child_below: float = setting(1.30, "Who is shorter is a child.", unit="m", ge=0.8, le=1.6)

    def drawn(self, name: str) -> line.Line:
        """The line as it counts. Raises ValueError."""
        return line.Line(
            name=name,
            points=self.points,
            in_side=crossing.Side(self.in_side),
            reference=crossing.Reference(self.reference),
            band=self.band,
            mode=line.Mode(self.mode),
            defer=self.defer,
            uturns=line.Uturns(self.uturns),
            one_way=crossing.Way(self.one_way) if self.one_way else None,
            start=self.start,
            end=self.end,
            reentry=self.reentry,
            group_gap=self.group_gap,
            tailgate=self.tailgate,
            stature=stature.Stature(*self.stature, self.stature_metres) if self.stature else None,
            child_below=self.child_below,
        )


class Zone(Drawn):
    """One zone."""

    camera: Name = setting(..., "The camera in whose picture the zone is drawn.")
    corners: Polygon = setting(..., "The zone's corners [x, y] in relative coordinates, in order round it.")
    reference: Reference = setting("foot", "The point of a person that is in the zone or not.")
    stop: float = setting(5.0, "Who stays this long has stopped.", unit="s", ge=1, le=3600)
    capacity: int | None = setting(None, "More persons than this are too many.", unit="persons", ge=1, le=1000)
    crowded_after: float = setting(10.0, "Too many for this long raise an alert.", unit="s", ge=0, le=3600)
    loiter: float | None = setting(None, "Who stays this long raises an alert.", unit="s", ge=10, le=86400)
    gathering: int | None = setting(
        None,
        "From so many persons on, far more than is usual at this hour raise an alert.",
        unit="persons",
        ge=2,
        le=1000,
    )

    def drawn(self, name: str) -> zone.Zone:
        """The zone as it counts."""
        return zone.Zone(
            name=name,
            corners=self.corners,
            reference=crossing.Reference(self.reference),
            stop=self.stop,
            capacity=self.capacity,
            crowded_after=self.crowded_after,
            loiter=self.loiter,
            gathering=self.gathering,
        )


class Area(Section):
    """What lies behind counting lines: how many are inside, how long they stay, how many leave having bought."""

    lines: Names = setting(..., "All lines over which one comes in or goes out.", min_length=1)
    bought: Names = setting((), "Those of the lines over which only those leave who bought.")


class Hours(Section):
    """When the shop is open, by the clock of its time zone; both absent means always."""

    opens: str | None = setting(None, "Opening time, as in 09:00.", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str | None = setting(None, "Closing time, as in 20:00.", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("opens and closes are given together or not at all")
        return self

    def closed(self, second: int) -> bool:
        """Whether the shop is closed at this second of the local day; it may close after midnight."""
        if self.opens is None or self.closes is None:
            return False
        opens, closes = (int(text[:2]) * 3600 + int(text[3:]) * 60 for text in (self.opens, self.closes))
        return not (opens <= second < closes) if opens <= closes else closes <= second < opens
