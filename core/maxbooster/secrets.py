"""Secrets at rest: encrypted with Fernet keys that can be rotated while the platform runs (C-16)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, LargeBinary, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .db.models import PLATFORM, Owned, Table
from .errors import NotFound, SettingsError

if TYPE_CHECKING:
    from .context import Context
    from .settings import Settings


class SecretRow(Owned, Table):
    __tablename__ = "core_secret"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    name: Mapped[str] = mapped_column(String(120))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Keyring:
    """Encrypts with the newest key and reads with any; each value is bound to the place where it is kept."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SettingsError(
                "A secret key is not a Fernet key; make one with `maxbooster secrets new-key`.",
                field="core.secret_keys",
            ) from error
        self._written = keys

    @property
    def raw(self) -> tuple[bytes, ...]:
        """The keys as they were written, newest first: what other keys are derived from."""
        return tuple(key.encode() for key in self._written)

    def seal(self, value: str, place: str) -> bytes:
        return self._keys.encrypt(f"{place}\0{value}".encode())

    def open(self, sealed: bytes, place: str) -> str:
        """
        Raises:
            SettingsError: no key opens it, or it was sealed for another place.
        """
        try:
            written, _, value = self._keys.decrypt(sealed).decode().partition("\0")
        except InvalidToken:
            raise SettingsError(
                "A secret cannot be read with the present keys; put the key that it was written with"
                " at the end of MAXBOOSTER_SECRET_KEYS.",
                field="core.secret_keys",
            ) from None
        if written != place:
            raise SettingsError(f"A secret of {written!r} was found at {place!r}; the database was tampered with.")
        return value

    def rotate(self, sealed: bytes) -> bytes:
        return self._keys.rotate(sealed)


def keyring(settings: Settings) -> Keyring:
    """The configured keys, else the key file of the data folder, made at first need."""
    if settings.secret_keys:
        return Keyring(settings.secret_keys)
    return Keyring((_key_file(settings.data / "secret.key"),))


def _key_file(path: Path) -> str:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be written: {error.strerror}.", field="core.data") from error
    return path.read_text("ascii").strip()


class Secrets:
    """An account's secrets, by name; outside an account, the platform's."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    @property
    def _account(self) -> UUID:
        return (self._ctx.identity and self._ctx.identity.account) or PLATFORM

    async def put(self, name: str, value: str) -> None:
        """Keep a secret, in place of an earlier one of that name; commits this unit."""
        sealed = self._ctx.app.keyring.seal(value, f"{self._account}/{name}")
        await self._ctx.write(_put, self._account, name, sealed)

    async def get(self, name: str) -> str:
        """
        Raises:
            NotFound: no secret of that name.
        """
        account = self._account
        sealed = await self._ctx.app.database.read(
            lambda connection: connection.execute(
                select(SecretRow.sealed).where(SecretRow.account_id == account, SecretRow.name == name)
            ).scalar()
        )
        if sealed is None:
            raise NotFound(f"There is no secret named {name!r}.")
        return self._ctx.app.keyring.open(sealed, f"{account}/{name}")


def _put(connection: Connection, account: UUID, name: str, sealed: bytes) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    from .db.types import new_id

    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        upsert(SecretRow)
        .values(account_id=account, id=new_id(), name=name, sealed=sealed)
        .on_conflict_do_update(index_elements=["account_id", "name"], set_={"sealed": sealed})
    )


def rotate_all(connection: Connection, keys: Keyring) -> int:
    """Seal every secret with the newest key; returns how many."""
    return _rotate_secrets(connection, keys) + _rotate_factors(connection, keys)


def _rotate_factors(connection: Connection, keys: Keyring) -> int:
    from .auth.models import User

    rows = connection.execute(select(User.id, User.totp_secret).where(User.totp_secret.is_not(None))).all()
    for row in rows:
        same = update(User).where(User.id == row.id, User.totp_secret == row.totp_secret)
        connection.execute(same.values(totp_secret=keys.rotate(row.totp_secret)))
    return len(rows)


def _rotate_secrets(connection: Connection, keys: Keyring) -> int:
    rows = connection.execute(select(SecretRow.account_id, SecretRow.id, SecretRow.sealed)).all()
    for row in rows:
        connection.execute(
            update(SecretRow)
            .where(SecretRow.account_id == row.account_id, SecretRow.id == row.id, SecretRow.sealed == row.sealed)
            .values(sealed=keys.rotate(row.sealed))
        )
    return len(rows)
