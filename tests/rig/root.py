"""The Debian root that the machine and the container boot: one recipe (guest/), a few files, no root rights needed.

`root` has Debian's packages and the tests' interpreter (/opt/tests); `box` is the same with today's package installed.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.rig.cache import WORKING_DAY_S, cached, content_key
from tests.rig.missing import require
from tests.rig.scratch import scratch
from tests.rig.wheels import SUITE, dependencies, requirements, test_requirements, tree_key, tree_package

GUEST = Path(__file__).parent / "guest"


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
    wheels = dependencies("x86_64", requirements("rig"))
    wanted = test_requirements()
    key = content_key(GUEST, SUITE, wheels.name, *wanted)

    def build(folder: Path) -> None:
        what = {"RIG_WHEELS": str(wheels), "RIG_REQUIREMENTS": "\n".join(wanted)}
        packages = ",".join(lines_of(GUEST / "packages"))
        _mmdebstrap(folder, what, "finish", "--variant=minbase", f"--include={packages}")

    return Root(cached("root", key, build))


def box() -> Root:
    """That root after `apt install` of the tree's Debian package: what a user's box has on its disk."""
    base = root()

    def build(folder: Path) -> None:
        for file in (base.kernel, base.initramfs):
            (folder / file.name).hardlink_to(file)
        unpack = f'zstd -dcq {base.folder / "root.tar.zst"} | tar --numeric-owner -C "$1" -x'
        options = ["--variant=custom", "--skip=check/empty,update", f"--setup-hook={unpack}"]
        with scratch() as packing:
            packing.chmod(0o755)  # the root of another user namespace reads it
            _mmdebstrap(folder, {"RIG_PACKAGE": str(tree_package(packing))}, "install", *options)

    return Root(cached("box", content_key(base.folder.name, tree_key()), build, kept_s=WORKING_DAY_S))


def _mmdebstrap(folder: Path, hook: dict[str, str], last: str, *options: str) -> None:
    common = ["--quiet", "--format=null", '--aptopt=APT::Install-Recommends "false"']
    common.append(f"--customize-hook={GUEST / last}")
    # As root it mounts in the host's own sight; nothing of that may be left, whatever happens to it.
    private = ["unshare", "--mount"] if os.geteuid() == 0 else []
    subprocess.run(
        [*private, "mmdebstrap", *common, *options, SUITE, "-"],
        env={**os.environ, "RIG_GUEST": str(GUEST), "RIG_OUT": str(folder), **hook},
        stdin=subprocess.DEVNULL,
        check=True,
    )
