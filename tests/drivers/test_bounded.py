import asyncio

import pytest

from drivers.stream import Bounded


async def test_what_is_put_is_taken_in_order_and_the_oldest_is_dropped() -> None:
    queue: Bounded[int] = Bounded(3)
    for item in range(5):
        queue.put(item)
    queue.close()
    assert [item async for item in queue] == [2, 3, 4]
    assert queue.dropped == 2


async def test_the_first_cause_comes_after_the_last_item() -> None:
    queue: Bounded[int] = Bounded(3)
    queue.put(1)
    queue.close(OSError("gone"))
    queue.close(OSError("later"))
    assert await anext(queue) == 1
    with pytest.raises(OSError, match="gone"):
        await anext(queue)


async def test_a_waiting_reader_is_woken() -> None:
    queue: Bounded[int] = Bounded(1)
    asyncio.get_running_loop().call_later(0.01, queue.put, 7)
    assert await anext(queue) == 7
