import asyncio

from hypothesis import given
from hypothesis import strategies as st

from shared.engine.turns import Turns


@given(given_up=st.sets(st.integers(0, 7)))
def test_turns_come_in_order_and_skip_who_gave_up(given_up: set[int]) -> None:
    async def story() -> list[int]:
        turns = Turns()
        order: list[int] = []

        async def work(number: int) -> None:
            try:
                if await turns.take(str(number)):
                    order.append(number)
                    await asyncio.sleep(0)
            finally:
                turns.leave(str(number))

        assert await turns.take("first")
        tasks = [asyncio.create_task(work(number)) for number in range(8)]
        await asyncio.sleep(0)
        for number in given_up:
            turns.give_up(str(number))
        turns.leave("first")
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(story()) == [number for number in range(8) if number not in given_up]


async def test_one_whose_task_is_cancelled_does_not_keep_the_turn() -> None:
    turns = Turns()

    async def wait(name: str) -> bool:
        try:
            return await turns.take(name)
        finally:
            turns.leave(name)

    assert await turns.take("holder")
    waiting = [asyncio.create_task(wait(name)) for name in ("cancelled", "next")]
    await asyncio.sleep(0)
    turns.leave("holder")
    waiting[0].cancel()

    assert await waiting[1]
