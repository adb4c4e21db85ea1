"""What the board and the box's certificate say about themselves; what they do not say is None, never 0."""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from events import Code
from events.state import Cause

UNDERVOLTAGE, SLOWED = 0b0001, 0b1110
"""Bits of get_throttled: too little voltage now; capped, throttled or at the soft temperature limit now."""
SOON_S = 14 * 86400


@dataclass(frozen=True, slots=True)
class Board:
    """Temperature (degrees C), the firmware's throttling bits, the end of the certificate (epoch seconds), and the
    share of the medium's life that is used, where the medium says (eMMC does, SD cards do not)."""

    soc_temp: float | None = None
    throttled: int | None = None
    certificate_ends: int | None = None
    life_used: float | None = None

    def causes(self, epoch: float) -> tuple[Cause, ...]:
        """What is wrong at `epoch` seconds."""
        found = []
        bits = self.throttled or 0
        if bits & UNDERVOLTAGE:
            found.append(Cause(code=Code("undervoltage")))
        elif bits & SLOWED:
            found.append(Cause(code=Code("too_hot")))
        if self.certificate_ends is not None and self.certificate_ends - epoch < SOON_S:
            found.append(Cause(code=Code("certificate_ends")))
        return tuple(found)


def board(certificate: Path | None, root: Path = Path("/")) -> Board:
    """Look; `root` stands for /."""
    soc_temp = throttled = ends = None
    with suppress(OSError, ValueError):
        text = (root / "sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")
        soc_temp = round(int(text) / 1000, 1)
    with suppress(OSError, ValueError):
        text = (root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text(encoding="ascii")
        throttled = int(text, 16)
    with suppress(OSError):
        ends = _ends(certificate, certificate.stat().st_mtime_ns) if certificate else None
    return Board(soc_temp, throttled, ends, _life_used(root))


def _life_used(root: Path) -> float | None:
    for file in sorted((root / "sys/block").glob("mmcblk*/device/life_time")):
        with suppress(OSError, ValueError):
            return max(int(part, 16) for part in file.read_text(encoding="ascii").split()) / 10
    return None


@lru_cache(maxsize=1)
def _ends(certificate: Path, changed_ns: int) -> int | None:
    """The end of a certificate that was last changed then; None where it cannot be read."""
    try:
        from cryptography import x509

        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (ImportError, OSError, ValueError):
        return None
    return int(read.not_valid_after_utc.timestamp())
