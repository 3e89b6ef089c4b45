"""Calls with a login, and what a person does with a connection."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from maxbooster.errors import AuthFailed, NotFound, NotReady, UsageError
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import make_person, open_api

from .conftest import API, Made


async def test_calls_carry_the_login(made, oidc):
    assert (await made.call()).json() == {"sub": "ana", "name": "Artist ana"}


async def test_it_is_renewed_before_it_expires_and_nobody_waits(made, oidc, clock):
    clock.advance(minutes=51)
    before = oidc.times("/token")
    oidc.fail("/token", "hang")
    async with asyncio.timeout(0.9):
        assert (await made.call()).status_code == 200
    await made.app.connections.close()
    assert oidc.times("/token") == before + 1
    assert (await made.row()).state == "active"


async def test_a_refused_token_is_renewed_and_the_call_repeated(made, oidc):
    oidc.fail("/me", "401")
    before = oidc.times("/token")
    assert (await made.call()).status_code == 200
    assert oidc.times("/token") == before + 1


async def test_a_second_refusal_is_the_callers(made, oidc):
    oidc.fail("/me", "401", "401")
    assert (await made.call()).status_code == 401
    assert (await made.row()).state == "active"


async def test_a_body_that_can_be_read_once_is_not_sent_again(made, oidc):
    async def body():
        yield b"{}"

    oidc.fail("/me", "401")
    before = oidc.times("/me")
    async with made.app.unit(made.me) as ctx:
        answer = await ctx.connection(made.id).client().request("POST", f"{oidc.at}/me", content=body())
    assert (answer.status_code, oidc.times("/me")) == (401, before + 1)


async def test_after_a_refused_stream_the_login_is_renewed_for_the_next_call(made, oidc):
    oidc.fail("/me", "401")
    before = (await made.row()).generation
    async with made.app.unit(made.me) as ctx, ctx.connection(made.id).client().stream("GET", f"{oidc.at}/me") as answer:
        assert answer.status_code == 401
    assert (await made.row()).generation == before + 1


@pytest.mark.parametrize("fault", ["500", "html", "hang"])
async def test_an_outage_loses_nothing(made, oidc, clock, fault):
    clock.advance(hours=2)
    oidc.fail("/token", fault)
    with pytest.raises(NotReady, match="cannot be renewed now"):
        await made.call()
    with pytest.raises(NotReady):  # nobody tries again at once
        await made.call()
    assert oidc.ask(next=[])
    clock.advance(seconds=16)
    assert (await made.call()).status_code == 200
    assert await made.told() == (0, 0)


async def test_killed_between_the_answer_and_storing_it_is_told_never_half(made, oidc, clock):
    """The provider has rotated, and the answer is gone with the process: the old token is refused, people are told."""
    clock.advance(hours=2)
    oidc.fail("/token", "lost")
    with pytest.raises(NotReady):
        await made.call()
    clock.advance(seconds=61)
    with pytest.raises(AuthFailed):
        await made.call()
    assert await made.told() == (1, 1)


async def test_a_caller_that_is_canceled_does_not_end_the_renewal(made, oidc, clock):
    clock.advance(hours=2)
    waiting = asyncio.create_task(made.call())
    while not made.app.connections._running:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await made.app.connections.close()
    assert (await made.row()).generation == 2


async def test_a_token_does_not_go_to_a_host_that_the_provider_does_not_name(made):
    async with made.app.unit(made.me) as ctx:
        with pytest.raises(UsageError, match="attacker.example"):
            await ctx.connection(made.id).client().request("GET", "https://attacker.example/collect")


async def test_another_accounts_connection_does_not_exist(made, oidc):
    other = await make_person(made.app, "mara@example.org")
    with pytest.raises(NotFound):
        await made.call(me=Identity(other.account, other.user, frozenset({EVERYTHING})))


async def test_another_account_can_neither_see_nor_change_nor_close_it(made):
    other = await make_person(made.app, "mara@example.org")
    async with open_api(made.app, other.account) as api:
        assert (await api.get(API)).json() == []
        at = f"{API}/{made.id}"
        answers = [await api.get(at), await api.patch(at, json={"title": "mine"}), await api.delete(at)]
        restored = {"provider": "quay.cloud", "connection": str(made.id)}
        answers.append(await api.post(f"{API}/sign-ins", json=restored))
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await made.row()).title == "Artist ana"


async def test_disconnecting_revokes_and_forgets(made, oidc, browser):
    closed = await browser.delete(f"{API}/{made.id}")
    assert closed.json() == {"revoked": True, "note": ""}
    assert oidc.times("/token/revocation") >= 1
    kept = await made.row()
    assert (kept.state, kept.sealed, kept.previous) == ("closed", None, None)
    with pytest.raises(AuthFailed, match="disconnected"):
        await made.call()


async def test_a_revocation_that_failed_is_said(browser, made, oidc):
    oidc.fail("/token/revocation", "500")
    closed = (await browser.delete(f"{API}/{made.id}")).json()
    assert closed["revoked"] is False
    assert "Withdraw the access at https://quay.example/apps as well." in closed["note"]


async def test_a_key_is_connected_called_with_and_lost_when_refused(made, browser):
    form = next(each for each in (await browser.get(f"{API}/providers")).json() if each["name"] == "quay.keys")["form"]
    assert form["properties"]["key"] == {"minLength": 3, "title": "Key", "format": "password", "type": "string"}
    new = {"provider": "quay.keys", "values": {"key": "secret-777"}}
    refused = await browser.post(API, json=new | {"values": {"key": "wrong"}})
    assert (refused.status_code, refused.json()["detail"]) == (424, "Quay refuses this key.")
    empty = await browser.post(API, json=new | {"values": {}})
    assert (empty.status_code, empty.json()["field"]) == (422, "key")
    kept = await browser.post(API, json=new)
    assert kept.json()["title"] == "owner of 777"
    assert "secret-777" not in kept.text
    with pytest.raises(AuthFailed, match="Quay Keys refused it"):
        await Made(made.app, made.me, made.oidc, UUID(kept.json()["id"])).call()
    assert await made.told() == (1, 1)


async def test_connections_are_renamed(browser, made):
    renamed = await browser.patch(f"{API}/{made.id}", json={"title": "  Main profile "})
    assert renamed.json()["title"] == "Main profile"
    assert (await browser.get(f"{API}/{made.id}")).json()["title"] == "Main profile"
