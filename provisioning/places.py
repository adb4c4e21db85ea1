"""Where a seed may be, and what a box without one shows while it waits."""

import secrets
from base64 import b32encode
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from provisioning.seed import Seed, SeedError, read

FOLDERS = (Path("/boot/firmware"), Path("/boot"), Path("/run/passerby-stick"))
STICK = "PASSERBY"
"""The label of a USB stick's filesystem."""


def found(folders: Iterable[Path], code: str, now: datetime) -> tuple[Path, Seed] | None:
    """The seed of this box: `box.toml`, or in a folder `passerby` the one with this box's code, or the only one.

    Raises SeedError when there is one that cannot be used and none that can.
    """
    problem: SeedError | None = None
    for folder in folders:
        files = [folder / "box.toml", *sorted((folder / "passerby").glob("*.toml"))]
        usable: list[tuple[Path, Seed]] = []
        for file in files:
            if not file.is_file():
                continue
            try:
                usable.append((file, read(file.read_text(encoding="utf-8", errors="replace"), now)))
            except SeedError as error:
                problem = SeedError(f"{file}: {error}")
        ours = [one for one in usable if one[1].code == code]
        free = [one for one in usable if one[1].code is None]
        if ours or len(free) == 1:
            return (ours or free)[0]
        if len(free) > 1:
            problem = SeedError(
                f"{folder}: {len(free)} seeds and none with code {code}: give one of them code = {code!r}"
            )
    if problem:
        raise problem
    return None


def code_of(folder: Path) -> str:
    """Eight letters and digits by which a person tells this box from its neighbours until it has a name."""
    file = folder / "code"
    with suppress(OSError):
        known = file.read_text(encoding="ascii").strip()
        if len(known) == 8:
            return known
    code = b32encode(secrets.token_bytes(5)).decode()
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(code + "\n", encoding="ascii")
    return code
