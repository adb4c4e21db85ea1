"""The pattern of a section: a frozen pydantic model whose every key has a default or none, a unit and a sentence."""

from abc import abstractmethod
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
"""A name that appears on the wire: 1 to 32 letters, digits, dots, dashes or underscores."""

Relative = Annotated[float, Field(ge=0.0, le=1.0)]
"""A coordinate as a share of the picture's width or height: 0 is left or top, 1 is right or bottom."""

Point = Annotated[tuple[Relative, Relative], Field(strict=False)]
"""A place in the picture: [x, y], both relative."""


class Section(BaseModel):
    """A table of the configuration file. Unknown keys are refused; values are not converted from other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Drawn(Section):
    """A table of what is drawn into one camera's picture."""

    camera: Name

    @abstractmethod
    def drawn(self, name: str) -> object:
        """The drawing as it counts, under its name. Raises ValueError."""

    @model_validator(mode="after")
    def _can_count(self) -> Self:
        self.drawn("drawing")
        return self


def setting(default: Any, text: str, *, unit: str = "", **limits: Any) -> Any:
    """One key: its default (`...` when it must be given), one sentence, its unit, and pydantic's limits (ge, le)."""
    return Field(default, description=text, json_schema_extra={"unit": unit} if unit else None, **limits)
