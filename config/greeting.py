"""Entrances whose customers are to be met by staff: the door, where staff stand, and the floor between."""

from analytics import crossing, floor, greeting
from config.camera import Polygon
from config.places import Points
from config.section import Drawn, Name, setting
from config.views import Four, FourMetres


class Greeting(Drawn):
    """One entrance; who works here is known by badge, where only staff stand."""

    camera: Name = setting(..., "The camera that sees the door, the customers and the place of staff.")
    door: Points = setting(..., "The line of the door, drawn as a counting line: `in` is into the shop.")
    place: Polygon = setting(..., "Where only staff stand, behind the counter: points [x, y] in relative coordinates.")
    zone: Name = setting(..., "The badge zone of that place.")
    picture: Four = setting(..., "Four marks on the floor, as seen: points [x, y] in relative coordinates.")
    metres: FourMetres = setting(..., "The same four marks, as measured on the floor.", unit="m")
    near: float = setting(1.5, "Who has staff this near is met.", unit="m", gt=0, le=10)
    held: float = setting(3.0, "For how long.", unit="s", gt=0, le=60)
    within: float = setting(60.0, "How soon after coming in.", unit="s", ge=5, le=600)

    def drawn(self, name: str) -> greeting.Entrance:
        """The entrance as it counts. Raises ValueError."""
        return greeting.Entrance(
            name=name,
            door=crossing.Drawn(points=self.door),
            floor=floor.Floor(self.picture, self.metres),
            place=self.place,
            zone=self.zone,
            metres=self.near,
            held=self.held,
            within=self.within,
        )
