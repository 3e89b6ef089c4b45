"""`python -m tests.faults.money --seed N --rounds K`: shops under kill -9 and a storm of webhooks.

Each round buyers pay carts of one to three sellers at a simulated Stripe and sellers refund parts, while web, workers,
Redis and PostgreSQL are killed, Stripe's webhooks come twice, shuffled, late, forged, stale, or not at all, and its API
drops answers after it has done its work. Afterwards each payment must have had one effect, and the books must balance
and agree with Stripe's own list to the cent. A failing round prints the seed that replays it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import stripe
from sqlalchemy import Connection, select, text

from maxbooster.auth.keys.service import create
from maxbooster.db import migrate
from maxbooster.db.engine import Database
from maxbooster.plugin import PLATFORM, Identity, new_id
from maxbooster.testing.processes import Process
from maxbooster.testing.services import free_port
from maxbooster_billing.checkouts.jobs import update_checkout
from maxbooster_billing.checkouts.models import Checkout, CheckoutLine, Refund, Sale
from maxbooster_billing.checkouts.queries import unsettled
from maxbooster_billing.checkouts.refunds import send_refund
from maxbooster_billing.ledger.verify import verify
from maxbooster_billing.reconciliation.service import reconcile, reporting

from .platform import Platform
from .process import app as assemble
from .shops import Heard

LOAD_S = 12.0
SETTLE_S = 90.0
BUYERS, SELLERS = 6, 3
KEY = "sk_test_faults"
CARD = {"email": "fan@example.com", "expiry": "12 / 40", "cvc": "123", "name": "A Fan"}
GOOD, DECLINED = "4242424242424242", "4000000000000002"
STORM = {"duplicate": 0.8, "late_duplicate": 0.2, "drop": 0.1, "delay": 0.3, "delay_s": 5, "shuffle": True,
         "forged": 0.2, "stale": 0.1, "parallel": 4}  # fmt: skip
API_FAULTS = ("error_before", "error_after", "drop_before", "drop_after", "rate_limit")
EVERYTHING = frozenset({"*"})


class MoneyPlatform(Platform):
    """With Stripe beside it, which is not ours to kill."""

    def __init__(self, folder: Path, kind: str, seed: int) -> None:
        super().__init__(folder, kind)
        self.stripe_url = f"http://127.0.0.1:{free_port()}"
        self.sellers = [new_id() for _ in range(SELLERS)]
        program = [sys.executable, "-m", "maxbooster_stripe.simulator"]
        arguments = ["--listen", self.stripe_url.removeprefix("http://"), "--folder", str(folder / "stripe")]
        self._stripe = Process(arguments, {}, log=folder / "stripe.log", program=program)
        self._stripe.start(port=int(self.stripe_url.rpartition(":")[2]))
        webhooks = f"http://127.0.0.1:{self.port}/api/core/webhooks/billing.stripe"
        endpoint = self.stripe().v1.webhook_endpoints.create({"url": webhooks, "enabled_events": ["*"]})
        self.steer("webhooks", seed=seed, **STORM)
        self.environment |= {
            "FAULTS_SUITE": "money",
            "MAXBOOSTER_APPROVED": "*",
            "MAXBOOSTER_BILLING_STRIPE__URL": self.stripe_url,
            "MAXBOOSTER_BILLING_STRIPE__KEY": KEY,
            "MAXBOOSTER_BILLING_STRIPE__WEBHOOK_SECRETS": endpoint.secret or "",
            "MAXBOOSTER_BILLING__PAYOUT_LIMIT": "0",
        }

    def prepare(self) -> tuple[UUID, str]:
        """Tables, and the first seller with a token that opens carts."""
        os.environ.update(self.environment)
        database = Database(self.database_url)
        migrate.upgrade(database, migrate.namespaces(assemble().registry))

        def fill(connection: Connection) -> str:
            Heard.metadata.create_all(connection, [Heard.__table__])
            return create(connection, self.sellers[0], EVERYTHING, at=assemble().clock())

        with database.lock.held(), database.engine.begin() as connection:
            token = fill(connection)
        database.writer.close()
        return self.sellers[0], token

    def stripe(self) -> stripe.StripeClient:
        return stripe.StripeClient(KEY, base_addresses={"api": self.stripe_url})

    def steer(self, what: str, **how: Any) -> Any:
        return httpx.post(f"{self.stripe_url}/_simulator/{what}", json=how, timeout=60).raise_for_status().json()

    def heal(self) -> None:
        httpx.delete(f"{self.stripe_url}/_simulator/faults").raise_for_status()

    def end(self) -> None:
        super().end()
        self._stripe.kill()


@dataclass
class Load:
    paid: list[str] = field(default_factory=list)
    """Checkouts for which Stripe said that it has the money."""
    carts: int = 0
    refunds: int = 0
    refused: int = 0
    kills: Counter[str] = field(default_factory=Counter)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.money", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    kinds = ["sqlite", "postgresql"]
    parser.add_argument("--databases", nargs="+", choices=kinds, default=kinds)
    arguments = parser.parse_args()
    failed = 0
    for kind in arguments.databases:
        for seed in range(arguments.seed, arguments.seed + arguments.rounds):
            faults = await _round(kind, seed)
            failed += bool(faults)
            for fault in faults:
                print(f"    FAULT {fault}")
            if faults:
                print(f"    replay: make faults SUITE=money SEED={seed} ROUNDS=1  (database {kind})")
    print(f"{failed} failed, {len(arguments.databases) * arguments.rounds - failed} rounds without a fault")
    return 1 if failed else 0


async def _round(kind: str, seed: int) -> list[str]:
    chance = random.Random(f"money/{kind}/{seed}")
    with tempfile.TemporaryDirectory(prefix="maxbooster-money-") as folder:
        platform = MoneyPlatform(Path(folder), kind, seed)
        try:
            _, token = platform.prepare()
            platform.start_all()
            load = await _under_fire(platform, token, chance)
            faults = await _compared(platform, load)
        finally:
            platform.end()
    kills = ", ".join(f"{name} {count}" for name, count in sorted(load.kills.items()))
    print(
        f"{kind:10} seed {seed}: {load.carts} carts, {len(load.paid)} paid, {load.refunds} refunds, {load.refused}"
        f" attempts failed, killed {kills}; {len(faults)} faults",
        flush=True,
    )
    return faults


async def _under_fire(platform: MoneyPlatform, token: str, chance: random.Random) -> Load:
    load, until = Load(), time.monotonic() + LOAD_S
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{platform.port}"
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, timeout=5) as client,
        httpx.AsyncClient(timeout=10) as browser,
    ):
        buyers = [
            asyncio.create_task(
                Buyer(client, browser, load, until, random.Random(f"{chance.random()}")).shop(platform.sellers)
            )
            for _ in range(BUYERS)
        ]
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.8, 2.0))
            platform.steer("faults", kind=chance.choice(API_FAULTS), operation="*", times=chance.randint(1, 3))
            victim = chance.choice(platform.victims)
            load.kills[victim] += 1
            await asyncio.to_thread(platform.kill, victim)
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            await asyncio.to_thread(platform.start, victim)
            await asyncio.to_thread(platform.revive)
        await asyncio.gather(*buyers)
    await asyncio.to_thread(platform.wait_until_up)
    await asyncio.to_thread(platform.heal)
    return load


@dataclass
class Buyer:
    client: httpx.AsyncClient
    browser: httpx.AsyncClient
    load: Load
    until: float
    chance: random.Random

    async def shop(self, sellers: Sequence[UUID]) -> None:
        while time.monotonic() < self.until:
            count = self.chance.randint(1, len(sellers))
            cart = {
                "key": f"{self.chance.random()}",
                "sellers": [str(self.chance.choice(sellers)) for _ in range(count)],
                "amounts": [self.chance.randint(50, 20_000) for _ in range(count)],
            }
            opened = await self._again("POST", "/api/faults/carts", json=cart)
            if opened is not None:
                self.load.carts += 1
                await self._pay_for(opened)
            if self.chance.random() < 0.3:
                await self._refund_something()

    async def _pay_for(self, opened: Any) -> None:
        url = ""
        while not url and time.monotonic() < self.until:
            shown = await self._again("GET", f"/api/billing/checkouts/{opened['token']}")
            url = shown["url"] if shown else ""
            await asyncio.sleep(0.05)
        if url and self.chance.random() < 0.9:
            await self._pay(opened["id"], url)

    async def _again(self, method: str, path: str, **more: Any) -> Any:
        """The same request, under the same key, until it is answered."""
        while time.monotonic() < self.until:
            with suppress(httpx.HTTPError):
                answer = await self.client.request(method, path, **more)
                if answer.is_success:
                    return answer.json()
            self.load.refused += 1
            await asyncio.sleep(0.1)
        return None

    async def _pay(self, id: str, url: str) -> None:
        """By a declined card first, now and then, and in two tabs."""
        if self.chance.random() < 0.3:
            assert (await self._submit(url, DECLINED)).status_code == 402
        tabs = self.chance.randint(1, 2)
        paid = await asyncio.gather(*(self._submit(url, GOOD) for _ in range(tabs)))
        assert any(each.status_code == 303 for each in paid), [each.text[:200] for each in paid]
        self.load.paid.append(id)

    async def _submit(self, url: str, card: str) -> httpx.Response:
        """Again, where the connection had been closed meanwhile: as browsers do."""
        try:
            return await self.browser.post(url, data=CARD | {"number": card})
        except httpx.TransportError:
            return await self.browser.post(url, data=CARD | {"number": card})

    async def _refund_something(self) -> None:
        with suppress(httpx.HTTPError):
            sales = (await self.client.get("/api/billing/sales", params={"limit": 20})).json().get("items", [])
            if sales:
                sale = self.chance.choice(sales)
                part = self.chance.randint(1, sale["amount"])
                wanted = {"key": f"{self.chance.random()}", "sale": sale["id"], "amount": part}
                path = "/api/faults/carts/refunds"
                answers = await asyncio.gather(*(self.client.post(path, json=wanted) for _ in range(3)))
                self.load.refunds += any(each.is_success for each in answers)


async def _compared(platform: MoneyPlatform, load: Load) -> list[str]:
    """Let everything settle, ask for what nobody told, then compare."""
    database = Database(platform.database_url)
    try:
        for last in (False, True):
            if left := await _quiet(platform, database):
                return [f"work is left after {SETTLE_S:g} s: {left}"]
            if not last:
                await _ask_for_all(database)
        return [
            *await database.read(lambda connection: list(_faults(connection, platform, load)))
        ] + await _differences()
    finally:
        await database.close()


async def _quiet(platform: MoneyPlatform, database: Database) -> list[Any]:
    until, left = time.monotonic() + SETTLE_S, [("not", "asked", 1)]
    while left and time.monotonic() < until:
        await asyncio.to_thread(platform.steer, "deliveries/flush")
        await asyncio.to_thread(platform.revive)
        await asyncio.sleep(0.3)
        left = await database.read(_work_left)
    return left


def _work_left(connection: Connection) -> list[Any]:
    """Jobs that are due; refunds that wait for Stripe are asked for again later."""
    query = """SELECT name, state, count(*) FROM core_job WHERE state IN ('ready', 'running', 'dead')
        AND name NOT IN ('billing.send_refund', 'core.webhook_retry') GROUP BY name, state"""
    return [tuple(row) for row in connection.execute(text(query))]


async def _ask_for_all(database: Database) -> None:
    """What the job of every ten minutes does, at once."""
    app = assemble()
    async with app.opened():
        async with app.unit(Identity(PLATFORM, None, EVERYTHING)) as ctx:
            for id in await unsettled(ctx, ctx.now, 10_000):
                ctx.enqueue(update_checkout, id, key=str(id))
            rows = await ctx.read(_waiting_refunds)
        for account, id in rows:
            async with app.unit(Identity(account, None, EVERYTHING)) as ctx:
                ctx.enqueue(send_refund, id, key=f"{id}:again")


def _waiting_refunds(connection: Connection) -> list[tuple[UUID, UUID]]:
    query = select(Refund.account_id, Refund.id).where(Refund.state.in_(("sending", "sent")))
    return [(row.account_id, row.id) for row in connection.execute(query)]


async def _differences() -> list[str]:
    app = assemble()
    async with app.opened():
        async with app.unit(Identity(PLATFORM, None, EVERYTHING)) as ctx:
            [provider] = await reporting(ctx)
            found = await reconcile(ctx, provider)
        return [f"{each.line or 'balance'}: {each.problem}" for each in found.differences]


def _faults(connection: Connection, platform: MoneyPlatform, load: Load) -> Iterator[str]:
    if not load.paid:
        yield "nothing was paid, so nothing was tried"
    states = {row.id: row for row in connection.execute(select(Checkout.__table__))}
    for id in load.paid:
        if states[UUID(id)].state != "paid":
            yield f"checkout {id} was paid, and is {states[UUID(id)].state} here"
    yield from _at_stripe(platform, states)
    sales = {(row.account_id, row.id): row for row in connection.execute(select(Sale.__table__))}
    for line in connection.execute(select(CheckoutLine.__table__)):
        sold = (line.seller, line.id) in sales
        if sold is not (states[line.checkout_id].state == "paid"):
            state = states[line.checkout_id].state
            yield f"line {line.id} of a checkout that is {state} has {'a' if sold else 'no'} sale"
    heard = Counter((row.event, row.account_id, row.sale) for row in connection.execute(select(Heard.__table__)))
    for account, id in sales:
        if (times := heard["settled", account, id]) != 1:
            yield f"sale {id}: payment.settled was heard {times} times"
    refunds = Counter(
        (row.account_id, row.sale_id)
        for row in connection.execute(select(Refund.__table__).where(Refund.state == "done"))
    )
    for (account, id), count in refunds.items():
        if (times := heard["refunded", account, id]) != count:
            yield f"sale {id}: {count} refunds, payment.refunded was heard {times} times"
    verdict = verify(connection, assemble().clock())
    yield from (f"ledger: {fault}" for fault in verdict.faults)
    if verdict.transfers_in_flight:
        yield f"{verdict.transfers_in_flight} transfers never arrived"


def _at_stripe(platform: MoneyPlatform, states: dict[UUID, Any]) -> Iterator[str]:
    """One payment for each checkout that was paid, and none for any other."""
    api = platform.stripe().v1
    intents = Counter(
        intent.metadata["key"]
        for intent in api.payment_intents.list({"limit": 100}).auto_paging_iter()
        if intent.status == "succeeded"
    )
    paid = {f"checkout.{id.hex}" for id, row in states.items() if row.state == "paid"}
    for key, count in intents.items():
        if count > 1:
            yield f"{key} was paid {count} times at Stripe"
    yield from (f"{key} was paid at Stripe, and not here" for key in sorted(intents.keys() - paid))
    yield from (f"{key} is paid here, and not at Stripe" for key in sorted(paid - intents.keys()))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
