"""Metrics are found, not listed: every module of this package offers its own."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

import analytics

Offer = TypeVar("Offer")


def offers(kind: type[Offer]) -> Iterator[Offer]:
    """What the modules of `analytics` offer of one kind (`InView`, `BehindLines`), in the order of their names."""
    for found in iter_modules(analytics.__path__):
        module = import_module(f"analytics.{found.name}")
        yield from (one for one in vars(module).values() if isinstance(one, kind))
