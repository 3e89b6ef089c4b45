"""Secrets: unreadable in the database, bound to their place, rotated while in use."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from maxbooster.db import new_id
from maxbooster.errors import NotFound, SettingsError
from maxbooster.identity import Identity
from maxbooster.keyring import Keyring
from maxbooster.secrets import SecretRow, rotate_all


async def test_a_secret_is_kept_sealed_and_replaced(app, account):
    for value in ("first", "hunter2"):
        async with app.unit(account) as ctx:
            await ctx.secrets.put("bluesky", value)
    async with app.unit(account) as ctx:
        assert await ctx.secrets.get("bluesky") == "hunter2"
        with pytest.raises(NotFound):
            await ctx.secrets.get("mastodon")
    sealed = await app.database.read(lambda connection: connection.execute(select(SecretRow.sealed)).scalars().all())
    assert len(sealed) == 1
    assert b"hunter2" not in sealed[0]


async def test_a_secret_is_removed_for_good(app, account):
    async with app.unit(account) as ctx:
        await ctx.secrets.put("bluesky", "hunter2")
    async with app.unit(account) as ctx:
        await ctx.secrets.delete("bluesky")
    async with app.unit(account) as ctx:
        with pytest.raises(NotFound):
            await ctx.secrets.get("bluesky")
    async with app.unit(account) as ctx:
        with pytest.raises(NotFound):
            await ctx.secrets.delete("bluesky")
    assert await app.database.read(lambda connection: connection.execute(select(SecretRow.id)).all()) == []


async def test_another_account_does_not_see_it(app, account):
    async with app.unit(account) as ctx:
        await ctx.secrets.put("bluesky", "mine")
    async with app.unit(Identity(new_id(), None, frozenset())) as ctx:
        with pytest.raises(NotFound):
            await ctx.secrets.get("bluesky")


async def test_keys_rotate_without_losing_a_secret(app, account):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    app.keyring = Keyring((old,))
    async with app.unit(account) as ctx:
        await ctx.secrets.put("bluesky", "kept")
    app.keyring = Keyring((new, old))
    async with app.unit(account) as ctx:
        assert await ctx.secrets.get("bluesky") == "kept"
    await app.database.transact(lambda connection: rotate_all(connection, app.keyring))
    app.keyring = Keyring((new,))
    async with app.unit(account) as ctx:
        assert await ctx.secrets.get("bluesky") == "kept"
    app.keyring = Keyring((old,))
    async with app.unit(account) as ctx:
        with pytest.raises(SettingsError, match="can.t be decrypted with the current keys"):
            await ctx.secrets.get("bluesky")


def test_a_sealed_value_cannot_be_moved_to_another_place():
    keys = Keyring((Fernet.generate_key().decode(),))
    with pytest.raises(SettingsError, match="tampered"):
        keys.open(keys.seal("value", "a/token"), "b/token")


def test_a_wrong_key_is_named():
    with pytest.raises(SettingsError, match="not a Fernet key"):
        Keyring(("secret",))
