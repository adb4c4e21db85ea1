"""A box as far as the wire can tell: an outbox, a publisher, and documents that say little."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from events import Birth, ClockState, Code, Condition, LineCount, Live, Name, Occupancy, Report, State, StreamBirth
from mqtt.broker import Broker
from mqtt.codec import Form, encode
from mqtt.herald import Documents
from mqtt.outbox import Keep, Outbox, Put, Stream, open_outbox
from mqtt.pace import Pace
from mqtt.publisher import Publisher
from mqtt.topics import Topics

FAST = Pace(spread=0, base=0.05, cap=0.3, messages=0, bytes=0, live=0, settle=0)
TOPICS = Topics("shop", "box1")


def documents(form: Form = Form.JSON, **more: Any) -> Documents:
    """Birth and state of a box that is well."""

    def birth(session: int, streams: Sequence[Stream]) -> bytes:
        said = tuple(
            StreamBirth(topic=Code(stream.topic), store=Code(stream.store), seq=stream.seq + 1) for stream in streams
        )
        return encode(
            Birth(
                session=session,
                version=Code("0"),
                schema=1,
                config=Code("c"),
                preset=Code("strict"),
                window=300,
                epoch=1,
                streams=said,
            ),
            form,
        )

    def state(session: int, offline: bool) -> bytes:
        return encode(State(state=Condition.OFFLINE if offline else Condition.ONLINE, session=session), form)

    return Documents(birth=birth, state=state, **more)


def live() -> bytes:
    """Somebody is in the shop."""
    return encode(Live(at=1, zones=(Occupancy(zone=Name("all"), persons=2),)), Form.JSON)


def window(number: int, form: Form = Form.JSON) -> Put:
    """Window number `number`."""
    report = Report(
        start=1_800_000_000 + 300 * number,
        seconds=300,
        clock=ClockState.SYNCED,
        epoch=1,
        lines=(LineCount(line=Name("door"), in_=number % 7, out=1, day_in=number, day_out=number),),
    )
    return Put("report", lambda store, seq: encode(report, form, store, seq))


def raw(payload: bytes, topic: str = "report", keep: Keep = Keep.COUNT) -> Put:
    """Bytes as they are."""
    return Put(topic, lambda store, seq: payload, keep)


@asynccontextmanager
async def box(
    broker: Broker,
    path: Path | None = None,
    pace: Pace = FAST,
    form: Form = Form.JSON,
    said: Documents | None = None,
    **more: Any,
) -> AsyncIterator[tuple[Outbox, Publisher]]:
    """A running box; leaving stops it as SIGTERM would."""
    async with open_outbox(path, form=form, group_s=0.02) as outbox:
        publisher = Publisher(broker, TOPICS, said or documents(form), pace, form=form, **more)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(publisher.run(outbox), name="publisher")
            try:
                yield outbox, publisher
            finally:
                task.cancel()


async def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait on the loop until something is true; False when it never was."""
    try:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        return true()
    return True
