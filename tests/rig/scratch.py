"""Folders that are gone after a run even when the runner is killed outright: a shell of their own waits for its end."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Reads until nobody can write any more. A container's first process outlives a killed nspawn; its group knows it.
SWEEPER = """
trap '' INT TERM HUP
cat > /dev/null
for attempt in $(seq 50); do
    left=
    for folder; do
        case $folder in
            /sys/fs/cgroup/*)
                find "$folder" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null
                find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null ;;
            *) rm -rf "$folder" ;;
        esac
        [ ! -e "$folder" ] || left=1
    done
    [ -n "$left" ] || exit 0
    sleep 0.2
done
"""


@contextmanager
def swept(*folders: Path) -> Iterator[None]:
    """Removes `folders` (of cgroups: the groups) when the body or this process ends, whichever way it ends."""
    sweeper = subprocess.Popen(
        ["sh", "-c", SWEEPER, "sh", *map(str, folders)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        sweeper.communicate()


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="passerby-rig-"))
    with swept(folder):
        yield folder
