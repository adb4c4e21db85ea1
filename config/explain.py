"""Every key with its default, unit and meaning, written as a TOML file from the definitions that validate."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.root import Config


def explain() -> str:
    """An annotated TOML file in which every key is commented out at its default."""
    return "\n".join(_section(Config, ())) + "\n"


def _section(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    tables: list[tuple[str, type[BaseModel], str]] = []
    for name, field in model.model_fields.items():
        inner = _table(field.annotation)
        if inner is None:
            yield from _key(name, field)
        else:
            named = ("NAME",) if get_origin(field.annotation) is dict else ()
            tables.append((".".join((*path, name, *named)), inner, field.description or ""))
    for heading, inner, description in tables:
        yield ""
        yield f"# {description or (inner.__doc__ or '').strip()}"
        yield f"[{heading}]"
        yield from _section(inner, (*path, heading))


def _table(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) is dict:
        annotation = get_args(annotation)[1]
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _key(name: str, field: FieldInfo) -> Iterator[str]:
    extra = field.json_schema_extra
    unit = f" [{extra['unit']}]" if isinstance(extra, dict) and "unit" in extra else ""
    yield f"# {field.description}{unit}{_allowed(field)}"
    if field.is_required():
        yield f"# {name} = ...   (must be given)"
    elif field.default is None:
        yield f"# {name} ="
    else:
        yield f"# {name} = {_toml(field.default)}"


def _allowed(field: FieldInfo) -> str:
    choices = [repr(choice) for choice in get_args(field.annotation) if isinstance(choice, str)]
    limits = [
        f"{sign} {getattr(rule, attribute)}"
        for rule in field.metadata
        for attribute, sign in (("ge", "at least"), ("gt", "more than"), ("le", "at most"))
        if getattr(rule, attribute, None) is not None
    ]
    parts = [f"one of {', '.join(choices)}"] if choices else limits
    return f" ({'; '.join(parts)})" if parts else ""


def _toml(value: Any) -> str:
    return json.dumps(list(value)) if isinstance(value, tuple) else json.dumps(value)
