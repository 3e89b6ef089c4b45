"""`maxbooster distribution`: check and pack a release on disk, without a server or a database."""

from __future__ import annotations

import asyncio
import difflib
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from maxbooster.plugin import AS_JSON, Invalid, Settings, assembled, print_json

from . import document, sample
from .ddex import schemas as ddex
from .ddex.choreography import batch_id
from .ddex.message import Envelope, Party
from .ddex.schemas import Schemas
from .document import Opened
from .outlets.outlet import OUTLET, Outlet
from .package import INSERT, Batch, Material, Package, assemble, write
from .quality import vocabulary
from .quality.review import in_order, review
from .quality.rule import QualityFinding
from .royalties.commands import royalties
from .settings import DistributionSettings
from .transports.folder import FolderTransport
from .transports.transport import deliver

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def distribution() -> None:
    """Check releases and pack them for stores."""


distribution.add_command(royalties)


class _Outlet(click.ParamType[str]):
    """The name of a store whose connector is enabled."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = _offered()
        found = next((name for name, outlet in known.items() if value.lower() in (name, outlet.title.lower())), None)
        if found is None:
            near = difflib.get_close_matches(value.lower(), known, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            self.fail(f"There is no store {value!r}; choose from {', '.join(known)}.{meant}", param, ctx)
        return found

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return f"Choose from: {', '.join(_offered())}."


_outlet = click.option("--outlet", "name", required=True, type=_Outlet(), help="The store it would go to: `spotify`.")


@distribution.command()
@click.option("--into", "folder", type=_FOLDER, help="Write it to FOLDER instead, with two masters and a cover.")
@AS_JSON
def example(folder: Path | None, as_json: bool) -> None:
    """Print a complete RELEASE.json, or write it with its files."""
    if folder is None:
        click.echo(sample.written().decode())
        return
    path = sample.write(folder)
    if as_json:
        print_json({"release": str(path)})
    else:
        click.echo(f"{path}: edit it, then check it with `maxbooster distribution validate`.")


@distribution.command()
@click.argument("release", type=_FILE)
@_outlet
@AS_JSON
def validate(release: Path, name: str, as_json: bool) -> None:
    """Check a RELEASE.json as a store would; exits with 1 if anything blocks."""
    known = _Known(name)
    opened = document.open_files(document.read(release), release.parent)
    findings = known.findings(opened)
    blocking = [finding for finding in findings if finding.blocks]
    if as_json:
        print_json({"outlet": name, "blocking": len(blocking), "findings": findings})
    else:
        _print(findings)
        click.echo(
            f"{len(findings)} findings, {len(blocking)} issues to fix before a delivery to {known.outlet.title}."
            if findings
            else f"No issues: ready for {known.outlet.title}."
        )
    raise SystemExit(1 if blocking else 0)


def _print(findings: Sequence[QualityFinding]) -> None:
    for finding in findings:
        click.echo(f"{finding.severity:5}  {finding.rule}  {finding.field}: {finding.message} {finding.fix}")


@distribution.command()
@click.argument("release", type=_FILE)
@_outlet
@click.option("--out", required=True, type=_FOLDER, help="Where the batch folder goes.")
@click.option("--batch", help="BatchId to use (YYYYMMDDhhmmssnnn): the same id gives the same bytes.  [default: now]")
@AS_JSON
def package(release: Path, name: str, out: Path, batch: str | None, as_json: bool) -> None:
    """Package a RELEASE.json for a store: message, files and manifest, validated, as a batch folder."""
    known = _Known(name)
    opened = document.open_files(document.read(release), release.parent)
    if blocking := [finding for finding in known.findings(opened) if finding.blocks]:
        _print(blocking)
        raise Invalid(f"Nothing is packaged: {len(blocking)} issues to fix before a delivery to {known.outlet.title}.")
    packed = known.packed(opened, _moment(batch))
    folder = _put(packed, out)
    if as_json:
        files = [{"path": item.path, "sha256": item.sha256, "size": item.size} for item in packed.items]
        print_json({"batch": str(folder), "files": files})
    else:
        click.echo(f"{folder}: {len(packed.items)} files, {packed.size:,} bytes")
    if known.schemas.official is None:
        click.echo(
            f"Validated against Max Booster's own schemas only. Before you send it to {known.outlet.title}, install"
            " DDEX's with `maxbooster distribution schemas add FOLDER` and package it again.",
            err=True,
        )


@distribution.group()
def schemas() -> None:
    """Manage DDEX's schemas, which messages to real stores are validated against."""


