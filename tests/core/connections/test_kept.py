"""Connections beside their calls: the hook, keys that rotate, the command line, the console."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select

from maxbooster.cli import connections as command
from maxbooster.connections import queries, signing_in
from maxbooster.connections.models import SignInRow
from maxbooster.errors import SettingsError
from maxbooster.keyring import Keyring
from maxbooster.secrets import rotate_all
from maxbooster.testing import drain

from .conftest import API, begin, connected
from .oidc import sign_in


async def test_hook_oauth_provider(browser):
    """A plugin's providers are offered, named within its family alone; what is not set up says so."""
    listed = {each["name"]: each for each in (await browser.get(f"{API}/providers")).json()}
    assert listed["quay.cloud"] == {
        "name": "quay.cloud", "title": "Quay Cloud", "kind": "oauth", "ready": True, "form": None,
    }  # fmt: skip
    assert (listed["quay.unset"]["ready"], listed["quay.keys"]["kind"]) == (False, "api_key")
    assert "harbor.cloud" not in listed


async def test_a_disabled_connector_keeps_its_connections(app, made, browser):
    app.registry.plugins["quay"].state = "disabled"
    [kept] = (await browser.get(API)).json()
    assert (kept["state"], kept["provider_title"]) == ("active", "quay.cloud")
    closed = (await browser.delete(f"{API}/{made.id}")).json()
    assert closed["revoked"] is False
    assert "quay.cloud is disabled" in closed["note"]


async def test_keys_rotate_with_the_connections(app, made, clock):
    old, new = app.keyring.raw[0].decode(), Fernet.generate_key().decode()
    clock.advance(minutes=51)
    await app.connections.renew_if_due(made.me.account, made.id)
    app.keyring = Keyring((new, old))
    assert await app.database.transact(lambda connection: rotate_all(connection, app.keyring)) >= 1
    app.keyring = Keyring((new,))
    assert (await made.call()).status_code == 200
    app.keyring = Keyring((old,))
    with pytest.raises(SettingsError, match="can.t be decrypted"):
        await made.call()


async def test_what_nobody_finished_is_forgotten(app, browser, clock):
    await begin(browser)
    clock.advance(minutes=signing_in.MINUTES, seconds=1)
    async with app.unit(None) as ctx:
        ctx.enqueue(app.job("core.prune_sign_ins"))
    await drain(app)
    left = await app.database.read(lambda connection: connection.execute(select(SignInRow.id)).all())
    assert left == []


async def test_the_state_is_kept_as_its_hash(app, browser):
    returned = sign_in(await begin(browser), "ana")
    [row] = await app.database.read(lambda connection: connection.execute(select(SignInRow.__table__)).all())
    assert returned["state"] not in repr(row)


async def test_connections_show_in_the_console(app, browser):
    await connected(browser, "ana")
    view = next(view for _, view in app.offers.console_views if view.id == "core.connections")
    [shown] = (await browser.get(API)).json()
    assert set(view.columns) <= shown.keys()


async def test_the_command_line_lists_shows_and_closes(app, made, browser, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(app.settings.data))
    monkeypatch.setenv("MAXBOOSTER_DATABASE", app.settings.database)
    monkeypatch.setenv("MAXBOOSTER_OUTBOUND_PRIVATE", "true")
    account = ("--account", str(made.me.account))

    async def run(*arguments):
        done = await asyncio.to_thread(CliRunner().invoke, command.connections, [*arguments, *account])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert f"{made.id}  active  quay.cloud  Artist ana" in await run("list")
    assert [UUID(each["id"]) for each in json.loads(await run("list", "--json"))] == [made.id]
    assert "title           Artist ana" in await run("show", str(made.id))
    assert json.loads(await run("close", str(made.id), "--json")) == {"revoked": True, "note": ""}
    async with app.unit(made.me) as ctx:
        assert [row.state for row in await queries.connections(ctx)] == ["closed"]
