"""Logins are renewed once, whoever wants them; nothing is lost half, and what is lost is told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from maxbooster.connections import queries
from maxbooster.errors import AuthFailed
from maxbooster.testing import drain, make_app
from maxbooster.testing.pytest_plugin import database_url as database_url  # noqa: PLC0414

from .conftest import API, begin, connected, finish
from .oidc import sign_in


async def test_two_hundred_workers_and_an_expired_token_renew_it_once(made, oidc, clock):
    clock.advance(hours=2)
    before = oidc.times("/token")
    answers = await made.calls(200)
    assert {answer.status_code for answer in answers} == {200}
    assert oidc.times("/token") == before + 1


async def test_processes_share_one_renewal(made, oidc, clock, tmp_path, database_url):
    clock.advance(hours=2)
    before = oidc.times("/token")
    async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True) as other:
        calls = [made.call(each) for each in (made.app, other) for _ in range(10)]
        assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
    assert oidc.times("/token") == before + 1


async def test_it_is_renewed_although_nobody_uses_it(made, oidc, clock):
    clock.advance(minutes=51)
    before = (await made.row()).generation
    async with made.app.unit(None) as ctx:
        ctx.enqueue(made.app.job("core.renew_connections"))
    await drain(made.app)
    assert (await made.row()).generation == before + 1


async def test_the_pair_before_is_kept_until_the_new_one_has_worked(made, oidc, clock):
    clock.advance(minutes=51)
    await made.app.connections.renew_if_due(made.me.account, made.id)
    assert (await made.row()).previous is not None
    await made.call()
    assert (await made.row()).previous is None


async def test_the_pair_before_serves_where_the_new_one_is_refused_and_never_worked(made, oidc, clock):
    clock.advance(minutes=51)
    await made.app.connections.renew_if_due(made.me.account, made.id)
    clock.advance(minutes=51)
    granted = {"access_token": "fresh", "refresh_token": "fresh too", "token_type": "Bearer", "expires_in": 3600}
    answers = [{"error": "invalid_grant"}, {"error": None, "error_description": None, **granted}]
    oidc.ask(next=[{"path": "/token", "fault": "answer", "changed": each} for each in answers])
    await made.app.connections.renew_if_due(made.me.account, made.id)
    assert (await made.row()).state == "active"
    assert (await made.app.connections.login(made.me.account, made.id)).tokens.access == "fresh"


async def test_a_withdrawn_access_is_lost_and_told_once(made, oidc, clock, browser):
    await made.withdraw()
    clock.advance(hours=2)
    outcomes = await made.calls(20)
    assert {type(each) for each in outcomes} == {AuthFailed}
    assert "Quay Cloud ended it" in str(outcomes[0])
    assert await made.told() == (1, 1)
    [notice] = (await browser.get("/api/core/notices")).json()["notices"]
    assert (notice["path"], notice["facts"]["provider"]) == ("/connections", "Quay Cloud")
    assert (await browser.get(API)).json()[0]["state"] == "lost"


async def test_a_refusal_in_an_object_is_a_refusal_too(made, oidc, clock, browser):
    """As the Graph API writes it."""
    clock.advance(hours=2)
    oidc.answer_with("/token", error={"message": "The session is over.", "type": "OAuthException", "code": 190})
    [outcome] = await made.calls(1)
    assert type(outcome) is AuthFailed
    assert (await made.row()).state == "lost"


async def test_an_error_in_an_object_is_told_in_its_words(made, oidc, clock):
    clock.advance(hours=2)
    oidc.answer_with("/token", error={"message": "Too many calls.", "type": "OAuthException", "code": 4})
    [outcome] = await made.calls(1)
    assert "refuses the login: 4 (Too many calls.)" in str(outcome)
    assert (await made.row()).state == "active"


async def test_tokens_that_are_said_to_last_no_time_are_not_renewed_without_end(made, oidc, clock):
    clock.advance(hours=2)
    before = oidc.times("/token")
    oidc.ask(next=[{"path": "/token", "fault": "answer", "changed": {"expires_in": 0}}] * 3)
    assert (await made.call()).status_code == 200
    assert oidc.times("/token") == before + 1


async def test_reconnecting_restores_the_same_connection(made, oidc, clock, browser):
    await made.withdraw()
    clock.advance(hours=2)
    with pytest.raises(AuthFailed):
        await made.call()
    clock.advance(hours=-2)
    done = await finish(browser, sign_in(await begin(browser, str(made.id)), "ana"))
    assert (done.json()["id"], done.json()["state"]) == (str(made.id), "active")
    assert (await made.told("connection.restored"))[0] == 1
    assert (await made.call()).status_code == 200


async def test_a_dead_process_holds_nobody_up(made, oidc, clock):
    """It had the lease and had not asked yet."""
    clock.advance(hours=2)
    now, held = made.app.clock(), await made.row()
    lease = {"lease": held.id, "now": now, "until": now + timedelta(seconds=60)}
    taken = lambda connection: queries.lease(connection, made.me.account, made.id, held.generation, **lease)  # noqa: E731
    assert await made.app.database.write(taken)
    waiting = asyncio.create_task(made.call())
    await asyncio.wait([waiting], timeout=0.2)
    assert not waiting.done()
    clock.advance(seconds=61)
    assert (await waiting).status_code == 200


async def test_a_late_renewal_does_not_undo_a_reconnection(made, oidc, browser):
    """Whoever saw an older login stores nothing over a newer one, and loses nothing either."""
    old = await made.row()
    await connected(browser)
    values = {"sealed": b"stale"}
    late = lambda connection: queries.renew(connection, made.me.account, made.id, old.generation, values)  # noqa: E731
    assert not await made.app.database.write(late)
    assert (await made.call()).status_code == 200
