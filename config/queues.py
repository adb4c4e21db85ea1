"""Queues and their counters."""

from typing import Annotated

from pydantic import Field

from analytics import crossing, queue
from config.camera import Polygon
from config.places import Corners, Reference
from config.section import Drawn, Name, Section, setting


class Counter(Section):
    """One place of service."""

    customer: Polygon = setting(..., "Where one stands who is being served.")
    staff: Corners = setting((), "Where the one who serves stands; a counter is open while somebody is there.")


class Queue(Drawn):
    """One queue."""

    camera: Name = setting(..., "The camera that sees the queue.")
    corners: Polygon = setting(..., "Where one waits: corners [x, y] in relative coordinates, in order round it.")
    counters: Annotated[tuple[Counter, ...], Field(min_length=1, max_length=20, strict=False)] = setting(
        ..., "The places of service that the queue leads to."
    )
    reference: Reference = setting("foot", "The point of a person that is in the queue or not.")
    join: float = setting(2.0, "Who stays this long has joined.", unit="s", ge=0.5, le=60)
    serve: float = setting(2.0, "Who is at a counter for this long is being served.", unit="s", ge=0.5, le=60)
    reach: float = setting(10.0, "Who left and is at no counter within this has given up.", unit="s", ge=1, le=120)
    longest: int | None = setting(None, "More persons than this raise an alert.", unit="persons", ge=1, le=1000)
    long_after: float = setting(30.0, "How long there must be too many.", unit="s", ge=0, le=3600)
    unattended_after: float = setting(60.0, "Somebody waiting without staff this long is an alert.", unit="s", ge=0)

    def drawn(self, name: str) -> queue.Queue:
        """The queue as it counts. Raises ValueError."""
        return queue.Queue(
            name=name,
            corners=self.corners,
            counters=tuple(queue.Counter(customer=one.customer, staff=one.staff) for one in self.counters),
            reference=crossing.Reference(self.reference),
            join=self.join,
            serve=self.serve,
            reach=self.reach,
            longest=self.longest,
            long_after=self.long_after,
            unattended_after=self.unattended_after,
        )
