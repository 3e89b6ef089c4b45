"""A grant ends when it is revoked, its time is over, or its giver may no longer give it; so do open answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from maxbooster.auth.models import Membership
from maxbooster.db import new_id
from maxbooster.grants.models import GrantRow
from maxbooster.testing import open_api

from .conftest import GRANTS, HEADER, ask, owning, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_ends_when_it_is_revoked_or_its_time_is_over(app, nova, stranger):
    shared, later = await nova.share(), await nova.share(expires_at=(app.clock() + timedelta(hours=1)).isoformat())
    await nova.revoke(shared["id"])
    ended = await ask(stranger, str(nova.crate), token_of(shared))
    assert (ended.status_code, ended.json()["type"]) == (410, "urn:maxbooster:problem:grant-ended")
    assert (await stranger.get(f"{GRANTS}/open", headers={HEADER: token_of(shared)})).status_code == 410
    assert (await ask(stranger, str(nova.crate), token_of(later))).status_code == 200
    over = update(GrantRow).where(GrantRow.id == UUID(later["id"])).values(expires_at=app.clock())
    await app.database.transact(lambda connection: connection.execute(over))
    assert (await ask(stranger, str(nova.crate), token_of(later))).status_code == 410
    assert {each["state"] for each in await nova.listed()} == {"revoked", "expired"}


async def test_whoever_it_was_given_to_can_decline_it_and_nobody_else(app, nova, vera, stranger):
    shared = await nova.share(receiver=str(vera.person.account))
    at = f"{GRANTS}/received/{shared['id']}"
    link = await nova.share()
    assert (await stranger.delete(at)).status_code in (401, 403)
    for knocking, path in (
        (nova, at),
        (vera, f"{GRANTS}/received/{link['id']}"),
        (vera, f"{GRANTS}/received/{new_id()}"),
    ):
        assert (await knocking.browser.delete(path)).status_code == 404
    async with owning(app, "viewer", vera.person.account) as viewer:
        assert (await viewer.browser.delete(at)).status_code == 403
    assert (await ask(vera.browser, str(nova.crate), shared["id"])).status_code == 200
    assert (await vera.browser.delete(at)).status_code == 204
    assert (await ask(vera.browser, str(nova.crate), shared["id"])).status_code == 410
    assert (await vera.browser.delete(at)).status_code == 404
    assert (await vera.browser.get(f"{GRANTS}/received")).json() == []
    assert {each["id"]: each["state"] for each in await nova.listed()}[shared["id"]] == "revoked"
    for side in (nova, vera):
        entries = (await side.browser.get("/api/core/audit")).json()["items"]
        assert "grant.declined" in {entry["action"] for entry in entries}


@pytest.mark.parametrize("loss", ["removed", "demoted", "disabled"])
async def test_it_ends_when_its_giver_may_no_longer_give_it(app, nova, stranger, loss):
    from maxbooster.auth.models import User

    async with owning(app, "artist", nova.person.account) as giver:
        shared = await giver.share()
        assert (await ask(stranger, str(giver.crate), token_of(shared))).status_code == 200
        membership = Membership.user_id == giver.person.user
        change = {
            "removed": delete(Membership).where(membership),
            "demoted": update(Membership).where(membership).values(role="viewer"),
            "disabled": update(User).where(User.id == giver.person.user).values(disabled_at=app.clock()),
        }[loss]
        await app.database.transact(lambda connection: connection.execute(change))
        assert (await ask(stranger, str(giver.crate), token_of(shared))).status_code == 410
        found = {each["id"]: each for each in await nova.listed()}
        assert found[shared["id"]]["state"] == "ended"


async def test_rights_shrink_with_those_of_their_giver(app, nova, stranger):
    async with owning(app, "artist", nova.person.account) as giver:
        token = await giver.link(rights=["depot.read", "depot.copy"])
        app.policy._departures = {("artist", "depot.copy"): False}
        app.policy._granted = {}
        app.policy._read_at = float("inf")
        try:
            assert (await ask(stranger, f"{giver.crate}/copy", token)).status_code == 403
            assert (await ask(stranger, str(giver.crate), token)).status_code == 200
        finally:
            app.policy._departures, app.policy._granted, app.policy._read_at = {}, {}, float("-inf")


async def test_an_answer_that_is_on_its_way_is_cut_off_when_it_ends(app, nova):
    from maxbooster.testing.app import served

    shared = await nova.share()
    sent: list[bytes] = []
    headers = [(HEADER.encode(), token_of(shared).encode()), (b"host", b"localhost:8080")]
    path = f"/api/depot/crates/{nova.crate}/sound"
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("localhost", 8080), "scheme": "http", "http_version": "1.1",
        "asgi": {"version": "3.0"}, "root_path": "",
    }  # fmt: skip
    started = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message
        elif message.get("body"):
            sent.append(message["body"])
            started.set()

    answering = asyncio.create_task(served(app)(scope, receive, send))
    await asyncio.wait_for(started.wait(), 5)
    await nova.revoke(shared["id"])
    at_once = len(sent)
    await asyncio.wait([answering], timeout=5)
    assert answering.done(), "the stream went on"
    assert answering.exception() is None
    assert len(sent) <= at_once + 1


async def test_the_page_that_looks_on_hears_that_it_ended(app, nova, stranger):
    shared = await nova.share()
    watch = {HEADER: token_of(shared), "accept": "text/event-stream"}
    watching = asyncio.create_task(stranger.get(f"{GRANTS}/live", headers=watch))
    async with asyncio.timeout(5):
        while not app.live._listeners.get(f"account.{shared['id']}"):
            await asyncio.sleep(0.01)
    await nova.revoke(shared["id"])
    heard = await asyncio.wait_for(watching, 3)
    assert [line for line in heard.text.splitlines() if line.startswith("event:")] == ["event: hello", "event: ended"]
    assert (await stranger.get(f"{GRANTS}/live", headers=watch)).status_code == 410


async def test_once_revoked_nothing_more_gets_through_however_many_knock(nova, stranger):
    """Requests race with the revocation; none that starts after it was answered succeeds."""
    shared = await nova.share()
    token, over, late = token_of(shared), asyncio.Event(), []

    async def knock() -> None:
        for _ in range(6):
            begun_after = over.is_set()
            answer = await ask(stranger, str(nova.crate), token)
            assert answer.status_code in (200, 410), answer.text
            if begun_after:
                late.append(answer.status_code)

    async def stop() -> None:
        await asyncio.sleep(0.01)
        await nova.revoke(shared["id"])
        over.set()

    await asyncio.gather(stop(), *(knock() for _ in range(4)))
    late.append((await ask(stranger, str(nova.crate), token)).status_code)
    assert set(late) == {410}


@pytest.mark.parametrize("end", ["revoked", "expired", "narrowed"])
async def test_what_an_api_key_shared_ends_with_the_key(app, nova, stranger, end):
    """By analogy with a giver who may no longer give it."""
    from maxbooster.auth.models import ApiKey

    await nova.browser.prove(nova.person)
    permissions = ["depot.read", "depot.copy", "grant.write"]
    key = (await nova.browser.post("/api/core/keys", json={"name": "Script", "permissions": permissions})).json()
    shared = await _shared_with(app, nova, key["key"], ["depot.read", "depot.copy"])
    assert (await ask(stranger, f"{nova.crate}/copy", token_of(shared))).status_code == 200
    changed = {
        "revoked": delete(ApiKey),
        "expired": update(ApiKey).values(expires_at=app.clock()),
        "narrowed": update(ApiKey).values(permissions="grant.write depot.read"),
    }[end].where(ApiKey.id == UUID(key["id"]))
    await app.database.transact(lambda connection: connection.execute(changed))
    assert (await ask(stranger, f"{nova.crate}/copy", token_of(shared))).status_code == (
        403 if end == "narrowed" else 410
    )
    [found] = [each for each in await nova.listed() if each["id"] == shared["id"]]
    assert (found["state"], found["by_program"]) == ("active" if end == "narrowed" else "ended", True)


async def test_what_a_programs_login_shared_ends_with_that_login(app, nova, stranger):
    from maxbooster.auth.models import Session

    login = {"email": nova.person.email, "password": nova.person.password}
    answer = (await stranger.post("/api/core/tokens", json=login)).json()
    shared = await _shared_with(app, nova, answer["access_token"], ["depot.read"])
    by_hand = await nova.share()
    for token in (token_of(shared), token_of(by_hand)):
        assert (await ask(stranger, str(nova.crate), token)).status_code == 200
    client = delete(Session).where(Session.user_id == nova.person.user, Session.kind == "client")
    await app.database.transact(lambda connection: connection.execute(client))
    assert (await ask(stranger, str(nova.crate), token_of(shared))).status_code == 410
    assert (await ask(stranger, str(nova.crate), token_of(by_hand))).status_code == 200


async def _shared_with(app: Any, owner: Any, bearer: str, rights: list[str]) -> dict[str, Any]:
    new = {"kind": "depot.crate", "object_id": str(owner.crate), "rights": rights}
    async with open_api(app) as program:
        answer = await program.post(GRANTS, json=new, headers={"authorization": f"Bearer {bearer}"})
    assert answer.status_code == 201, answer.text
    return answer.json()
