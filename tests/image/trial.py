"""A package in a clean root of its Debian: installed, used, upgraded, removed, purged; and nothing stays behind.

`python -m tests.image dist/*.deb` does it for every package of a release, whatever its processor.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.image.namespaces import entered, isolated
from tests.rig.arm64 import emulator
from tests.rig.cache import cached, content_key
from tests.rig.missing import require

SUITES = {"12": "bookworm", "13": "trixie"}
NAME = re.compile(r"passerby_(.+\+deb(\d+))_(amd64|arm64)\.deb")
PACKAGES = "python3,systemd,udev"
"""What the package depends on."""
USED = (
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/.pwd.lock",
    "/etc/.updated",
    "/var/.updated",
    "/etc/ld.so.cache",
    "/var/lib/dpkg",
    "/var/log",
    "/var/cache",
    "/var/lib/systemd",
    "/tmp",
    "/run",
)
"""What dpkg, sysusers and systemd write of their own: the package's user stays, as Debian wants it."""
CONFIG = """
[box]
site = "trial"
[cameras.floor]
device = "sim:"
model = "simulated_people_320x180_int8"
[mqtt]
broker = "mqtt://127.0.0.1:9"
"""
LOOKED = """
/opt/passerby/bin/passerbyd /etc/passerby/config.toml &
daemon=$!
trap 'kill $daemon; wait $daemon' EXIT
for _ in $(seq 300); do
    sleep 1
    passerby status --json | grep -Eq '"state": ?"running".*"frames": ?[1-9]' && exit 0
done
passerby status
exit 1
"""


