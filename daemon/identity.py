"""Who the box is: a random name, never a MAC or a serial, and the birth document that a backend reads first."""

import json
import re
import secrets
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from analytics.metric import Binned
from config import Config
from daemon import __version__
from daemon.box import Box
from daemon.vitals import Vitals
from events import Birth, Code, Name, Report
from events.birth import Bounds, ReleaseBirth, RowBirth, SensorBirth, StreamBirth
from mqtt.codec import Form
from mqtt.documents import places
from mqtt.outbox import Stream
from privacy.policy import POLICY

ID_BYTES = 10
SCHEMA = 1
"""The minor version of the documents under passerby/1: it grows when a field is added."""


def box_id(state: Path) -> str:
    """The box's random name (80 bits), made on the first start and kept in `state`. Raises OSError."""
    file = state / "box-id"
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        name = b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()
        file.write_text(name + "\n", encoding="ascii")
        return name


def birth(box: Box, session: int, streams: Sequence[Stream], form: Form) -> Birth:
    """What a backend must know to read this box's reports."""
    config = box.config
    return Birth(
        session=session,
        version=Code(__version__),
        schema=SCHEMA,
        config=Code(digest(config)),
        preset=Code(config.privacy.preset),
        window=config.window.seconds,
        epoch=box.tokeniser.epoch,
        sensors=tuple(_sensor(vitals) for vitals in box.sensors),
        lines=tuple(Name(name) for name in config.lines),
        zones=tuple(Name(name) for name in config.zones),
        queues=tuple(Name(name) for name in config.queues),
        bounds=tuple(Bounds(field=Code(field), bounds=bounds) for field, bounds in sorted(_bounds(box))),
        policy=tuple(
            ReleaseBirth(kind=Code(kind), floor=max(row.floor, config.privacy.floor) if row.floor else 0)
            for kind, row in POLICY.items()
        ),
        rows=tuple(
            RowBirth(rows=Code(rows), places=tuple(map(Code, names)))
            for rows, names in places(Report).items()
            if form is Form.JSON
        ),
        preflight=_preflight(Path(config.box.state)),
        place=tuple(map(Name, config.box.place)),
        streams=tuple(StreamBirth(topic=Code(one.topic), store=Code(one.store), seq=one.seq + 1) for one in streams),
    )


def _bounds(box: Box) -> set[tuple[str, tuple[float, ...]]]:
    """Of every histogram that this box counts."""
    return {one for metric in box.reporter.metrics() if isinstance(metric, Binned) for one in metric.bounds}


def _preflight(state: Path) -> Code | None:
    """The hash of the last `passerby preflight`, None before there was one."""
    try:
        told = json.loads((state / "preflight.json").read_text(encoding="utf-8"))["hash"]
        return Code(str(told)) if re.fullmatch(r"[0-9a-f]{16}", str(told)) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _sensor(vitals: Vitals) -> SensorBirth:
    return SensorBirth(sensor=vitals.sensor, name=Name(vitals.name), scheme=Code(vitals.device.partition(":")[0]))


def digest(config: Config) -> str:
    """Sixteen digits that tell one configuration from another."""
    return sha256(config.model_dump_json().encode()).hexdigest()[:16]
