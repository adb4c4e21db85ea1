"""The bench of the cameras comes to its end, whatever the cameras do."""

import asyncio

import pytest

from bench import camera as bench
from tests.fakes.network_camera import NetworkCamera


class Nowhere(NetworkCamera):
    """A camera that nobody can reach, in spite of all its owner does."""

    def __init__(self) -> None:
        self.done: list[str] = []

    @property
    def address(self) -> str:
        return "rtsp://127.0.0.1:9/cam"

    def start(self) -> None:
        self.done.append("start")

    def kill(self) -> None:
        self.done.append("kill")

    def freeze(self) -> None:
        self.done.append("freeze")

    def thaw(self) -> None:
        self.done.append("thaw")


async def test_a_trial_without_an_end_has_failed_and_says_what_did_not_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "TRIAL_S", 2.0)
    camera = Nowhere()
    async with asyncio.timeout(30):
        trials = await bench._tried(camera, 2, 0)
    told = "no picture within 2 s: unavailable unreachable"
    assert [(trial.how, trial.failed) for trial in trials] == [("frozen", told), ("killed", told)]
    assert camera.done == ["kill", "start"], "once more, with a camera that was switched off and on"
    assert capsys.readouterr().err.count(told) == 2
    assert bench._summary(trials)["failed"] == [f"frozen: {told}", f"killed: {told}"]