@dataclass(frozen=True, slots=True)
class CleanRoot:
    """A root that nobody has used."""

    folder: Path
    emulator: Path | None

    def run(self, *argv: str, seconds: float = 1800.0) -> str:
        """The output of one of its programs. Raises RuntimeError."""
        return entered(self.folder, *argv, emulator=self.emulator, seconds=seconds)

    def files(self) -> set[str]:
        """Everything in it that is not what others keep."""
        found = {"/" + str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        return {path for path in found if not path.startswith(("/proc/", "/sys/", "/dev/", *USED))}

    def has(self, path: str) -> bool:
        """Whether it is there."""
        return (self.folder / path.lstrip("/")).exists()


def clean_root(suite: str, architecture: str, folder: Path) -> CleanRoot:
    """A new root in `folder`. Raises Missing without the tools."""
    require("mmdebstrap", "unshare")
    runs = emulator() if architecture == "arm64" else None

    def build(place: Path) -> None:
        command = ["mmdebstrap", "--quiet", "--mode=root", "--skip=check/qemu", "--variant=apt", "--format=tar"]
        command += [f"--architectures={architecture}", '--aptopt=APT::Install-Recommends "false"']
        made = isolated(*command, f"--include={PACKAGES}", suite, str(place / "root.tar"), emulator=runs, seconds=3600)
        if made.returncode:
            raise RuntimeError(f"no root of {suite} {architecture}: {made.stderr[-2000:]}")

    tar = cached(f"clean-{suite}-{architecture}", content_key(PACKAGES), build) / "root.tar"
    subprocess.run(["tar", "--numeric-owner", "-C", folder, "-xf", tar, "--exclude=./dev/*"], check=True)
    return CleanRoot(folder, runs)


def later(package: Path, folder: Path) -> Path:
    """The same as a later version."""
    unpacked, second = folder / "unpacked", folder / "later.deb"
    subprocess.run(["dpkg-deb", "-R", package, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    control.write_text(re.sub(r"^Version: (.*)\+deb", r"Version: \1.1+deb", text, flags=re.M), encoding="utf-8")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", unpacked, second], check=True, stdout=-3)
    shutil.rmtree(unpacked)
    return second


def trial(package: Path, say: Callable[[str], object] = print) -> None:
    """Everything that a package goes through. Raises AssertionError, RuntimeError with what went wrong."""
    match = NAME.fullmatch(package.name)
    assert match, f"{package.name} is not called as make deb calls them"
    version, number, architecture = match.groups()
    with tempfile.TemporaryDirectory(prefix="passerby-root-") as scratch:
        folder = Path(scratch) / "root"
        folder.mkdir()
        root, began = clean_root(SUITES[number], architecture, folder), time.monotonic()

        def done(what: str) -> None:
            say(f"{package.name}: {what} after {time.monotonic() - began:.0f} s")

        untouched = root.files()
        _installed(root, package, version)
        done("installed")
        _used(root)
        done("has looked through its model")
        _upgraded(root, later(package, Path(scratch)))
        done("upgraded, state kept")
        _removed(root, untouched)
        done("removed and purged, nothing left")


def _install(root: CleanRoot, package: Path) -> None:
    shutil.copy(package, root.folder / "tmp/passerby.deb")
    root.run("dpkg", "--install", "/tmp/passerby.deb")
    (root.folder / "tmp/passerby.deb").unlink()


def _installed(root: CleanRoot, package: Path, version: str) -> None:
    _install(root, package)
    assert root.run("dpkg-query", "--show", "--showformat=${Version} ${db:Status-Status}", "passerby") == (
        f"{version} installed"
    )
    assert version.startswith(root.run("passerby", "--version").split()[-1])
    assert root.run("id", "--name", "--user", "passerby").strip() == "passerby"
    for unit in ("passerby.service", "passerby-provision.service", "passerby-renew.timer"):
        assert root.run("systemctl", "is-enabled", unit).strip() == "enabled"
    assert root.run("systemd-analyze", "verify", "--man=no", "passerby.service", "passerby-bluetooth.socket") == ""
    manual = "gunzip --stdout /usr/share/man/man1/passerby.1.gz | grep --count preflight"
    assert int(root.run("sh", "-c", manual)) > 0
    assert root.has("/usr/share/bash-completion/completions/passerby")


def _used(root: CleanRoot) -> None:
    (root.folder / "etc/passerby/config.toml").write_text(CONFIG, encoding="utf-8")
    root.run("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/passerby.conf")
    assert root.run("stat", "--format=%a %G", "/etc/passerby/config.toml").strip() == "640 passerby"
    root.run("sh", "-c", LOOKED, seconds=600)
    assert root.has("/var/lib/passerby/outbox.sqlite")


def _upgraded(root: CleanRoot, second: Path) -> None:
    name = (root.folder / "var/lib/passerby/box-id").read_text(encoding="ascii")
    outbox = (root.folder / "var/lib/passerby/outbox.sqlite").stat().st_ino
    _install(root, second)
    assert (root.folder / "var/lib/passerby/box-id").read_text(encoding="ascii") == name, "another name"
    assert (root.folder / "var/lib/passerby/outbox.sqlite").stat().st_ino == outbox, "another outbox"
    assert (root.folder / "etc/passerby/config.toml").read_text(encoding="utf-8") == CONFIG, "another configuration"
    assert "passerby" in root.run("passerby", "--version")


def _removed(root: CleanRoot, untouched: set[str]) -> None:
    root.run("dpkg", "--remove", "passerby")
    assert root.has("/var/lib/passerby/box-id"), "removed is not purged"
    assert not root.has("/opt/passerby/lib"), "compiled files go as well"
    root.run("dpkg", "--purge", "passerby")
    now = root.files()
    left = sorted(path for path in now - untouched if not path.endswith(("/__pycache__", ".pyc")))
    assert not left, f"stays behind: {left[:20]}"
    assert now >= untouched, f"took away: {sorted(untouched - now)[:20]}"


def main(packages: list[str]) -> int:
    """Try every package; 1 when one fails."""
    failed = 0
    for package in map(Path, packages):
        try:
            trial(package, lambda text: print(text, flush=True))
        except (AssertionError, RuntimeError) as error:
            failed = 1
            print(f"{package.name}: FAILED: {error}", flush=True)
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    return failed
