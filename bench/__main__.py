"""python -m bench NAME [options]: one module a subject, each with a `main(argv)` that prints JSON or a table."""

import pkgutil
import sys
from importlib import import_module

import bench


def names() -> list[str]:
    """The subjects that can be measured."""
    return sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_"))


def main(argv: list[str]) -> int:
    """Run one subject; exit 2 when there is none of that name."""
    if argv[:1] == ["--list"]:
        print("\n".join(names()))
        return 0
    subject = argv[0].replace("-", "_") if argv else ""
    if subject not in names():
        subjects = ", ".join(name.replace("_", "-") for name in names())
        print(f"usage: python -m bench NAME [--json] [options]\nNAME is one of: {subjects}")
        return 2
    return int(import_module(f"bench.{subject}").main(argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
