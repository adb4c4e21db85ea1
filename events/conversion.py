"""Who left having bought, and who without."""

from dataclasses import dataclass

from events.base import Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionCount(Event):
    """Persons who left an area by the lane for those who bought, and by the other: conversion = bought / (both)."""

    area: Name
    bought: int = 0
    unbought: int = 0
