"""`maxbooster secrets`: keys for what is encrypted at rest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from ..app import App
from ..data_keys import service as data_keys
from ..db.engine import Database
from ..doctor import connected
from ..errors import NotReady
from ..keyring import key_file
from ..secrets import rotate_all
from ..settings import Settings, read
from .running import assembled, with_app

T = TypeVar("T")


@click.group()
def secrets() -> None:
    """Create, rotate and wrap secret keys."""


@secrets.command("new-key")
def new_key() -> None:
    """Print a new key. Put it first in MAXBOOSTER_SECRET_KEYS, keep the old ones after it, then run `rotate`.

    With a key service, the key is wrapped and kept, and not printed.
    """
    from cryptography.fernet import Fernet

    if not read().decode("core", Settings).key_service:
        click.echo(Fernet.generate_key().decode())
        return
    _with_keys(data_keys.add_key)
    click.echo("A new key is wrapped. Restart `up`, `serve` and `worker`, then run `maxbooster secrets rotate`.")


@secrets.command()
def wrap() -> None:
    """Move the secret keys from the settings or the key file into the key service."""
    _demand_service()
    number = _with_keys(data_keys.wrap_keys)
    settings = read().decode("core", Settings)
    kept = "MAXBOOSTER_SECRET_KEYS" if settings.secret_keys else key_file(settings)
    click.echo(
        f"{number} keys are wrapped by {settings.key_service}. Restart `up`, `serve` and `worker`; once they run,"
        f" remove {kept} and keep no copy, or one that is as safe as the key service."
    )


@secrets.command()
def unwrap() -> None:
    """Move the secret keys out of the key service, into secret.key in the data folder."""
    _demand_service()
    path = key_file(read().decode("core", Settings))
    _with_keys(partial(data_keys.unwrap_keys, into=path))
    click.echo(f"The keys are in {path}. Remove MAXBOOSTER_KEY_SERVICE, then restart `up`, `serve` and `worker`.")


@secrets.command()
def rewrap() -> None:
    """Wrap the secret keys anew, after the key service's own key was rotated. No secret is rewritten."""
    _demand_service()
    click.echo(f"{_with_keys(data_keys.rewrap_keys)} keys are wrapped anew.")


@secrets.command("drop-old-keys")
def drop_old_keys() -> None:
    """Remove all wrapped keys but the newest, once `rotate` has encrypted everything with it."""
    _demand_service()
    click.echo(f"Old keys removed: {_with_keys(data_keys.drop_old_keys)}.")


def _demand_service() -> None:
    if not read().decode("core", Settings).key_service:
        raise click.UsageError("MAXBOOSTER_KEY_SERVICE is not set: name the plugin that wraps keys, such as vault.")


def _with_keys(command: Callable[[App], Awaitable[T]]) -> T:
    """On a database that exists; whether the keys can be unwrapped is the command's to find out."""

    async def run() -> T:
        app = assembled()
        async with connected(app):
            if not isinstance(app.database, Database):
                raise NotReady("There is no database yet: `maxbooster up` or `maxbooster db upgrade` creates it.")
            return await command(app)

    return asyncio.run(run())


@secrets.command("new-backup-key")
@click.argument("file", type=click.Path(path_type=Path))
def new_backup_key(file: Path) -> None:
    """Write a new key for encrypted backups to FILE, and print its public key for `maxbooster backup --encrypt-to`.

    Keep FILE away from this machine: backups are restored with it, and made without it.
    """
    from ..backup.encryption import new_identity

    content, public = new_identity()
    with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as key:
        key.write(content)
    click.echo(public)


@secrets.command()
def rotate() -> None:
    """Encrypt every secret with the first key. The other keys can be removed afterwards."""

    async def rotated(app: App) -> int:
        return await app.database.transact(lambda connection: rotate_all(connection, app.keyring))

    click.echo(f"{with_app(rotated)} secrets are encrypted with the first key.")
