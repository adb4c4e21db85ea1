"""Resolvable private addresses: whether one was made with a known identity resolving key. Keys are never shown."""

import base64
import binascii
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.base import DriverMisconfigured


def parse_irk(text: str) -> bytes:
    """A key as 32 hex digits (most significant first) or `apple:` and base64 (least significant first).

    Raises ValueError without repeating the key.
    """
    try:
        apple = text.startswith("apple:")
        key = base64.b64decode(text[6:], validate=True)[::-1] if apple else bytes.fromhex(text)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 16:
        raise ValueError("an identity resolving key is 32 hex digits, or apple: and 24 characters of base64")
    return key


def aes(key: bytes) -> Callable[[bytes], bytes]:
    """AES-128 of one block under `key` (Core Specification, Vol 3 Part H 2.2.1: the security function e)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # One block under a key of its own is what the specification asks for; nothing here is enciphered data.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305


def read_irks(path: Path) -> list[tuple[str, bytes]]:
    """Roles and keys of a file with one `ROLE KEY` a line; # begins a comment. The keys of somebody's phone are that
    person's data: a file that others may read is refused. Raises DriverMisconfigured."""
    try:
        if path.stat().st_mode & 0o077:
            raise DriverMisconfigured("irks_readable", "the file of identity resolving keys must be mode 600")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DriverMisconfigured("irks_unreadable", "the file of identity resolving keys cannot be read") from None
    found = []
    for number, line in enumerate(lines, start=1):
        role, _, key = line.partition("#")[0].strip().partition(" ")
        if role:
            try:
                found.append((role, parse_irk(key.strip())))
            except ValueError as error:
                raise DriverMisconfigured("irks_unreadable", f"line {number}: {error}") from None
    return found


class Resolver:
    """Tells which of `keys` made an address: ah(k, prand) = e(k, 0 || prand) mod 2^24 (Vol 3 Part H 2.2.2)."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [aes(key) for key in keys]

    def resolve(self, address: bytes) -> int | None:
        """The place of the key in the list, None for a stranger. One stranger in 2^24 resolves by chance."""
        block, wanted = bytes(13) + address[:3], address[3:]
        for place, cipher in enumerate(self._ciphers):
            if cipher(block)[13:] == wanted:
                return place
        return None
