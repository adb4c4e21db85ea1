"""From the words of docs/operator.md to blinks: pure; the column `light` of its table says the same."""

from collections.abc import Iterable
from typing import NamedTuple

CODES: dict[str, tuple[int, int]] = {
    "undervoltage": (1, 1),
    "too_hot": (1, 2),
    "disk_full": (1, 3),
    "disk_stalled": (1, 4),
    "certificate_ends": (1, 5),
    "broker_unreachable": (1, 6),
    "disk_refuses": (1, 8),
    "gone": (2, 1),
    "busy": (2, 2),
    "stalled": (2, 3),
    "missing": (2, 4),
    **dict.fromkeys(("bad_option", "unknown_scheme", "bad_device"), (2, 5)),
    **dict.fromkeys(("truncated", "wrong_size", "wrong_hash"), (2, 6)),
    **dict.fromkeys(("unknown_ops", "wrong_tensors", "not_a_model"), (2, 7)),
    **dict.fromkeys(("no_delegate", "no_runtime", "too_large"), (2, 8)),
    **dict.fromkeys(("unreachable", "no_stream"), (3, 1)),
    "unauthorized": (3, 2),
    **dict.fromkeys(("secret_in_device", "secret_readable", "secret_unreadable"), (3, 3)),
    "no_picamera2": (3, 4),
    "not_a_video": (3, 5),
    "no_decoder": (3, 6),
    "covered": (4, 1),
    "dark": (4, 2),
    "overexposed": (4, 3),
    "blurred": (4, 4),
    "moved": (4, 5),
    "frozen": (4, 6),
    **dict.fromkeys(("down", "renamed", "stuck", "failed"), (5, 1)),
    **dict.fromkeys(("wrong_type", "bad_channel"), (5, 2)),
    "dongle_lost": (5, 4),
    "no_scapy": (5, 5),
    "no_nl80211": (5, 6),
    **dict.fromkeys(("bad_model", "not_a_capture"), (5, 3)),
    **dict.fromkeys(("no_bluetooth", "no_bluetoothd", "no_bus"), (6, 1)),
    "denied": (6, 2),
    **dict.fromkeys(("blocked", "powered_off"), (6, 3)),
    **dict.fromkeys(("silent", "not_installed"), (6, 4)),
    **dict.fromkeys(("bad_badge", "bad_beacon", "irks_readable", "irks_unreadable"), (6, 5)),
    "not_a_recording": (6, 6),
    **dict.fromkeys(("no_region", "bad_region", "bad_session"), (7, 1)),
    "refused": (7, 2),
    **dict.fromkeys(("absent", "no_permission", "not_serial"), (7, 3)),
    "no_answer": (7, 4),
    "no_planogram": (7, 5),
    **dict.fromkeys(("no_end", "bad_pattern", "not_loopback"), (7, 6)),
    "no_seed": (8, 1),
    "bad_seed": (8, 2),
    "no_certificate": (8, 3),
    "bad_sensors": (8, 4),
}
"""What the first count is about: 1 the box, 2 any device or model, 3 cameras, 4 pictures, 5 WiFi, 6 Bluetooth,
7 readers and tills, 8 provisioning. Words that share a count share their remedy."""

OTHER = (1, 7)
"""A word that is not in the table."""
SHOWN = 4
"""Codes in one round; who has counted four has enough to do."""


class Step(NamedTuple):
    """The light on or off for some seconds."""

    on: bool
    seconds: float


BLINK = (Step(True, 0.2), Step(False, 0.3))
BETWEEN_COUNTS = Step(False, 0.9)
BETWEEN_CODES = Step(False, 2.2)
STEADY = (Step(True, 1.0),)
FLICKER = tuple([Step(True, 0.1), Step(False, 0.1)] * 5)
"""One second of `which one is it?`."""


def code(word: str) -> tuple[int, int]:
    """The two counts of a word."""
    return CODES.get(word, OTHER)


def shown(word: str) -> str:
    """The counts as people write them: 2-1."""
    return "-".join(map(str, code(word)))


def blinks(words: Iterable[str]) -> tuple[Step, ...]:
    """One round of everything that is wrong, worst first as given, each count once; a steady light when nothing is."""
    codes = list(dict.fromkeys(map(code, words)))[:SHOWN]
    steps: list[Step] = []
    for first, second in codes:
        steps += [*BLINK * first, BETWEEN_COUNTS, *BLINK * second, BETWEEN_CODES]
    return tuple(steps) or STEADY
