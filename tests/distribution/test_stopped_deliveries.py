"""Deliveries whose job was canceled or died: they are seen to stand still, and go on where they stopped."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from maxbooster.jobs.worker import Worker
from maxbooster.testing import drain
from maxbooster.testing.faultproxy import FaultProxy
from maxbooster_sandbox.outlets.place import Place

from .conftest import DELIVERIES, SANDBOX, make_release, until

JOBS = "/api/core/jobs"


@pytest.fixture
def app_settings():
    return SANDBOX | {"job_lease_s": "0.6", "distribution__retry_s": "30"}


@asynccontextmanager
async def between(app):
    """A proxy between the platform and the simulated outlets."""
    place = Place(app.settings.data)
    real = place.address()
    async with FaultProxy(real.host, real.port) as proxy:
        place.say(msgspec.structs.replace(real, port=proxy.port))
        yield proxy
    place.say(real)


@asynccontextmanager
async def working(app):
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def submit(api, at):
    answer = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert answer.status_code == 201, answer.text
    return f"{DELIVERIES}/{answer.json()['deliveries'][0]}"


async def shown(api, delivery):
    return (await api.get(delivery)).json()


async def unfinished(api, name):
    [job] = [
        each
        for each in (await api.get(JOBS, params={"limit": 200})).json()["items"]
        if each["name"] == name and each["state"] in ("ready", "running")
    ]
    return job


async def cancel(api, job):
    assert (await api.post(f"{JOBS}/{job['id']}/cancel")).status_code == 200


async def test_a_send_that_is_canceled_while_it_runs_stands_still_and_is_sent_again(app, api, account, simulated):
    at = await make_release(app, api, account)
    async with between(app) as proxy:
        delivery = await submit(api, at)
        async with working(app), asyncio.timeout(20):
            proxy.bytes_per_s = 20_000
            while not list(simulated.glob("**/*.part")):
                await asyncio.sleep(0.02)
            assert (await api.post(f"{delivery}/retry")).status_code == 409, "something happens to it"
            await cancel(api, await unfinished(api, "distribution.send"))
            while not (found := await shown(api, delivery))["stands_still"]:
                await asyncio.sleep(0.02)
    assert (found["state"], found["words"]) == ("sending", "Delivery to Spotify is stalled")
    assert "Retry it" in found["advice"]
    assert (await api.get(DELIVERIES)).json()["items"][0]["stands_still"] is True
    assert (await api.post(f"{delivery}/retry")).status_code == 204
    assert (await shown(api, delivery))["stands_still"] is False
    await until(app, api, at, "live")
    assert [stage["state"] for stage in (await shown(api, delivery))["stages"]].count("sending") == 1
    assert len(list(simulated.glob("spotify/*/*/BatchComplete_*.xml"))) == 1


async def test_a_send_that_is_canceled_while_it_waits_stands_still_after_a_while(app, api, account, simulated, clock):
    at = await make_release(app, api, account)
    async with between(app) as proxy:
        await proxy.refuse()
        delivery = await submit(api, at)
        await drain(app)
        waiting = await shown(api, delivery)
        assert waiting["words"] == "Sending to Spotify · waiting to try again"
        assert "Trying again (attempt 2 of 10)" in waiting["note"]
        await cancel(api, await unfinished(api, "distribution.send"))
    clock.advance(minutes=5)
    assert (await shown(api, delivery))["stands_still"] is False
    clock.advance(minutes=6)
    assert (await shown(api, delivery))["stands_still"] is True
    assert (await api.post(f"{delivery}/retry")).status_code == 204
    await until(app, api, at, "live")


@pytest.mark.parametrize("name", ["distribution.begin", "distribution.collect"])
@pytest.mark.usefixtures("simulated")
async def test_any_leg_that_was_canceled_can_be_taken_up_again(app, api, account, clock, name):
    at = await make_release(app, api, account)
    await api.put("/api/sandbox/outlets/spotify", json={"answer": "delay", "delay_s": 0.5})
    delivery = await submit(api, at)
    if name == "distribution.collect":
        await until(app, api, at, "sent")
    await cancel(api, await unfinished(api, name))
    clock.advance(hours=1)
    found = await shown(api, delivery)
    assert found["stands_still"] is True
    await drain(app)
    assert (await shown(api, delivery))["state"] == found["state"], "nobody works on it"
    assert (await api.post(f"{delivery}/retry")).status_code == 204
    await until(app, api, at, "live")


async def test_what_is_tried_again_twice_is_looked_after_once(app, api, account, simulated, clock):
    """A delivery that only seemed to stand still: its old job is there after all."""
    at = await make_release(app, api, account)
    await api.put("/api/sandbox/outlets/spotify", json={"answer": "lose"})
    delivery = await submit(api, at)
    await until(app, api, at, "sent")
    clock.advance(hours=1)
    assert (await api.post(f"{delivery}/retry")).status_code == 204
    await drain(app)
    await unfinished(api, "distribution.collect")


async def test_a_lost_delivery_that_is_tried_again_is_looked_after_until_it_is_live(
    app, api, account, simulated, clock
):
    at = await make_release(app, api, account, release_date="2026-11-20")
    await api.put("/api/sandbox/outlets/spotify", json={"answer": "delay", "delay_s": 1.5})
    delivery = await submit(api, at)
    await until(app, api, at, "sent")
    for _ in range(3):
        await asyncio.sleep(0.15)
        await drain(app)
    clock.advance(days=90)
    await until(app, api, at, "failed")
    assert (await api.post(f"{delivery}/retry")).status_code == 204
    await until(app, api, at, "live")
