"""A stop ends the deliveries, whatever they are doing at that moment."""

import asyncio

import pytest

from simulator.world import World


@pytest.mark.parametrize("steps", range(5))
def test_a_stop_that_meets_a_wake_ends_the_deliveries(tmp_path, steps):
    async def wake_and_stop():
        world = World(tmp_path, product_url="http://127.0.0.1:9", base_url="http://127.0.0.1:9", token="x")
        await world.start()
        await asyncio.sleep(0.01)  # now they wait for something to deliver
        world.delivery.wake()
        for _ in range(steps):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await world.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(wake_and_stop())
