"""WiFi radios in monitor mode."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from config.section import Name, Section, setting
from drivers.wifi.plan import interfaces

Channel = Annotated[int, Field(ge=1, le=177)]


class Wifi(Section):
    """One WiFi radio, of one dongle or several, that listens and never sends."""

    device: str = setting(
        ...,
        "The interface, as in mon:wlan1, several as one radio, as in mon:wlan1+wlan2, or a capture, as in"
        " pcap:day.pcap.gz?speed=60; scapy:wlan1 hears it through scapy, for comparison.",
        pattern=r"^(mon|pcap|scapy|sim):",
    )
    channels: tuple[Channel, ...] = Field(
        (1, 6, 11),
        description="The channels it walks, dealt in turn to its dongles; a single one is never left.",
        min_length=1,
        strict=False,
    )
    dwell: float = setting(2.0, "How long it stays on each channel.", unit="s", ge=1, le=60)
    gate_dbm: int = setting(-80, "Weaker signals are dropped before they are tokenised.", unit="dBm", ge=-100, le=0)
    inside_dbm: int = setting(-75, "A device counts as inside from this signal strength.", unit="dBm", ge=-100, le=0)
    near_dbm: int = setting(-55, "A device counts as near from this signal strength.", unit="dBm", ge=-100, le=0)
    model: str | None = setting(
        None, "File of the site's calibration for persons (needs privacy.preset extended); none: kappa, once taught."
    )
    taught_by: Name | None = setting(
        None, "Area behind counting lines that covers the same room: its persons teach kappa and correct the model."
    )

    passed_by: Annotated[tuple[Name, ...], Field(strict=False)] = setting(
        (),
        "Lines across the street in a camera's picture: they teach how many pass outside it.",
    )

    @field_validator("device")
    @classmethod
    def _named(cls, device: str) -> str:
        scheme, _, rest = device.partition(":")
        if scheme == "mon":
            interfaces(rest.partition("?")[0])
        return device

    @model_validator(mode="after")
    def _louder(self) -> Self:
        if not self.gate_dbm <= self.inside_dbm <= self.near_dbm:
            raise ValueError("gate_dbm, inside_dbm and near_dbm must not become weaker in this order")
        return self
