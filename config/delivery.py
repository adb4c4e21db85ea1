"""Where reports go and how they are kept until they have arrived."""

from typing import Literal

from config.section import Section, setting


class Mqtt(Section):
    """The broker."""

    broker: str = setting(
        "mqtt://127.0.0.1:1883",
        "The broker: mqtts://host:8883, or mqtt:// on the box itself.",
        pattern=r"^mqtts?://[^/\s]+$",
    )
    ca: str | None = setting(
        None,
        "PEM file of the authority that signed the broker's certificate, or credential:NAME; the system's when absent.",
    )
    certificate: str | None = setting(
        None, "PEM file of the box's own certificate, or credential:NAME as in the unit's LoadCredential=NAME:..."
    )
    key: str | None = setting(None, "PEM file of the box's private key, or credential:NAME.")
    encoding: Literal["json", "cbor", "columns"] = setting(
        "json", "How documents are written; for metered links cbor, or columns: the same as JSON text."
    )
    protocol: Literal["5", "3.1.1"] = setting(
        "5", "MQTT 5, or 3.1.1 where the broker has no 5 (found out by itself, but sooner when said)."
    )
    live: bool | None = setting(
        None, "Whether occupancy and queues of this moment are told, every 10 s; absent: only in json."
    )
    keepalive: int | None = setting(
        None, "How often an idle connection is proven; absent: 60, and 300 where not in json.", unit="s", ge=5, le=1200
    )
    start_spread: float = setting(
        60.0,
        "The first connection after boot waits a random part of this, so that a fleet does not storm; 0 also keeps"
        " windows from being published at a phase of the box's own.",
        unit="s",
        ge=0,
    )


class Outbox(Section):
    """The store in which documents wait for the broker."""

    quota: int = setting(64 * 1024 * 1024, "Most that the store takes on the disk.", unit="bytes", ge=256 * 1024)
