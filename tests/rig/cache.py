"""Where built things are kept between runs: outside the tree, one folder a content hash, complete or absent."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

KEPT_S = 14 * 86400.0
WORKING_DAY_S = 8 * 3600.0
"""How long what changes with every edit of the tree is kept."""


def cache_home() -> Path:
    """`$XDG_CACHE_HOME/passerby/rig`, which `make rig-clean` removes."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "passerby" / "rig"


def content_key(*parts: Path | str) -> str:
    """Twelve digits that change whenever a file, a file of a folder, or a text of `parts` changes."""
    digest = sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(b"text\0" + part.encode() + b"\0")
            continue
        for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def cached(kind: str, key: str, build: Callable[[Path], None], *, kept_s: float = KEPT_S) -> Path:
    """The folder `kind-key`, built by `build(folder)` when it is not there yet; one builder at a time, for all users.

    Folders of the same kind that nobody has used for `kept_s` are removed, as is what a killed builder left.
    """
    home = cache_home()
    folder = home / f"{kind}-{key}"
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home / f"{kind}.lock"):
        for abandoned in home.glob(f".{kind}-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        if not folder.is_dir():
            with _beside(folder) as unfinished:
                build(unfinished)
                unfinished.chmod(0o755)
                unfinished.rename(folder)
        os.utime(folder)
        _forget_unused(home, kind, time.time() - kept_s)
    return folder


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A fresh folder on the same filesystem, which anyone may fill (mmdebstrap's root need not be ours)."""
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    unfinished.chmod(0o777)
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _forget_unused(home: Path, kind: str, since: float) -> None:
    for folder in home.glob(f"{kind}-*"):
        if folder.stat().st_mtime < since:
            shutil.rmtree(folder, ignore_errors=True)
