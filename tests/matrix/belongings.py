"""What an account comes to have: all that the demo's artist has, from the recording to the payouts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import httpx
from sqlalchemy import insert

from maxbooster.app import App
from maxbooster.audience.importing import import_contacts
from maxbooster.audience.mailing import create_mailing, set_postal_address
from maxbooster.audience.mailing_schemas import NewMailing
from maxbooster.audience.service import create_list
from maxbooster.auth.passkeys.models import Passkey
from maxbooster.connections.models import ACTIVE, ConnectionRow
from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.webhooks.endpoints.models import DELIVERED, WebhookDelivery, WebhookEndpoint
from maxbooster_billing.plugin import Leg, Transaction, post
from maxbooster_sandbox.demo import running, sales
from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.journey import STAGES, Journey, verify
from maxbooster_sandbox.demo.summary import Summary

from .people import Caller
from .server import Platform

BILLING = "/api/billing"


def earn(platform: Platform, owner: Caller) -> None:
    """Walk the demo's way as the account's owner.

    Raises:
        DemoFailed: a stage came to no end.
    """
    port = platform.client.base_url.port
    assert port is not None
    demo = running.Platform(platform.folder, port)
    api = Api(demo.base)
    api.show(owner.headers["authorization"])
    journey = Journey(demo, api, None, Summary())
    for _, stage in STAGES:
        if stage is not verify:
            stage(journey)
    _sell_what_nobody_knows(journey)
    _share_a_master(journey)
    _show_to_strangers(journey)


async def know_others(app: App, owner: Caller) -> None:
    """What comes about with servers and devices that are not here: a login at a store, a webhook that was delivered, a
    passkey."""
    passkey = insert(Passkey).values(
        id=new_id(), credential=b"credential", user_id=owner.user, name="Phone", public_key=b"key", sign_count=0,
        transports="", synced=False, created_at=app.clock(),
    )  # fmt: skip
    await app.database.transact(lambda connection: connection.execute(passkey))
    async with app.unit(_identity(owner)) as ctx:
        ctx.add(
            ConnectionRow(
                id=new_id(), provider="distribution.spotify", title="Spotify", subject="label@sftp", scopes="",
                state=ACTIVE, reason="", generation=1, created_at=ctx.now,
            )
        )  # fmt: skip
        endpoint = WebhookEndpoint(
            id=new_id(), version=1, url="https://example.org/", description="", events=[], secret=b"sealed",
            created_at=ctx.now, disabled_at=ctx.now, disabled_because="person",
        )  # fmt: skip
        ctx.add(endpoint)
    async with app.unit(_identity(owner)) as ctx:
        ctx.add(
            WebhookDelivery(
                id=new_id(), endpoint_id=endpoint.id, event_id=new_id(), event="file.ready", body="{}",
                created_at=ctx.now, state=DELIVERED, attempts=1,
            )
        )  # fmt: skip


async def win_a_fan(app: App, owner: Caller) -> None:
    """On a mailing list."""
    async with app.unit(_identity(owner)) as ctx:
        list_id = await create_list(ctx, "News", "Nova")
    async with app.unit(_identity(owner)) as ctx:
        await import_contacts(ctx, list_id, b"ann@fans.example", "Shows")
    async with app.unit(_identity(owner)) as ctx:
        await set_postal_address(ctx, "1 Quay Street")
    async with app.unit(_identity(owner)) as ctx:
        later = f"{ctx.now.year + 1}-06-01T12:00"
        await create_mailing(ctx, NewMailing(lists=[list_id], subject="Out", text="Out", at=later))


async def order_bank_transfers(platform: Platform, owner: Caller) -> None:
    """Two payouts in a payment file, and two that are in none yet."""
    for number in range(2):
        for letter in "ab":
            await _order(platform, owner, f"Payee {number}{letter}")
        if number == 0:
            (await platform.client.post(f"{BILLING}/bank-transfers/files", headers=owner.headers)).raise_for_status()


async def _order(platform: Platform, owner: Caller, name: str) -> None:
    def send(path: str, body: dict[str, str]) -> Awaitable[httpx.Response]:
        return platform.client.post(f"{BILLING}/{path}", json=body, headers=owner.headers)

    new = {"name": name, "provider": "bank_transfer", "destination": f"DE89370400440532013000/COBADEFFXXX/{name}"}
    payee = (await send("payees", new)).raise_for_status().json()["id"]
    async with platform.app.unit(_identity(owner)) as ctx:
        legs = (Leg("bank", 500), Leg("payable", -500, payee))
        await ctx.write(post, ctx.account, Transaction(key=f"owed:{payee}", currency="EUR", legs=legs), ctx.now)
    order = {"payee": payee, "currency": "EUR", "key": f"bank:{payee}"}
    payout = (await send("payouts", order)).raise_for_status().json()["id"]
    while (await platform.client.get(f"{BILLING}/payouts/{payout}", headers=owner.headers)).json()["state"] != "sent":
        await asyncio.sleep(0.1)


def _identity(owner: Caller) -> Identity:
    return Identity(owner.account, owner.user, frozenset({EVERYTHING}))


def _sell_what_nobody_knows(at: Journey) -> None:
    """A statement whose royalties wait for somebody to say whose they are."""
    path = at.results / "unknown.csv"
    sales.write(path, stores=["Spotify"], isrc="ZZMB12699999", upc="", title="Unknown", artist="Unknown")
    begun = at.api.post("/api/distribution/statements", {"file_id": at.api.upload(path), "source": "nobody"})
    at.api.finished("the statement", f"/api/distribution/statements/{begun['id']}")


def _share_a_master(at: Journey) -> None:
    """With whoever has the link; and offered to the artist's own address, so that there is an offer. With a comment."""
    [recording, *_] = at.api.get("/api/studio/recordings")["items"]
    [master, *_] = at.api.get(f"/api/studio/recordings/{recording['id']}/masters")
    shared = {"kind": "studio.master", "object_id": master["id"], "rights": ["studio.read"]}
    for receiver in ({}, {"email": at.api.get("/api/core/session")["user"]["email"]}):
        at.api.post("/api/core/grants", shared | receiver)
    at.api.post(f"/api/studio/masters/{master['id']}/comments", {"text": "Louder, please.", "author": "Nova"})


def _show_to_strangers(at: Journey) -> None:
    """The release's public page, and a short link beside the page's own."""
    at.api.put(f"/api/distribution/releases/{at.facts['release']}/page", {})
    at.api.post("/api/core/links", {"target": "https://example.org/tour", "title": "Tour"})
