"""kill -9 while a statement is imported: in the end it is imported once, whole, to the unit."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import httpx
import pytest

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db import new_id
from maxbooster.db.engine import Database
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.settings import read
from maxbooster.testing import services
from maxbooster.testing.processes import Process
from maxbooster_billing.ledger.verify import verify

from .test_statements import AT, sold, statement

pytestmark = pytest.mark.slow
LINES = 60_000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [21])
async def test_a_killed_import_is_imported_once_and_whole(database_url, tmp_path, seed):
    port, chance = services.free_port(), random.Random(seed)
    environment = {
        "MAXBOOSTER_DATA": str(tmp_path / "platform"), "MAXBOOSTER_DATABASE": database_url,
        "MAXBOOSTER_JOB_LEASE_S": "2", "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}", "MAXBOOSTER_LOG_LEVEL": "error",
    }  # fmt: skip
    content = statement(*(sold(f"USXXX26{number % 500:05}", f"0.{number:010}") for number in range(LINES)))
    async with App(read(environment)).opened(upgrade=True) as app:
        account = new_id()
        token = await app.database.write(
            lambda connection: create(connection, account, frozenset({"*"}), at=app.clock())
        )
        async with app.unit(Identity(account, None, frozenset({EVERYTHING}))) as ctx:
            await asyncio.to_thread((tmp_path / "september.csv").write_bytes, content)
            file = (await ctx.files.put("september.csv", tmp_path / "september.csv")).id
    platform = Process(["up"], environment, log=tmp_path / "up.log")
    address, headers = f"http://127.0.0.1:{port}", {"authorization": f"Bearer {token}"}
    try:
        platform.start(port=port)
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as api:
            taken = (await api.post(f"{AT}/statements", json={"file_id": str(file)})).json()
            place = f"{AT}/statements/{taken['id']}"
            states = []
            for _round in range(3):
                states.append((await api.get(place)).json()["state"])
                await asyncio.sleep(chance.uniform(0.1, 0.9))
                await asyncio.to_thread(platform.kill)
                await asyncio.to_thread(platform.start, port=port)
            assert states[0] == "importing"
            shown = await imported(api, place)
            waiting = (await api.get(f"{AT}/royalties/waiting", params={"limit": 500})).json()["items"]
            entries = (await api.get("/api/billing/ledger/entries")).json()["entries"]
    finally:
        platform.stop()
    exact = sum(Decimal(f"0.{number:010}") for number in range(LINES))
    assert (shown["lines"], Decimal(shown["total"]), Decimal(shown["unallocated"])) == (LINES, exact, exact)
    assert (len(waiting), sum(Decimal(each["amount"]) for each in waiting)) == (500, exact)
    assert len({each["transaction"] for each in entries}) == 1
    database = Database(database_url)
    try:
        assert (await database.read(lambda connection: verify(connection, app.clock()))).ok
    finally:
        await database.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [22])
async def test_an_undo_that_is_killed_is_done_once_or_not_at_all(database_url, tmp_path, seed):
    port, chance = services.free_port(), random.Random(seed)
    environment = {
        "MAXBOOSTER_DATA": str(tmp_path / "platform"), "MAXBOOSTER_DATABASE": database_url,
        "MAXBOOSTER_JOB_LEASE_S": "2", "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}", "MAXBOOSTER_LOG_LEVEL": "error",
    }  # fmt: skip
    content = statement(*(sold(f"USXXX26{number:05}", f"1.{number:010}") for number in range(400)))
    async with App(read(environment)).opened(upgrade=True) as app:
        account = new_id()
        token = await app.database.write(
            lambda connection: create(connection, account, frozenset({"*"}), at=app.clock())
        )
        async with app.unit(Identity(account, None, frozenset({EVERYTHING}))) as ctx:
            file = (await ctx.files.put("september.csv", content)).id
    platform = Process(["up"], environment, log=tmp_path / "up.log")
    address, headers = f"http://127.0.0.1:{port}", {"authorization": f"Bearer {token}"}
    why = {"reason": "Wrong file"}
    try:
        platform.start(port=port)
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as api:
            taken = (await api.post(f"{AT}/statements", json={"file_id": str(file)})).json()
            place = f"{AT}/statements/{taken['id']}"
            await imported(api, place)
            for _round in range(4):
                asked = asyncio.create_task(api.post(f"{place}/undo", json=why))
                await asyncio.sleep(chance.uniform(0, 0.03))
                await asyncio.to_thread(platform.kill)
                await asyncio.gather(asked, return_exceptions=True)
                await asyncio.to_thread(platform.start, port=port)
                balances = (await api.get("/api/billing/ledger/balances")).json()
                shown = (await api.get(place)).json()
                assert any(each["amount"] for each in balances) == (shown["state"] == "imported")
            assert (await api.post(f"{place}/undo", json=why)).json()["state"] == "undone"
            assert not any(each["amount"] for each in (await api.get("/api/billing/ledger/balances")).json())
            assert (await api.get(f"{AT}/royalties/waiting")).json()["items"] == []
    finally:
        platform.stop()
    database = Database(database_url)
    try:
        assert (await database.read(lambda connection: verify(connection, app.clock()))).ok
    finally:
        await database.close()


async def imported(api: httpx.AsyncClient, place: str) -> dict:
    for _ in range(600):
        shown = (await api.get(place)).json()
        if shown["state"] != "importing":
            break
        await asyncio.sleep(0.1)
    assert shown["state"] == "imported", shown["reason"]
    return shown
