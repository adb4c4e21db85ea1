"""Gates and beams, and the lines that a camera sees where they stand."""

from typing import Annotated, Literal

from pydantic import Field

from config.section import Name, Section, setting


class Gate(Section):
    """One gate or beam whose pulses are held against a camera."""

    device: str = setting(..., "gate-serial:/dev/serial/by-id/NAME?baud=9600.", pattern=r"^gate-serial:")
    kind: Literal["gate", "beam"] = setting(
        "gate", "gate: a pulse for everybody who comes in; beam: one for everybody who passes, either way."
    )
    lines: Annotated[tuple[Name, ...], Field(strict=False)] = setting(
        (), "The camera's lines where it stands; none: pulses are only counted."
    )
    merge: float = setting(0.3, "What follows a pulse this soon belongs to it.", unit="s", ge=0, le=10)
    tolerance: float = setting(0.2, "The share by which camera and pulses may differ before an alert.", gt=0, le=1)
