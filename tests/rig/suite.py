"""A run of the suite in the machine: as many boots as its power cuts need, one folder of results, one exit code."""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rig.machine import Machine, Share
from tests.rig.root import box
from tests.rig.scratch import scratch
from tests.rig.wheels import TREE

JOBS = Path(__file__).parent / "jobs"
ASSETS = TREE.parent / "shared" / "assets"
BOOT_SECONDS = 1200.0
DISK_BYTES = 256 << 20


def run(arguments: list[str], results: Path) -> int:
    """Run pytest with `arguments` inside; `results` receives junit files and logs. The exit code is pytest's, or 1."""
    with _machine("suite") as (machine, share):
        (share / "arguments").write_text(shlex.join(_selection(arguments)), encoding="utf-8")
        (share / "results").mkdir()
        finished = _boots(machine, share / "results")
        for old in results.glob("*"):
            if not old.name.startswith("outside."):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(share / "results", results, dirs_exist_ok=True)
    return int((results / "exit").read_text(encoding="utf-8")) if finished else 1


def shell() -> int:
    """A root shell in the machine, with the tree installed."""
    with _machine("shell") as (machine, _):
        return machine.shell()


def _boots(machine: Machine, results: Path) -> bool:
    """Boot until the suite says that it is done; a machine that ends otherwise must have been cut by a test."""
    cuts = -1
    while not (results / "exit").exists():
        now = sum(1 for _ in results.glob("*.cut"))
        if now == cuts:
            print("rig: the machine ended before its tests did: see console.log and job.log")
            return False
        cuts = now
        logs = results / f"boot{cuts}"
        logs.mkdir()
        if not machine.boot(logs, seconds=BOOT_SECONDS):
            print(f"rig: stopped after {BOOT_SECONDS:.0f} s")
            return False
    return True


@contextmanager
def _machine(job: str) -> Iterator[tuple[Machine, Path]]:
    """A machine whose job is `job`, and the folder that it shares with the host."""
    base = box()
    with scratch() as folder:
        share, disks = folder / "share", [folder / "card.img", folder / "log.img"]
        share.mkdir()
        shutil.copy(JOBS / job, share / "job")
        shutil.copy(JOBS / "enter", share / "enter")
        for disk in disks:
            with disk.open("wb") as file:
                file.truncate(DISK_BYTES)
        shares = [Share("rig", share, writable=True), Share("tree", TREE)]
        if ASSETS.is_dir():
            (share / "assets").touch()
            shares.append(Share("assets", ASSETS.resolve()))
        yield Machine(base, shares, disks=disks), share


def _selection(arguments: list[str]) -> list[str]:
    """`arguments`, and when they name no test file, every file that mentions the mark."""
    if any((TREE / argument.split("::")[0]).exists() for argument in arguments):
        return arguments
    files = sorted(TREE.glob("tests/**/test_*.py"))
    return [*arguments, *(str(f.relative_to(TREE)) for f in files if "mark.rig" in f.read_text(encoding="utf-8"))]
