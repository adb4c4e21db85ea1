"""What the box holds against each other to check itself."""

from typing import Annotated

from pydantic import Field

from config.section import Name, Section, setting

Names = Annotated[tuple[Name, ...], Field(strict=False)]


class Audit(Section):
    """The checks of one area: in against out at closing, its camera against a radio and against tills."""

    area: Name = setting(..., "The area; its lines' cameras are what is checked.")
    radio: Name | None = setting(None, "A WiFi radio that hears the same room.")
    tills: Names = setting((), "The tills in it.")
