"""What a sensor's health says of how much it takes in."""

from daemon.vitals import Stage, Vitals
from events import Sensor


def test_the_rate_is_of_the_time_since_the_sensor_runs_again() -> None:
    vitals = Vitals(Sensor.CAMERA, "floor", "sim:")
    assert vitals.rate(1.0) is None
    vitals.enter(Stage.RUNNING, 0.0)
    vitals.counts["frames"] = 800
    assert vitals.rate(100.0) == 8.0
    vitals.enter(Stage.UNAVAILABLE, 100.0, "gone")
    assert vitals.rate(130.0) is None
    vitals.enter(Stage.RUNNING, 130.0)
    vitals.count("frames", 4)
    assert vitals.rate(131.0) == 4.0
    vitals.enter(Stage.RUNNING, 140.0)
    vitals.count("frames", 76)
    assert vitals.rate(140.0) == 8.0
