"""The Debian root that the machine and the container boot: one recipe (guest/), three files, no root rights needed.

Its venv (/opt/passerby) holds every dependency already; only the product itself is installed by each run.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.rig.cache import cached, content_key
from tests.rig.missing import require
from tests.rig.wheels import dependencies, requirements

GUEST = Path(__file__).parent / "guest"
SUITE = "bookworm"


@dataclass(frozen=True, slots=True)
class Root:
    """A built root: `image` (ext4, read-only for everybody), the `kernel` and the `initramfs` that boot it."""

    folder: Path

    @property
    def image(self) -> Path:
        return self.folder / "root.img"

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initramfs(self) -> Path:
        return self.folder / "initramfs"


def lines_of(file: Path) -> list[str]:
    """The lines of a list, without its comments."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def root() -> Root:
    """The root of today's recipe, built when the cache does not have it. Raises Missing without the tools."""
    require("mmdebstrap", "mke2fs", "cpio", "zstd", "depmod")
    wanted = requirements("rig")
    wheels = dependencies("x86_64", wanted)
    key = content_key(GUEST, SUITE, wheels.name)
    return Root(cached("root", key, lambda folder: _build(folder, wheels, wanted)))


def _build(folder: Path, wheels: Path, wanted: list[str]) -> None:
    packages = ",".join(lines_of(GUEST / "packages"))
    hook = {
        "RIG_GUEST": str(GUEST),
        "RIG_OUT": str(folder),
        "RIG_WHEELS": str(wheels),
        "RIG_REQUIREMENTS": "\n".join(wanted),
    }
    subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            "--format=null",
            '--aptopt=APT::Install-Recommends "false"',
            f"--include={packages}",
            f"--customize-hook={GUEST / 'finish'}",
            SUITE,
            "-",
        ],
        env={**os.environ, **hook},
        stdin=subprocess.DEVNULL,
        check=True,
    )
