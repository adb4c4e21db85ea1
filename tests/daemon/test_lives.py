"""Why the daemon began again, and how long it has been well, over its lives."""

from pathlib import Path

from daemon.lives import Lives


class Machine:
    """One box: its state folder, its uptime, its boot."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.at, self.boot = folder, 0.0, folder / "boot_id"
        self.boot.write_text("one\n")

    def begin(self) -> Lives:
        lives = Lives(self.folder, lambda: self.at, self.boot)
        lives.keep()
        return lives


def test_lives_end_in_three_ways(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    first = machine.begin()
    assert first.why == "first"
    machine.at = 100.0
    first.keep("stopped")
    second = machine.begin()
    assert second.why == "stopped"
    machine.at = 150.0
    second.keep()
    third = machine.begin()
    assert third.why == "crash"
    machine.at = 170.0
    third.keep()
    machine.at, _ = 5.0, machine.boot.write_text("two\n")
    fourth = machine.begin()
    assert fourth.why == "power"
    machine.at = 15.0
    assert fourth.figures() == {
        "seconds": 180,
        "crashfree": 30,
        "starts": {"first": 1, "stopped": 1, "crash": 1, "power": 1},
    }


def test_a_broken_file_is_a_first_life(tmp_path: Path) -> None:
    (tmp_path / "lives.json").write_text("{")
    assert Machine(tmp_path).begin().why == "first"
