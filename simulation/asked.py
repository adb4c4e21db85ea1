"""What the truth of a report depends on besides the store: what the box is asked to tell, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulation.adverts import Ether
from simulation.attention import Target
from simulation.crew import Greeting
from simulation.goods import ShelfOfStore
from simulation.hearing import Levels
from simulation.passages import Rules
from simulation.portal import PortalOfStore


@dataclass(frozen=True, slots=True)
class Asked:
    """What the configuration says that the truth depends on: stop times by zone and shop window, gates (dBm) by
    radio, the place of each Bluetooth radio; for each shelf its goods and their names, what hands reach for there, and
    what leaves by each portal; the time in which customers are to be met by counter, the rules of lines and entrances,
    what is looked at, the lines of each gate and whether it is a beam, how many are not too many in a zone, and a local
    midnight before the story (epoch seconds)."""

    stops: Mapping[str, float] = field(default_factory=dict)
    window_stop: float = 3.0
    wifi: Mapping[str, Levels] = field(default_factory=dict)
    ble_gate_dbm: Mapping[str, float] = field(default_factory=dict)
    ethers: Mapping[str, Ether] = field(default_factory=dict)
    shelves: Mapping[str, ShelfOfStore] = field(default_factory=dict)
    portals: Mapping[str, PortalOfStore] = field(default_factory=dict)
    reaching: Mapping[str, ShelfOfStore] = field(default_factory=dict)
    midnight: float = 0.0
    skus: Mapping[str, str] = field(default_factory=dict)
    greet: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, Rules] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    greetings: Mapping[str, Greeting] = field(default_factory=dict)
    gates: Mapping[str, tuple[Sequence[str], bool]] = field(default_factory=dict)
    capacities: Mapping[str, int] = field(default_factory=dict)
