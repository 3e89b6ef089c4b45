"""What whoever comes by a grant reaches: the object, its parts, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from maxbooster.auth.keys.service import create
from maxbooster.auth.models import Membership
from maxbooster.context import Context
from maxbooster.db import new_id
from maxbooster.errors import UsageError
from maxbooster.grants.models import GrantRow
from maxbooster.identity import Granted, Identity
from maxbooster.testing import make_app, open_api
from maxbooster_billing.bank_transfer.settings import BankAccount
from tests.contract.site import Site

from ..rows import Crate, Record
from .conftest import GRANTS, HEADER, ask, owning

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_other_objects_stay_closed_wherever_their_ids_are_put(nova, vera, stranger):
    token = await nova.link(rights=["depot.read", "depot.copy"])
    for other in (nova.other, vera.crate, new_id()):
        assert (await ask(stranger, str(other), token)).status_code == 403
        assert (await ask(stranger, f"{nova.crate}/peek?other={other}", token)).status_code == 404
    assert (await ask(stranger, f"{nova.crate}/peek?other={nova.crate}", token)).status_code == 200
    assert (await ask(stranger, f"{nova.crate}/records/{nova.record}", token)).status_code == 200
    for record in (nova.other_record, vera.record):
        assert (await ask(stranger, f"{nova.crate}/records/{record}", token)).status_code == 404
    assert [name[:4] for name in (await ask(stranger, f"{nova.crate}/all", token)).json()] == ["Jazz"]


async def test_what_is_not_declared_for_grants_refuses_them(nova, stranger):
    token = await nova.link()
    for method, path in (("GET", f"{nova.crate}/open"), ("POST", str(nova.crate))):
        answer = await ask(stranger, path, token, method)
        assert answer.status_code == 403, answer.text
        assert "cannot be used for this" in answer.json()["detail"]
    for path in ("/api/core/keys", GRANTS, "/api/core/files", "/api/core/live", "/api/core/search?words=a"):
        assert (await stranger.get(path, headers={HEADER: token})).status_code == 403, path
    assert (await ask(nova.browser, f"{nova.crate}/open", token)).status_code == 403, "not with a cookie beside it"


async def test_a_unit_by_a_grant_reads_the_object_and_its_parts_alone(app, nova):
    from maxbooster.storage.models import FileRow

    granted = Granted(new_id(), "depot.crate", nova.crate)
    visitor = Identity(nova.person.account, None, frozenset({"depot.read"}), "grant", grant=granted)
    async with app.unit(visitor) as ctx:
        assert await ctx.first(select(Record.title).join(Record.crate).where(Crate.id == nova.other)) is None
        crates, _ = await ctx.page(select(Crate.id), Crate.id, cursor=None, limit=9)
        assert crates == [nova.crate]
        for refused in (
            lambda: ctx.get(FileRow, new_id()),
            lambda: ctx.all(select(Crate).where(select(FileRow.id).exists())),
            lambda: ctx.all(select(GrantRow)),
            lambda: ctx.page(select(GrantRow), GrantRow.id, cursor=None, limit=9),
            lambda: ctx.platform.all(select(Membership.user_id)),
            lambda: ctx.jobs([new_id()]),
            lambda: ctx.lock(Crate, nova.crate),
            lambda: ctx.account_settings(BankAccount),
            lambda: ctx.read(lambda connection: connection.execute(select(Crate.id)).all()),
            lambda: ctx.write(lambda connection: connection.execute(select(Crate.id)).all()),
        ):
            with pytest.raises(UsageError):
                await refused()
        for write in (
            lambda: ctx.add(Crate(name="x")),
            lambda: ctx.reindex(Crate),
            lambda: ctx.audit("depot.seen", "crate:1"),
        ):
            with pytest.raises(UsageError):
                write()
        with pytest.raises(UsageError):
            _ = ctx.secrets
        with pytest.raises(UsageError):
            async with ctx.enter(new_id(), "depot.read"):
                pass
        with pytest.raises(UsageError):
            async with ctx.aside():
                pass
    unknown = Identity(
        nova.person.account, None, frozenset({"*"}), "grant", grant=Granted(new_id(), "no.kind", new_id())
    )
    async with app.unit(unknown) as ctx:
        with pytest.raises(UsageError):
            await ctx.get(Crate, nova.crate)


async def test_each_way_into_the_data_has_been_thought_of():
    """Whoever adds one to the Context decides whether a grant may go it, and says so here."""
    narrowed = {"get", "first", "all", "rows", "page", "files", "lock"}
    by_rights = {"add", "delete", "commit", "emit", "audit"}
    refused = {"read", "write", "aside", "enter", "platform", "jobs", "connection", "secrets", "account_settings",
               "enqueue", "reindex"}  # fmt: skip
    no_data = {"account", "user", "demand", "clock", "data", "settings", "connectors", "connector", "why_off", "http",
               "document", "resource", "ask", "progress", "simulators"}  # fmt: skip
    assert {name for name in dir(Context) if not name.startswith("_")} == narrowed | by_rights | refused | no_data


async def test_a_token_that_is_guessed_opens_nothing(nova, stranger):
    token = await nova.link()
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        "mbg_",
        "mbg_" + "A" * 43,
        "",
        "x",
        str(new_id()),
    ]
    for guess in wrong:
        answer = await ask(stranger, str(nova.crate), guess)
        assert answer.status_code in (401, 410), (guess, answer.text)
    [row] = await nova.app.database.read(
        lambda connection: connection.execute(select(GrantRow.__table__).where(GrantRow.object_id == nova.crate)).all()
    )
    assert token not in repr(row), "only a hash is kept"
    assert len(token) >= 43 + len("mbg_")


async def test_a_link_does_not_join_another_credential(app, nova, stranger):
    """Neither a key nor a cookie adds to what a link opens, and a link adds nothing to them."""
    token = await nova.link()
    key = await app.database.write(
        lambda connection: create(
            connection, nova.person.account, frozenset({"*"}), at=app.clock(), user=nova.person.user
        )
    )
    bearer = {"authorization": f"Bearer {key}"}
    assert (await ask(stranger, str(nova.crate), token, headers=bearer)).status_code == 403
    for path in (str(nova.other), f"{nova.crate}/copy", f"{nova.crate}/open"):
        assert (await ask(nova.browser, path, token)).status_code == 403
    seen = await ask(nova.browser, str(nova.crate), token)
    assert seen.json()["user"] is None, "a cookie counts for nothing beside a link"


async def test_an_account_reaches_what_is_shared_with_it_and_nobody_else_does(app, nova, vera, stranger):
    shared = await nova.share(receiver=str(vera.person.account), rights=["depot.read", "depot.copy"])
    assert shared["url"] is None
    grant = shared["id"]
    [received] = (await vera.browser.get(f"{GRANTS}/received")).json()
    assert (received["id"], received["object_id"]) == (grant, str(nova.crate))
    assert received["title"].startswith("Jazz")
    seen = (await ask(vera.browser, str(nova.crate), grant)).json()
    assert seen["user"] == str(vera.person.user)
    assert (await ask(vera.browser, str(nova.other), grant)).status_code == 403
    assert (await ask(vera.browser, str(vera.crate), grant)).status_code == 403, "its own are not reached so"
    assert (await vera.browser.get(f"/api/depot/crates/{nova.crate}")).status_code == 404, "not without the grant"
    assert (await ask(stranger, str(nova.crate), grant)).status_code == 401
    assert (await ask(nova.browser, str(nova.crate), grant)).status_code == 410
    async with owning(app, "viewer", vera.person.account) as viewer:
        assert (await ask(viewer.browser, str(nova.crate), grant)).status_code == 200
        refused = await ask(viewer.browser, f"{nova.crate}/copy", grant)
        assert refused.status_code == 403, "what they may not do at home they may not do by a grant"
    async with open_api(app, vera.person.account, "file.read") as narrow:
        assert (await ask(narrow, str(nova.crate), grant)).status_code == 403, "a key stays within its scope"
    async with open_api(app, vera.person.account, "depot.read") as wide:
        assert (await ask(wide, str(nova.crate), grant)).status_code == 200


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("@post('/{crate_id:uuid}', operation_id='x', public=True, grantable=KIND)", "cannot be granted"),
        ("@get('/{other:uuid}', operation_id='x', permission='depot.read', grantable=KIND)", "no 'crate_id'"),
        ("@get('/{crate_id:uuid}', operation_id='x', public=True, grantable=KIND)", "cannot be granted"),
    ],
)
async def test_a_route_that_could_not_be_checked_is_refused(tmp_path, monkeypatch, declared, words):
    """A plugin that declares one is told, and takes no part."""
    from maxbooster.plugins.registry import load

    monkeypatch.syspath_prepend(str(tmp_path))
    site = Site(tmp_path)
    parameter = "other" if "other" in declared else "crate_id"
    code = f"""
from uuid import UUID
KIND = {{"lax.crate": "crate_id"}}
@hookimpl
def register_routes():
    {declared}
    async def x(ctx: Context, {parameter}: UUID) -> None: ...
    return [Routes("/crates", [x])]
"""
    site.install("lax", code, manifest="permissions=(Permission('lax.read', 'See'),)")
    try:
        registry = load()
        async with make_app(tmp_path / "data", f"sqlite:///{tmp_path}/one.db", registry=registry):
            assert words in str(registry.plugins["lax"].reason)
    finally:
        site.forget()
