"""From TOML to a Config, or to every problem at once: each with its key, its value, what is allowed and a remedy."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.drawings import drawings
from config.references import references
from config.root import Config


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the dotted key, the value as written, what is allowed, the nearest valid name."""

    key: str
    value: str
    allowed: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" Did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{self.key} = {self.value}: {self.allowed}.{hint}"


class ConfigError(Exception):
    """The file cannot be used. `problems` holds every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load(path: Path, overrides: Mapping[str, str | None] | None = None) -> Config:
    """Read and validate `path`.

    `overrides` maps dotted keys to TOML values, or to None to
    take a key away; * is every table. Raises ConfigError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(str(path), "-", f"the file cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(str(path), "-", "the file must be UTF-8 text")]) from None
    return parse(text, overrides)


def parse(text: str, overrides: Mapping[str, str | None] | None = None) -> Config:
    """Validate TOML text. Raises ConfigError with every problem at once."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem("(file)", "-", f"not TOML: {error}")]) from None
    for dotted, value in (overrides or {}).items():
        _override(raw, dotted, value)
    problems = references(raw)
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        found = _innermost([_problem(detail) for detail in error.errors(include_url=False)])
        raise ConfigError(found + [Problem(*problem) for problem in problems]) from None
    problems += drawings(config)
    if problems:
        raise ConfigError([Problem(*problem) for problem in problems])
    return config


def _override(raw: dict[str, Any], dotted: str, value: str | None) -> None:
    first, _, rest = dotted.partition(".")
    if first == "*":
        for name in raw:
            _override(raw, f"{name}.{rest}", value)
    elif rest:
        inner = raw.setdefault(first, {})
        if not isinstance(inner, dict):
            raise ConfigError([Problem(dotted, _shown(value), f"{first} is no table")])
        _override(inner, rest, value)
    elif value is None:
        raw.pop(first, None)
    else:
        try:
            raw[first] = tomllib.loads(f"v = {value}")["v"]
        except tomllib.TOMLDecodeError:
            raw[first] = value


def _innermost(problems: list[Problem]) -> list[Problem]:
    """Without the echoes: a list is not also too short because one of its items is wrong."""
    return [one for one in problems if not any(other.key.startswith(one.key + "[") for other in problems)]


def _problem(detail: Any) -> Problem:
    where = tuple(part for part in detail["loc"] if part != "[key]")
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    if detail["type"] == "extra_forbidden":
        known = _keys(where[:-1])
        nearest = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
        return Problem(
            dotted,
            _shown(detail["input"]),
            f"no such key; there are {', '.join(known)}",
            nearest[0] if nearest else None,
        )
    if detail["type"] == "missing":
        return Problem(dotted, "(absent)", "must be given")
    allowed = str(detail["msg"])
    return Problem(dotted, _shown(detail["input"]), allowed[0].lower() + allowed[1:], _nearest(detail))


def _nearest(detail: Any) -> str | None:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
    return next(iter(difflib.get_close_matches(str(detail["input"]), choices, n=1, cutoff=0.5)), None)


def _shown(value: object) -> str:
    text = re.sub(r"//[^\s'\"]*@", "//...@", repr(value))  # a password does not belong there, nor into the answer
    return text if len(text) <= 60 else text[:57] + "..."


def _keys(where: tuple[object, ...]) -> list[str]:
    """The valid keys of the table at `where`."""
    model: Any = Config
    for part in where:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
        elif get_origin(model) is dict:
            model = get_args(model)[1]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
