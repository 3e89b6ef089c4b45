"""Secret keys that a key service wraps: created, moved, rotated, and what happens while it is away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select

from maxbooster.cli.secrets import secrets
from maxbooster.data_keys.models import DataKey
from maxbooster.errors import NotReady, SettingsError
from maxbooster.health import examine
from maxbooster.secrets import SecretRow
from maxbooster.testing import make_app, make_person


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(data, database_url):
    """`async with opened(…settings)`: the same installation, started anew."""

    def start(**settings: Any) -> Any:
        return make_app(data, database_url, migrated=True, **settings)

    return start


@pytest.fixture
def command(data, database_url, monkeypatch, by_vault):
    """`await command("wrap")`: a command of the operator's, with the settings of the key service."""

    async def run(*arguments: str, **settings: str) -> Any:
        given = {"data": data, "database": database_url, **by_vault, **settings}
        environment = {f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}
        return await asyncio.to_thread(
            CliRunner().invoke, secrets, list(arguments), env=environment, catch_exceptions=True
        )

    return run


async def keep(app: Any, account: Any, value: str) -> None:
    async with app.unit(account) as ctx:
        await ctx.secrets.put("bluesky", value)


async def kept(app: Any, account: Any) -> str:
    async with app.unit(account) as ctx:
        return str(await ctx.secrets.get("bluesky"))


async def rows(app: Any, column: Any) -> list[Any]:
    return await app.database.read(lambda connection: list(connection.execute(select(column)).scalars()))


async def finding(app: Any, name: str = "key service") -> Any:
    return next(each for each in await examine(app) if each.name == name)


async def test_hook_key_service(opened, by_vault, data, account):
    """A new installation gets a key that lies nowhere unwrapped."""
    async with opened(**by_vault) as app:
        await keep(app, account, "hunter2")
        raw = app.keyring.raw[0]
        assert (await finding(app)).ok
    assert not (data / "secret.key").exists()
    async with opened(**by_vault) as app:
        assert await kept(app, account) == "hunter2"
        [wrapped] = await rows(app, DataKey.wrapped)
    assert wrapped.startswith("vault:v1:")
    assert raw.decode() not in wrapped


async def test_keys_move_in_and_out_and_no_secret_is_rewritten(opened, by_vault, data, account, command):
    async with opened() as app:
        await keep(app, account, "hunter2")
        sealed = await rows(app, SecretRow.sealed)
    with pytest.raises(SettingsError, match=r"still in .*secret\.key: move them with `maxbooster secrets wrap`"):
        async with opened(**by_vault):
            pass
    assert (await command("wrap")).exit_code == 0
    (data / "secret.key").unlink()
    async with opened(**by_vault) as app:
        assert await kept(app, account) == "hunter2"
        assert await rows(app, SecretRow.sealed) == sealed
    with pytest.raises(SettingsError, match="set MAXBOOSTER_KEY_SERVICE=vault"):
        async with opened():
            pass
    out = await command("unwrap")
    assert out.exit_code == 0, out.output
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    async with opened() as app:
        assert await kept(app, account) == "hunter2"


async def test_the_wrapping_key_is_rotated_without_touching_secrets(opened, by_vault, vault, account, command):
    async with opened(**by_vault) as app:
        await keep(app, account, "hunter2")
        sealed = await rows(app, SecretRow.sealed)
    vault.ask("transit/keys/maxbooster/rotate")
    assert (await command("rewrap")).exit_code == 0
    async with opened(**by_vault) as app:
        [wrapped] = await rows(app, DataKey.wrapped)
        assert wrapped.startswith("vault:v2:")
        assert (await rows(app, SecretRow.sealed), await kept(app, account)) == (sealed, "hunter2")


