"""Roots of other Debians and other processors, entered as root of namespaces of one's own: no trace is left outside.

All numbers of users are mapped, so that dpkg may give files to whom it likes. Programs of arm64 are run by an emulator
that only these namespaces know (kernel 6.7 and later). Needs root.
"""

import os
import subprocess
import time
from pathlib import Path

ALL = "0 0 4294967295"
MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
"""Twenty bytes of an ELF header that say 64 bits, little endian, executable, AArch64."""
REGISTERED = rf"""
set -eu
mount -t proc proc /proc
if [ -n "$EMULATOR" ]; then
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
    echo ':passerby-arm64:M::{MAGIC}:{MASK}:'"$EMULATOR:F" > /proc/sys/fs/binfmt_misc/register
fi
exec "$@"
"""
ENTERED = """
for place in proc sys dev; do mkdir -p "$0/$place"; mount --rbind "/$place" "$0/$place"; done
mount -t tmpfs none "$0/run"
exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
    NO_COLOR=1 LANG=C.UTF-8 "$@"
"""


def isolated(*argv: str, emulator: Path | None = None, seconds: float = 1800.0) -> subprocess.CompletedProcess[str]:
    """Run a program as root of new user, mount and process namespaces; `emulator` runs arm64 in them."""
    unshare = ["setpriv", "--pdeathsig", "KILL", "unshare", "--user", "--mount", "--pid", "--fork", "--kill-child"]
    child = subprocess.Popen(
        [*unshare, "sh", "-c", 'read -r _; exec "$@"', "sh", "sh", "-c", REGISTERED, "sh", *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "EMULATOR": str(emulator or "")},
    )
    try:
        _mapped(child.pid)
        out, err = child.communicate("\n", timeout=seconds)
    finally:
        child.kill()
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


def entered(root: Path, *argv: str, emulator: Path | None = None, seconds: float = 1800.0) -> str:
    """The output of a program of `root`. Raises RuntimeError with what it said when it fails."""
    done = isolated("sh", "-euc", ENTERED, str(root), *argv, emulator=emulator, seconds=seconds)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _mapped(pid: int) -> None:
    """Give the new namespace all users, which only a process outside it may do."""
    own = Path("/proc/self/ns/user").readlink()
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}/ns/user").readlink() == own and time.monotonic() < until:
        time.sleep(0.01)
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{pid}/{kind}").write_text(ALL, encoding="ascii")
