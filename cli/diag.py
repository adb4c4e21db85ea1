"""`passerby diag`: one file for support, without a secret and without anything that identifies a person or a device."""

import io
import json
import platform
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.box import NotRunning, ask, run_option, state_option

CONFIG = Path("/etc/passerby/config.toml")
WAIT_S = 15
COMMANDS = {
    "journal.txt": ("journalctl", "--unit", "passerby*", "--lines", "5000", "--no-pager", "--output", "short-iso"),
    "unit.txt": ("systemctl", "show", "passerby.service"),
    "disk.txt": ("df", "--output=target,fstype,size,used,pcent"),
    "memory.txt": ("free", "-m"),
    "kernel.txt": ("uname", "-srvm"),
}
"""What is asked of the system; a command that is missing or slow is left out and named in manifest.json."""

_SECRET_KEY = re.compile(
    r'^(\s*(?:"?)(?:id|irks|reference|transmit|key|certificate|ca|token|password|psk|model)(?:"?)\s*=\s*).*$', re.M
)
_HIDDEN = (
    ("mac", re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[:-]){5,15}[0-9A-Fa-f]{2}(?![0-9A-Za-z])")),
    ("mac", re.compile(r"(?<![0-9A-Za-z])(?:dev_)?(?:[0-9A-Fa-f]{2}_){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z])")),
    ("uuid", re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")),
    ("ip", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    ("ip", re.compile(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])")),
    ("password", re.compile(r"(?<=//)[^/@\s\"']+(?=@)")),
    ("option", re.compile(r"(?<=[?&])((?:password|token|key|user)=)[^&\"'\s]+", re.I)),
    ("key", re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.S)),
    ("hex", re.compile(r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{12,}(?![0-9A-Za-z])")),
    ("base64", re.compile(r"(?<![0-9A-Za-z+/])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{24,}={0,2}(?![0-9A-Za-z+/=])")),
    ("number", re.compile(r"(?<![\d.])\d{13,}(?![\d.])")),
)
"""What could identify a device or open something, whoever wrote it: we never log such, others may."""


@click.command()
@run_option
@state_option
@click.option("--config", type=click.Path(path_type=Path), default=CONFIG, show_default=True, help="The configuration.")
@click.option("--out", type=click.Path(path_type=Path), help="The file [default: passerby-diag-TIME.tar.gz].")
def diag(run: Path, state: Path, config: Path, out: Path | None) -> None:
    """Collect one archive for support.

    It holds status, configuration, journal and system figures. Works with the daemon dead. Addresses, serial
    numbers, keys, long numbers and every credential are replaced by the word for what they were, wherever they
    stand.

    Exit status: 0 complete, 1 something could not be had; manifest.json in the archive says what.
    """
    out = out or Path(time.strftime("passerby-diag-%Y%m%dT%H%M%S.tar.gz"))
    parts = {name: hidden(text) for name, text in collected(run, state, config)}
    missing = sorted({"status.json", "config.toml", *COMMANDS} - set(parts))
    parts["manifest.json"] = json.dumps({"parts": sorted(parts), "missing": missing}, indent=1)
    with tarfile.open(out, "w:gz") as archive:
        for name, text in parts.items():
            content = text.encode()
            member = tarfile.TarInfo(f"passerby-diag/{name}")
            member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
            archive.addfile(member, io.BytesIO(content))
    out.chmod(0o600)
    click.echo(
        f"{out}: {len(parts)} parts, {out.stat().st_size} bytes"
        + (f"; without {', '.join(missing)}" if missing else "")
    )
    raise SystemExit(1 if missing else 0)


def hidden(text: str) -> str:
    """`text` without what could identify a device or open something."""
    for what, pattern in _HIDDEN:
        text = pattern.sub(rf"\1({what})" if what == "option" else f"({what})", text)
    return text


def collected(run: Path, state: Path, config: Path) -> Iterator[tuple[str, str]]:
    """Every part that can be had, by name, not yet hidden."""
    try:
        yield "status.json", json.dumps(_named(ask(run, {"ask": "status"})), indent=1)
    except (NotRunning, click.ClickException):
        snapshot = state / "status.json"
        if snapshot.exists():
            yield "status.json", json.dumps(_named(json.loads(snapshot.read_text(encoding="utf-8"))), indent=1)
    if config.exists():
        yield "config.toml", _SECRET_KEY.sub(r'\1"(left out)"', config.read_text(encoding="utf-8"))
    yield "python.txt", f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}\n"
    for name, command in COMMANDS.items():
        said = _said(command)
        if said is not None:
            yield name, said


def _named(status: dict[str, Any]) -> dict[str, Any]:
    """The status without the broker's address, which may be a shop's own."""
    details = status.get("details", {})
    broker = {**details.get("broker", {}), "address": "(left out)"}
    return {**status, "details": {**details, "broker": broker}}


def _said(command: tuple[str, ...]) -> str | None:
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run([program, *command[1:]], capture_output=True, timeout=WAIT_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
