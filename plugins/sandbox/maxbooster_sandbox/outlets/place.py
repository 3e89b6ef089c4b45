"""Where the simulated outlets live: a folder for each, and in it one for each account that delivers."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from uuid import UUID

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
        path = self.root / "password"
        try:
            self.prepare()
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(24))
        except FileExistsError:
            pass
        return path.read_text("ascii")

    @property
    def key(self) -> Path:
        """The server's own key."""
        return self.root / "host-key"

    def say(self, address: Address) -> None:
        write(self.root / "sftp.json", msgspec.json.encode(address))

    def address(self) -> Address | None:
        """Where the server listens, None if none ever did."""
        try:
            return msgspec.json.decode((self.root / "sftp.json").read_bytes(), type=Address)
        except FileNotFoundError:
            return None


def write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    part.write_bytes(content)
    part.replace(path)
