"""The main job on real input: a real clip, the real int8 model, a real broker; the reports add up to the truth."""

from pathlib import Path
from typing import Any

import pytest

from tests.assets import ASSETS
from tests.e2e.trial import run_box

pytestmark = pytest.mark.assets

CLIP = ASSETS / "video" / "onebyone_v1-3.mp4"
EXAMPLE = Path("examples/clip.toml")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("encoding", ["json", "cbor"])
async def test_three_come_in_and_three_go_out(tmp_path: Path, encoding: str) -> None:
    trial = await run_box(
        EXAMPLE,
        tmp_path,
        **{"cameras.*.device": f"file:{CLIP}?speed=max"},
        models__directory=str(ASSETS / "models"),
        mqtt__encoding=encoding,
    )
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    counted = {"enter": [0, 0], "exit": [0, 0]}
    for report in reports:
        for line in report["lines"]:
            counted[line["line"]][0] += line["in"]
            counted[line["line"]][1] += line["out"]
    assert counted == {"enter": [3, 0], "exit": [0, 3]}
    last = {line["line"]: (line["day_in"], line["day_out"]) for line in reports[-1]["lines"]}
    assert last == {"enter": (3, 0), "exit": (0, 3)}
    assert [report["seq"] for report in reports] == list(range(1, len(reports) + 1))
    assert len({report["store"] for report in reports}) == 1
    starts = [report["start"] for report in reports]
    assert starts == sorted(set(starts))
    assert all(start % 10 == 0 for start in starts)
    states: list[Any] = trial.of("state")
    assert [one["state"] for one in states] == ["online", "offline"]
