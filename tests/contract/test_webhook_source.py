"""A plugin that receives webhooks: in process, and with its processes killed."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from random import Random

import httpx
import pytest
from sqlalchemy import create_engine, select

from maxbooster.events.models import EventRow
from maxbooster.plugin import signed_headers
from maxbooster.testing import drain, make_app, open_api, services
from maxbooster.testing.processes import Process

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PARCELS = f"""
import asyncio

class Moved(Event, frozen=True, tag="parcels.moved"):
    '''A parcel has moved.'''
    id: str

async def read(ctx, webhook):
    return ProviderEvent(verify_standard(webhook, ["{SECRET}"]), "parcel.moved")

async def handle(ctx, webhook):
    await asyncio.sleep(0.01)
    ctx.emit(Moved(webhook.event_id))

@hookimpl
def webhook_source():
    return WebhookSource(read, handle)

@hookimpl
def register_public_events():
    return [Moved]
"""


def signed(id: str) -> dict[str, str]:
    return signed_headers(id, b"{}", [SECRET], datetime.now(UTC))


async def test_hook_webhook_source(site, tmp_path, sqlite_url):
    """Its webhooks come in under its name."""
    site.install("parcels", PARCELS)
    async with make_app(tmp_path, sqlite_url) as app, open_api(app) as provider:
        for _ in range(2):
            answer = await provider.post("/api/core/webhooks/parcels", content=b"{}", headers=signed("evt_1"))
            assert answer.status_code == 200
        await drain(app)
        query = select(EventRow.entity).where(EventRow.name == "parcels.moved")
        assert await app.database.read(lambda connection: connection.execute(query).scalars().all()) == ["evt_1"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("@hookimpl\ndef webhook_source(): return 'read'", "webhook_source() cannot be used"),
        (PARCELS.replace("'''A parcel has moved.'''", ""), "must be an Event with a docstring"),
        (PARCELS.replace('tag="parcels.moved"', 'tag="release.moved"'), "is not its own"),
        ("@hookimpl\ndef register_public_events(): return [int]", "must be an Event with a docstring"),
    ],
)
async def test_one_that_cannot_be_used_is_named_and_left_out(site, tmp_path, sqlite_url, code, why):
    site.install("parcels", code)
    async with make_app(tmp_path, sqlite_url) as app:
        plugin = app.registry.plugins["parcels"]
        assert plugin.state == "broken"
        assert why in plugin.reason


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_killing_the_process_neither_loses_a_webhook_nor_handles_it_twice(site, tmp_path, database_url):
    site.install("parcels", PARCELS)
    port = services.free_port()
    environment = {
        "MAXBOOSTER_DATA": str(tmp_path / "data"),
        "MAXBOOSTER_DATABASE": database_url,
        "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}",
        "MAXBOOSTER_LOG_LEVEL": "error",
        "MAXBOOSTER_JOB_LEASE_S": "2",
        "PYTHONPATH": str(site.folder),
    }
    process = Process(["up"], environment, log=tmp_path / "up.log")
    ids = [f"evt_{n}" for n in range(300)]
    accepted: set[str] = set()

    async def send(client: httpx.AsyncClient, id: str) -> None:
        with suppress(httpx.TransportError):
            answer = await client.post("/api/core/webhooks/parcels", content=b"{}", headers=signed(id))
            if answer.status_code == 200:
                accepted.add(id)

    async def send_all(repeats: int) -> None:
        order = ids * repeats
        Random(repeats).shuffle(order)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            for begin in range(0, len(order), 25):
                await asyncio.gather(*(send(client, id) for id in order[begin : begin + 25]))

    try:
        for share in (0.2, 0.5, 0.8):
            process.start(port=port)
            sending = asyncio.create_task(send_all(1))
            while len(accepted) < share * len(ids) and not sending.done():
                await asyncio.sleep(0.01)
            process.kill()
            await sending
        process.start(port=port)
        await send_all(5)
        assert accepted == set(ids)
        engine = create_engine(database_url)
        query = select(EventRow.entity).where(EventRow.name == "parcels.moved")
        for _ in range(1200):
            with engine.connect() as connection:
                moved = Counter(connection.execute(query).scalars().all())
            if len(moved) == len(ids):
                break
            await asyncio.sleep(0.1)
        engine.dispose()
        assert moved == dict.fromkeys(ids, 1)
    finally:
        process.stop()
