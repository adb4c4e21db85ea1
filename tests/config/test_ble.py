import pytest

from config import ConfigError, parse

MINIMAL = '[box]\nsite = "shop"\n'


def test_radios_badges_and_zones() -> None:
    config = parse(
        MINIMAL
        + """
[ble.counter]
device = "hci:1"
reference = "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2"
[badges.sales]
id = "e2c56db5-dffb-48d2-b060-d0f5a71096e0/7"
role = "sales"
[badge_zones.till]
radio = "counter"
"""
    )
    assert config.ble["counter"].transmit is None
    assert config.badges["sales"].kind == "ibeacon"
    assert config.badge_zones["till"].enter_dbm > config.badge_zones["till"].leave_dbm


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[badge_zones.till]\nradio = "countre"\n[ble.counter]\n', "badge_zones.till.radio"),
        ("[ble.counter]\nenter_dbm = -90\nleave_dbm = -80\n", "ble.counter"),
        ("[ble.counter]\nalive = 60.0\n", "ble.counter.alive"),
        ('[ble.counter]\ntransmit = "irk:00"\n', "ble.counter.transmit"),
        ('[badges.sales]\nid = "1"\nkind = "irk"\n', "badges.sales.kind"),
    ],
)
def test_what_is_wrong_is_said_by_its_key(text: str, key: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(MINIMAL + text)
    assert key in [problem.key for problem in raised.value.problems]
