"""Geometry against textbook cases, what a survey measures, and the words that follow from both."""

import json
from dataclasses import replace
from math import inf, radians, tan
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from cli.main import main
from drivers.camera.optics import LENSES, Mount, aimed, lens_degrees, planned
from drivers.camera.still import blocks
from drivers.camera.survey import CameraSurvey, Figures, blur
from drivers.camera.verdict import remarks, verdicts
from observations import Frame, Plane
from tests.assets import IMAGES

LEVEL = Mount(height=1.7, tilt=0.0, across=90.0, pixels=(1280, 720))
FINE = Figures(1280, 720, fps=10.0, jitter=0.02, gap=0.2, light=110.0, black=0.05, burnt=0.01, blur=0.4)


def test_a_level_camera_at_eye_height_is_similar_triangles() -> None:
    """90 degrees over 1280 px: the focal length is 640 px, so a person of 1.7 m 10 m away is 640 * 0.17 px tall."""
    assert LEVEL.focal == pytest.approx(640)
    assert LEVEL.person(10.0) == pytest.approx(108.8)
    assert LEVEL.person(5.0) == pytest.approx(217.6)
    assert LEVEL.row(10.0, 1.7) == pytest.approx(360)
    assert LEVEL.width(10.0) == pytest.approx(20.0)
    near, far = LEVEL.floor()
    assert near == pytest.approx(1.7 * 640 / 360)
    assert far == inf
    assert LEVEL.wholly(4.0)
    assert not LEVEL.wholly(3.0)


def test_a_tilted_camera_ends_its_floor_where_its_upper_edge_meets_it() -> None:
    mount = Mount(height=3.0, tilt=30.0, across=60.0, pixels=(1000, 1000))
    near, far = mount.floor()
    assert near == pytest.approx(3 / tan(radians(60)))
    assert far == inf
    assert mount.row(near, 0.0) == pytest.approx(1000)
    assert Mount(3.0, 45.0, 60.0, (1000, 1000)).floor()[1] == pytest.approx(3 / tan(radians(15)))
    assert Mount(3.0, 80.0, 60.0, (1000, 1000)).floor()[0] == 0.0
    middle = Mount(2.8, aimed(2.8, 5.0), 70.0, (1280, 720))
    assert middle.row(5.0, 0.85) == pytest.approx(360)


def test_a_plan_is_the_longest_lens_that_sees_enough() -> None:
    for width, distance in ((3.0, 5.0), (6.0, 8.0), (5.0, 3.0)):
        name, mount = planned(width, distance, (1280, 720))
        assert mount.width(distance) >= width
        assert 2.4 <= mount.height <= 3.5
        longer = [across for across in LENSES.values() if across < LENSES[name]]
        assert all(Mount(mount.height, mount.tilt, a, (1280, 720)).width(distance) < width for a in longer)
    assert planned(50.0, 2.0, (1280, 720), height=4.0)[0] == "2.8mm"
    assert lens_degrees("66.5") == 66.5
    with pytest.raises(ValueError, match="pi-v2"):
        lens_degrees("fisheye")


@pytest.mark.assets
def test_blur_is_told_whatever_the_picture_shows() -> None:
    files = [file for file in IMAGES.iterdir() if file.suffix in (".jpg", ".bmp")]
    assert files
    for file in files:
        image = cv2.resize(np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)), (640, 480))
        sharp, soft, blurred = (
            blur(np.asarray(cv2.GaussianBlur(image, (0, 0), s) if s else image, np.uint8)) for s in (0, 2, 4)
        )
        assert sharp < 0.62 < soft < 0.75 < blurred, file.name


