"""How every device is made: kernel modules, the programs that command them, and waiting for udev."""

import subprocess
import time
from collections.abc import Callable


def command(*argv: str, seconds: float = 30.0) -> str:
    """Run a program and return its output. Raises RuntimeError with what it said."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def load(module: str, **options: object) -> None:
    """Load a kernel module with its options and let udev name what it brings."""
    command("modprobe", module, *(f"{name}={value}" for name, value in options.items()))
    command("udevadm", "settle")


def unload(*modules: str, seconds: float = 10.0) -> None:
    """Remove kernel modules, waiting while a program that is being stopped still holds them."""
    until = time.monotonic() + seconds
    while True:
        done = subprocess.run(["modprobe", "-r", *modules], capture_output=True, text=True, check=False)
        if not done.returncode:
            return
        if time.monotonic() > until:
            raise RuntimeError(f"cannot remove {' '.join(modules)}: {done.stderr.strip()}")
        time.sleep(0.2)


def eventually(what: str, happened: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until `happened()`; raises TimeoutError naming `what` otherwise."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
