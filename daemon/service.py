"""One running box: sensors under supervision, windows that close, delivery, the broker, and the control socket."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from daemon.answers import Answers
from daemon.auditing import Auditing
from daemon.box import Box, Running
from daemon.control import Answer
from daemon.control import serve as control
from daemon.delivery import Delivery
from daemon.floor import floor
from daemon.memory import Memory
from daemon.notify import notify, watchdog_seconds
from daemon.progress import Progress, line
from daemon.remote import Remote
from daemon.vitals import Stage
from daemon.voice import Voice
from mqtt.codec import Form
from mqtt.outbox import Outbox, open_outbox

log = logging.getLogger(__name__)

TICK_S = 1.0
DRAIN_S = 10.0
STATUS_S = 10.0


async def serve(box: Box, sensors: Sequence[Running], remote: Remote, stop: asyncio.Event) -> bool:
    """Run `sensors` until `stop` is set or `sense` has ended, then deliver what there is and return.

    True when the box is to start anew with what `remote` says now.
    """
    again = asyncio.Event()

    def change() -> None:
        again.set()
        stop.set()

    config = box.config
    form = Form[config.mqtt.encoding.upper()]
    store = Path(config.box.state) / "outbox.sqlite"
    async with open_outbox(store, quota=config.outbox.quota, form=form, now=box.clock.trusted) as outbox:
        delivery = Delivery(outbox, form, box.clock, lambda: box.reporter.report(box.clock.now()))
        saved = await delivery.restore()
        if saved is not None:
            box.reporter.resume(saved)
        box.reporter.say = delivery.say
        memory = Memory(box, Path(config.box.state))
        voice = Voice(box, outbox, form, remote, change)
        progress = Progress(box.clock.now(), config.box.speed)
        box.door.write = voice.note
        told = Answers(box, outbox, voice, remote, change)
        answers: dict[str, Answer] = {
            "status": told.status,
            "privacy": told.privacy,
            "queue": told.queue,
            "reread": told.reread,
            "audit": Auditing(box, voice.id, delivery.say).answer,
            "floor": partial(floor, box),
        }
        watches = {"events": voice.published.watch, "door": box.door.watch}
        async with (
            control(Path(config.box.run) / "control.sock", answers, watches),
            asyncio.TaskGroup() as group,
        ):
            delivering = group.create_task(delivery.run(), name="delivery")
            lasting = [
                group.create_task(delivery.checkpoint(config.window.checkpoint), name="checkpoint"),
                group.create_task(_tick(box, voice, told, progress, memory), name="tick"),
                group.create_task(_watchdog(box, voice, outbox, progress), name="watchdog"),
                group.create_task(voice.lamp.run(voice.wrong), name="lamp"),
                group.create_task(_prove(box, voice, remote, change), name="prove"),
            ]
            publishing = group.create_task(voice.publisher.run(outbox), name="publisher")
            notify(READY=1, STATUS="running")
            await sense(sensors, stop)
            if not again.is_set():
                notify(STOPPING=1)
            for task in lasting:
                task.cancel()
            box.reporter.close(box.clock.now())
            delivery.finish()
            await delivering
            await voice.drain(DRAIN_S)
            publishing.cancel()
        voice.ledger.flush()
        told.save_snapshot()
        memory.keep()
        voice.lives.keep("stopped")
    return again.is_set()


async def sense(sensors: Sequence[Running], stop: asyncio.Event) -> None:
    """Run every sensor until `stop`, or until recordings have ended and nothing else can run.

    A box whose sensors are all misconfigured stays, to say so.
    """
    async with asyncio.TaskGroup() as group:
        tasks: set[asyncio.Task[object]] = {
            group.create_task(one.run(), name=f"{one.vitals.sensor} {one.vitals.name}") for one in sensors
        }
        stopping = group.create_task(stop.wait(), name="stop")
        pending = tasks
        while pending and not stop.is_set():
            _, waiting = await asyncio.wait({*pending, stopping}, return_when=asyncio.FIRST_COMPLETED)
            pending = pending & waiting
        if not any(one.vitals.stage is Stage.ENDED for one in sensors):
            await stop.wait()
        for task in {*tasks, stopping}:
            task.cancel()


async def _tick(box: Box, voice: Voice, told: Answers, progress: Progress, memory: Memory) -> None:
    """Every second time passes for the windows; at each window's end what must outlive the daemon reaches the disk."""
    saved = None
    while True:
        due = box.clock.now() + TICK_S
        await box.clock.sleep_until(due)
        voice.lag.note((box.clock.now() - due) / box.config.box.speed)
        box.reporter.tick(box.clock.now())
        progress.tick(box.clock.now())
        voice.say_what_changed()
        if box.reporter.closed != saved:
            saved = box.reporter.closed
            try:
                voice.ledger.flush()
                told.save_snapshot()
                memory.keep()
                voice.lives.keep()
            except OSError as error:
                log.warning("ledger, snapshot and audits could not be written: %s", error.strerror)


async def _prove(box: Box, voice: Voice, remote: Remote, change: Callable[[], None]) -> None:
    """Watch a configuration on trial until it is kept, or taken back and the box starts anew without it."""
    while remote.trying:
        ill = [one for one in voice.ill() if one.key not in remote.excused]
        hopeless = bool(ill) and any(one.stage is Stage.MISCONFIGURED for one in box.sensors)
        try:
            if remote.watch(monotonic(), ill, hopeless=hopeless):
                change()
                return
        except OSError as error:
            log.warning("what became of a configuration cannot be written down: %s", error.strerror)
        voice.report_configuration()
        await asyncio.sleep(TICK_S)


async def _watchdog(box: Box, voice: Voice, outbox: Outbox, progress: Progress) -> None:
    """Tell the service manager how the box is, and feed its watchdog for as long as everything gets on."""
    seconds = min((watchdog_seconds() or STATUS_S * 3) / 3, STATUS_S)
    said = None
    while True:
        store, publisher = outbox.stats(), voice.publisher.stats()
        stuck = progress.stuck(box.clock.now(), box.sensors, store, publisher)
        if stuck is None:
            worst = [reason.code for reason in voice.health().reasons]
            notify(WATCHDOG=1, STATUS=line(box.sensors, store, publisher, worst))
        else:
            notify(STATUS=f"stuck: {stuck}")
            if said is None:
                log.error("no longer gets on: %s; the watchdog is not fed", stuck)
        said = stuck
        await asyncio.sleep(seconds)
