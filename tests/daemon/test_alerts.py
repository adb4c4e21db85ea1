"""Every alert about people, from its rule in a file to the event: begun once, ended once, about a place."""

from dataclasses import fields

from events import Alert, AlertKind
from mqtt.codec import Form, decode, encode
from tests.analytics.scene import walk
from tests.daemon.test_counting import drawn, said

RULES = """
[hours]
opens = "13:00"
closes = "18:00"
[cameras.shop]
device = "file:clip.mp4"
[lines.door]
camera = "shop"
points = [[0.0, 0.9], [1.0, 0.9]]
one_way = "out"
tailgate = 2.0
[zones.aisle]
camera = "shop"
corners = [[0.0, 0.3], [0.4, 0.3], [0.4, 0.85], [0.0, 0.85]]
capacity = 1
crowded_after = 2.0
loiter = 20.0
[queues.till]
camera = "shop"
corners = [[0.5, 0.3], [0.75, 0.3], [0.75, 0.85], [0.5, 0.85]]
longest = 1
long_after = 5.0
unattended_after = 10.0
[[queues.till.counters]]
customer = [[0.8, 0.3], [0.9, 0.3], [0.9, 0.85], [0.8, 0.85]]
staff = [[0.92, 0.3], [1.0, 0.3], [1.0, 0.85], [0.92, 0.85]]
"""
PLACES = {
    AlertKind.AFTER_HOURS: "shop",
    AlertKind.WRONG_WAY: "door",
    AlertKind.TAILGATING: "door",
    AlertKind.CROWDED: "aisle",
    AlertKind.LOITERING: "aisle",
    AlertKind.QUEUE_LONG: "till",
    AlertKind.COUNTER_UNATTENDED: "till",
}
STANDS = ((0.1, 0.0), (0.3, 1.0), (0.55, 20.0), (0.7, 21.0))
PEOPLE = [
    walk((begin, x, 0.99), (begin + 2, x, 0.6), (begin + 40, x, 0.6), (begin + 42, x, 0.995)) for x, begin in STANDS
]
"""Two through the door one behind the other into the aisle, and two into the queue; nobody serves, and it is noon."""


def test_each_rule_begins_and_ends_one_alert_about_its_place_and_nobody_else() -> None:
    with drawn(RULES) as box:
        alerts = [event for event in said(box, PEOPLE, 290) if isinstance(event, Alert)]
    assert {alert.kind: alert.name for alert in alerts} == PLACES
    for kind in PLACES:
        assert [alert.active for alert in alerts if alert.kind == kind] == [True, False], kind
    for alert in alerts:
        assert alert.at == int(alert.at)
        assert decode(Alert, encode(alert, Form.JSON))[0].event == alert
    assert {field.name for field in fields(Alert)} == {"kind", "active", "at", "name", "sensor", "code", "value"}


def test_while_the_shop_is_open_and_the_rules_are_kept_nothing_is_alerted() -> None:
    calm = (
        RULES.replace('"13:00"', '"09:00"').replace('one_way = "out"\n', "").replace("tailgate = 2.0", "tailgate = 0.5")
    )
    calm = calm.replace("capacity = 1", "capacity = 2").replace("loiter = 20.0", "loiter = 60.0")
    calm = calm.replace("longest = 1", "longest = 2").replace("unattended_after = 10.0", "unattended_after = 60.0")
    with drawn(calm) as box:
        assert [event for event in said(box, PEOPLE, 290) if isinstance(event, Alert)] == []