def test_a_survey_counts_what_was_skipped_and_finds_the_gap_and_the_late_ones() -> None:
    survey = CameraSurvey()
    rng = np.random.default_rng(6)
    y: Plane = rng.integers(16, 236, (48, 64), np.uint8)
    for n in range(100):
        if n % 3 != 1 and not 50 <= n < 60:
            at = n / 20
            survey.feed(at + 0.05 + (0.4 if n % 10 == 0 else 0.0), Frame(at, "x", n, y, y[::2, ::2], y[::2, ::2]))
    found = survey.figures()
    assert (found.width, found.height) == (64, 48)
    assert found.fps == pytest.approx(20.0)
    assert found.gap == pytest.approx(0.6)
    assert found.jitter == pytest.approx(0.4)
    assert found.light == pytest.approx(float(y.mean()))
    assert found.burnt == pytest.approx(float(np.mean(y >= 232)))


@pytest.mark.parametrize(
    ("mount", "figures", "served", "why"),
    [
        (Mount(2.8, 20.0, 70.0, (1280, 720)), {}, [True] * 4, ""),
        (Mount(2.8, 20.0, 70.0, (640, 360)), {}, [True, True, True, False], "not 180"),
        (Mount(2.8, 20.0, 100.0, (360, 202)), {}, [False, True, False, False], "px tall"),
        (Mount(3.0, 70.0, 70.0, (1280, 720)), {}, [False] * 4, "degrees down"),
        (Mount(2.8, 20.0, 70.0, (1280, 720)), {"fps": 2.0}, [True, False, False, False], "pictures a second"),
        (Mount(2.8, 20.0, 70.0, (1280, 720)), {"light": 25.0}, [False] * 4, "dark"),
        (Mount(2.8, 20.0, 70.0, (1280, 720)), {"blur": 0.9}, [False] * 4, "blurred"),
        (Mount(2.8, 20.0, 70.0, (1280, 720)), {"blur": 0.7}, [True, True, True, False], "soft"),
    ],
)
def test_words_follow_from_figures(mount: Mount, figures: dict[str, Any], served: list[bool], why: str) -> None:
    judged = verdicts(mount, replace(FINE, **figures))
    assert [one.served for one in judged] == served
    assert all(why in one.why for one in judged if not one.served)


def test_advice_names_what_to_do() -> None:
    spoiled = Figures(1280, 720, fps=9.0, jitter=0.5, gap=3.0, light=60.0, black=0.5, burnt=0.4, blur=0.7)
    said = " ".join(remarks(Mount(6.0, 60.0, 40.0, (1280, 720)), spoiled))
    for word in ("hang it lower", "nobody farther", "evening", "windows", "focus", "longest gap 3.0 s"):
        assert word in said


def test_the_still_is_text_and_only_for_a_screen_of_the_box() -> None:
    y: Plane = np.tile(np.linspace(16, 235, 64, dtype=np.uint8), (48, 1))
    assert {line.count("▀") for line in blocks(y, 20).splitlines()} == {20}
    refused = CliRunner().invoke(main, ["camera", "qualify", "images:/nowhere", "--still"])
    assert refused.exit_code == 2
    assert "own screen only" in refused.output


def test_the_commands_speak_json_and_exit_with_what_they_found(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(main, ["camera", "plan", "--width", "4", "--distance", "5", "--json"]).exit_code == 0
    assert run(main, ["camera", "plan", "--width", "30", "--distance", "3"]).exit_code == 1
    assert run(main, ["camera", "plan", "--width", "4", "--distance", "5", "--pixels", "big"]).exit_code == 2
    away = run(main, ["camera", "qualify", "v4l2:/dev/video251", "--json"])
    assert (away.exit_code, json.loads(away.stdout)["failed"]) == (3, "absent")
    assert away.stderr == "v4l2:/dev/video251: absent: there is no such device\n"
    assert run(main, ["camera", "qualify", "nothing"]).exit_code == 2
    rng = np.random.default_rng(6)
    for n in range(4):
        cv2.imwrite(str(tmp_path / f"{n}.png"), rng.integers(0, 256, (72, 128), np.uint8))
    left = sorted(tmp_path.iterdir())
    told = run(main, ["camera", "qualify", f"images:{tmp_path}?fps=2&speed=max", "--json", "--lens", "pi-v3"])
    assert told.exit_code == 1, "128 pixels are too few for anybody"
    assert '"fps": 2.0' in told.output
    assert sorted(tmp_path.iterdir()) == left