@schemas.command("add")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@AS_JSON
def add_schemas(folder: Path, as_json: bool) -> None:
    """Install DDEX's schemas from FOLDER, with ern-43/ and ern-c-sftp-18/ in it."""
    place = ddex.install(folder, assembled().settings_of(Settings).data)
    if as_json:
        print_json({"schemas": str(place)})
    else:
        click.echo(f"Installed in {place}.")


@distribution.command("stores")
@AS_JSON
def list_stores(as_json: bool) -> None:
    """List the stores whose connectors are enabled."""
    known = _offered()
    if as_json:
        print_json({"stores": [{"name": name, "title": outlet.title} for name, outlet in known.items()]})
    elif not known:
        click.echo("No stores: no connector is enabled. See `maxbooster plugins list`.")
    for name, outlet in ({} if as_json else known).items():
        click.echo(f"{name:16}  {outlet.title}")


def _offered() -> dict[str, Outlet]:
    """Name → store, of every connector that is enabled."""
    return {outlet.name: outlet for outlet in assembled().connectors(OUTLET)}


class _Known:
    """What a command knows of a store and of the schemas, without a database."""

    def __init__(self, name: str) -> None:
        app = assembled()
        self.outlet = _offered()[name]
        self.settings = app.settings_of(self.outlet.it.settings)
        self._distribution = app.settings_of(DistributionSettings)
        self._data = app.settings_of(Settings).data

    @property
    def schemas(self) -> Schemas:
        return ddex.installed(self._distribution, self._data)

    def findings(self, opened: Opened) -> list[QualityFinding]:
        subject = opened.subject(datetime.now(UTC).date())
        broken = {finding.field for finding in opened.broken}
        found = [*vocabulary.findings(Schemas(), subject), *review(subject, [self.outlet])]
        both = opened.broken + [finding for finding in found if finding.field not in broken]
        return in_order(both)

    def packed(self, opened: Opened, at: datetime) -> Package:
        said = opened.document
        if said.sender is None:
            raise Invalid("The document names no sender; add its party id and name.", field="sender")
        party_id = self.settings.party_id or self.outlet.it.party_id
        if not party_id:
            where = f"[distribution.{self.outlet.name}] party_id"
            raise Invalid(f"{self.outlet.title}'s party id is not public; set {where}.", field="party_id")
        envelope = Envelope(
            message_id=sha256(f"{said.upc}:{batch_id(at)}:{self.outlet.name}".encode()).hexdigest()[:32],
            thread_id=said.upc or "",
            created_at=at,
            sender=Party(said.sender.party_id, said.sender.name),
            recipient=Party(party_id, self.outlet.title),
        )
        assert opened.cover is not None
        audio = [facts for facts in opened.audio if facts is not None]
        material = Material(description=said, audio=audio, cover=opened.cover)
        folder = self.outlet.it.batch_folder(batch_id(at), self.settings.folder_prefix)
        batch = Batch(batch_id(at), folder)
        message, manifest = write(self.outlet.it, material, envelope, self.schemas, what=INSERT, batch=batch)
        return assemble(material, opened.paths, message, manifest, what=INSERT, batch=batch)


def _put(packed: Package, out: Path) -> Path:
    """Whole or not at all: written beside its place, then moved there."""
    wanted = out / packed.folder
    if wanted.exists():
        raise Invalid(f"{wanted} is there already; remove it, or take another batch id.", field="out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=out))
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}. Choose another folder.", field="out") from error
    try:
        asyncio.run(deliver(FolderTransport(part), packed, _silent))
        (part / packed.folder).rename(wanted)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return wanted


async def _silent(_: int) -> None:
    """Nobody watches how far a local copy is."""


def _moment(batch: str | None) -> datetime:
    from .ddex.choreography import moment_of

    if batch is None:
        return datetime.now(UTC)
    try:
        return moment_of(batch)
    except ValueError:
        raise Invalid(f"{batch!r} is no BatchId; write YYYYMMDDhhmmssnnn, in UTC.", field="batch") from None
