"""`passerby camera`: which cameras there are, what one can be used for, and which one to buy and where to hang it."""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from math import isinf
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from drivers.base import Device, Driver, DriverMisconfigured, DriverUnavailable
from drivers.camera.optics import LENSES, Mount, aimed, lens_degrees, planned
from drivers.camera.still import blocks
from drivers.camera.survey import CameraSurvey
from drivers.camera.v4l2_modes import capabilities, devices
from drivers.camera.verdict import FAR_M, NEAR_M, remarks, verdicts
from drivers.registry import driver

UNFIT, NO_CAMERA = 1, 3
RATE = 30.0
"""Pictures a second that a camera under test is asked for: more than the product ever looks at."""


@click.group()
def camera() -> None:
    """Cameras: list, qualify, plan."""


class _Boot:
    def now(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


@camera.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(as_json: bool) -> None:
    """List the USB cameras with formats, sizes and rates.

    The first column is what [cameras.NAME] device = "..." takes.

    CSI cameras are listed by `rpicam-hello --list-cameras`; network cameras by their own manuals.

    Exit status: 0 there is one, 3 there is none.
    """
    found = []
    for path in devices():
        try:
            card, modes = capabilities(path)
        except OSError as error:
            click.echo(f"{path}: {error.strerror}", err=True)
            continue
        if modes:
            found.append({"device": f"v4l2:{path}", "card": card, "modes": [mode._asdict() for mode in modes]})
    if as_json:
        click.echo(json.dumps(found))
    elif found:
        Console().print(_devices(found))
    else:
        click.echo("no USB camera: plug one in; `dmesg | tail` says whether the kernel saw it", err=True)
    sys.exit(0 if found else NO_CAMERA)


def _devices(found: list[dict[str, Any]]) -> Table:
    table = Table("device", "camera", "format", "size", Column("at most", justify="right"))
    for one in found:
        for mode in one["modes"]:
            size = f"{mode['width']}x{mode['height']}"
            table.add_row(one["device"], one["card"], mode["format"], size, f"{mode['fps']:g}/s")
    return table


def _degrees(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    try:
        return None if text is None else lens_degrees(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


LENS = click.option(
    "--lens", callback=_degrees, help=f"{', '.join(LENSES)}, or the horizontal angle of view in degrees."
)


@camera.command()
@click.argument("device")
@click.option("--height", type=click.FloatRange(0.5, 20), default=2.8, show_default=True, help="Metres above floor.")
@click.option("--tilt", type=click.FloatRange(0, 90), help="Degrees below the horizon; aimed at 5 m when absent.")
@LENS
@click.option("--secret", type=click.Path(path_type=Path), help="File with USER:PASSWORD of an rtsp camera, mode 600.")
@click.option("--seconds", type=click.FloatRange(2, 600), default=10.0, show_default=True, help="How long to measure.")
@click.option("--still", is_flag=True, help="Show one picture in this terminal, which must be the box's own screen.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def qualify(
    device: str,
    height: float,
    tilt: float | None,
    lens: float | None,
    secret: Path | None,
    seconds: float,
    still: bool,
    as_json: bool,
) -> None:
    """Measure a camera, and say which metrics it will serve.

    DEVICE is as the configuration names it (rtsp://..., v4l2:/dev/video0, picamera:0). Hang it where it shall hang,
    with people in front if you can. Say its lens (default 70 degrees) and its height. The daemon must not have the
    camera open. No picture is kept.

    Exit status: 0 it can be used for counting, 1 it cannot, 2 usage, 3 no camera.
    """
    if still and (as_json or not sys.stdout.isatty() or "SSH_CONNECTION" in os.environ):
        raise click.UsageError("--still shows people: it works in a terminal on the box's own screen only")
    survey = CameraSurvey()
    try:
        shown = asyncio.run(_measure(_driver(device, secret), survey, seconds, still))
    except (ValueError, DriverMisconfigured) as problem:
        raise click.UsageError(str(problem)) from None
    except DriverUnavailable as refusal:
        if survey.pictures < 2:
            if as_json:
                click.echo(json.dumps({"failed": refusal.code, "why": refusal.reason}))
            click.echo(f"{device.partition('?')[0]}: {refusal.code}: {refusal.reason}", err=True)
            sys.exit(NO_CAMERA)
        shown = ""
    if survey.pictures < 2:
        click.echo(f"{device.partition('?')[0]}: no two pictures came within {seconds:g} s", err=True)
        sys.exit(NO_CAMERA)
    figures = survey.figures()
    mount = Mount(
        height, aimed(height, NEAR_M) if tilt is None else tilt, lens or 70.0, (figures.width, figures.height)
    )
    judged = verdicts(mount, figures)
    if as_json:
        click.echo(json.dumps({"pictures": asdict(figures), **_document(mount), **_judgement(mount, judged, figures)}))
    else:
        click.echo(shown, nl=bool(shown))
        click.echo(
            f"{figures.width} x {figures.height} pixels, {figures.fps:.1f} pictures a second, "
            f"jitter {1000 * figures.jitter:.0f} ms, longest gap {figures.gap:.2f} s\n"
            f"light {figures.light:.0f} of 235 ({figures.black:.0%} black, {figures.burnt:.0%} white), "
            f"blur {figures.blur:.2f}"
        )
        _tell(mount, judged, remarks(mount, figures))
    sys.exit(0 if any(one.served for one in judged) else UNFIT)


def _driver(device: str, secret: Path | None) -> Driver[Any]:
    parsed = Device.parse(device)
    settings: dict[str, object] = {}
    if parsed.scheme not in ("file", "images"):
        settings["fps"] = RATE
    if parsed.scheme in ("rtsp", "rtsps"):
        settings["secret"] = secret
    if parsed.scheme == "picamera":
        settings["size"] = (640, 480)
    return driver(parsed, name="qualify", clock=_Boot(), **settings)


async def _measure(source: Driver[Any], survey: CameraSurvey, seconds: float, still: bool) -> str:
    """Feed the survey; the still as text, if one was asked for."""
    shown, clock = "", _Boot()
    async with source.open() as frames:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for frame in frames:
                    survey.feed(clock.now(), frame)
                    if still and not shown:
                        shown = blocks(frame.y, columns=min(100, os.get_terminal_size().columns))
    return shown


@camera.command()
@click.option("--width", type=click.FloatRange(0.5, 50), required=True, help="Metres of floor to see, left to right.")
@click.option("--distance", type=click.FloatRange(1, 50), required=True, help="Metres to the line or the zone.")
@click.option("--height", type=click.FloatRange(0.5, 20), help="Metres above the floor, where it is given.")
@LENS
@click.option("--pixels", default="1280x720", show_default=True, help="Size of its pictures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(width: float, distance: float, height: float | None, lens: float | None, pixels: str, as_json: bool) -> None:
    """Compute lens, height and coverage for a place.

    Exit status: 0 a camera can count there, 1 none of the lenses sees it or people are too small, 2 usage.
    """
    wide, cross, high = pixels.partition("x")
    if not (cross and wide.isdigit() and high.isdigit() and int(wide) and int(high)):
        raise click.UsageError(f"--pixels {pixels}: write it as in 1280x720")
    name, mount = planned(width, distance, (int(wide), int(high)), height)
    if lens is not None:
        name, mount = "this lens", Mount(mount.height, mount.tilt, lens, mount.pixels)
    covered, judged = mount.width(distance), verdicts(mount)
    fits = covered >= width and any(one.served for one in judged)
    if as_json:
        place = {"lens": name, "fits": fits, "width_m": covered, "person_px": mount.person(distance)}
        click.echo(json.dumps({**place, **_document(mount), **_judgement(mount, judged, None)}))
    else:
        click.echo(
            f"{name} ({mount.across:.0f} degrees), {mount.height:.1f} m above the floor, "
            f"{mount.tilt:.0f} degrees down\n"
            f"{distance:g} m away it sees {covered:.1f} m of floor, and a person {mount.person(distance):.0f} px tall"
        )
        if covered < width:
            click.echo(f"That is less than {width:g} m: hang it farther away, or take two cameras.")
        _tell(mount, judged, remarks(mount))
    sys.exit(0 if fits else UNFIT)


def _document(mount: Mount) -> dict[str, Any]:
    near, far = mount.floor()
    return {
        "mount": {"height_m": mount.height, "tilt_deg": mount.tilt, "across_deg": mount.across},
        "floor_m": [near, None if isinf(far) else far],
        "person_px_at_m": {f"{distance:g}": mount.person(distance) for distance in (NEAR_M, FAR_M)},
    }


def _judgement(mount: Mount, judged: list[Any], figures: Any) -> dict[str, Any]:
    return {"serves": [one._asdict() for one in judged], "advice": remarks(mount, figures)}


def _tell(mount: Mount, judged: list[Any], advice: list[str]) -> None:
    near, far = mount.floor()
    to = "the horizon" if isinf(far) else f"{far:.1f} m"
    tall = ", ".join(f"{mount.person(distance):.0f} px at {distance:g} m" for distance in (NEAR_M, FAR_M))
    click.echo(f"floor from {near:.1f} m to {to}; a person of 1.7 m is {tall}\n")
    for one in judged:
        click.echo(f"{'yes' if one.served else 'no ':3}  {one.metric}: {one.why}")
    for line in advice:
        click.echo(line)
