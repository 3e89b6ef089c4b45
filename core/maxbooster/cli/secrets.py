"""`maxbooster secrets`: keys for what is encrypted at rest."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..app import App
from ..secrets import rotate_all
from .running import with_app


@click.group()
def secrets() -> None:
    """Create and rotate secret keys."""


@secrets.command("new-key")
def new_key() -> None:
    """Print a new key. Put it first in MAXBOOSTER_SECRET_KEYS, keep the old ones after it, then run `rotate`."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


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
