"""Who faces a display: a real clip of a man who turns his head, the real models, and a private region over him."""

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
[zones.here]
camera = "shelf"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
"""


async def watched(folder: Path, extra: str = "") -> tuple[float, float]:
    """Person-seconds in the picture, and seconds of attention to the screen."""
    config = folder / "box.toml"
    config.write_text(CONFIG.format(ASSETS / "video" / "head-pose-male.gif", extra))
    trial = await run_box(config, folder, models__directory=str(ASSETS / "models"))
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    present = sum(zone["person_seconds"] or 0 for report in reports for zone in report["zones"])
    attention = sum(target["seconds"] or 0 for report in reports for target in report["attention"])
    return present, attention


async def test_a_man_who_looks_and_looks_away_pays_attention_for_a_part_of_the_time(tmp_path: Path) -> None:
    present, attention = await watched(tmp_path)
    assert present > 3.0
    assert 0.5 < attention < present


async def test_nobody_is_seen_in_a_private_region(tmp_path: Path) -> None:
    everywhere = "masks = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]]"
    assert await watched(tmp_path, everywhere) == (0, 0)
