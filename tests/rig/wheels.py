"""Wheels for the rig's interpreters, fetched on the host: dependencies once, the tree at every run."""

import configparser
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from image.deb.build import EXTRAS
from tests.rig.cache import cached, content_key

TREE = Path(__file__).parents[2]
PYTHON = "3.11"
# Each entry is the newest C library of a Debian release that the rig boots or chroots into.
PLATFORMS = ["manylinux2014", *(f"manylinux_2_{minor}" for minor in range(17, 37))]
# Extras that a box has are named after its sensors' folders; the rest is for training, measuring and trying out.
SENSORS = {folder.parent.name for folder in (TREE / "drivers").glob("*/__init__.py")}
# What tests import, of all that `dev` has; some of the rest has no arm64 wheel.
TEST_LIBRARIES = ("cryptography", "epcpy", "hypothesis", "jsonschema", "psutil", "pytest", "scapy")


def requirements(*extras: str) -> list[str]:
    """What setup.cfg asks for: the daemon, the package's and its sensors' extras, `extras`, and what tests import."""
    config = configparser.ConfigParser()
    config.read(TREE / "setup.cfg", encoding="utf-8")
    wanted = config["options"]["install_requires"].split("\n")
    for extra, lines in config["options.extras_require"].items():
        if extra in SENSORS | set(EXTRAS) | set(extras):
            wanted += lines.split("\n")
    wanted += [line for line in config["options.extras_require"]["dev"].split("\n") if line.startswith(TEST_LIBRARIES)]
    return sorted({line.strip() for line in wanted if line.strip() and not line.strip().startswith("#")})


def dependencies(machine: str, wanted: list[str]) -> Path:
    """A folder of wheels that satisfies `wanted` on `machine` (x86_64, aarch64), from the cache or downloaded."""

    def download(folder: Path) -> None:
        options = [f"--platform={platform}_{machine}" for platform in PLATFORMS]
        options += ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"]
        options += [f"--abi={abi}" for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
        _pip("download", "--dest", str(folder), *options, *wanted)

    return cached(f"wheels-{machine}", content_key(PYTHON, *PLATFORMS, *wanted), download)


def tree_wheel(folder: Path) -> Path:
    """The tree as it is now, as a wheel in `folder`; built from a copy, so that nothing is left in the tree."""
    with tempfile.TemporaryDirectory(prefix="passerby-rig-") as copy:
        source = Path(copy) / "tree"
        ignored = shutil.ignore_patterns(".*", "build", "dist", "state", "tests", "*.egg-info", "__pycache__")
        shutil.copytree(TREE, source, ignore=ignored)
        _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    return next(folder.glob("passerby-*.whl"))


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], stdin=subprocess.DEVNULL, check=True)
