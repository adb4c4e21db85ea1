"""Real systemd at native speed: the machine's root booted as a container, for tests of units, restarts and sandboxes.

The image is mounted read-only in a mount namespace of its own and changed in RAM; mount, loop device and cgroup end
with the container. It has no network but its own loopback and shares the host's kernel, so it proves nothing about
modules, memory limits or devices.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.missing import Missing, require
from tests.rig.root import Root
from tests.rig.scratch import scratch, swept

BOOT_SECONDS = 60.0
CGROUPS = Path("/sys/fs/cgroup")
MOUNTED_AND_BOOTED = """
for group in $GROUPS_OF_ITS_OWN; do echo $$ > "$group/cgroup.procs"; done
mount -o loop,ro "$IMAGE" "$FOLDER"
exec systemd-nspawn --quiet --directory="$FOLDER" --volatile=overlay --register=no --keep-unit --machine="$NAME" \
    --private-network --resolv-conf=off --timezone=off --boot "$@"
"""


@dataclass(frozen=True, slots=True)
class Container:
    """A booted system; `leader` is its systemd as the host's kernel numbers it."""

    leader: int

    def run(self, *argv: str, stdin: str = "", seconds: float = 60.0) -> str:
        """Run a program in it as root and return its output. Raises RuntimeError with what it said."""
        done = self._enter(*argv, stdin=stdin, seconds=seconds)
        if done.returncode:
            said = done.stderr.strip() or done.stdout.strip()
            raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {said}")
        return done.stdout

    def write(self, path: str, text: str) -> None:
        """Put a file into it."""
        self.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat > "$0"', path, stdin=text)

    def shown(self, unit: str, name: str) -> str:
        """One property of a unit, as `systemctl show` knows it."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()

    def booted(self) -> bool:
        """Whether systemd has started all that it wanted to start."""
        return self._enter("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def _enter(self, *argv: str, stdin: str = "", seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        enter = [
            "nsenter",
            f"--target={self.leader}",
            *namespaces,
            "--",
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        return subprocess.run(
            [*enter, *argv], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
        )


@contextmanager
def container(root: Root) -> Iterator[Container]:
    """Boot the root and shut it down. Raises Missing where the host does not allow it."""
    require("systemd-nspawn", "nsenter", "unshare")
    if os.geteuid() != 0:
        raise Missing("booting systemd in a container needs root: sudo make test-rig")
    with scratch() as place, _cgroups(_name(place)) as groups:
        folder = place / "root"
        folder.mkdir()
        environment = {
            **os.environ,
            "GROUPS_OF_ITS_OWN": " ".join(str(group) for group in groups),
            "IMAGE": str(root.image),
            "FOLDER": str(folder),
            "NAME": _name(place),
        }
        with _nspawn(environment, place / "console.log") as nspawn:
            yield _booted(nspawn, place / "console.log")


def _name(place: Path) -> str:
    """Of the container and of its groups: whose process made them can be read from it."""
    return f"{place.name}-{os.getpid()}".replace("_", "-")


@contextmanager
def _nspawn(environment: dict[str, str], console: Path) -> Iterator[subprocess.Popen[bytes]]:
    start = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh", "-euc", MOUNTED_AND_BOOTED, "sh"]
    with console.open("wb") as out:
        child = subprocess.Popen(
            [*start, "systemd.unit=multi-user.target"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _booted(nspawn: subprocess.Popen[bytes], console: Path) -> Container:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and nspawn.poll() is None:
        children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text(encoding="ascii").split()
        if children and (found := Container(int(children[0]))).booted():
            return found
        time.sleep(0.1)
    raise RuntimeError(f"the container did not boot:\n{console.read_text(errors='replace')}")


@contextmanager
def _cgroups(name: str) -> Iterator[list[Path]]:
    """Groups of its own in every hierarchy that systemd uses, so that what nspawn makes below them can be removed."""
    mixed = [hierarchy for hierarchy in (CGROUPS / "systemd", CGROUPS / "unified") if hierarchy.is_dir()]
    groups = [hierarchy / name for hierarchy in mixed or [CGROUPS]]
    with swept(*groups):
        for group in groups:
            group.mkdir()
        yield groups
