"""What the shop-floor view draws: the outlines of the configuration with the figures of this moment. No picture."""

from collections.abc import Iterable
from typing import Any

from daemon.box import Box
from daemon.live import live
from events import Live


async def floor(box: Box, question: dict[str, object]) -> dict[str, object]:
    """The answer to `floor`: per camera its lines, zones and queues in relative coordinates, and the areas."""
    config, now = box.config, live(box) or Live(at=box.reporter.second(box.clock.now()))
    zones = {row.zone: {"persons": row.persons} for row in now.zones}
    queues = {row.queue: {"persons": row.persons, "wait_minutes": row.wait_minutes} for row in now.queues}

    def of(camera: str, drawn: dict[str, Any], outline: str, figures: dict[Any, Any]) -> Iterable[dict[str, object]]:
        for name, one in drawn.items():
            if one.camera == camera:
                yield {"name": name, "points": getattr(one, outline), **figures.get(name, {})}

    return {
        "at": now.at,
        "site": config.box.site,
        "areas": [{"name": row.area, "persons": row.persons} for row in now.areas],
        "cameras": [
            {
                "name": camera,
                "zones": list(of(camera, config.zones, "corners", zones)),
                "queues": list(of(camera, config.queues, "corners", queues)),
                "lines": list(of(camera, config.lines, "points", {})),
            }
            for camera in config.cameras
        ],
    }
