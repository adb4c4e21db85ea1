"""What the box senses: frozen, private, in RAM only. Nothing here can be printed or pickled."""

from observations.advertisement import AddressKind, Advertisement, Badge, Carrier
from observations.base import Observation
from observations.frame import Frame, Plane
from observations.gate import Pulse
from observations.goods import GoodsRead, GoodsSighting, Inventory, Receipt, TagRead
from observations.percept import Box, Hands, Percept, Track
from observations.probe import ProbeRequest
from observations.sighting import BadgeSighting, DeviceSighting
from observations.tally import Tally, Value

__all__ = [
    "AddressKind",
    "Advertisement",
    "Badge",
    "BadgeSighting",
    "Box",
    "Carrier",
    "DeviceSighting",
    "Frame",
    "GoodsRead",
    "GoodsSighting",
    "Hands",
    "Inventory",
    "Observation",
    "Percept",
    "Plane",
    "ProbeRequest",
    "Pulse",
    "Receipt",
    "TagRead",
    "Tally",
    "Track",
    "Value",
]
