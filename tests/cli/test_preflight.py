"""Each look of the preflight on a machine that is well, tired and broken."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.preflight import machine, network, sensing
from cli.preflight.arithmetic import arithmetic
from cli.preflight.check import Verdict
from cli.preflight.command import code, record
from config.load import parse
from tests.mqtt.authority import Authority


def put(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("bits", "verdict", "said"),
    [
        ("0x0\n", Verdict.PASS, "never"),
        ("0x50000\n", Verdict.WARN, "since the boot: undervoltage, throttled"),
        ("0x50005\n", Verdict.FAIL, "now: undervoltage, throttled"),
    ],
)
def test_power(tmp_path: Path, bits: str, verdict: Verdict, said: str) -> None:
    put(tmp_path, "proc/device-tree/model", "Raspberry Pi 4 Model B")
    put(tmp_path, "sys/devices/platform/soc/soc:firmware/get_throttled", bits)
    finding = machine.power(tmp_path)
    assert finding.verdict is verdict
    assert said in finding.seen
    assert bool(finding.remedy) is (verdict is not Verdict.PASS)


@pytest.mark.parametrize(("millis", "verdict"), [("55000", "PASS"), ("71000", "WARN"), ("82500", "FAIL")])
def test_temperature(tmp_path: Path, millis: str, verdict: str) -> None:
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", millis)
    assert machine.temperature(tmp_path).verdict == verdict


@pytest.mark.parametrize(
    ("life", "spare", "verdict"),
    [("0x01 0x02", "0x01", "PASS"), ("0x09 0x02", "0x01", "WARN"), ("0x0b 0x01", "0x03", "FAIL")],
)
def test_wear(tmp_path: Path, life: str, spare: str, verdict: str) -> None:
    put(tmp_path, "sys/block/mmcblk0/device/life_time", life)
    put(tmp_path, "sys/block/mmcblk0/device/pre_eol_info", spare)
    *_, wear = machine.medium(tmp_path, tmp_path)
    assert wear.verdict == verdict


@pytest.mark.parametrize("wrong", [26.0, 1.0, np.nan])
def test_a_processor_whose_products_are_wrong_in_one_place(wrong: float) -> None:
    def multiply(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.floating]:
        product = a @ b
        if len(product) == 7:
            product[6, 0] += wrong
        return product

    assert arithmetic().verdict is Verdict.PASS
    finding = arithmetic(multiply)
    assert finding.verdict is Verdict.FAIL
    assert "4 of 24" in finding.seen
    assert "24 x 7 float32" in finding.seen


def test_a_state_that_cannot_be_written(tmp_path: Path) -> None:
    storage, _ = machine.medium(tmp_path / "none")
    assert storage.verdict is Verdict.FAIL
    assert machine.room(tmp_path / "none", 1).verdict is Verdict.FAIL
    assert machine.room(tmp_path, 1 << 60).verdict is Verdict.FAIL
    assert machine.room(tmp_path, 1).verdict is Verdict.PASS


CONFIG = """
[cameras.clip]
device = "file:/nowhere.mp4"
model = "simulated_people_320x180_int8"
[wifi.street]
device = "mon:wlan1"
[ble.till]
device = "hci:0"
[readers.wall]
device = "serial:/dev/nowhere?region=eu"
[mqtt]
broker = "mqtt://127.0.0.1:9"
"""


def test_sensors_that_are_not_there_fail_with_a_remedy(tmp_path: Path) -> None:
    found = {one.what: one for one in sensing.own(parse(CONFIG), tmp_path)}
    assert sorted(found) == ["adapter till", "camera clip", "monitor street", "reader wall"]
    assert {one.verdict for one in found.values()} == {Verdict.FAIL}
    assert all(one.remedy for one in found.values())


def test_radios_that_are_there(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/net/wlan1/type", "803\n")
    put(tmp_path, "sys/class/bluetooth/hci0/type", "x")
    put(tmp_path, "sys/class/rfkill/rfkill0/type", "bluetooth\n")
    put(tmp_path, "sys/class/rfkill/rfkill0/hard", "0\n")
    found = {one.what: one.verdict for one in sensing.own(parse(CONFIG), tmp_path)}
    assert found["monitor street"] is Verdict.PASS
    assert found["adapter till"] is Verdict.PASS
    put(tmp_path, "sys/class/net/wlan1/type", "1\n")
    put(tmp_path, "sys/class/net/wlan1/phy80211/name", "phy0")
    put(tmp_path, "sys/class/rfkill/rfkill0/hard", "1\n")
    found = {one.what: one.verdict for one in sensing.own(parse(CONFIG), tmp_path)}
    assert found["monitor street"] is Verdict.WARN
    assert found["adapter till"] is Verdict.FAIL


def test_every_dongle_of_a_radio_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/net/wlan1/type", "803\n")
    found = {
        one.what: one.verdict for one in sensing.own(parse(CONFIG.replace("mon:wlan1", "mon:wlan1+wlan2")), tmp_path)
    }
    assert found["monitor street wlan1"] is Verdict.PASS
    assert found["monitor street wlan2"] is Verdict.FAIL


def test_the_model_of_the_tree_is_right_and_a_missing_one_is_not(tmp_path: Path) -> None:
    (good,) = sensing.models(parse(CONFIG))
    assert good.verdict is Verdict.PASS
    wanting = parse(CONFIG.replace("simulated_people_320x180_int8", "nobody_int8"))
    (bad,) = sensing.models(wanting)
    assert bad.verdict is Verdict.FAIL


def test_a_broker_that_is_not_there() -> None:
    finding = network.broker(parse(CONFIG))
    assert finding.verdict is Verdict.FAIL
    assert "127.0.0.1:9" in finding.seen


def test_a_certificate_lasts_ends_and_is_missing(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue("box")
    text = f'[mqtt]\nbroker = "mqtts://localhost"\ncertificate = "{certificate}"\nkey = "{key}"\n'
    now = datetime.datetime.now(datetime.UTC)
    assert network.certificate(parse(text), now + datetime.timedelta(days=3650)).verdict is Verdict.FAIL
    assert network.certificate(parse(text.replace("box", "none")), now).verdict is Verdict.FAIL
    assert network.certificate(parse("[mqtt]\n"), now).verdict is Verdict.PASS
    assert network.certificate(parse(text), now - datetime.timedelta(days=3650)).verdict is Verdict.FAIL


def test_the_worst_decides_and_the_hash_is_of_what_was_found(tmp_path: Path) -> None:
    findings = [machine.room(tmp_path, 1), machine.temperature(tmp_path)]
    assert code(findings) == 0
    assert record(findings, 1.0)["hash"] == record(findings, 9.0)["hash"]
    findings.append(machine.room(tmp_path, 1 << 60))
    assert code(findings) == 2
    assert record(findings, 1.0)["verdict"] == "FAIL"
    assert record(findings, 1.0)["hash"] != record(findings[:2], 1.0)["hash"]
