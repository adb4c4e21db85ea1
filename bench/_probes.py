"""Crowds of any size with labels, generated from the measured burst statistics of real phones (two JSON files)."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from observations import ProbeRequest

SECONDS = 1200.0
LOUDEST_DBM, WEAKEST_DBM = -40, -78
RATES = b"\x01\x04\x02\x04\x0b\x16\x32\x08\x0c\x12\x18\x24\x30\x48\x60\x6c"


def models(folder: Path) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """(general features, phases with times) of each phone of which both files know something."""
    general = json.loads((folder / "general_features.json").read_text(encoding="utf-8"))
    times = json.loads((folder / "time_features.json").read_text(encoding="utf-8"))
    known = [(one, [t for t in times if t["device_name"] == one["device_name"]]) for one in general]
    return [(one, phases) for one, phases in known if phases]


def crowd(folder: Path, size: int, dice: random.Random) -> list[tuple[str, ProbeRequest]]:
    """(label, request) of `size` phones over twenty minutes, models repeating as they fall, in order of time."""
    known = models(folder)
    told: list[tuple[str, ProbeRequest]] = []
    for number in range(size):
        general, phases = dice.choice(known)
        label = f"{general['device_name']}-{number}"
        told += [(label, request) for request in _phone(general, dice.choice(phases), dice)]
    return sorted(told, key=lambda labelled: labelled[1].at)


def _phone(general: dict[str, Any], phase: dict[str, Any], dice: random.Random) -> Iterator[ProbeRequest]:
    """One phone: a burst, a pause, a new address if it randomises."""
    abilities = (
        RATES + _element(general["HT_capabilities"], 45, 26) + _element(general["extended_capabilities"], 127, 0)
    )
    rssi_dbm = dice.randint(WEAKEST_DBM, LOUDEST_DBM)
    address = _address(dice)
    at = dice.random() * 30
    while at < SECONDS:
        if general["use_randomization"]:
            address = _address(dice)
        for _ in range(int(_drawn(_lengths(general["burst_length"]), dice))):
            strength = rssi_dbm + round(dice.gauss(0, 2))
            yield ProbeRequest(at, "bench", address, dice.randrange(4096), strength, 2437, abilities)
            at += _drawn(phase["time_between_packets_in_burst"], dice)
        at += _drawn(phase["time_between_different_bursts"], dice)


def _address(dice: random.Random) -> bytes:
    return b"\xda" + dice.randbytes(5)


def _lengths(text: str) -> dict[str, str]:
    return dict(part.split(":") for part in text.split("/"))


def _drawn(shares: dict[str, str], dice: random.Random) -> float:
    if not shares:
        return SECONDS
    return float(dice.choices(list(shares), weights=[float(share) for share in shares.values()])[0])


def _element(text: str, kind: int, width: int) -> bytes:
    """An element from `x2dx40x1b`, padded to `width`; nothing where the file knows nothing. The head may be there."""
    if "x" not in text:
        return b""
    body = bytes(int(octet, 16) for octet in text.split("x") if octet)
    if body[:1] == bytes((kind,)) and len(body) > 1 and body[1] == len(body) - 2:
        body = body[2:]
    body = body.ljust(width, b"\0")
    return bytes((kind, len(body))) + body
