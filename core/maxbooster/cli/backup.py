"""`maxbooster backup`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from ..backup import encryption
from ..backup.archive import Archive, place, refuse_within
from ..backup.creating import Created, Installation, create
from ..keyring import Keyring, existing_keyring
from ..plugins import switches
from ..settings import Settings
from ..storage.store import Store
from .printing import AS_JSON, print_json
from .transferring import progress, scratch, settings, sized


@click.command()
@click.argument("to")
@click.option("--encrypt-to", metavar="KEY", help="Encrypt to this public key of age (age1…).")
@click.option("--keep", type=click.IntRange(min=1), help="Keep only so many backups; remove older ones.")
@AS_JSON
def backup(to: str, encrypt_to: str | None, keep: int | None, as_json: bool) -> None:
    """Back up the database and the files TO a folder or a store's URL, while the platform runs.

    A store's URL is s3://bucket/prefix, gs://… or az://…. Files that an earlier backup holds aren't copied again.
    """
    core, url = settings(), place(to)
    refuse_within(url, core.storage_url)
    recipient = encryption.recipient(encrypt_to) if encrypt_to else None
    archive = Archive(url, recipient=recipient, scratch=scratch(core))
    made = asyncio.run(_create(core, archive, keep, quiet=as_json))
    if as_json:
        print_json(made)
    else:
        _print_created(core, made)
    if made.lost:
        raise click.exceptions.Exit(1)


async def _create(core: Settings, archive: Archive, keep: int | None, *, quiet: bool) -> Created:
    keys = await _unwrapped_keys() if core.key_service else existing_keyring(core)
    off = sorted(switches.disabled(core.data))
    installation = Installation(core, keys, Store(core.storage_url), off)
    return await create(installation, archive, datetime.now(UTC), keep=keep, progress=progress("Copied", quiet=quiet))


async def _unwrapped_keys() -> Keyring:
    """By the key service, which is a plugin."""
    from ..doctor import connected
    from ..errors import NotReady
    from .running import assembled

    app = assembled()
    async with connected(app) as findings:
        if not isinstance(app.keyring, Keyring):
            raise NotReady(" ".join(each.reason or "" for each in findings if not each.ok))
        return app.keyring


def _print_created(core: Settings, made: Created) -> None:
    click.echo(
        f"Backup {made.id} is complete: {made.files} files, {sized(made.file_bytes)};"
        f" {made.copied_files} of them ({sized(made.copied_bytes)}) were new."
    )
    for key in made.lost:
        click.echo(f"Lost: {key} is in the database, but not in the object store nor in the backup.", err=True)
    if made.interrupted:
        click.echo(f"Removed what was left of interrupted backups: {', '.join(made.interrupted)}.")
    if made.removed:
        click.echo(f"Removed older backups: {', '.join(made.removed)}.")
    if not made.encrypted and not core.secret_keys and not core.key_service:
        click.echo(
            f"The secret key isn't in it, because it isn't encrypted: keep a copy of {core.data / 'secret.key'}"
            " in another place."
        )
