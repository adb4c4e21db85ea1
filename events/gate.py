"""What a gate or a beam counted, beside the camera."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCount(Event):
    """One gate or beam: its `pulses`, and what the camera counted over its lines (`in` at a gate, both ways at a beam).

    `unpulsed` are crossings into the shop without a pulse of the gate, null at a beam.
    """

    gate: Name
    pulses: int = 0
    crossings: int = 0
    unpulsed: int | None = None
