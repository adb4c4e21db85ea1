"""The product's architecture: an arm64 root that Debian's packages and the real arm64 wheels fill, run by qemu-user.

Nothing of the foreign architecture runs while it is built (packages are only unpacked), and nothing is registered with
the host's kernel: the emulator is known inside the run's own namespaces alone. The emulator is Debian 13's, because
the one of Debian 12 crashes in the interpreter's CPU detection.
"""

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from image.deb.build import RELEASES
from tests.rig.cache import cached, content_key
from tests.rig.missing import Missing, require
from tests.rig.wheels import TREE, dependencies, foreign, requirements

JOB = Path(__file__).parent / "jobs" / "arm64"
ASSETS = TREE.parent / "shared" / "assets"
PACKAGES = "base-files,dash,coreutils,python3,libstdc++6,libgomp1,ca-certificates,tzdata"
EMULATOR_SUITE = "trixie"
EMULATOR = "usr/bin/qemu-aarch64"
MOUNT_POINTS = ("proc", "dev", "sys", "tmp", "srv/passerby", "srv/shared/assets", "srv/results", "opt/site")


@dataclass(frozen=True, slots=True)
class Arm64:
    """A built root and the emulator that runs it."""

    root: Path
    emulator: Path

    def run(self, *argv: str, results: Path | None = None, seconds: float = 900.0) -> subprocess.CompletedProcess[str]:
        """Run a program of the root in /srv/passerby (the tree); `results` is its writable /srv/results."""
        assets = ASSETS.resolve() if ASSETS.is_dir() else None
        places = {"TREE": TREE, "ROOT": self.root, "QEMU": self.emulator, "ASSETS": assets, "RESULTS": results}
        environment = {**os.environ, **{name: str(place or "") for name, place in places.items()}}
        isolated = ["setpriv", "--pdeathsig", "KILL", "unshare", "--user", "--map-root-user", "--mount", "--pid"]
        isolated += ["--fork", "--kill-child", "sh", str(JOB)]
        return subprocess.run(
            [*isolated, *argv],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def arm64(suite: str) -> Arm64:
    """The root of today's recipe and dependencies. Raises Missing without the tools to build it."""
    wanted, (_, python, _) = requirements(), RELEASES[suite]
    wheels = dependencies("aarch64", wanted, python)

    def build(folder: Path) -> None:
        root = folder / "root"
        _unpack(suite, "arm64", PACKAGES, root)
        for place in MOUNT_POINTS:
            (root / place).mkdir(parents=True, exist_ok=True)
        (root / EMULATOR).touch()
        _install(wheels, wanted, python, root / "opt" / "site")

    key = content_key(suite, PACKAGES, *MOUNT_POINTS, wheels.name, sys.version)
    return Arm64(cached(f"arm64-{suite}", key, build) / "root", emulator())


def emulator() -> Path:
    """The emulator. Raises Missing without the tools to unpack it."""

    def build(folder: Path) -> None:
        _unpack(EMULATOR_SUITE, "amd64", "qemu-user", folder, only=f"./{EMULATOR}")

    return cached("qemu-user", content_key(EMULATOR_SUITE), build) / EMULATOR


def _unpack(suite: str, architecture: str, packages: str, folder: Path, only: str | None = None) -> None:
    """Unpack Debian packages and what they depend on, without running anything of them."""
    require("mmdebstrap", "unshare")
    command = ["mmdebstrap", "--quiet", "--variant=extract", f"--architectures={architecture}", "--format=tar"]
    command += ['--aptopt=APT::Install-Recommends "false"', f"--include={packages}", suite, "-"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as packing:
        with tarfile.open(fileobj=packing.stdout, mode="r|") as tar:
            for member in tar:
                if only in (None, member.name) and not member.isdev():
                    tar.extract(member, folder, filter="tar")
        code = packing.wait()
    if code:
        raise Missing(f"mmdebstrap could not fetch {packages} of {suite} (exit {code})")


def _install(wheels: Path, wanted: list[str], python: str, site: Path) -> None:
    options = ["--quiet", "--no-index", f"--find-links={wheels}", f"--target={site}", *foreign("aarch64", python)]
    if sys.version_info[:2] != tuple(int(part) for part in python.split(".")):
        options.append("--no-compile")  # another version's byte code would be ignored there
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *wanted], stdin=subprocess.DEVNULL, check=True)
