"""Who faces a display: a real clip of a man who looks into the camera, the real models, a private region over him."""

from pathlib import Path
from typing import Any

import pytest

from tests.assets import ASSETS
from tests.e2e.trial import run_box

pytestmark = pytest.mark.assets

CONFIG = """
[window]
seconds = 2
[cameras.shelf]
device = "file:{0}?speed=max"
fps = 30
{1}
[targets.screen]
camera = "shelf"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
yaw = [-25.0, 25.0]
[targets.aside]
camera = "shelf"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
yaw = [30.0, 90.0]
[zones.here]
camera = "shelf"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
"""


async def watched(folder: Path, extra: str = "") -> tuple[float, float, float]:
    """Person-seconds in the picture, and seconds of attention to the screen and to the one beside it."""
    config = folder / "box.toml"
    config.write_text(CONFIG.format(ASSETS / "video" / "head-pose-male.gif", extra))
    trial = await run_box(config, folder, models__directory=str(ASSETS / "models"))
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    present = sum(zone["person_seconds"] or 0 for report in reports for zone in report["zones"])
    seconds = {"screen": 0.0, "aside": 0.0}
    for report in reports:
        for row in report["attention"]:
            seconds[row["target"]] += row["seconds"] or 0
    return present, seconds["screen"], seconds["aside"]


async def test_a_man_who_faces_a_screen_pays_attention_to_it_and_not_to_the_one_beside_it(tmp_path: Path) -> None:
    present, screen, aside = await watched(tmp_path)
    assert present > 3.0
    assert 0.9 * present < screen <= present
    assert aside == 0


async def test_nobody_is_seen_in_a_private_region(tmp_path: Path) -> None:
    everywhere = "masks = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]]"
    assert await watched(tmp_path, everywhere) == (0, 0, 0)
