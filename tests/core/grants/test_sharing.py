"""Sharing: who may share what with whom, what is listed of it, and what is refused."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from maxbooster.auth.keys.service import create
from maxbooster.auth.models import Membership
from maxbooster.cli import maxbooster
from maxbooster.db import new_id
from maxbooster.grants.models import GrantRow
from maxbooster.identity import Identity
from maxbooster.testing import open_api

from ..rows import Crate
from .conftest import GRANTS, HEADER, ask, owning, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_hook_register_grantables(nova, stranger):
    """Whoever has the link comes to the one object, as nobody, with the rights of the link."""
    token = await nova.link(label="Mastering engineer")
    seen = await ask(stranger, str(nova.crate), token)
    assert seen.json()["way"] == "grant"
    assert seen.json()["name"].startswith("Jazz")
    assert seen.json()["user"] is None
    opened = (await stranger.get(f"{GRANTS}/open", headers={HEADER: token})).json()
    assert opened["title"].startswith("Jazz")
    assert opened["rights"] == [{"permission": "depot.read", "title": "See it"}]
    assert (await ask(stranger, f"{nova.crate}/copy", token)).status_code == 403
    both = await nova.link(rights=["depot.read", "depot.copy"])
    copied = (await ask(stranger, f"{nova.crate}/copy", both)).json()
    assert [title[:7] for title in copied] == ["of Jazz"], "records of its own crate alone"


@pytest.mark.parametrize(
    ("wrong", "status", "field", "words"),
    [
        ({"kind": "depot.crates"}, 422, "kind", "Did you mean"),
        ({"rights": ["depot.burn"]}, 422, "rights", "cannot be granted"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expires_at", "is over already"),
        ({"expires_at": "2150-01-01T00:00:00Z"}, 422, "expires_at", "a year at most"),
        ({"receiver": "me"}, 422, "receiver", "has it already"),
        ({"receiver": str(new_id())}, 422, "receiver", "There is no account"),
        ({"object_id": str(new_id())}, 404, None, "There is no"),
    ],
)
async def test_what_cannot_be_shared_is_said(nova, wrong, status, field, words):
    if wrong.get("receiver") == "me":
        wrong = {"receiver": str(nova.person.account)}
    problem = await nova.share(status, **wrong)
    assert problem.get("field") == field
    assert words in problem["detail"]


async def test_nobody_shares_what_is_another_accounts_or_more_than_they_may(app, nova, vera):
    await vera.share(404, object_id=str(nova.crate))
    async with owning(app, "viewer", nova.person.account) as viewer:
        await viewer.share(403)
    async with open_api(app, nova.person.account, "grant.write depot.read") as nobodys:
        new = {"kind": "depot.crate", "object_id": str(nova.crate), "rights": ["depot.read"]}
        assert (await nobodys.post(GRANTS, json=new)).status_code == 403, "a key of nobody's"
    key = await app.database.write(
        lambda connection: create(
            connection,
            nova.person.account,
            frozenset({"grant.write", "depot.read"}),
            at=app.clock(),
            user=nova.person.user,
        )
    )
    async with open_api(app) as api:
        api.headers["authorization"] = f"Bearer {key}"
        new = {"kind": "depot.crate", "object_id": str(nova.crate), "rights": ["depot.copy"]}
        answer = await api.post(GRANTS, json=new)
        assert (answer.status_code, answer.json()["field"]) == (422, "rights"), "no more than the key holds"
    grant = await nova.share()
    assert (await vera.browser.delete(f"{GRANTS}/{grant['id']}")).status_code == 404
    assert [each["id"] for each in await vera.listed()] == []


async def test_the_owner_sees_what_is_shared_and_every_step_is_audited(app, nova, stranger):
    shared = await nova.share(label="Reviewer")
    [row] = await nova.listed(object_id=str(nova.crate))
    assert (row["label"], row["state"], row["used_at"]) == ("Reviewer", "active", None)
    assert row["title"].startswith("Jazz")
    await ask(stranger, str(nova.crate), token_of(shared))
    assert (await nova.listed())[0]["used_at"] is not None
    await nova.revoke(shared["id"])
    assert (await nova.listed())[0]["state"] == "revoked"
    assert await nova.listed(object_id=str(nova.other)) == []
    newest = await nova.share(label="Later")
    assert [each["id"] for each in await nova.listed(limit="1")] == [newest["id"]]
    entries = (await nova.browser.get("/api/core/audit")).json()["items"]
    actions = json.dumps(entries)
    assert "grant.created" in actions
    assert "grant.revoked" in actions
    assert token_of(shared) not in actions


async def test_a_closed_account_shares_nothing_and_is_given_nothing(app, nova, vera, stranger):
    token = await nova.link()
    await nova.share(receiver=str(vera.person.account))
    members = delete(Membership).where(Membership.account_id == vera.person.account)
    await app.database.transact(lambda connection: connection.execute(members))
    await nova.share(422, receiver=str(vera.person.account))
    await app.database.transact(
        lambda connection: connection.execute(delete(GrantRow).where(GrantRow.account_id == nova.person.account))
    )
    assert (await ask(stranger, str(nova.crate), token)).status_code == 410


async def test_an_object_that_is_gone_leaves_the_lists_whole(app, nova, vera, stranger):
    token = await nova.link()
    await nova.share(receiver=str(vera.person.account))
    async with app.unit(Identity(nova.person.account, nova.person.user, frozenset({"*"}))) as ctx:
        ctx.delete(await ctx.get(Crate, nova.crate))
    assert [each["title"] for each in await nova.listed()] == [None, None]
    assert (await vera.browser.get(f"{GRANTS}/received")).json() == []
    assert (await stranger.get(f"{GRANTS}/open", headers={HEADER: token})).status_code == 410
    assert (await ask(stranger, str(nova.crate), token)).status_code == 404


async def test_the_command_lists_and_revokes(nova, stranger, database_url, monkeypatch):
    shared = await nova.share(label="Reviewer")
    monkeypatch.setenv("MAXBOOSTER_DATA", str(nova.app.settings.data))
    monkeypatch.setenv("MAXBOOSTER_DATABASE", database_url)

    async def run(*words: str) -> str:
        account = str(nova.person.account)
        done = await asyncio.to_thread(CliRunner().invoke, maxbooster, ["grants", *words, "--account", account])
        assert done.exit_code == 0, done.output
        return done.output

    assert "whoever has the link (Reviewer)" in await run("list")
    await run("revoke", shared["id"])
    assert "revoked" in await run("list")
    assert (await ask(stranger, str(nova.crate), token_of(shared))).status_code == 410


async def test_an_object_is_shared_so_often_and_no_more_however_many_ask_at_once(nova, monkeypatch):
    monkeypatch.setattr("maxbooster.grants.service.MOST_PER_OBJECT", 5)
    new = {"kind": "depot.crate", "object_id": str(nova.crate), "rights": ["depot.read"]}
    answers = await asyncio.gather(*(nova.browser.post(GRANTS, json=new) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [403] * 15
    listed = await nova.listed()
    assert len(listed) == 5
    await nova.revoke(listed[0]["id"])
    assert len(await nova.listed()) == 5
    await nova.share()
