"""The configuration file and what it said before: written whole or not at all, a few versions can be had back."""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

KEPT = 10


class Versions:
    """One file; its previous versions lie beside it as NAME.1, the newest, to NAME.10."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> str:
        """What it says now. Raises OSError."""
        return self.file.read_text(encoding="utf-8")

    def digest(self) -> str:
        """What tells this version from any other. Raises OSError."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()[:16]

    @property
    def previous(self) -> int:
        """How many versions can be had back."""
        return next((number for number in range(KEPT) if not self._kept(number + 1).exists()), KEPT)

    def save(self, text: str) -> None:
        """Replace the file, and keep what it said. Raises OSError."""
        for number in range(KEPT, 1, -1):
            with suppress(FileNotFoundError):
                self._kept(number - 1).replace(self._kept(number))
        shutil.copy2(self.file, self._kept(1))
        self._write(text)

    def back(self) -> str:
        """What the file said before, which it says again. Raises OSError, FileNotFoundError when nothing is kept."""
        text = self._kept(1).read_text(encoding="utf-8")
        self._write(text)
        for number in range(1, KEPT + 1):
            with suppress(FileNotFoundError):
                if number == 1:
                    self._kept(1).unlink()
                else:
                    self._kept(number).replace(self._kept(number - 1))
        return text

    def _kept(self, number: int) -> Path:
        return self.file.with_name(f"{self.file.name}.{number}")

    def _write(self, text: str) -> None:
        was = self.file.stat()
        handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=f".{self.file.name}.")
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(was.st_mode & 0o777)
            with suppress(PermissionError):  # who may not give files away owns it from now on
                os.chown(part, was.st_uid, was.st_gid)
            part.replace(self.file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
