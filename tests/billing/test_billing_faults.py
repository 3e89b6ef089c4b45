"""kill -9 while money is posted and paid out: afterwards every key is there once, and nobody was paid twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Connection, text

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db import new_id
from maxbooster.db.engine import Database
from maxbooster.settings import read
from maxbooster.testing import services
from maxbooster.testing.processes import Process
from maxbooster_billing.ledger.posting import Leg, Transaction, post_many
from maxbooster_billing.test_provider.bank import Bank

from .conftest import AT

pytestmark = pytest.mark.slow
ROUNDS = 5
CALLERS = 5
EARNED = 1_000_000
DESTINATIONS = ("accept", "flaky", "fee", "decline", "accept:again")


@dataclass
class Promised:
    """What the platform has acknowledged."""

    sales: dict[str, int] = field(default_factory=dict)
    """Key → amount."""
    payouts: dict[str, int] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [11, 12])
async def test_killed_at_any_moment_no_key_is_lost_or_doubled_and_nobody_is_paid_twice(database_url, tmp_path, seed):
    port, data = services.free_port(), tmp_path / "platform"
    environment = {
        "MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database_url, "MAXBOOSTER_JOB_LEASE_S": "2",
        "MAXBOOSTER_SANDBOX__ENABLED": "true",
        "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}", "MAXBOOSTER_LOG_LEVEL": "error",
    }  # fmt: skip
    account = new_id()
    async with App(read(environment)).opened(upgrade=True) as app:
        token = await app.database.write(
            lambda connection: create(connection, account, frozenset({"*"}), at=app.clock())
        )
    platform, chance = Process(["up"], environment, log=tmp_path / "up.log"), random.Random(seed)
    address, headers = f"http://127.0.0.1:{port}", {"authorization": f"Bearer {token}"}
    try:
        platform.start(port=port)
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=10) as api:
            payees = [await payee(api, destination) for destination in DESTINATIONS]
            await earn(database_url, account, payees)
            promised, over = Promised(), asyncio.Event()
            callers = [
                asyncio.create_task(caller(api, promised, over, payees[number], random.Random(f"{seed}/{number}")))
                for number in range(CALLERS)
            ]
            for _ in range(ROUNDS):
                await asyncio.sleep(chance.uniform(0.2, 1.2))
                await asyncio.to_thread(platform.kill)
                await asyncio.to_thread(platform.start, port=port)
            await asyncio.sleep(0.5)
            over.set()
            await asyncio.gather(*callers)
            payouts = await ended(api)
    finally:
        platform.stop()
    proved = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "maxbooster", "billing", "verify"], env=os.environ | environment,
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert proved.returncode == 0, proved.stderr
    database = Database(database_url)
    try:
        await database.read(lambda connection: every_key_once(connection, promised, payouts))
    finally:
        await database.close()
    paid_once(Bank(data / "test-provider.db"), payouts)
    print(f"seed {seed}: {len(promised.sales)} sales, {len(payouts)} payouts, {sum(promised.tries.values())} retries")


async def payee(api: httpx.AsyncClient, destination: str) -> str:
    new = {"name": destination, "provider": "test", "destination": destination}
    made = await api.post(f"{AT}/payees", json=new)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def earn(database_url: str, account: UUID, payees: list[str]) -> None:
    """Everybody is owed enough for the whole test, and it has arrived."""
    database, now = Database(database_url), datetime.now(UTC)
    owed = [Leg("payable", -EARNED, payee) for payee in payees]
    sold = Transaction(
        key="sold", currency="EUR", legs=(Leg("receivable", EARNED * len(payees), "spotify"), *owed)
    )  # fmt: skip
    arrived = Transaction(
        key="arrived", currency="EUR",
        legs=(Leg("bank", EARNED * len(payees)), Leg("receivable", -EARNED * len(payees), "spotify")),
    )  # fmt: skip
    try:
        await database.write(lambda connection: post_many(connection, account, [sold, arrived], now))
    finally:
        await database.close()


async def caller(
    api: httpx.AsyncClient, promised: Promised, over: asyncio.Event, payee: str, chance: random.Random
) -> None:
    """Post and pay out, and ask again with the same key until there is an answer."""
    number = 0
    while not over.is_set():
        number += 1
        key, amount = f"{payee}:{number}", chance.randint(100, 900)
        legs = [
            {"purpose": "fees", "amount": amount},
            {"purpose": "income", "amount": -amount},
        ]
        sale = {"key": key, "currency": "EUR", "legs": legs}
        assert (await answered(api, promised, f"{AT}/ledger/transactions", sale)).status_code == 201
        promised.sales[key] = amount
        if number % 9 == 0:
            part = chance.randint(30, 100)
            wanted = {"payee": payee, "currency": "EUR", "key": key, "amount": part}
            assert (await answered(api, promised, f"{AT}/payouts", wanted)).status_code == 202
            promised.payouts[key] = part


async def answered(api: httpx.AsyncClient, promised: Promised, path: str, body: dict[str, Any]) -> httpx.Response:
    while True:
        try:
            answer = await api.post(path, json=body)
            if answer.status_code < 500:
                return answer
        except httpx.HTTPError:
            pass
        promised.tries[path] += 1
        await asyncio.sleep(0.05)


async def ended(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every payout, once none is on its way."""
    for _ in range(600):
        found = (await api.get(f"{AT}/payouts", params={"limit": 500})).json()["items"]
        if all(each["state"] in ("paid", "failed") for each in found):
            return list(found)
        await asyncio.sleep(0.1)
    raise AssertionError(Counter(each["state"] for each in found))


def every_key_once(connection: Connection, promised: Promised, payouts: list[dict[str, Any]]) -> None:
    """In the ledger: each sale, each hold and its one end; and what is owed is what was sold and not paid."""
    rows = connection.execute(text("SELECT key, phase FROM billing_ledger_transaction")).all()
    phases = Counter((row.key, row.phase) for row in rows)
    assert set(phases.values()) == {1}
    assert {key.removeprefix("manual:") for key, _ in phases if key.startswith("manual:")} == set(promised.sales)
    assert {each["key"]: each["amount"] for each in payouts} == promised.payouts
    ends = {"paid": ("paid", "posted"), "failed": ("void", "void")}
    wanted = {(f"payout:{each['id']}:hold", "pending") for each in payouts}
    wanted |= {(f"payout:{each['id']}:{end}", phase) for each in payouts for end, phase in [ends[each["state"]]]}
    assert {each for each in phases if each[0].startswith("payout:")} == wanted
    total, held = connection.execute(text("SELECT sum(balance), sum(held) FROM billing_ledger_account")).one()
    assert (total, held) == (0, 0)
    sums = "SELECT purpose, -sum(balance) FROM billing_ledger_account GROUP BY purpose"
    found = dict(connection.execute(text(sums)).tuples().all())
    paid = sum(each["amount"] for each in payouts if each["state"] == "paid")
    assert found["payable"] == EARNED * len(DESTINATIONS) - paid
    assert found["income"] == sum(promised.sales.values())


def paid_once(bank: Bank, payouts: list[dict[str, Any]]) -> None:
    """The outside world has one order for each payout, and none besides."""
    orders = [key.partition(".")[2] for key, _ in bank.orders()]
    assert sorted(orders) == sorted(each["id"].replace("-", "") for each in payouts)
    assert {each["state"] for each in payouts if each["destination"] == "decline"} == {"failed"}
    assert {each["state"] for each in payouts if each["destination"] != "decline"} == {"paid"}
