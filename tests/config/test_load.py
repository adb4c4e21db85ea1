"""A broken file is answered with every problem at once: key, value, what is allowed, nearest name."""

import pytest

from config import Config, ConfigError, parse
from config.explain import explain

GOOD = """
[cameras.door]
device = "file:clip.mp4"
[lines.enter]
camera = "door"
points = [[0.0, 0.7], [1.0, 0.7]]
"""


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return {problem.key: str(problem) for problem in caught.value.problems}


def test_a_good_file_has_its_defaults() -> None:
    config = parse(GOOD)
    assert config.window.seconds == 300
    assert config.lines["enter"].points == ((0.0, 0.7), (1.0, 0.7))
    assert config.cameras["door"].fps == 10.0


def test_every_problem_is_reported_at_once() -> None:
    found = problems("""
[window]
seconds = 0
[cameras.door]
device = "clip.mp4"
fsp = 5
[lines.enter]
camera = "dor"
points = [[0.0, 1.7], [1.0, 0.7]]
reference = "feet"
[mqtt]
keepalive = "60"
""")
    assert set(found) == {
        "window.seconds",
        "cameras.door.device",
        "cameras.door.fsp",
        "lines.enter.camera",
        "lines.enter.points[0][1]",
        "lines.enter.reference",
        "mqtt.keepalive",
    }
    assert "greater than or equal to 1" in found["window.seconds"]
    assert "Did you mean 'fps'?" in found["cameras.door.fsp"]
    assert "Did you mean 'door'?" in found["lines.enter.camera"]
    assert "= 1.7" in found["lines.enter.points[0][1]"]
    assert "'foot', 'center' or 'head'" in found["lines.enter.reference"]
    assert "Did you mean 'foot'?" in found["lines.enter.reference"]
    assert "valid integer" in found["mqtt.keepalive"]


def test_a_table_that_does_not_exist_is_named() -> None:
    assert "Did you mean 'cameras'?" in problems("[camera.door]\ndevice = 'sim:'")["camera"]


def test_a_missing_key_and_a_missing_table_are_named() -> None:
    found = problems(
        "[lines.enter]\npoints = [[0.0, 0.5], [1.0, 0.5]]\n[lines.b]\ncamera = 'x'\npoints = [[0,0],[1,1]]"
    )
    assert found["lines.enter.camera"] == "lines.enter.camera = (absent): must be given."
    assert "there is none" in found["lines.b.camera"]


@pytest.mark.parametrize("name", ["", "a b", "ä", "-x", "x" * 33, "a/b", "a+b"])
def test_a_name_that_would_break_a_topic_is_refused(name: str) -> None:
    assert problems(f"[cameras.'{name}']\ndevice = 'sim:'")


@pytest.mark.parametrize("password", ["hunter2", "hun/ter2", "hunter2@", "hun:ter2"])
def test_a_password_in_a_device_is_refused_and_not_repeated(password: str) -> None:
    for text in (f'device = "rtsp://admin:{password}@cam/1"', f'device = "Rtsp://admin:{password}@cam/1"'):
        with pytest.raises(ConfigError) as refusal:
            parse(f"[cameras.door]\n{text}")
        assert "cameras.door" in str(refusal.value)
        assert "ter2" not in str(refusal.value)


def test_a_secret_is_for_network_cameras() -> None:
    with pytest.raises(ConfigError, match="rtsp cameras only"):
        parse('[cameras.door]\ndevice = "v4l2:/dev/video0"\nsecret = "/x"')


@pytest.mark.parametrize("text", ["[", "a = ", "x = 1979-13-01"])
def test_what_is_not_toml_is_said_so(text: str) -> None:
    assert "not TOML" in problems(text)["(file)"]


def test_a_number_that_is_not_finite_is_refused() -> None:
    assert "cameras.a.fps" in problems("[cameras.a]\ndevice='sim:'\nfps = nan")


def test_an_override_replaces_one_key() -> None:
    config = parse(GOOD, {"cameras.door.device": "sim:", "window.seconds": "10"})
    assert config.cameras["door"].device == "sim:"
    assert config.window.seconds == 10


def test_explain_names_every_key_once_and_is_toml_with_the_defaults() -> None:
    text = explain()
    sections = {"box", "window", "models", "privacy", "mqtt", "outbox"}
    for section in sections:
        assert f"\n[{section}]\n" in text
        for key in Config.model_fields[section].annotation.model_fields:  # type: ignore[union-attr]
            assert f"\n# {key} =" in text.partition(f"[{section}]")[2].partition("\n[")[0]
    assert "[cameras.NAME]" in text
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line and line.startswith("# ") and "..." not in line else line
        for line in text.splitlines()
        if "NAME" not in line
    )
    assert "seconds = 300" in uncommented
