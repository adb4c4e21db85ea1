"""A run leaves nothing: no process, no file, no mount, no group; neither when it ends nor when it is told to go."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.rig.container import container
from tests.rig.devices._kernel import eventually
from tests.rig.machine import Machine, Share
from tests.rig.missing import Missing
from tests.rig.root import Root, root
from tests.rig.wheels import TREE

pytestmark = [pytest.mark.boots, pytest.mark.timeout(600)]


@pytest.fixture
def built() -> Root:
    try:
        return root()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def nothing_left(built: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Sends temporary files to a folder of their own and compares everything a run could leave, before and after."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = _traces(built)
    yield tmp_path
    until = time.monotonic() + 10
    while _traces(built) != before and time.monotonic() < until:
        time.sleep(0.2)
    assert _traces(built) == before
    assert list(tmp_path.iterdir()) == []


def _traces(built: Root) -> dict[str, object]:
    own = psutil.Process()
    cgroups = [path for path in Path("/sys/fs/cgroup").glob("**/passerby-rig-*") if path.is_dir()]
    return {
        "children": [child.pid for child in own.children(recursive=True)],
        "of the tree": sorted(file.name for file in TREE.iterdir()),
        "of the root": sorted((file.name, file.stat().st_mtime_ns) for file in built.folder.iterdir()),
        "mounts": [
            line for line in Path("/proc/mounts").read_text(encoding="ascii").splitlines() if "passerby" in line
        ],
        "loops": subprocess.run(["losetup", "-a"], capture_output=True, text=True, check=True).stdout.count("root.img"),
        "groups": [str(path) for path in cgroups if path.name.endswith(f"-{os.getpid()}")],
    }


def _told_to_go(tmp_path: Path, how: signal.Signals) -> None:
    """Start the machine's part of `make test-rig`, wait for its machine, end it, and wait for its end."""
    results = tmp_path.with_name(f"{tmp_path.name}-results")  # asked for, so no leftover
    command = [sys.executable, "-m", "tests.rig", "inside", "--results", str(results)]
    runner = subprocess.Popen(command, cwd=TREE, env={**os.environ, "TMPDIR": str(tmp_path)})
    try:
        until = time.monotonic() + 240
        while not any("qemu" in child.name() for child in psutil.Process(runner.pid).children(recursive=True)):
            assert runner.poll() is None
            assert time.monotonic() < until, "no machine was started"
            time.sleep(0.2)
        runner.send_signal(how)
        runner.wait(60)
    finally:
        runner.kill()
        runner.wait()


def test_a_boot_leaves_nothing(built: Root, nothing_left: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        share, logs = Path(scratch) / "share", Path(scratch) / "logs"
        share.mkdir()
        logs.mkdir()
        (share / "job").write_text("uname -r > /rig/kernel; echo changed > /etc/hostname\n", encoding="ascii")
        start = time.monotonic()
        assert Machine(built, [Share("rig", share, writable=True)]).boot(logs, seconds=300)
        print(f"boot, one command, off: {time.monotonic() - start:.1f} s")
        assert (share / "kernel").read_text(encoding="ascii").startswith("6.1.")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_go_leaves_nothing(nothing_left: Path, how: signal.Signals) -> None:
    _told_to_go(nothing_left, how)


def test_a_killed_run_leaves_nothing(built: Root, tmp_path: Path) -> None:
    _told_to_go(tmp_path, signal.SIGKILL)
    eventually("the machine has gone", lambda: not _machines_of(tmp_path))
    eventually("its folders have gone", lambda: not list(tmp_path.glob("passerby-rig-*")))


def _machines_of(tmp_path: Path) -> list[int]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        arguments = process.info["cmdline"] or []
        if arguments[:1] == ["qemu-system-x86_64"] and any(str(tmp_path) in argument for argument in arguments):
            found.append(process.pid)
    return found


def test_a_container_leaves_nothing(built: Root, nothing_left: Path) -> None:
    try:
        with container(built) as booted:
            booted.run("touch", "/etc/changed")
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.mark.skipif(os.geteuid() != 0, reason="booting systemd in a container needs root")
def test_a_killed_container_leaves_nothing(built: Root, nothing_left: Path) -> None:
    hold = "from tests.rig.container import container\nfrom tests.rig.root import root\nimport time\n"
    hold += "with container(root()):\n    print('booted', flush=True)\n    time.sleep(600)\n"
    holder = subprocess.Popen([sys.executable, "-c", hold], cwd=TREE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "booted\n"
    groups = list(Path("/sys/fs/cgroup").glob(f"**/passerby-rig-*-{holder.pid}"))
    assert groups
    holder.kill()
    holder.communicate()
    eventually("its groups have gone", lambda: not any(group.exists() for group in groups), 15)
    eventually("its folders have gone", lambda: not list(nothing_left.iterdir()), 15)
