"""The audit trail: sealed within a second, tamper-evident, erasable."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import delete, event, text, update

from maxbooster.audit import trail
from maxbooster.audit.models import AuditHead, AuditPayload, AuditRow
from maxbooster.db import PLATFORM
from maxbooster.testing import open_api


async def _trail(app, account, count: int = 5) -> None:
    for number in range(count):
        async with app.unit(account) as ctx:
            ctx.audit("crate.moved", f"crate:{number}", before={"room": 1.5, "tags": ["a"]}, after={"room": number})
    async with asyncio.timeout(5):
        while await app.database.read(
            lambda connection: connection.execute(text("SELECT count(*) FROM core_audit WHERE seq IS NULL")).scalar()
        ):
            await asyncio.sleep(0.05)


async def _faults(app, account) -> list[str]:
    return await app.database.read(lambda connection: trail.audit_faults(connection, account.account))


async def test_entries_are_sealed_within_a_second_and_the_chain_is_whole(app, account):
    async with asyncio.timeout(3):
        await _trail(app, account)
    assert await _faults(app, account) == []


async def test_what_is_sealed_while_a_chain_is_verified_is_no_fault(app, account):
    await _trail(app, account, 2)
    loop = asyncio.get_running_loop()

    def verified(connection):
        def go_on(*_):
            asyncio.run_coroutine_threadsafe(_trail(app, account, 1), loop).result()

        event.listen(connection, "after_cursor_execute", go_on, once=True)
        return trail.audit_faults(connection, account.account)

    assert await app.database.read(verified) == []


async def test_every_kind_of_tampering_is_found(app, account):
    await _trail(app, account)
    second = AuditRow.seq == 2
    for tamper, fault in (
        (update(AuditRow).where(second).values(action="crate.sold"), "was changed"),
        (update(AuditPayload).values(after={"room": 99}), "was changed"),
        (update(AuditRow).where(second).values(digest=bytes(32)), "breaks"),
        (delete(AuditRow).where(second), "breaks"),
        (delete(AuditRow).where(AuditRow.seq == 5), "ends at entry 4"),
        (update(AuditHead).values(seq=4), "ends at entry 5"),
        (delete(AuditHead), "its head says nothing"),
    ):
        rolled_back = []

        def attempt(connection, tamper=tamper, rolled_back=rolled_back):
            inner = connection.begin_nested()
            connection.execute(tamper)
            rolled_back.extend(trail.audit_faults(connection, account.account))
            inner.rollback()

        await app.database.transact(attempt)
        assert any(fault in each for each in rolled_back), (tamper, rolled_back)
    assert await _faults(app, account) == []


async def test_erasing_a_person_leaves_the_chain_whole(app, account):
    await _trail(app, account)
    erased = await app.database.write(lambda connection: trail.erase(connection, account.account, account.user))
    assert erased == 5
    assert await _faults(app, account) == []


async def test_sealers_of_several_processes_do_not_break_the_chain(app, account):
    async with app.unit(account) as ctx:
        for number in range(50):
            ctx.audit("crate.moved", f"crate:{number}")
    await asyncio.gather(*(app.database.transact(trail.seal) for _ in range(4)))
    assert await _faults(app, account) == []


async def test_what_has_no_account_lies_on_the_platforms_chain(app):
    async with app.unit() as ctx:
        ctx.audit("platform.started", "process:1")
    await app.database.transact(trail.seal)
    assert await app.database.read(trail.accounts) == [PLATFORM]


async def test_the_api_shows_an_accounts_own_trail_newest_first(app, account, api):
    from maxbooster.db import new_id
    from maxbooster.testing import open_api

    await _trail(app, account)
    page = (await api.get("/api/core/audit", params={"limit": 2})).json()
    rows = page["items"]
    assert [row["object"] for row in rows] == ["crate:4", "crate:3"]
    assert rows[0]["before"] == {"room": 1.5, "tags": ["a"]}
    more = (await api.get("/api/core/audit", params={"cursor": page["next"]})).json()["items"]
    assert [row["object"] for row in more] == ["crate:2", "crate:1", "crate:0"]
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get("/api/core/audit")).json()["items"] == []


async def test_what_an_api_key_did_is_told_with_the_key_and_whose_it_is(app):
    from maxbooster.testing import make_person, open_browser

    nova = await make_person(app)
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        await browser.prove(nova)
        wanted = {"name": "Nightly script", "permissions": ["link.write"]}
        key = (await browser.post("/api/core/keys", json=wanted)).json()
        async with open_api(app) as script, open_api(app, nova.account) as nobodys:
            link = {"target": "https://example.org", "title": "Tour"}
            bearer = {"authorization": f"Bearer {key['key']}"}
            for client, headers in ((script, bearer), (nobodys, {})):
                made = await client.post("/api/core/links", json=link, headers=headers)
                assert made.status_code == 201, made.text

        async def told():
            entries = (await browser.get("/api/core/audit?action=link.created")).json()["items"]
            return [(each["by_key"], each["key_name"], each["actor"]) for each in entries]

        assert await told() == [(True, "key", None), (True, "Nightly script", str(nova.user))]
        await browser.delete(f"/api/core/keys/{key['id']}")
        assert (await told())[1] == (True, None, str(nova.user))
    assert await app.database.read(lambda connection: trail.audit_faults(connection, nova.account)) == []


@pytest.mark.parametrize(("key", "unknown"), [(None, {"key_id", "grant_id"}), (UUID(int=7), {"grant_id"})])
async def test_entries_from_before_keys_and_grants_were_noted_are_still_whole(app, account, key, unknown):
    """Their digest is over what they said then: no key, no grant."""
    from maxbooster.db import new_id

    facts = {"before": {"b": 1, "a": 2}, "key_id": key}
    entry = trail.Entry(account.account, new_id(), app.clock(), "crate.moved", "crate:1", **facts)
    then = _as_then(entry, unknown)
    assert trail.digest(b"salt", entry) == sha256(b"salt" + then).digest()
    assert b'"before":{"a":2,"b":1},"after":null' in then


def _as_then(entry, unknown):
    facts = [(name, getattr(entry, name)) for name in entry.__struct_fields__ if name not in unknown]
    then = msgspec.defstruct("Entry", [name for name, _ in facts])
    return msgspec.json.encode(then(**dict(facts)), order="deterministic")
