"""`maxbooster backup` and `maxbooster restore`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from ..app import App, now
from ..backup import encryption
from ..backup.archive import Archive, place, refuse_missing, refuse_within
from ..backup.creating import Created, Installation, create
from ..backup.manifest import Manifest
from ..backup.restoring import check, chosen, restore_into
from ..db import migrate
from ..db.engine import Database
from ..doctor import connected
from ..errors import NotReady
from ..plugins import switches
from ..secrets import Keyring, existing_keyring
from ..storage.store import Store
from .printing import AS_JSON, print_json, print_rows
from .running import assembled

KEY_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("to")
@click.option("--encrypt-to", metavar="KEY", help="Encrypt to this public key of age (age1…).")
@click.option("--keep", type=click.IntRange(min=1), help="Keep only so many backups; remove older ones.")
@AS_JSON
def backup(to: str, encrypt_to: str | None, keep: int | None, as_json: bool) -> None:
    """Back up the database and the files TO a folder or a store's URL, while the platform runs.

    A store's URL is s3://bucket/prefix, gs://… or az://…. Files that an earlier backup holds aren't copied again.
    """
    app, url = assembled(), place(to)
    refuse_within(url, app.settings.storage_url)
    recipient = encryption.recipient(encrypt_to) if encrypt_to else None
    made = asyncio.run(_create(app, Archive(url, recipient=recipient, scratch=_scratch(app)), keep, quiet=as_json))
    if as_json:
        print_json(made)
    else:
        _print_created(app, made)
    if made.lost:
        raise click.exceptions.Exit(1)


def _print_created(app: App, made: Created) -> None:
    click.echo(
        f"Backup {made.id} is complete: {made.files} files, {_size(made.file_bytes)};"
        f" {made.copied_files} of them ({_size(made.copied_bytes)}) were new."
    )
    for key in made.lost:
        click.echo(f"Lost: {key} is in the database, but not in the object store nor in the backup.", err=True)
    if made.removed:
        click.echo(f"Removed older backups: {', '.join(made.removed)}.")
    if not made.encrypted and not app.settings.secret_keys and not app.settings.key_service:
        click.echo(
            f"The secret key isn't in it, because it isn't encrypted: keep a copy of {app.settings.data / 'secret.key'}"
            " in another place."
        )


async def _keys(app: App) -> Keyring:
    if not app.settings.key_service:
        return existing_keyring(app.settings)
    async with connected(app) as findings:
        if not isinstance(app.keyring, Keyring):
            raise NotReady(" ".join(each.reason or "" for each in findings if not each.ok))
        return app.keyring


async def _create(app: App, archive: Archive, keep: int | None, *, quiet: bool) -> Created:
    keys = await _keys(app)
    off = sorted(switches.disabled(app.settings.data))
    installation = Installation(app.settings, keys, Store(app.settings.storage_url), off)
    return await create(installation, archive, now(), keep=keep, progress=_progress("Copied", quiet=quiet))


@click.command()
@click.argument("source", metavar="FROM")
@click.option("--backup", "id", metavar="ID", help="Which backup; the newest if left out.")
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The key of an encrypted one."
)
@click.option("--list", "only_list", is_flag=True, help="List the backups and restore nothing.")
@click.option("--check", "only_check", is_flag=True, help="Read and compare everything, and restore nothing.")
@AS_JSON
def restore(source: str, *, id: str | None, key: Path | None, only_list: bool, only_check: bool, as_json: bool) -> None:
    """Restore a backup FROM a folder or a store's URL into this installation, which must be empty."""
    app, url = assembled(), place(source)
    refuse_missing(url)
    archive = Archive(url, identity=encryption.identity(key) if key else None, scratch=_scratch(app))
    if only_list:
        _print_list(asyncio.run(archive.manifests()), url, as_json=as_json)
        return
    manifest = asyncio.run(chosen(archive, id))
    if only_check:
        asyncio.run(check(archive, manifest, _progress("Checked", quiet=as_json)))
        _print_checked(manifest, as_json=as_json)
        return
    refuse_within(url, app.settings.storage_url)
    found = migrate.namespaces(app.registry)
    progress = _progress("Restored", quiet=as_json)
    asyncio.run(restore_into(app.settings, archive, manifest, found, progress))
    switches.replace(app.settings.data, set(manifest.disabled))
    _upgrade(assembled())
    _print_restored(manifest, _not_installed(app, manifest), as_json=as_json)


def _not_installed(app: App, manifest: Manifest) -> list[str]:
    """Plugins whose tables are in the backup."""
    return sorted(manifest.revisions.keys() - {name.partition(".")[0] for name in app.registry.plugins})


def _upgrade(app: App) -> None:
    """To what the installed version expects."""
    database = Database(app.settings.database_url, threads=1)
    try:
        migrate.upgrade_enabled(database, app.registry)
    finally:
        database.writer.close()


def _scratch(app: App) -> Path:
    """Where snapshots lie for a moment: on the disk that has room for the data."""
    app.settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return app.settings.data


def _print_list(manifests: list[Manifest], url: str, *, as_json: bool) -> None:
    lines = [
        f"{each.id}  {each.files:>8} files  {_size(each.file_bytes):>10}  {each.database:10}"
        f"  {'encrypted' if each.encrypted else 'not encrypted'}  {each.version}"
        for each in manifests
    ]
    print_rows(manifests, lines, as_json=as_json, empty=f"{url} has no complete backup.")


def _print_checked(manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    click.echo(
        f"The backup {manifest.id} is whole: {manifest.files} files, {_size(manifest.file_bytes)}, and the database."
    )


def _print_restored(manifest: Manifest, not_installed: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    click.echo(
        f"Restored the backup {manifest.id}: {manifest.files} files, {_size(manifest.file_bytes)}, and the database."
    )
    if not_installed:
        click.echo(f"Their tables are here, but they aren't installed: {', '.join(not_installed)}.")
    click.echo(
        "Jobs that were waiting run when the platform starts, some perhaps for a second time; `maxbooster jobs list`"
        " shows them. `maxbooster doctor` checks the rest."
    )


def _contents(manifest: Manifest) -> str:
    return f"{manifest.files} files, {_size(manifest.file_bytes)}, and the database"


class _Shown:
    """A line on standard error that is written over, where somebody looks."""

    def __init__(self, verb: str) -> None:
        self._verb = verb

    def __call__(self, done: int, total: int) -> None:
        sys.stderr.write(f"\r{self._verb} {_size(done)} of {_size(total)}")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def _progress(verb: str, *, quiet: bool) -> _Shown | _Silent:
    return _Silent() if quiet or not sys.stderr.isatty() else _Shown(verb)


class _Silent:
    def __call__(self, done: int, total: int) -> None: ...


def _size(bytes: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if bytes >= size:
            return f"{bytes / size:.1f} {unit}"
    return f"{bytes} B"
