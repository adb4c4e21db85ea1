"""How long a token lives and how many must stand behind a number."""

from typing import Literal

from config.section import Section, setting


class Privacy(Section):
    """The policy that is in force."""

    preset: Literal["strict", "extended"] = setting(
        "strict", "strict: device tokens live 5 minutes at most; extended: until local midnight."
    )
    returning: bool = setting(
        False, "Tell the share of devices with fixed addresses that came back within a week; see docs/backend.md."
    )
    floor: int = setting(5, "Fewest persons or devices behind a finely split number.", ge=2, le=100)
