"""The watchdog's food: whatever hangs without an error is named, and whatever is merely absent is not."""

from daemon.progress import Progress, line
from daemon.vitals import Stage, Vitals
from events import Sensor
from mqtt.advice import Advice
from mqtt.outbox import Stats
from mqtt.publisher import PublisherStats

IDLE = PublisherStats(
    connected=True,
    session=1,
    protocol="5",
    advice=None,
    in_flight=0,
    sent=0,
    acknowledged=0,
    refused=0,
    reconnects=0,
    ack_seconds=None,
)


def sensor(stage: Stage, progress: float | None = None, since: float = 0.0) -> Vitals:
    return Vitals(Sensor.CAMERA, "door", "sim:", stage=stage, since=since, progress=progress)


def flying(acknowledged: int, connected: bool = True) -> PublisherStats:
    values = {name: getattr(IDLE, name) for name in IDLE.__slots__}
    return PublisherStats(**{**values, "in_flight": 3, "acknowledged": acknowledged, "connected": connected})


def ticking(at: float, speed: float = 1.0) -> Progress:
    progress = Progress(0.0, speed)
    progress.tick(at)
    return progress


def test_a_box_that_works_gets_on() -> None:
    assert ticking(100.0).stuck(101.0, [sensor(Stage.RUNNING, 100.0)], Stats(), IDLE) is None


def test_a_camera_that_hangs_without_an_error_is_named() -> None:
    hung = sensor(Stage.RUNNING, 30.0)
    assert ticking(89.0).stuck(90.0, [hung], Stats(), IDLE) is None
    assert ticking(90.0).stuck(91.0, [hung], Stats(), IDLE) == "camera door: nothing for 61 s, and no error"


def test_a_camera_that_never_showed_anything_hangs_too() -> None:
    assert ticking(200.0).stuck(201.0, [sensor(Stage.RUNNING, None, since=100.0)], Stats(), IDLE) is not None


def test_what_is_retried_misconfigured_or_over_does_not_hang() -> None:
    others = [sensor(stage) for stage in Stage if stage is not Stage.RUNNING]
    assert ticking(9999.0).stuck(9999.0, others, Stats(), IDLE) is None


def test_a_disk_that_does_not_answer_and_windows_that_nobody_closes() -> None:
    assert "store" in str(ticking(1.0).stuck(1.0, [], Stats(stalled=10.0), IDLE))
    assert "windows" in str(ticking(1.0).stuck(32.0, [], Stats(), IDLE))


def test_a_publisher_that_keeps_a_silent_broker_is_stuck_one_without_a_broker_is_not() -> None:
    progress = Progress(0.0)
    said = []
    for at, publisher in ((10.0, flying(5)), (100.0, flying(5)), (200.0, flying(5)), (201.0, flying(6))):
        progress.tick(at)
        said.append(progress.stuck(at, [], Stats(), publisher))
    assert [reason is None for reason in said] == [True, True, False, True]
    progress.tick(999.0)
    assert progress.stuck(999.0, [], Stats(), flying(6, connected=False)) is None


def test_a_faster_clock_has_longer_limits() -> None:
    hung = sensor(Stage.RUNNING, 0.0)
    assert ticking(500.0, 10.0).stuck(500.0, [hung], Stats(), IDLE) is None
    assert ticking(601.0, 10.0).stuck(601.0, [hung], Stats(), IDLE) is not None


def test_the_line_of_systemctl_status() -> None:
    sensors = [sensor(Stage.RUNNING), sensor(Stage.UNAVAILABLE)]
    assert line(sensors, Stats(rows=7), IDLE, []) == "ok; 1 of 2 sensors, mqtt up, 7 waiting"
    offline = PublisherStats(
        **{
            **{name: getattr(IDLE, name) for name in IDLE.__slots__},
            "connected": False,
            "advice": Advice("timeout", "-"),
        }
    )
    said = line(sensors, Stats(), offline, ["gone", "broker_unreachable", "gone"])
    assert said == "broker_unreachable, gone; 1 of 2 sensors, mqtt timeout, 0 waiting"
