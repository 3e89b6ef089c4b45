"""`maxbooster restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..backup import encryption
from ..backup.archive import Archive, place, refuse_missing, refuse_within
from ..backup.checking import check, chosen
from ..backup.manifest import Manifest
from ..plugins import switches
from .printing import AS_JSON, print_json, print_rows
from .transferring import progress, scratch, settings, sized

if TYPE_CHECKING:
    from ..plugins.registry import Registry
    from ..settings import Settings


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
    core, url = settings(), place(source)
    refuse_missing(url)
    archive = Archive(url, identity=encryption.identity(key) if key else None, scratch=scratch(core))
    if only_list:
        _print_list(asyncio.run(archive.manifests()), url, as_json=as_json)
        return
    manifest = asyncio.run(chosen(archive, id))
    if only_check:
        asyncio.run(check(archive, manifest, progress("Checked", quiet=as_json)))
        _print_checked(manifest, as_json=as_json)
        return
    refuse_within(url, core.storage_url)
    _print_restored(manifest, _restore(core, archive, manifest, quiet=as_json), as_json=as_json)


def _restore(core: Settings, archive: Archive, manifest: Manifest, *, quiet: bool) -> list[str]:
    """Returns the plugins whose tables are in the backup, but which aren't installed here."""
    from ..backup.restoring import restore_into
    from ..db import migrate
    from .running import assembled

    registry = assembled().registry
    asyncio.run(restore_into(core, archive, manifest, migrate.namespaces(registry), progress("Restored", quiet=quiet)))
    switches.replace(core.data, set(manifest.disabled))
    _upgrade(core, assembled().registry)
    return sorted(manifest.revisions.keys() - {name.partition(".")[0] for name in registry.plugins})


def _upgrade(core: Settings, registry: Registry) -> None:
    """To what the installed version expects."""
    from ..db import migrate
    from ..db.engine import Database

    database = Database(core.database_url, threads=1)
    try:
        migrate.upgrade_enabled(database, registry)
    finally:
        database.writer.close()


def _print_list(manifests: list[Manifest], url: str, *, as_json: bool) -> None:
    lines = [
        f"{each.id}  {each.files:>8} files  {sized(each.file_bytes):>10}  {each.database:10}"
        f"  {'encrypted' if each.encrypted else 'not encrypted'}  {each.version}"
        for each in manifests
    ]
    print_rows(manifests, lines, as_json=as_json, empty=f"{url} has no complete backup.")


def _print_checked(manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    click.echo(
        f"The backup {manifest.id} is whole: {manifest.files} files, {sized(manifest.file_bytes)}, and the database."
    )


def _print_restored(manifest: Manifest, not_installed: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    click.echo(
        f"Restored the backup {manifest.id}: {manifest.files} files, {sized(manifest.file_bytes)}, and the database."
    )
    if not_installed:
        click.echo(f"Their tables are here, but they aren't installed: {', '.join(not_installed)}.")
    click.echo(
        "Jobs that were waiting run when the platform starts, some perhaps for a second time; `maxbooster jobs list`"
        " shows them. `maxbooster doctor` checks the rest."
    )
