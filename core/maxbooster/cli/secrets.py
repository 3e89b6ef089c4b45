"""`maxbooster secrets`: keys for what is encrypted at rest."""

from __future__ import annotations

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


@secrets.command()
def rotate() -> None:
    """Encrypt every secret with the first key. The other keys can be removed afterwards."""

    async def rotated(app: App) -> int:
        return await app.database.transact(lambda connection: rotate_all(connection, app.keyring))

    click.echo(f"{with_app(rotated)} secrets are encrypted with the first key.")
