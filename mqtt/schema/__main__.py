"""python -m mqtt.schema FOLDER [--check]: write the schema files, or fail when they are not what would be written."""

import sys
from pathlib import Path

from mqtt.schema import files


def main(argv: list[str]) -> int:
    """Exit 1, with the names, when --check finds files that differ, lack or are left over."""
    folder = Path(argv[0])
    wanted = files()
    if "--check" in argv:
        there = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.is_dir() else {}
        wrong = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        for name in wrong:
            sys.stderr.write(f"{folder / name} is not what the event types say: make schema\n")
        return 1 if wrong else 0
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
