"""What a backup says about itself."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from ..errors import Invalid
from .address import DatabaseKind

FORMAT = 1


class BackupDamaged(Invalid):
    type = "backup-damaged"
    title = "The backup is damaged"


class BackupUnusable(Invalid):
    """It is whole, but not for this installation."""

    type = "backup-unusable"
    title = "The backup can't be restored here"


class Part(Struct, frozen=True):
    """One of a backup's own files, before encryption."""

    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    format: int
    id: str
    """The time of the snapshot, as its folder is called."""
    created_at: datetime
    version: str
    """Of Max Booster."""
    database: DatabaseKind
    revisions: dict[str, str]
    """The migration that each plugin's tables are at."""
    disabled: list[str]
    """Plugins that were off."""
    encrypted: bool
    files: int
    file_bytes: int
    """Of all of them, before encryption."""
    lost: list[str]
    """Files that were in the database, but not in the object store."""
    parts: dict[str, Part]
    seal: str
    """A text sealed with the installation's secret key: whoever opens it can read what is sealed in the database."""
    key_service: str = ""
    """The plugin whose service wrapped the secret keys, which are in the database then."""

    @classmethod
    def decode(cls, content: bytes, id: str) -> Manifest:
        """
        Raises:
            BackupDamaged: it cannot be read.
            BackupUnusable: a later version wrote it.
        """
        try:
            written = msgspec.json.decode(content, type=_Format).format
            if written > FORMAT:
                raise BackupUnusable(
                    f"The backup {id} has the format {written}; this version reads formats up to {FORMAT}."
                    " Install the version of Max Booster that wrote it, or a newer one."
                )
            return msgspec.json.decode(content, type=cls)
        except msgspec.MsgspecError as error:
            raise BackupDamaged(f"The manifest of the backup {id} can't be read: {error}.") from error

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


class _Format(Struct):
    format: int


class Belonging(Struct, frozen=True):
    """`maxbooster-backups.json`: the sealed text of the installation whose backups these are."""

    format: int
    seal: str
    recipient: str | None = None
    """The public key that they are encrypted to."""
