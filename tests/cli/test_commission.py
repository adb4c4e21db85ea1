"""`passerby commission` says what it cannot do before it prints a link."""

import asyncio
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.commission import commission
from daemon.control import serve

CAMERA = '[cameras.floor]\ndevice = "sim:"\n'


async def run(folder: Path, text: str, *options: str) -> Result:
    """The command beside a daemon that reads a file with `text`."""
    (folder / "box.toml").write_text(text)

    async def status(question: dict[str, object]) -> dict[str, object]:
        return {"details": {"file": str(folder / "box.toml")}}

    async with serve(folder / "control.sock", {"status": status}, {}):
        return await asyncio.to_thread(CliRunner().invoke, commission, ["--run", str(folder), *options])


def test_without_a_daemon_there_is_no_page(tmp_path: Path) -> None:
    result = CliRunner().invoke(commission, ["--run", str(tmp_path)])
    assert (result.exit_code, "no Passerby daemon answers" in result.output) == (3, True)


@pytest.mark.parametrize(
    ("text", "options", "code", "said"),
    [
        ("", (), 1, "has no camera: add a [cameras.NAME] table"),
        (CAMERA, ("--camera", "attic"), 2, "--camera attic: there is floor"),
        (CAMERA, ("--minutes", "0"), 2, "0 is not in the range 1<=x<=120"),
        ("[cameras.floor]\n", (), 1, "cameras.floor.device = (absent): must be given"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, text: str, options: tuple[str, ...], code: int, said: str) -> None:
    result = await run(tmp_path, text, *options)
    assert (result.exit_code, said in result.output) == (code, True), result.output


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = await run(tmp_path, CAMERA, "--port", str(port))
    assert result.exit_code == 1
    assert f"port {port}" in result.output
