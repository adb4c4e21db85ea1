"""A light of the LED class is taken from its trigger, switched, and given back; one that is none is left alone."""

from pathlib import Path

import pytest

from drivers.led.sysfs import light


def led(leds: Path, name: str = "ACT", full: int = 255) -> Path:
    """A folder as the kernel makes it."""
    folder = leds / name
    folder.mkdir()
    (folder / "trigger").write_text("none [mmc0] timer heartbeat\n")
    (folder / "brightness").write_text("0\n")
    (folder / "max_brightness").write_text(f"{full}\n")
    return folder


def read(folder: Path) -> tuple[str, str]:
    return (folder / "trigger").read_text(), (folder / "brightness").read_text()


def test_taken_switched_and_given_back(tmp_path: Path) -> None:
    folder = led(tmp_path, "led0", full=7)
    lamp = light(leds=tmp_path)
    assert lamp is not None
    assert read(folder) == ("none", "0")
    lamp.switch(on=True)
    assert read(folder) == ("none", "7")
    lamp.give_back()
    assert read(folder)[0] == "mmc0"
    lamp.give_back("timer")
    assert read(folder)[0] == "timer"


def test_the_name_decides(tmp_path: Path) -> None:
    led(tmp_path, "ACT")
    other = led(tmp_path, "input3::capslock")
    assert light("none such", tmp_path) is None
    assert light("input3::capslock", tmp_path) is not None
    assert read(other)[0] == "none"
    assert read(tmp_path / "ACT")[0].startswith("none [mmc0]"), "the other one is not touched"


@pytest.mark.parametrize("missing", ["trigger", "brightness", "max_brightness"])
def test_what_is_no_light_is_none(tmp_path: Path, missing: str) -> None:
    folder = led(tmp_path)
    (folder / missing).unlink()
    (folder / missing).mkdir()
    assert light(leds=tmp_path) is None


def test_a_light_without_a_sensible_limit_is_none(tmp_path: Path) -> None:
    (led(tmp_path) / "max_brightness").write_text("much")
    assert light(leds=tmp_path) is None


def test_a_light_that_is_unplugged_says_so(tmp_path: Path) -> None:
    folder = led(tmp_path)
    lamp = light(leds=tmp_path)
    assert lamp is not None
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with pytest.raises(OSError, match="No such file"):
        lamp.switch(on=True)
    lamp.give_back()
