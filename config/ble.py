"""Bluetooth radios, the shop's badges, and the places where badges mean something."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.camera import Polygon
from config.section import Name, Section, setting

Beacon = Annotated[str, Field(pattern=r"^(ibeacon|altbeacon|eddystone):[0-9A-Fa-f/-]+$")]
"""A beacon as in `ibeacon:UUID/MAJOR/MINOR`, `altbeacon:HEX`, `eddystone:NAMESPACE/INSTANCE`."""


class Ble(Section):
    """One Bluetooth radio."""

    device: str = setting(
        "hci:",
        "The adapter: hci:0, hci: and its address, or hci: for the first; ?source=active keeps to one source.",
        pattern=r"^[a-z]+:",
    )
    enter_dbm: int = setting(-75, "A device counts from this signal strength.", unit="dBm", ge=-100, le=0)
    leave_dbm: int = setting(-82, "A device counts until its signal is weaker than this.", unit="dBm", ge=-110, le=0)
    alive: float = setting(12.0, "How long a device counts after its last advert.", unit="s", ge=10, le=15)
    reference: Beacon | None = setting(
        None, "A beacon that is always on the air here: if it is not heard, the radio is dead and is reset."
    )
    reference_within: float = setting(20.0, "How often the reference beacon is heard at least.", unit="s", ge=2, le=600)
    transmit: Beacon | None = setting(
        None, "The shop's own beacon, sent by this radio so that an app that was opted into can act; off when absent."
    )
    irks: str | None = setting(
        None, "File of rotating badges, one ROLE and identity resolving key a line, readable by its owner only."
    )

    @model_validator(mode="after")
    def _gate(self) -> Self:
        if self.leave_dbm > self.enter_dbm:
            raise ValueError("leave_dbm must not be stronger than enter_dbm")
        return self


class Badge(Section):
    """One badge, or all badges that share a beginning."""

    kind: Literal["ibeacon", "altbeacon", "eddystone", "address"] = setting("ibeacon", "How the badge says who it is.")
    id: str = setting(
        ..., "Its identity: UUID/MAJOR/MINOR, hex digits, NAMESPACE/INSTANCE, or the address; the end may be left out."
    )
    role: Name = setting("staff", "The role of whoever wears it; never a person.")


class BadgeZone(Section):
    """A place near one radio in which badges are noticed."""

    radio: Name = setting(..., "The radio that hears it.")
    enter_dbm: int = setting(-65, "A badge is in the zone from this signal strength.", unit="dBm", ge=-100, le=0)
    leave_dbm: int = setting(-72, "A badge is in the zone until its signal is weaker.", unit="dBm", ge=-110, le=0)
    linger: float = setting(15.0, "A badge that is not heard leaves after this.", unit="s", ge=2, le=120)
    line: Name | None = setting(None, "The counting line here: crossings by a passing badge are staff's.")

    @model_validator(mode="after")
    def _gate(self) -> Self:
        if self.leave_dbm > self.enter_dbm:
            raise ValueError("leave_dbm must not be stronger than enter_dbm")
        return self


class Service(Section):
    """A counter whose service is measured."""

    zone: Name = setting(..., "The badge zone of its staff.")
    camera: Name = setting(..., "The camera that sees its customers.")
    polygon: Polygon = setting(..., "Where customers stand: points [x, y] in relative coordinates.")
    greet: float = setting(30.0, "A customer met within this was met in time.", unit="s", ge=3, le=600)
    unattended: float = setting(60.0, "Customers without staff for this long raise an alert.", unit="s", ge=5, le=3600)


class Staff(Section):
    """When a badge is worn."""

    absent: float = setting(60.0, "A badge that is not heard for this is off duty.", unit="s", ge=5, le=3600)
    still: float = setting(900.0, "A badge that does not move for this lies in a drawer.", unit="s", ge=60, le=14400)
    motion: float = setting(6.0, "What the signal must span within five minutes to be motion.", unit="dB", ge=2, le=30)
