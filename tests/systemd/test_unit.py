"""The unit as systemd reads it: its exposure, no word that systemd does not know, privileges only for named radios."""

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
THRESHOLD = 20

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze: apt systemd")


def unit_with(folder: Path, *radios: str) -> Path:
    """The unit with what the generator would add for `radios`."""
    texts = [(SYSTEMD / "passerby.service").read_text(encoding="utf-8")]
    texts += [(SYSTEMD / f"radios/{radio}.conf").read_text(encoding="utf-8") for radio in radios]
    unit = folder / "passerby.service"
    unit.write_text("\n".join(texts), encoding="utf-8")
    return unit


def exposed(unit: Path, threshold: int) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={threshold}", str(unit)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("radios", [(), ("wifi",), ("bluetooth",), ("wifi", "bluetooth")])
def test_the_exposure_is_at_most_two(tmp_path: Path, radios: tuple[str, ...]) -> None:
    judged = exposed(unit_with(tmp_path, *radios), THRESHOLD)
    assert judged.returncode == 0, judged.stdout[-200:] + judged.stderr


@needs_systemd
@pytest.mark.parametrize("name", ["passerby-bluetooth@.service", "passerby-floor.service"])
def test_the_exposure_of_its_companions_is_at_most_two(name: str) -> None:
    judged = exposed(SYSTEMD / name, THRESHOLD)
    assert judged.returncode == 0, judged.stdout[-200:] + judged.stderr


@needs_systemd
def test_the_threshold_can_fail(tmp_path: Path) -> None:
    unit = unit_with(tmp_path, "wifi")
    text = unit.read_text(encoding="utf-8").replace("ProtectSystem=strict\n", "").replace("User=passerby\n", "")
    unit.write_text(text, encoding="utf-8")
    assert exposed(unit, THRESHOLD).returncode == 1


@needs_systemd
@pytest.mark.parametrize(
    "name", sorted(file.name for kind in ("service", "socket", "timer") for file in SYSTEMD.glob(f"*.{kind}"))
)
def test_systemd_knows_every_word(name: str) -> None:
    command = ["systemd-analyze", "verify", "--man=no", str(SYSTEMD / name)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    ours = [line for line in said.splitlines() if "passerby" in line and "is not executable" not in line]
    assert ours == []


def generated(folder: Path, config: str) -> list[str]:
    (folder / "config.toml").write_text(config, encoding="utf-8")
    environment = {"PATH": "/usr/bin:/bin", "PASSERBY_CONFIG": str(folder / "config.toml")}
    subprocess.run([SYSTEMD / "passerby-generator", folder / "out"], env=environment, check=True)
    return sorted(file.name for file in folder.glob("out/passerby.service.d/*.conf"))


@pytest.mark.parametrize(
    ("config", "added"),
    [
        ("[cameras.door]\ndevice = 'sim:'\n", []),
        ("[wifi.street]\ndevice = 'mon:wlan1'\n", ["50-wifi.conf"]),
        ("[wifi.street]\ndevice = 'mon:wlan1+wlan2'\n", ["50-wifi.conf"]),
        ("  [ ble . till ]\n", ["50-bluetooth.conf"]),
        ("[wifi.a]\n[ble.b]\n", ["50-bluetooth.conf", "50-wifi.conf"]),
        ("# [wifi.a]\n", []),
        ('[box]\n  led = "input3::capslock" # left\n', ["50-light.conf"]),
        ('[box]\nled = ".."\n', []),
    ],
)
def test_a_radio_that_is_named_gets_its_privileges_and_no_other(tmp_path: Path, config: str, added: list[str]) -> None:
    assert generated(tmp_path, config) == added


def test_the_generator_is_quiet_without_a_configuration(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PASSERBY_CONFIG": str(tmp_path / "none")}
    subprocess.run([SYSTEMD / "passerby-generator", tmp_path / "out"], env=environment, check=True)
    assert not (tmp_path / "out").exists()
