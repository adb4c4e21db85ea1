"""Installing a model: resumed where it broke off, checked before it gets its name, never half there."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from inference.models import Model, ModelRefused, check, checked

Progress = Callable[[int, int], None]

_CHUNK = 1 << 16
_TIMEOUT_SECONDS = 30


class DownloadFailed(Exception):
    """The source did not give the whole file; what came is kept, and the next attempt goes on from there."""


def install(wanted: Model, folder: Path, progress: Progress, source: Path | None = None) -> None:
    """Put a model into `folder`, from its URL or from the folder `source`; `progress(done, total)` counts bytes.

    A model that is there and right is left alone. Raises DownloadFailed (try again), ModelRefused (what came is not
    the manifest's file; it is removed) or OSError (the disk).
    """
    try:
        checked(wanted, folder)
        progress(wanted.bytes, wanted.bytes)
        return
    except ModelRefused:
        if wanted.bundled:
            raise
        folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{wanted.file}.part"
    if source is None:
        _download(wanted, part, progress)
    elif not (source / wanted.file).is_file():
        raise ModelRefused("missing", f"there is no {wanted.file} in {source}")
    else:
        part.write_bytes(checked(wanted, source))
        progress(wanted.bytes, wanted.bytes)
    try:
        check(wanted, part.read_bytes())
    except ModelRefused:
        part.unlink()
        raise
    _settle(part, folder / wanted.file)


def _download(wanted: Model, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have > wanted.bytes:
        part.unlink()
        have = 0
    if have == wanted.bytes:
        return
    request = Request(wanted.url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 ours, https
    try:
        with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            have = have if answer.status == 206 else 0
            with part.open("ab" if have else "wb") as file:
                while have < wanted.bytes and (chunk := answer.read(min(_CHUNK, wanted.bytes - have))):
                    file.write(chunk)
                    have += len(chunk)
                    progress(have, wanted.bytes)
    except HTTPError as error:
        raise DownloadFailed(f"the source answered {error.code} for {wanted.name}") from None
    except (URLError, TimeoutError, ConnectionError) as error:
        raise DownloadFailed(f"{wanted.name} broke off at {have} of {wanted.bytes} bytes: {error}") from None
    if have < wanted.bytes:
        raise DownloadFailed(f"{wanted.name} broke off at {have} of {wanted.bytes} bytes; the next attempt resumes")


def _settle(part: Path, final: Path) -> None:
    """Give the file its name so that after a power cut there is the whole file or none."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
