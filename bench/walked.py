"""A day of the example store with boxes from the truth in place of pixels: what is wrong then is not the detector's.

Every other sensor speaks from its bytes on; tokens, metrics, joins, windows, gate and reports are the daemon's own.
`--record` keeps what was said as a recording for `passerby replay`.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from bench._box import MIDNIGHT, Moment, StoreBox, requests
from bench._errors import Accuracy
from bench._machine import show
from bench._senses import carried_out, heard, planogram, read
from cli.truth import beside, rehearsal
from config.load import load
from daemon.identity import birth
from events import Condition, State
from mqtt.codec import Envelope, Form, document
from mqtt.outbox import Stream
from mqtt.topics import SAID, Topics
from observations import Box, Percept, Receipt, Track
from simulation.adverts import Ether
from simulation.attention import yaw
from simulation.figure import Figure, stand
from simulation.optics import Optics
from simulation.printer import sales
from simulation.store import Store

EXAMPLE = Path(__file__).parents[1] / "examples" / "store.toml"
CAMERA, FPS, TICK = "floor", 4.0, 1.0
WIDE, HIGH = 640, 360
SHOWN = 0.5
"""The share of a person's box that must be in the picture."""
BOX = "a" * 16
FACED = 75.0
"""Degrees from the camera up to which a head has a face."""
LOOKED_AT = {
    "targets.window.camera": '"floor"',
    "targets.window.corners": "[[0.773, 0.396], [0.578, 0.396], [0.588, 0.453], [0.807, 0.453]]",
    "targets.window.yaw": "[-5, 50]",
}
"""The shop window as a target: in pictures its faces are ten pixels high, here their directions are known."""


def percepts(store: Store, fps: float = FPS) -> Iterator[Percept]:
    """Everybody in the picture, whoever stands in front."""
    optics = Optics(store.plan.mount(CAMERA), WIDE, HIGH)
    mount, since = store.plan.mount(CAMERA), dict[int, float]()
    for number in range(int(store.hours * 3600 * fps)):
        at = store.origin + number / fps
        people = store.present(at)
        boxes = {one.person.number: box for one in stand(people, at, optics) if (box := _shown(one))}
        turned = {one.number: angle for one in people if abs(angle := yaw(one, at, mount)) < FACED}
        gone = tuple(person for person in since if person not in boxes)
        since = {person: since.get(person, at) for person in boxes}
        tracks = [
            Track(
                person,
                box,
                0.9,
                since[person],
                yaw=turned.get(person),
                pitch=0.0 if person in turned else None,
                origin=box if since[person] == at else None,
            )
            for person, box in boxes.items()
        ]
        yield Percept(at, CAMERA, tuple(tracks), gone, WIDE / HIGH)


def _shown(figure: Figure) -> Box | None:
    left, top, right, bottom = figure.box
    cut = max(left, 0.0), max(top, 0.0), min(right, float(WIDE)), min(bottom, float(HIGH))
    inside = max(cut[2] - cut[0], 0.0) * max(cut[3] - cut[1], 0.0)
    if inside < SHOWN * (right - left) * (bottom - top):
        return None
    return Box(cut[0] / WIDE, cut[1] / HIGH, cut[2] / WIDE, cut[3] / HIGH)


def sensed(store: Store) -> list[Iterator[Moment]]:
    """What the sensors of examples/store.toml say, each in order of time."""
    every: list[Iterator[Moment]] = [((one.at, 1, one) for one in percepts(store))]
    every += [((one.at, 2, one) for one in requests(store, radio)) for radio in ("box", "street")]
    places = {"back": Ether(store), "counter": Ether(store, store.plan.till)}
    every += [((one.at, 3, one) for one in heard(store, radio, ether)) for radio, ether in places.items()]
    every.append((one.at, 4, one) for one in read(store))
    every.append((one.at, 4, one) for one in carried_out(store, "gate"))
    every.append((at, 5, Receipt(at, "one", "sale")) for at in sales(store))
    return every


def lived(seed: int, hour: float, hours: float) -> tuple[StoreBox, Store]:
    """The box after that day, and the day."""
    store = Store(seed=seed, origin=hour * 3600.0, hour=hour, hours=hours)
    box = StoreBox(config=load(EXAMPLE, LOOKED_AT), plan=planogram())
    box.sense(store, sensed(store), TICK)
    return box, store


def recorded(box: StoreBox) -> Iterator[str]:
    """The lines of a recording, with the names and numbers that an outbox would have given, and how the box comes and
    goes."""
    topics, numbers = Topics("simulated", BOX), dict.fromkeys(SAID, 0)
    stores = {topic: f"{topic.value}{'b' * 16}"[:16] for topic, row in SAID.items() if row.durable}
    streams = [Stream(topic, store, 0) for topic, store in stores.items()]
    came = [State(state=Condition.ONLINE, session=1), birth(box.box, 1, streams, Form.JSON)]
    for event in (*came, *box.said, State(state=Condition.OFFLINE, session=1)):
        topic = next(topic for topic, row in SAID.items() if isinstance(event, row.event))
        numbers[topic] += 1
        envelope = Envelope(event, stores[topic], numbers[topic]) if topic in stores else Envelope(event)
        yield json.dumps({"topic": topics.of(topic), "payload": document(envelope)}, separators=(",", ":"))


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench walked", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--hour", type=float, default=9.0, help="local hour at which the story begins")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what was said, gzipped, for passerby replay")
    given = parser.parse_args(argv)
    box, store = lived(given.seed, given.hour, given.hours)
    known = rehearsal(box.config, Store(store.seed, MIDNIGHT + store.origin, store.hour, store.hours))
    accuracy = Accuracy()
    lines = list(recorded(box))
    if given.record:
        given.record.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    for line in lines:
        message = json.loads(line)
        found = beside(known, message["topic"], message["payload"])
        if message["topic"].endswith("/report"):
            accuracy.add(known, message["payload"], found)
        elif found:
            accuracy.rows(found, 1)
    show({"hours": given.hours, "from_hour": given.hour, "seed": given.seed} | accuracy.figures(), given.json)


if __name__ == "__main__":
    main([])
