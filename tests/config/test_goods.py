"""Readers, tills and what joins them, as an owner writes them down."""

from pathlib import Path

import pytest

from config import ConfigError, load

GOOD = """
[goods]
planogram = "shelf.csv"

[readers.wall]
device = "serial:/dev/serial/by-id/usb-reader?region=eu&antennas=1,2"

[readers.door]
device = "serial:/dev/ttyUSB1?region=eu"
role = "portal"
tills = ["wall:2"]

[tills.front]
device = "till-tcp:127.0.0.1:10000"
mode = "text"
end = "^thank you"

[cameras.entrance]
device = "sim:"

[lines.entrance]
camera = "entrance"
points = [[0.1, 0.5], [0.9, 0.5]]

[zones.before-wall]
camera = "entrance"
corners = [[0.1, 0.5], [0.9, 0.5], [0.5, 0.9]]

[sales.store]
tills = ["front"]
lines = ["entrance"]

[funnels.wall]
zone = "before-wall"
shelves = ["wall"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "box.toml"
    path.write_text(text)
    return path


def test_goods_are_configured(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert config.readers["door"].tills == ("wall:2",)
    assert (config.tills["front"].merge, config.sales["store"].lines) == (3.0, ("entrance",))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('tills = ["front"]', 'tills = ["frant"]', "front"),
        ('lines = ["entrance"]', 'lines = ["entrance", "back"]', "back"),
        ("till-tcp:127", "tcp:127", "tills.front.device"),
        ('role = "portal"', 'role = "gate"', "readers.door.role"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(written(tmp_path, GOOD.replace(old, new)))
    assert named in str(refused.value)
