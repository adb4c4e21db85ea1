"""What the rig's roots install: wheels, fetched once, and the Debian package, built when the tree has changed."""

import configparser
import subprocess
import sys
from pathlib import Path

from image.deb.build import EXTRAS, build
from tests.rig.cache import cached, content_key

TREE = Path(__file__).parents[2]
SUITE = "bookworm"
PYTHON = "3.11"
# Each entry is the newest C library of a Debian release that the rig boots or chroots into.
PLATFORMS = ["manylinux2014", *(f"manylinux_2_{minor}" for minor in range(17, 37))]
# Extras that a box has are named after its sensors' folders; the rest is for training, measuring and trying out.
SENSORS = {folder.parent.name for folder in (TREE / "drivers").glob("*/__init__.py")}
# Folders of the tree whose changes do not make another package for the machine; of docs, it has papers to read.
UNTESTED_INSIDE = ("bench", "build", "dist", "docs", "state", "tests")
# What tests import, of all that `dev` has; some of the rest has no arm64 wheel.
TEST_LIBRARIES = ("cryptography", "epcpy", "hypothesis", "jsonschema", "psutil", "pytest", "scapy")


def requirements(*extras: str) -> list[str]:
    """What setup.cfg asks for: the daemon, the package's and its sensors' extras, `extras`, and what tests import."""
    config = _config()
    wanted = config["options"]["install_requires"].split("\n") + _test_libraries(config)
    for extra, lines in config["options.extras_require"].items():
        if extra in SENSORS | set(EXTRAS) | set(extras):
            wanted += lines.split("\n")
    return _lines(wanted)


def test_requirements() -> list[str]:
    """What the tests import inside and the product's package does not bring: libraries, a controller, a decoder."""
    config = _config()
    extras = config["options.extras_require"]
    return _lines([*_test_libraries(config), *extras["rig"].split("\n"), *extras["camera"].split("\n")])


def dependencies(machine: str, wanted: list[str], python: str = PYTHON) -> Path:
    """A folder of wheels that satisfies `wanted` on `machine` (x86_64, aarch64), from the cache or downloaded."""

    def download(folder: Path) -> None:
        _pip("download", "--dest", str(folder), *foreign(machine, python), *wanted)

    return cached(f"wheels-{machine}", content_key(python, *PLATFORMS, *wanted), download)


def foreign(machine: str, python: str) -> list[str]:
    """pip's options for wheels of another machine, or of another Python."""
    options = [f"--platform={platform}_{machine}" for platform in PLATFORMS]
    options += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
    return options + [f"--abi={abi}" for abi in (f"cp{python.replace('.', '')}", "abi3", "none")]


def tree_key() -> str:
    """Changes whenever something changes that the tree's package has in it and a test inside could tell."""
    return content_key(*(path for path in sorted(TREE.iterdir()) if not _ignored(path.name)))


def tree_package(folder: Path) -> Path:
    """The Debian package of the tree as it is now, made in `folder`."""
    return build(folder, "amd64", SUITE, wheels=dependencies("x86_64", requirements("rig")), compression="none")


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in UNTESTED_INSIDE or name.endswith(".egg-info")


def _config() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(TREE / "setup.cfg", encoding="utf-8")
    return config


def _test_libraries(config: configparser.ConfigParser) -> list[str]:
    return [line for line in config["options.extras_require"]["dev"].split("\n") if line.startswith(TEST_LIBRARIES)]


def _lines(wanted: list[str]) -> list[str]:
    return sorted({line.strip() for line in wanted if line.strip() and not line.strip().startswith("#")})


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], stdin=subprocess.DEVNULL, check=True)
