"""One boot of the virtual machine: QEMU's software emulation, Debian's kernel, and nothing left when it ends.

The root image is never written (QEMU throws the changes away), so a machine is always new. What must outlive a boot is
a disk given by the caller. KVM is not used: it is absent or different on too many of the machines that run this.
"""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.rig.missing import require
from tests.rig.root import Root

# Westmere is the least CPU that numpy's wheels run on; with more, QEMU 7.2 emulates AVX at times wrongly.
CPU = "Westmere"
# A busy host emulates a late timer, which the kernel must not take for a broken one; a panic ends the run at once.
KERNEL_ARGUMENTS = (
    "quiet loglevel=3 root=/dev/vda edd=off mitigations=off systemd.show_status=0 no_timer_check panic=-1"
)


@dataclass(frozen=True, slots=True)
class Share:
    """A folder of the host that the guest mounts by its tag."""

    tag: str
    folder: Path
    writable: bool = False


@dataclass(slots=True)
class Machine:
    """What to boot: a root, the folders it shares, and the disks (/dev/vdb, ...) whose writes are kept.

    `own` is a copy of the root's image that keeps what is written to it, for a box that boots again.
    """

    root: Root
    shares: list[Share]
    disks: list[Path] = field(default_factory=list)
    memory_mib: int = 2048
    cores: int = 2
    arguments: str = ""
    own: Path | None = None

    def command(self, serial: list[str]) -> list[str]:
        """QEMU's command line; `serial` are its -serial arguments (ttyS0, ttyS1)."""
        argv = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", CPU, "-M", "pc,usb=off"]
        argv += ["-smp", str(self.cores), "-m", str(self.memory_mib), "-nodefaults", "-no-reboot", "-display", "none"]
        argv += ["-kernel", str(self.root.kernel), "-initrd", str(self.root.initramfs)]
        argv += ["-append", f"console=ttyS0 {KERNEL_ARGUMENTS} {self.arguments}", "-device", "virtio-rng-pci"]
        drive = f"file={self.own or self.root.image},snapshot={'off' if self.own else 'on'}"
        argv += ["-drive", f"{drive},format=raw,if=virtio,cache=unsafe"]
        for disk in self.disks:
            argv += ["-drive", f"file={disk},format=raw,if=virtio,cache=writeback"]
        for share in self.shares:
            mode = "" if share.writable else ",readonly=on"
            where = f"local,path={share.folder},mount_tag={share.tag},security_model=none,id={share.tag}{mode}"
            argv += ["-virtfs", where]
        for line in serial:
            argv += ["-serial", line]
        return argv

    def boot(self, logs: Path, *, seconds: float) -> bool:
        """Run until the machine is off; its job's output is shown as it comes. False when it had to be stopped.

        `logs` gets console.log (the kernel's) and job.log.
        """
        require("qemu-system-x86_64")
        console, job = logs / "console.log", logs / "job.log"
        command = self.command([f"file:{console}", f"file:{job}"])
        command.extend(["-monitor", "none"])
        with _dying_with_us(command, logs / "qemu.log") as qemu:
            return _follow(qemu, job, time.monotonic() + seconds)

    def shell(self) -> int:
        """Give the terminal to the machine until it is off (Ctrl-A x ends it)."""
        require("qemu-system-x86_64")
        return subprocess.run([*self.command(["mon:stdio", "null"]), "-monitor", "none"], check=False).returncode


@contextmanager
def _dying_with_us(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child that is gone when this block is left, and that the kernel kills should we be killed."""
    setpriv = [shutil.which("setpriv") or "setpriv", "--pdeathsig", "KILL"]
    with log.open("wb") as out:
        child = subprocess.Popen([*setpriv, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGKILL)
            child.wait()


def _follow(qemu: subprocess.Popen[bytes], job: Path, until: float) -> bool:
    position = 0
    while True:
        running = qemu.poll() is None
        if job.exists():
            with job.open("rb") as lines:
                lines.seek(position)
                news = lines.read()
            position += len(news)
            sys.stdout.write(news.decode(errors="replace").replace("\r", ""))
            sys.stdout.flush()
        if not running:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
