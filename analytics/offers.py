"""Metrics are found, not listed: every module of this package offers its own."""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

import analytics

Offer = TypeVar("Offer")


def offers(kind: type[Offer]) -> Iterable[Offer]:
    """What the modules of `analytics` offer of one kind (`InView`, `BehindLines`), each once, by the modules' names."""
    modules = (import_module(f"analytics.{found.name}") for found in iter_modules(analytics.__path__))
    return dict.fromkeys(one for module in modules for one in vars(module).values() if isinstance(one, kind))
