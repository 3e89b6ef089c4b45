"""RELEASE.json: a release on disk, with its masters and its cover beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec
from msgspec import Struct

from maxbooster.plugin import Invalid

from .catalog.identifiers import dpid
from .description import ReleaseDescription
from .media import AudioFacts, CoverFacts, audio_facts, cover_facts
from .quality.rule import QualityFinding, Subject
from .quality.texts import unwritable_in

LARGEST_BYTES = 5_000_000
F = TypeVar("F", AudioFacts, CoverFacts)


class Sender(Struct, frozen=True):
    """Who delivers: a DDEX party id, and the name that goes with it."""

    party_id: str
    name: str


class Document(ReleaseDescription, kw_only=True, forbid_unknown_fields=True):
    """A description, and who sends it. Paths are relative to the file."""

    sender: Sender | None = None
    """None: the description can be checked, but not packed."""


class Opened(Struct, frozen=True, kw_only=True):
    """A document with what its files are. `broken` says which cannot be used, and why."""

    document: Document
    audio: list[AudioFacts | None]
    cover: CoverFacts | None
    paths: dict[str, Path]
    """SHA-256 → path."""
    broken: list[QualityFinding]

    def subject(self, today: date) -> Subject:
        return Subject(description=self.document, audio=self.audio, cover=self.cover, today=today)


def read(path: Path) -> Document:
    """
    Raises:
        Invalid: it cannot be read, is no JSON, or says something that a release cannot have.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Invalid(f"{path} is larger than {LARGEST_BYTES:,} bytes; no release needs that.", field="file")
        found = msgspec.json.decode(path.read_bytes(), type=Document)
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", field="file") from error
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(path, error)
    if found.sender is not None:
        _refuse_unless_dpid(path, found.sender)
        if unwritable_in(found.sender.name) or not found.sender.name.strip():
            said = f"sender.name is {found.sender.name!r}; write a name without control characters"
            raise Invalid(f"{path} is no release description: {said}.", field="file")
    return found


def _refuse_unless_dpid(path: Path, sender: Sender) -> None:
    try:
        dpid(sender.party_id, "sender.party_id")
    except Invalid as error:
        raise Invalid(
            f"{path} is no release description: {error.detail} - at `$.sender.party_id`", field="file"
        ) from error


def _refuse(path: Path, error: Exception) -> NoReturn:
    hint = (
        "" if isinstance(error, msgspec.ValidationError) else " `maxbooster distribution example` prints a whole one."
    )
    raise Invalid(f"{path} is no release description: {error}.{hint}", field="file") from error


def open_files(document: Document, folder: Path) -> Opened:
    """Read every file that the document names."""
    broken: list[QualityFinding] = []
    paths: dict[str, Path] = {}

    def facts(read: Callable[[Path, str], F], name: str | None, field: str) -> F | None:
        if not name:
            return None
        try:
            found = read(folder / name, name)
        except Invalid as error:
            broken.append(
                QualityFinding(rule="P05", severity="ERROR", field=field, message=error.detail, fix="Use another file.")
            )
            return None
        paths[found.sha256] = folder / name
        return found

    audio = [facts(audio_facts, track.audio, f"tracks[{n}].audio") for n, track in enumerate(document.tracks)]
    cover = facts(cover_facts, document.cover, "cover")
    return Opened(document=document, audio=audio, cover=cover, paths=paths, broken=broken)
