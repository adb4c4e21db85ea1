"""`make deb`: the Debian package, for any architecture and Debian from any machine: no program of the target is run."""

import argparse
import platform
import sys
from pathlib import Path

from image.deb.build import ARCHITECTURES, RELEASES, build


def main() -> int:
    """Build the packages that were asked for and print their paths and sizes."""
    parser = argparse.ArgumentParser(prog="python -m image.deb", description=__doc__)
    here = next(name for name, machine in ARCHITECTURES.items() if machine == platform.machine())
    parser.add_argument("--arch", action="append", choices=sorted(ARCHITECTURES), help=f"default: {here}")
    parser.add_argument("--release", action="append", choices=sorted(RELEASES), help="default: bookworm")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the packages")
    parser.add_argument("--version", help="instead of the product's own, for tests of upgrades")
    parser.add_argument("--compression", default="xz", help="as dpkg-deb names it; none is quick, for trials")
    asked = parser.parse_args()
    for release in asked.release or ["bookworm"]:
        for architecture in asked.arch or [here]:
            package = build(asked.out, architecture, release, asked.version, compression=asked.compression)
            sys.stdout.write(f"{package} {package.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
