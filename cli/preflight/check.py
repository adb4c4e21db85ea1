"""One finding of the preflight, and what the whole of them says."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """PASS: works. WARN: works, but look at it. FAIL: will not work."""

    PASS = "PASS"  # noqa: S105 - not a password
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, the verdict, what was seen, and what to do unless it passed."""

    what: str
    verdict: Verdict
    seen: str
    remedy: str = ""


def passed(what: str, seen: str) -> Finding:
    """It works."""
    return Finding(what, Verdict.PASS, seen)


def warned(what: str, seen: str, remedy: str) -> Finding:
    """It works, but."""
    return Finding(what, Verdict.WARN, seen, remedy)


def failed(what: str, seen: str, remedy: str) -> Finding:
    """It will not work."""
    return Finding(what, Verdict.FAIL, seen, remedy)
