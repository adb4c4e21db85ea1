"""The shop's own badges: which adverts are a badge of the list, and of which role. It knows no names of persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.base import DriverMisconfigured
from drivers.ble.beacons import ID_LEN, Format, beacon
from drivers.ble.irk import Resolver, parse_irk, read_irks
from drivers.ble.payload import Payload
from observations import AddressKind, Badge

_SLOT_LEN = 6
IRK_PROOF_S = 12 * 3600.0
"""How long two addresses of one key prove a rotating badge: a shift."""


@dataclass(frozen=True, slots=True)
class Match:
    """One entry of the list: `how` is a beacon format, `address` or `irk`; `what` is its prefix, address or key."""

    how: str
    what: bytes
    role: str

    def __repr__(self) -> str:
        return f"<Match {self.how}>"

    @classmethod
    def parse(cls, text: str, role: str) -> "Match":
        """Read `ibeacon:UUID[/MAJOR[/MINOR]]`, `altbeacon:HEX`, `eddystone:NAMESPACE[/INSTANCE]`, `address:MAC`,
        `irk:KEY`. Raises ValueError with the form that was expected, never with what was given."""
        how, _, rest = text.partition(":")
        if how == "irk":
            return cls(how, parse_irk(rest), role)
        if how == "address":
            return cls(how, _hex(rest.replace(":", ""), "address:AA:BB:CC:DD:EE:FF", exactly=6), role)
        if how == Format.IBEACON:
            return cls(how, _ibeacon(rest), role)
        if how == Format.ALTBEACON:
            return cls(how, _hex(rest, "altbeacon: and up to 40 hex digits", most=20), role)
        if how == Format.EDDYSTONE:
            return cls(how, _hex(rest.replace("/", ""), "eddystone:NAMESPACE/INSTANCE in hex", most=16), role)
        raise ValueError("a badge is ibeacon:, altbeacon:, eddystone:, address: or irk:")


def matches(listed: Iterable[tuple[str, str, str]], irks: Path | None = None) -> list[Match]:
    """The shop's list from (kind, id, role) as configured, and from its file of keys. Raises DriverMisconfigured."""
    try:
        found = [Match.parse(f"{kind}:{identity}", role) for kind, identity, role in listed]
    except ValueError as error:
        raise DriverMisconfigured("bad_badge", str(error)) from None
    return found + [Match("irk", key, role) for role, key in (read_irks(irks) if irks else [])]


class Roster:
    """Recognises badges. Bounded: what it remembers is two addresses a key."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._addresses = {m.what: (place, m) for place, m in enumerate(matches) if m.how == "address"}
        self._beacons = [(place, m) for place, m in enumerate(matches) if m.how in ID_LEN]
        self._rotating = [(place, m) for place, m in enumerate(matches) if m.how == "irk"]
        self._resolver = Resolver([m.what for _, m in self._rotating]) if self._rotating else None
        self._hits: dict[int, tuple[float, bytes]] = {}
        self._proved: dict[int, float] = {}

    def recognise(self, at: float, address: bytes, kind: AddressKind, payload: Payload) -> Badge | None:
        """The badge that sent this, None for everybody else."""
        if listed := self._addresses.get(address):
            return _badge(*listed, b"")
        if self._beacons and (shown := beacon(payload)) is not None:
            for place, match in self._beacons:
                if match.how == shown.format and shown.identity.startswith(match.what):
                    return _badge(place, match, shown.identity[-_SLOT_LEN:])
        if self._resolver is not None and kind is AddressKind.RESOLVABLE:
            return self._rotates(at, address, self._resolver)
        return None

    def _rotates(self, at: float, address: bytes, resolver: Resolver) -> Badge | None:
        """A second advert from the same address proves nothing new: only a second address of the same key does."""
        key = resolver.resolve(address)
        if key is None:
            return None
        since, first = self._hits.setdefault(key, (at, address))
        if first != address and at - since <= IRK_PROOF_S:
            self._proved[key] = at
        if first != address or at - since > IRK_PROOF_S:
            self._hits[key] = (at, address)
        if at - self._proved.get(key, -IRK_PROOF_S - 1) > IRK_PROOF_S:
            return None
        return _badge(*self._rotating[key], b"")


def _badge(place: int, match: Match, slot: bytes) -> Badge:
    return Badge(place << 8 * _SLOT_LEN | int.from_bytes(slot, "big"), match.role)


def _ibeacon(text: str) -> bytes:
    form = "ibeacon:UUID/MAJOR/MINOR with numbers from 0 to 65535"
    uuid, *numbers = text.split("/")
    if len(numbers) > 2 or not all(n.isascii() and n.isdigit() and len(n) < 6 and int(n) < 65536 for n in numbers):
        raise ValueError(f"a badge is written {form}")
    return _hex(uuid.replace("-", ""), form, exactly=16) + b"".join(int(n).to_bytes(2, "big") for n in numbers)


def _hex(text: str, form: str, *, exactly: int = 0, most: int = 0) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if not value or (exactly and len(value) != exactly) or (most and len(value) > most):
        raise ValueError(f"a badge is written {form}") from None
    return value
