"""A batch of one release: the message, its files and the manifest that comes last, validated before it may leave.

The same description, files and envelope give the same bytes, so an interrupted delivery can be built again and go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal

from msgspec import Struct

from .ddex import choreography
from .ddex.ern43 import Contents, Resource
from .ddex.message import Envelope, written
from .ddex.schemas import Schemas, Standard
from .description import ReleaseDescription
from .media import AudioFacts, CoverFacts
from .outlets.outlet import DdexOutlet

What = Literal["insert", "update", "takedown", "reactivation"]
INSERT, UPDATE, TAKEDOWN, REACTIVATION = "insert", "update", "takedown", "reactivation"
_ACTIONS = {INSERT: "NewReleaseDelivery", UPDATE: "ReDelivery", TAKEDOWN: "TakeDown", REACTIVATION: "ReDelivery"}
_SUFFIXES = {"FLAC": "flac", "WAV": "wav", "WAVEX": "wav", "AIFF": "aiff", "JPEG": "jpg", "PNG": "png", "TIFF": "tif"}


class Item(Struct, frozen=True, kw_only=True):
    """One file of a batch: its bytes, or where they lie on this machine."""

    path: str
    """Below the batch's root."""
    sha256: str
    size: int
    content: bytes | None = None
    file: Path | None = None


class Batch(Struct, frozen=True):
    """BatchId and root folder."""

    id: str
    folder: str


class Material(Struct, frozen=True, kw_only=True):
    """What a package is made from; a delivery keeps it as it was when it was submitted."""

    description: ReleaseDescription
    audio: list[AudioFacts]
    cover: CoverFacts


class Package(Struct, frozen=True, kw_only=True):
    folder: str
    """The batch's root folder, below which all paths lie."""
    items: list[Item]
    """In the order in which they are sent; the manifest is the last."""

    @property
    def size(self) -> int:
        return sum(item.size for item in self.items)


def write(
    outlet: DdexOutlet, material: Material, envelope: Envelope, schemas: Schemas, *, what: str, batch: Batch
) -> tuple[bytes, bytes]:
    """Message and manifest, validated.

    Raises:
        Invalid: one does not keep to its schema.
    """
    upc = material.description.upc or ""
    tree = outlet.release_message(_contents(material), envelope, available=what != TAKEDOWN)
    schemas.validate(tree, Standard.ERN_43)
    message = written(tree)
    sent = choreography.Sent(
        message_id=envelope.message_id, path=f"{upc}/{upc}.xml", content=message, upc=upc, delivery=_ACTIONS[what]
    )
    manifest = choreography.manifest(batch.folder, envelope, sent)
    schemas.validate(manifest, Standard.CHOREOGRAPHY)
    return message, written(manifest)


def assemble(
    material: Material, files: Mapping[str, Path], message: bytes, manifest: bytes, *, what: str, batch: Batch
) -> Package:
    """Everything in the order in which it is sent. `files`: SHA-256 → path; a takedown carries none."""
    upc = material.description.upc or ""
    resources = [] if what == TAKEDOWN else _resources(upc, _contents(material), files)
    items = [*resources, _text(f"{upc}/{upc}.xml", message), _text(f"BatchComplete_{batch.id}.xml", manifest)]
    return Package(folder=batch.folder, items=items)


def _contents(material: Material) -> Contents:
    audio = tuple(
        Resource(f"resources/{track.isrc}.{_SUFFIXES.get(facts.container, 'bin')}", facts)
        for track, facts in zip(material.description.tracks, material.audio, strict=True)
    )
    cover = Resource(f"resources/cover.{_SUFFIXES.get(material.cover.format, 'bin')}", material.cover)
    return Contents(material.description, audio, cover)


def _resources(upc: str, contents: Contents, files: Mapping[str, Path]) -> list[Item]:
    return [
        Item(path=f"{upc}/{each.uri}", sha256=each.facts.sha256, size=each.facts.size, file=files[each.facts.sha256])
        for each in (*contents.audio, contents.cover)
    ]


def _text(path: str, content: bytes) -> Item:
    return Item(path=path, sha256=sha256(content).hexdigest(), size=len(content), content=content)
