"""Files take the permission of what they became, wherever they can be seen."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Connection, insert, update

from maxbooster.auth.models import Account, User
from maxbooster.auth.sso import queries as sso
from maxbooster.auth.sso.models import AccountProvider
from maxbooster.context import Context
from maxbooster.db import new_id
from maxbooster.errors import Conflict, UsageError
from maxbooster.grants.models import GrantRow
from maxbooster.identity import Identity
from maxbooster.plugin import FilePurpose, hookimpl
from maxbooster.storage import links
from maxbooster.testing import drain, open_api
from maxbooster.testing.people import Person, make_person

from .tus import FILES, TUS, UPLOADS, metadata, offset

TABLE = b"month,amount\n2026-09,1.00\n"


def every(app: Any) -> list[FilePurpose]:
    return list(app.offers.file_purposes.values())


@asynccontextmanager
async def two(app: Any, account: Any, permission: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Somebody who may do everything with files, and nothing else; and somebody who holds the permission too."""
    rights = "file.read file.write"
    async with (
        open_api(app, account.account, rights) as stranger,
        open_api(app, account.account, f"{rights} {permission}") as insider,
    ):
        yield stranger, insider


async def made(app: Any, account: Any, purpose: FilePurpose | None, name: str = "kept.csv") -> UUID:
    async with app.unit(account) as ctx:
        return (await ctx.files.put(name, TABLE, purpose=purpose)).id


async def test_hook_register_file_purposes(app, account):
    """Whoever lacks the permission of a purpose sees its files nowhere: a new one is walked too."""
    assert {each.name for each in every(app)} >= {"core.facts", "distribution.statement", "studio.preview"}
    for purpose in every(app):
        file = await made(app, account, purpose)
        async with two(app, account, purpose.permission) as (stranger, insider):
            for path in (f"{FILES}/{file}", f"{FILES}/{file}/content"):
                refused = await stranger.get(path)
                assert (refused.status_code, refused.json().get("permission")) == (403, purpose.permission), purpose
                assert (await insider.get(path)).status_code == 200
            assert (await stranger.head(f"{FILES}/{file}/content")).status_code == 403
            assert (await stranger.post(f"{FILES}/{file}/link", json={})).status_code == 403
            assert (await stranger.delete(f"{FILES}/{file}")).status_code == 403
            assert (await stranger.head(f"{UPLOADS}/{file}", headers=TUS)).status_code == 403
            assert await listed(stranger, system=True) == []
            assert await listed(insider, system=True) == [str(file)]
            assert await listed(insider, system=False) == ([str(file)] if purpose.uploaded else [])
            link = (await insider.post(f"{FILES}/{file}/link", json={})).json()["url"]
            assert (await insider.get(link)).content == TABLE
            assert (await insider.delete(f"{FILES}/{file}")).status_code == 204


async def listed(api: httpx.AsyncClient, *, system: bool) -> list[str]:
    answer = await api.get(FILES, params={"system": system})
    return [each["id"] for each in answer.json()["items"]]


@pytest.mark.parametrize(("role", "status"), [("viewer", 410), ("editor", 410), ("artist", 200), ("owner", 200)])
async def test_a_link_is_worth_what_its_maker_may_see_of_what_the_file_became(app, role, status):
    person = await make_person(app, role=role)
    maker = Identity(person.account, person.user, frozenset(["*"]), "session")
    file = await linked(app, maker)
    async with open_api(app) as anybody:
        assert (await anybody.get(file.link)).status_code == 200
        await claimed(app, person.account, file.id)
        for answer in (await anybody.get(file.link), await anybody.head(file.link)):
            assert answer.status_code == status


@pytest.mark.parametrize(("rights", "status"), [("studio.read", 200), ("studio.download", 410)])
async def test_a_link_by_a_grant_is_worth_the_grants_rights(app, rights, status):
    person = await make_person(app, role="owner")
    grant = GrantRow(
        account_id=person.account, id=new_id(), kind="studio.master", object_id=new_id(), rights=rights, label="A&R",
        given_by=person.user, created_at=app.clock(), expires_at=app.clock() + timedelta(days=1),
    )  # fmt: skip
    preview = app.offers.file_purposes["studio.preview"]
    async with app.unit(Identity(person.account, None, frozenset(["*"]))) as ctx:
        ctx.add(grant)
        file = (await ctx.files.put("kept.csv", TABLE, purpose=preview)).id
    until = app.clock() + timedelta(hours=1)
    link = links.sign(app.keyring, links.Grant(person.account, file, until, grant=grant.id))
    async with open_api(app) as anybody:
        assert (await anybody.get(link)).status_code == status


@pytest.mark.parametrize(("way_in", "status"), [("password", 410), ("app", 200), ("trusted", 200), ("untrusted", 410)])
async def test_a_link_by_a_member_without_a_required_second_factor_is_worth_nothing(app, way_in, status):
    person = await make_person(app, role="editor")
    file = await linked(app, Identity(person.account, person.user, frozenset(["*"]), "session"))
    in_account = Account.id == person.account
    await app.database.transact(
        lambda connection: connection.execute(update(Account).where(in_account).values(factor_required=True))
    )
    await app.database.transact(lambda connection: _arrives(connection, app, person, way_in))
    async with open_api(app) as anybody:
        assert (await anybody.get(file.link)).status_code == status


