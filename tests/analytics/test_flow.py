"""Routes are told once enough have walked them, and not before."""

from analytics.camera import CameraMetrics
from analytics.flow import Flow
from analytics.zone import Zone, ZoneCounter
from observations import Tally
from tests.analytics.scene import Person, Scene, play, walk


def zone(name: str, left: float) -> Zone:
    return Zone(name=name, corners=((left, 0.0), (left + 0.2, 0.0), (left + 0.2, 1.0), (left, 1.0)))


def shop() -> CameraMetrics:
    flow = Flow()
    zones = [ZoneCounter(zone(name, left)) for name, left in (("door", 0.1), ("shelf", 0.4), ("till", 0.7))]
    for counter in zones:
        counter.heard.append(flow.viewed)
    return CameraMetrics([*zones, flow])


def shopper(begin: float, *stops: float) -> Person:
    path = [(begin + 4.0 * i + wait, x, 0.6) for i, x in enumerate(stops) for wait in (0.0, 3.0)]
    return walk(*path)


def told(tallies: list[Tally]) -> list[tuple[object, ...]]:
    return [(*tally.values.values(), tally.support) for tally in tallies if tally.kind in ("flows", "routes")]


def test_a_route_of_few_is_kept_until_enough_have_walked_it() -> None:
    camera = shop()
    people = [shopper(30.0 * i, 0.2, 0.5, 0.8) for i in range(4)]
    people += [shopper(200, 0.2, 0.5), shopper(300, 0.2, 0.5, 0.8)]
    seen = list(Scene(people, fps=5).percepts())
    play(camera, [p for p in seen if p.at < 150])
    assert told(camera.tallies(0, 150)) == []
    camera.restart(150)
    play(camera, [p for p in seen if p.at >= 150])
    assert told(camera.tallies(150, 350)) == [
        ("door", "shelf", 6, 6),
        ("shelf", "till", 5, 5),
        (("door", "shelf", "till"), 5, 5),
    ]
    camera.restart(350)
    assert told(camera.tallies(350, 400)) == []


def test_walking_through_a_zone_is_no_station_and_coming_back_is_one() -> None:
    camera = shop()
    quick = [walk((20.0 * i, 0.2, 0.6), (20.0 * i + 3, 0.2, 0.6), (20.0 * i + 4.5, 0.8, 0.6), (20.0 * i + 9, 0.8, 0.6),
                  (20.0 * i + 10, 0.2, 0.6), (20.0 * i + 13, 0.2, 0.6)) for i in range(5)]  # fmt: skip
    play(camera, Scene(quick, fps=10).percepts())
    assert told(camera.tallies(0, 150)) == [
        ("door", "till", 5, 5),
        ("till", "door", 5, 5),
        (("door", "till", "door"), 5, 5),
    ]