async def test_data_keys_are_rotated_as_without_a_key_service(opened, by_vault, account, command):
    async with opened(**by_vault) as app:
        await keep(app, account, "hunter2")
        first = app.keyring.raw[0]
    assert (await command("new-key")).exit_code == 0
    early = await command("drop-old-keys")
    assert isinstance(early.exception, SettingsError)
    assert "can't be decrypted" in str(early.exception)
    assert (await command("rotate")).exit_code == 0
    assert (await command("drop-old-keys")).output.endswith("Old keys removed: 1.\n")
    async with opened(**by_vault) as app:
        assert len(app.keyring.raw) == 1
        assert app.keyring.raw[0] != first
        assert await kept(app, account) == "hunter2"


async def test_gone_while_it_runs_and_back_at_a_start(opened, by_vault, vault, account):
    async with opened(**by_vault) as app:
        await keep(app, account, "hunter2")
        vault.stop()
        assert await kept(app, account) == "hunter2"
        told = await finding(app)
        assert not told.ok
        assert "What runs has its keys" in told.reason
    with pytest.raises(NotReady, match="The key service vault can't be used"):
        async with opened(**by_vault):
            pass
    waiting = asyncio.create_task(_patient(opened, by_vault))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    vault.start()
    assert await waiting == "opened"


async def _patient(opened: Any, settings: dict[str, Any]) -> str:
    """As `up`, `serve` and `worker` start."""
    from maxbooster.app import App
    from maxbooster.data_keys import service

    before, service._PAUSE_S = service._PAUSE_S, 0.2
    open_ = App.open

    async def patient(self: Any, *, upgrade: bool = False, patient: bool = False) -> None:
        await open_(self, upgrade=upgrade, patient=True)

    App.open = patient  # type: ignore[method-assign]
    try:
        async with opened(**settings):
            return "opened"
    finally:
        App.open, service._PAUSE_S = open_, before  # type: ignore[method-assign]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"vault__token": "wrong-token"},
            r"403 to transit/encrypt/maxbooster \(permission denied\): the token may not",
        ),
        ({"vault__key": "other"}, "the key has to exist"),
        ({"vault__address": ""}, "MAXBOOSTER_VAULT__ADDRESS is not set"),
        ({"vault__token": "", "vault__token_file": "/nowhere"}, "The token file /nowhere can't be read"),
        ({"key_service": "valut"}, "Did you mean 'vault'?"),
    ],
)
async def test_what_is_wrong_is_told_without_the_token(opened, by_vault, change, words):
    with pytest.raises((NotReady, SettingsError), match=words) as refused:
        async with opened(**{**by_vault, **change}):
            pass
    assert "wrong-token" not in str(refused.value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_sealed_vault_is_waited_for(opened, by_vault, vault):
    vault.ask("test/seal", sealed=True)
    with pytest.raises(NotReady, match="sealed or in standby; unseal it"):
        async with opened(**by_vault):
            pass
    vault.ask("test/seal", sealed=False)
    role = {"vault__token": "", "vault__role_id": "role", "vault__secret_id": "secret of the role"}
    async with opened(**{**by_vault, **role}) as app:
        assert app.keyring.raw


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_lost_keys_are_not_replaced_by_new_ones(opened, by_vault, data):
    """Where people are in the database, something is sealed: a new key would only hide that."""
    async with opened() as app:
        await make_person(app)
    (data / "secret.key").unlink()
    with pytest.raises(SettingsError, match="The secret keys are gone"):
        async with opened(**by_vault):
            pass


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_another_vault_opens_nothing(opened, by_vault, vault, account):
    async with opened(**by_vault) as app:
        await keep(app, account, "hunter2")
    vault.stop()
    vault.keys.unlink()
    vault.start()
    with pytest.raises(NotReady, match="message authentication failed"):
        async with opened(**by_vault):
            pass


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_from_the_settings_are_moved_in_their_order(opened, by_vault, command):
    keys = [Fernet.generate_key().decode() for _ in range(3)]
    async with opened(secret_keys=",".join(keys)):
        pass
    assert (await command("wrap", secret_keys=",".join(keys))).exit_code == 0
    async with opened(**by_vault) as app:
        assert [key.decode() for key in app.keyring.raw] == keys
