"""`passerby models`: which models there are, installing them, and why one is refused."""

import json
import sys
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from inference import download
from inference.diagnosis import diagnosis
from inference.interpreter import Interpreter
from inference.models import Model, ModelRefused, checked, manifest, models_folder
from inference.models import model as row

Verdict = dict[str, str]

_FOLDER = click.option(
    "--models", "folder", type=click.Path(path_type=Path), help="Folder of the models [default: $PASSERBY_MODELS]."
)
_SOURCE = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder instead of the net.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_NAMES = click.argument("names", nargs=-1)


@click.group()
def models() -> None:
    """List, install and verify models."""


def _rows(names: tuple[str, ...]) -> list[Model]:
    try:
        return [row(name) for name in names] or list(manifest().values())
    except ModelRefused as refusal:
        raise click.UsageError(refusal.reason) from None


@models.command(name="list")
@_FOLDER
@_JSON
def list_models(folder: Path | None, as_json: bool) -> None:
    """List the models that this build knows, and where they are.

    Exit status: 0.
    """
    place = models_folder(folder)
    rows = [
        {
            "name": known.name,
            "finds": known.finds,
            "bytes": known.bytes,
            "licence": known.licence,
            "installed": known.path(place).is_file(),
            "attribution": known.attribution,
            "url": known.url,
            "sha256": known.sha256,
        }
        for known in manifest().values()
    ]
    if as_json:
        click.echo(json.dumps({"folder": str(place), "models": rows}))
        return
    for each in rows:
        here = "installed" if each["installed"] else "not installed"
        click.echo(f"{each['name']:29}  {each['finds']:6}  {int(str(each['bytes'])) / 1e6:3.1f} MB  {here}")
        click.echo(f"  {each['licence']}: {each['attribution']}")
    click.echo(f"in {place}")


@models.command(name="install")
@_NAMES
@_FOLDER
@_SOURCE
@_JSON
def install_models(names: tuple[str, ...], folder: Path | None, source: Path | None, as_json: bool) -> None:
    """Install models (all, or NAMES) from the net or a folder.

    A download that breaks off is resumed by the next call.

    Exit status: 0 all are there, 1 one is not, 2 usage.
    """
    place = models_folder(folder)
    verdicts = []
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=as_json or not console.is_terminal) as bars:
        for wanted in _rows(names):
            bar = bars.add_task(wanted.name, total=wanted.bytes)
            verdicts.append(_install(wanted, place, source, partial(_advance, bars, bar)))
    _show(place, verdicts, as_json)


def _advance(bars: Progress, bar: TaskID, done: int, total: int) -> None:
    bars.update(bar, completed=done, total=total)


def _install(wanted: Model, place: Path, source: Path | None, progress: download.Progress) -> Verdict:
    try:
        download.install(wanted, place, progress, source)
    except download.DownloadFailed as failure:
        return _verdict(wanted.name, "broken_off", str(failure))
    except ModelRefused as refusal:
        return _verdict(wanted.name, refusal.code, refusal.reason)
    except OSError as error:
        return _verdict(wanted.name, "cannot_write", f"the models' folder cannot be written: {error.strerror}")
    return _verdict(wanted.name, "ok", "")


@models.command(name="verify")
@_NAMES
@_FOLDER
@_SOURCE
@_JSON
def verify_models(names: tuple[str, ...], folder: Path | None, source: Path | None, as_json: bool) -> None:
    """Check models (all, or NAMES) as they would be run.

    Size, sha256, operations and tensors are checked, with the runtime that would run them. A NAME may also be a
    file, which is held against the model of its name.

    Exit status: 0 all are right, 1 one is missing or refused, 2 usage.
    """
    place = source or models_folder(folder)
    files = [Path(name) for name in names if Path(name).is_file()]
    verdicts = [_file(file) for file in files]
    if len(files) < len(names) or not names:
        wanted = tuple(name for name in names if not Path(name).is_file())
        verdicts += [_verify(each, place) for each in _rows(wanted)]
    if not names:
        known = {each.file for each in manifest().values()}
        verdicts += [_unlisted(file) for file in sorted(place.glob("*.tflite")) if file.name not in known]
    _show(place, verdicts, as_json)


def _verify(wanted: Model, place: Path) -> Verdict:
    try:
        Interpreter(wanted, checked(wanted, place))
    except ModelRefused as refusal:
        more = diagnosis(wanted.path(place), wanted.name) if refusal.code != "missing" else None
        return _verdict(wanted.name, refusal.code, refusal.reason + (f"; {more.reason}" if more else ""))
    return _verdict(wanted.name, "ok", "")


def _file(file: Path) -> Verdict:
    """A file that was named itself: right only when it is, to the last bit, the model that it is called."""
    wanted = manifest().get(file.stem)
    if wanted is None:
        verdict = _unlisted(file)
        return {**verdict, "verdict": "refused"} if verdict["verdict"] == "unlisted" else verdict
    return _verify(wanted, file.parent)


def _unlisted(file: Path) -> Verdict:
    """A model that nobody asked for is never run; whether it could be is said all the same."""
    unable = diagnosis(file)
    reason = "not in the manifest, so it is never run" + (f"; {unable.reason}" if unable else "")
    return _verdict(file.stem, unable.code if unable else "unlisted", reason)


def _verdict(name: str, code: str, reason: str) -> Verdict:
    return {"model": name, "verdict": code, "reason": reason}


def _show(place: Path, verdicts: list[Verdict], as_json: bool) -> None:
    bad = any(each["verdict"] not in ("ok", "unlisted") for each in verdicts)
    if as_json:
        click.echo(json.dumps({"folder": str(place), "models": verdicts}))
    else:
        for each in verdicts:
            style = "green" if each["verdict"] == "ok" else "red"
            why = each["reason"].removeprefix(f"{each['model']} ")
            Console().print(
                f"[{style}]{each['verdict']:12}[/] {each['model']:29}  {escape(why)}".rstrip(), soft_wrap=True
            )
    sys.exit(1 if bad else 0)
