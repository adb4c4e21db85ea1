"""What else is drawn into a camera's picture: shop windows, things to look at, and the floor of a heat map."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from analytics import attention, crossing, floor, hands, heat, window_funnel
from config.camera import Polygon
from config.places import Points, Reference
from config.section import Drawn, Name, Point, setting

Range = Annotated[tuple[float, float], Field(strict=False)]
Four = Annotated[tuple[Point, Point, Point, Point], Field(strict=False)]
Metres = Annotated[tuple[float, float], Field(strict=False)]
FourMetres = Annotated[tuple[Metres, Metres, Metres, Metres], Field(strict=False)]


class ShopWindow(Drawn):
    """One shop window, seen from outside."""

    camera: Name = setting(..., "The camera that sees the pavement and the door.")
    corners: Polygon = setting(..., "The pavement before the window.")
    door: Points = setting(..., "The line of the door, drawn as a counting line: `in` is into the shop.")
    street: Points | None = setting(
        None, "Crossing this line either way makes a passer; else standing before the window."
    )
    reference: Reference = setting("foot", "The point of a person that counts.")
    stop: float = setting(3.0, "Who stays this long before the window has stopped.", unit="s", ge=1, le=60)

    def drawn(self, name: str) -> window_funnel.Window:
        """The window as it counts. Raises ValueError."""
        which = crossing.Reference(self.reference)
        return window_funnel.Window(
            name=name,
            corners=self.corners,
            door=crossing.Drawn(points=self.door, reference=which),
            street=crossing.Drawn(points=self.street, reference=which) if self.street else None,
            reference=which,
            stop=self.stop,
        )


class Target(Drawn):
    """Something to look at: a display, or a sector of a shelf."""

    camera: Name = setting(..., "The camera that sees the faces; it sits at or near the target.")
    corners: Polygon = setting(..., "Where one stands who could look at it.")
    yaw: Range = setting(..., "Between which angles a head faces it, 0 towards the camera.", unit="degrees")
    pitch: Range = setting((-90.0, 90.0), "The same up and down.", unit="degrees")

    def drawn(self, name: str) -> attention.Target:
        """The target as it counts. Raises ValueError."""
        return attention.Target(name=name, corners=self.corners, yaw=self.yaw, pitch=self.pitch)


class Hands(Drawn):
    """Hands at one shelf, by a camera that looks along it or down on it."""

    camera: Name = setting(..., "The camera that sees the shelf from its side or from above.")
    corners: Polygon = setting(..., "Where one stands who could reach into the shelf.")
    plane: Polygon = setting(
        ..., "The shelf from its front inwards: a hand is seen there only when it is in the shelf."
    )

    def drawn(self, name: str) -> hands.Shelf:
        """The shelf as it counts. Raises ValueError."""
        return hands.Shelf(name=name, corners=self.corners, plane=self.plane)


class Heatmap(Drawn):
    """Where people are, hourly: on the floor where four marks of it are given, else in the picture."""

    camera: Name = setting(..., "The camera whose view it is; the map bears its name.")
    picture: Four | None = setting(None, "Four marks on the floor, as seen: points [x, y] in relative coordinates.")
    metres: FourMetres | None = setting(None, "The same four marks, as measured on the floor.", unit="m")
    width: float = setting(8.0, "Size of the map from the floor's origin, first coordinate.", unit="m", gt=0, le=100)
    depth: float = setting(8.0, "Size of the map from the floor's origin, second coordinate.", unit="m", gt=0, le=100)
    cell: float = setting(0.5, "Size of a cell on the floor.", unit="m", ge=0.5, le=10)
    pace: bool = setting(False, "Also tell how fast people walk; needs the four marks.")
    columns: int = setting(32, "Cells across the picture, where no floor is given.", ge=2, le=64)
    rows: int = setting(18, "Cells down the picture, where no floor is given.", ge=2, le=64)

    def drawn(self, name: str) -> heat.Grid:
        """The map as it counts. Raises ValueError."""
        plane = floor.Floor(self.picture, self.metres) if self.picture and self.metres else None
        return heat.Grid(
            camera=self.camera,
            floor=plane,
            width=self.width,
            depth=self.depth,
            cell=self.cell,
            columns=self.columns,
            rows=self.rows,
            pace=self.pace,
        )

    @model_validator(mode="after")
    def _is_measured(self) -> Self:
        if (self.picture is None) != (self.metres is None):
            raise ValueError("picture and metres are given together or not at all")
        if self.pace and self.picture is None:
            raise ValueError("pace needs a measured floor: give picture and metres")
        return self
