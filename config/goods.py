"""Readers of goods, the shelf plan, tills, and what is joined with the cameras' counts."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.section import Name, Section, setting

Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
Perhaps = Annotated[tuple[Name, ...], Field(strict=False)]


class Goods(Section):
    """The shelf plan of this shop."""

    planogram: str | None = setting(
        None, "CSV file with columns gtin, sku, antenna and optionally reader, shelf; rows in the order of the shelf."
    )


class Reader(Section):
    """One RFID reader."""

    device: str = setting(
        ...,
        "Where it hangs: serial:/dev/serial/by-id/NAME?region=eu&antennas=1,2&power_dbm=26; region has no default.",
        pattern=r"^[a-z0-9]+:",
    )
    role: Literal["shelf", "portal"] = setting("shelf", "shelf: watches goods; portal: counts goods that leave.")
    tills: Annotated[tuple[str, ...], Field(strict=False)] = setting(
        (), "For a portal: antennas at tills, as READER:ANTENNA; goods heard there in the last 30 minutes are paid."
    )


class Till(Section):
    """One till whose receipts are counted; nothing is sent to it and nothing of a receipt is kept."""

    device: str = setting(
        ..., "till-serial:/dev/ttyUSB1?baud=9600 or till-tcp:127.0.0.1:10000.", pattern=r"^(till-(serial|tcp)|sim):"
    )
    mode: Literal["escpos", "text"] = setting("escpos", "escpos: what a printer is sent; text: lines.")
    merge: float = setting(3.0, "A receipt this soon after another is its copy.", unit="s", ge=0, le=60)
    start: str = setting("", "Text mode: pattern of a receipt's first line; empty when every line may be.")
    end: str = setting("", "Text mode: pattern of a receipt's last line.")
    void: str = setting("", "Pattern of a line that makes the receipt a void; empty for the built-in words.")
    refund: str = setting("", "Pattern of a line that makes the receipt a refund.")
    reprint: str = setting("", "Pattern of a line that makes the receipt a reprint.")
    report: str = setting("", "Pattern of a line that makes the receipt a till report.")


class Sales(Section):
    """Transactions per visitor of one area, by its tills, or by the services that a camera sees where it has none."""

    tills: Perhaps = setting((), "The tills of this area; none: services at its queues stand for transactions.")
    queues: Perhaps = setting((), "The queues of this area.")
    lines: Names = setting(..., "The lines whose `in` are its visitors.")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.tills and not self.queues:
            raise ValueError("name tills or queues: without either nobody knows who bought")
        return self


class Funnel(Section):
    """What came of those who stopped before shelves."""

    zone: Name = setting(..., "The camera zone before the shelves.")
    shelves: Names = setting(..., "The shelves, by their names in the planogram.")
