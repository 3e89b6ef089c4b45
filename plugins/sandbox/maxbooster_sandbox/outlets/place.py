"""Where the simulated stores live: a folder for each, and in it one for each account that delivers."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import asyncssh
import msgspec
from msgspec import Struct

from maxbooster.plugin import Context, Settings


class Address(Struct, frozen=True):
    """Where the running server listens, and how it is known."""

    host: str
    port: int
    host_key: str


class Place:
    """The folder `sandbox/` in the data folder; only the platform's own user may look into it."""

    def __init__(self, data: Path) -> None:
        self.root = data / "sandbox"

    @classmethod
    def of(cls, ctx: Context) -> Place:
        return cls(ctx.settings(Settings).data)

    def prepare(self) -> None:
        self.homes.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def homes(self) -> Path:
        return self.root / "outlets"

    def home(self, outlet: str, account: UUID) -> Path:
        return self.homes / outlet / account.hex

    @property
    def password(self) -> str:
        """Of every simulated login; made at first need."""
        return kept(self.root / "password", lambda: secrets.token_urlsafe(24).encode()).decode("ascii")

    @property
    def host_key(self) -> bytes:
        """The server's own, in OpenSSH's form: the same as long as the folder lives, so that it can be known."""
        return kept(self.root / "host-key", _new_key)

    def say(self, address: Address) -> None:
        write(self.root / "sftp.json", msgspec.json.encode(address))

    def address(self) -> Address | None:
        """Where the server listens, None if none ever did."""
        try:
            return msgspec.json.decode((self.root / "sftp.json").read_bytes(), type=Address)
        except FileNotFoundError:
            return None


def _new_key() -> bytes:
    return asyncssh.generate_private_key("ssh-ed25519", comment="sandbox").export_private_key()


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What is there, else what is made now; of several processes that make it, one wins, whenever any is killed."""
    if not path.exists():
        part = _written_beside(path, make())
        with suppress(FileExistsError):
            path.hardlink_to(part)
        part.unlink()
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    _written_beside(path, content).replace(path)


def _written_beside(path: Path, content: bytes) -> Path:
    """In a file that only the platform's own user may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    return part
