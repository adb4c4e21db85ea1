"""A seed: the small file (`box.toml`) that a technician puts on a card or a stick, and the configuration it becomes."""

import json
import secrets
import tomllib
from base64 import b32encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$"
LIFE = timedelta(days=14)
ALLOWED = {
    "site": "write 1 to 32 letters, digits, _ . -",
    "box": "write 1 to 32 letters, digits, _ . -",
    "broker": "write mqtts://HOST:PORT",
    "expires": "write a moment with its time zone, as 2026-03-01T10:00:00+01:00",
    "token": "make the seed anew with passerby provision",
    "enrol": "write https://HOST",
    "ca": "name a PEM file that begins with BEGIN CERTIFICATE",
    "code": "write the eight letters and digits that the box shows",
}
"""What a field may be, for who wrote something else."""
LARGEST = 256 * 1024
"""Bytes of a seed; a longer file is none."""


class SeedError(Exception):
    """The seed cannot be used: field, value and remedy in its text."""


class Seed(BaseModel):
    """What a box is told once. `token` is good for one enrolment at `enrol`; without `enrol` the box leaves a CSR.

    `code` binds the seed to the box that shows it; `sensors` is the rest of the configuration as TOML text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(1, ge=1, le=1)
    site: str = Field(pattern=NAME)
    box: str = Field(pattern=NAME)
    broker: str = Field(pattern=r"^mqtts://[^/\s]+$|^mqtt://(127\.0\.0\.1|localhost)(:\d+)?$")
    expires: AwareDatetime
    token: str | None = Field(None, min_length=16)
    enrol: str | None = Field(None, pattern=r"^https://[^\s]+$")
    ca: str | None = Field(None, pattern=r"^-----BEGIN CERTIFICATE-----")
    code: str | None = Field(None, pattern=r"^[A-Z2-7]{8}$")
    timezone: str | None = None
    sensors: str = ""

    @field_validator("code", mode="before")
    @classmethod
    def _as_shown(cls, code: object) -> object:
        """The box shows XXXX-XXXX."""
        return code.replace("-", "").upper() if isinstance(code, str) else code


def read(text: str, now: datetime) -> Seed:
    """The seed of a file. Raises SeedError with every field that is wrong, its value and what is allowed."""
    if len(text) > LARGEST:
        raise SeedError(f"the seed has {len(text)} characters: it is no seed; make one with passerby provision")
    try:
        seed = Seed.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"the seed is not TOML: {error}; make it anew with passerby provision") from None
    except ValidationError as error:
        raise SeedError("\n".join(map(_problem, error.errors()))) from None
    if seed.expires < now:
        raise SeedError(f"expires = {seed.expires:%Y-%m-%d %H:%M %Z}: it is over; make a new one, or set the clock")
    if seed.enrol and not seed.token:
        raise SeedError("token = (missing): enrol needs one; make the seed anew with passerby provision")
    return seed


def _problem(error: object) -> str:
    assert isinstance(error, dict)
    field = ".".join(map(str, error["loc"]))
    hidden = field == "token"
    value = "(not shown)" if hidden else repr(error["input"])[:60]
    return f"{field} = {value}: {ALLOWED.get(field) or error['msg']}"


def write(seed: Seed) -> str:
    """The seed as the text of a box.toml; JSON's strings are TOML's."""
    values = seed.model_dump(exclude_none=True)
    lines = []
    for name, value in values.items():
        if isinstance(value, datetime):
            lines.append(f"{name} = {value.isoformat()}")
        elif isinstance(value, str) and "\n" in value and "'''" not in value:
            lines.append(f"{name} = '''\n{value}'''")
        else:
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join([*lines, ""])


def fresh(site: str, broker: str, more: Mapping[str, str | None], life: timedelta = LIFE) -> Seed:
    """A seed with a random name of 80 bits and, where there is a place to enrol, a random token."""
    given = {name: value for name, value in more.items() if value}
    if "enrol" in given:
        given["token"] = secrets.token_urlsafe(24)
    moment = datetime.now(UTC).replace(microsecond=0)
    values = {"site": site, "box": random_name(), "broker": broker, "expires": moment + life, **given}
    try:
        return Seed.model_validate(values)
    except ValidationError as error:
        raise SeedError("\n".join(map(_problem, error.errors()))) from None


def random_name() -> str:
    """Who a box is: never a MAC or a serial number."""
    return b32encode(secrets.token_bytes(10)).decode().lower()


def configuration(seed: Seed, credentials: Path) -> str:
    """The configuration that the seed stands for; key and certificates are named as systemd hands them over."""
    lines = ["[box]", f"site = {json.dumps(seed.site)}", f"id = {json.dumps(seed.box)}"]
    lines += [f"timezone = {json.dumps(seed.timezone)}"] if seed.timezone else []
    lines += ["", "[mqtt]", f"broker = {json.dumps(seed.broker)}"]
    names = {"certificate": "passerby.crt", "key": "passerby.key"} if seed.broker.startswith("mqtts") else {}
    names |= {"ca": "passerby.ca"} if seed.ca else {}
    lines += [f'{name} = "credential:{file}"' for name, file in names.items() if (credentials / file).exists()]
    return "\n".join([*lines, "", seed.sensors])