def _arrives(connection: Connection, app: Any, person: Person, way_in: str) -> None:
    if way_in == "password":
        return
    if way_in == "app":
        connection.execute(update(User).where(User.id == person.user).values(totp_since=app.clock()))
        return
    provider = {
        "account_id": person.account, "id": new_id(), "title": "Label", "issuer": "https://id.test", "client_id": "x",
        "role": "editor", "trusted": way_in == "trusted", "required": False, "enabled": True, "version": 1,
        "updated_at": app.clock(),
    }  # fmt: skip
    connection.execute(insert(AccountProvider).values(**provider))
    identity = {
        "id": new_id(), "user_id": person.user, "provider": str(person.account), "issuer": "https://id.test",
        "subject": "1", "name": person.email, "created_at": app.clock(), "used_at": None,
    }  # fmt: skip
    sso.link(connection, identity)


class Linked(NamedTuple):
    id: UUID
    link: str


async def linked(app: Any, maker: Identity) -> Linked:
    async with app.unit(maker) as ctx:
        row = await ctx.files.put("kept.csv", TABLE, purpose=None)
        return Linked(row.id, ctx.files.link(row, timedelta(hours=1)))


async def claimed(app: Any, account: UUID, file: UUID) -> None:
    async with app.unit(Identity(account, None, frozenset(["*"]))) as ctx:
        await ctx.files.claim(await ctx.files.get(file), app.offers.file_purposes["distribution.statement"])


async def test_an_upload_says_what_it_is(app, account):
    async with two(app, account, "royalty.read") as (stranger, insider):
        said = f"{metadata('september.csv')},purpose {b64encode(b'distribution.statement').decode()}"
        headers = TUS | {"Upload-Length": str(len(TABLE)), "Upload-Metadata": said}
        assert (await stranger.post(UPLOADS, headers=headers)).status_code == 403
        url = (await insider.post(UPLOADS, headers=headers)).headers["Location"]
        assert await offset(insider, url) == 0
        assert (await stranger.head(url, headers=TUS)).status_code == 403
        send = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert (await stranger.patch(url, headers=send, content=TABLE)).status_code == 403
        assert (await stranger.delete(url, headers=TUS)).status_code == 403
        assert (await insider.patch(url, headers=send, content=TABLE)).status_code == 204
        await drain(app)
        [file] = (await insider.get(FILES)).json()["items"]
        assert (file["purpose"], file["state"]) == ("distribution.statement", "ready")
        assert await listed(stranger, system=False) == []


@pytest.mark.parametrize("purpose", ["distribution.lines", "nobody.knows", "Ä"])
async def test_an_upload_of_an_unknown_purpose_is_refused(api, purpose):
    said = f"{metadata('a.csv')},purpose {b64encode(purpose.encode()).decode()}"
    refused = await api.post(UPLOADS, headers=TUS | {"Upload-Length": "3", "Upload-Metadata": said})
    assert refused.status_code == 422
    assert "distribution.statement" in refused.json()["detail"]


async def test_a_file_becomes_something_once(app, account):
    known = app.offers.file_purposes
    file = await made(app, account, None)
    async with app.unit(account) as ctx:
        row = await ctx.files.get(file)
        await ctx.files.claim(row, known["distribution.statement"])
        await ctx.files.claim(row, known["distribution.statement"])
    async with app.unit(account) as ctx:
        row = await ctx.files.get(file)
        with pytest.raises(Conflict, match="upload the file again"):
            await ctx.files.claim(row, known["distribution.lines"])


async def test_what_is_used_as_it_is_becomes_nothing_else(app, account, monkeypatch):
    file = await made(app, account, None, "cover.png")
    plugin = app.registry.plugins["distribution"].module

    @hookimpl
    async def file_uses(ctx: Context, files: Any) -> list[str]:
        return ["the release “Harbour”"]

    app.registry.hooks.unregister(plugin)
    monkeypatch.setattr(plugin, "file_uses", file_uses)
    app.registry.hooks.register(plugin, name="distribution")
    async with app.unit(account) as ctx:
        row = await ctx.files.get(file)
        with pytest.raises(Conflict, match="Harbour"):
            await ctx.files.claim(row, app.offers.file_purposes["distribution.statement"])


async def test_a_purpose_that_nobody_registers_is_no_purpose(app, account):
    unknown = FilePurpose(name="setlist.secret", title="Secret", permission="setlist.read")
    async with app.unit(account) as ctx:
        with pytest.raises(UsageError, match="register_file_purposes"):
            await ctx.files.put("a.txt", b"words", purpose=unknown)


async def test_files_of_a_plugin_that_is_off_are_seen_by_nobody(app, account, monkeypatch):
    file = await made(app, account, app.offers.file_purposes["distribution.statement"])
    async with two(app, account, "royalty.read") as (_, insider):
        link = (await insider.post(f"{FILES}/{file}/link", json={})).json()["url"]
        monkeypatch.delitem(app.offers.file_purposes, "distribution.statement")
        for path in (f"{FILES}/{file}/content", link):
            refused = await insider.get(path)
            assert refused.status_code == 403
            assert "turned off" in refused.json()["detail"]
        assert await listed(insider, system=True) == []


@pytest.mark.parametrize("name", ["statement", "Royalty.statement", "a." + "x" * 40])
def test_a_purpose_is_named_by_its_family(name):
    with pytest.raises(ValueError, match=r"family\.files"):
        FilePurpose(name=name, title="", permission="file.read")
