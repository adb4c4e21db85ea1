"""What a gate or a beam says: that it was passed."""

from dataclasses import dataclass

from observations.base import Observation


@dataclass(frozen=True, slots=True, repr=False)
class Pulse(Observation):
    """A gate was opened or a beam was broken at `at` (clock seconds), `count` times; 0 says that its line is up."""

    at: float
    gate: str
    count: int = 1
