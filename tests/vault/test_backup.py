"""A backup of an installation whose keys a key service wraps: restored with the service, refused without it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from maxbooster.testing import make_app
from tests.core.command_line import Answer, run

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def command(data: Path, *arguments: str, **settings: Any) -> Answer:
    given = {f"MAXBOOSTER_{name.upper()}": str(value) for name, value in settings.items()}
    return await asyncio.to_thread(run, *arguments, data=data, **given)


@SQLITE
async def test_a_backup_holds_the_keys_as_the_service_wrapped_them(tmp_path, database_url, by_vault, account):
    old, new, place = tmp_path / "data", tmp_path / "new" / "data", tmp_path / "backups"
    async with make_app(old, database_url, migrated=True, **by_vault) as app:
        async with app.unit(account) as ctx:
            await ctx.secrets.put("bluesky", "hunter2")
        plain = app.keyring.raw[0]
    made = await command(old, "secrets", "new-backup-key", str(tmp_path / "backup.key"))
    key = made.stdout.strip()
    made = await command(old, "backup", str(place), "--encrypt-to", key, database=database_url, **by_vault)
    assert made.returncode == 0, made.stderr
    assert list(place.rglob("*secret.key*")) == []
    new.parent.mkdir()
    fresh = {"database": f"sqlite:///{new / 'maxbooster.db'}"}
    restoring = ("restore", str(place), "--key", str(tmp_path / "backup.key"))
    refused = await command(new, *restoring, **fresh)
    assert refused.returncode == 1
    assert "set MAXBOOSTER_KEY_SERVICE=vault" in refused.stderr
    restored = await command(new, *restoring, **fresh, **by_vault)
    assert restored.returncode == 0, restored.stderr
    assert not (new / "secret.key").exists()
    async with make_app(new, fresh["database"], migrated=True, **by_vault) as app, app.unit(account) as ctx:
        assert app.keyring.raw[0] == plain
        assert await ctx.secrets.get("bluesky") == "hunter2"
