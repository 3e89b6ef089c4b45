"""Secrets at rest: encrypted with Fernet keys that can be rotated while the platform runs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, LargeBinary, String, UniqueConstraint, delete, select, update
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

    def __init__(self, keys: tuple[str, ...], source: str = "MAXBOOSTER_SECRET_KEYS") -> None:
        self._keys = MultiFernet([_fernet(key, number, source) for number, key in enumerate(keys, 1)])
        self._written = keys

    @property
    def raw(self) -> tuple[bytes, ...]:
        """The keys as they were written, newest first: what other keys are derived from."""
        return tuple(key.encode() for key in self._written)

    def seal(self, value: str, place: str) -> bytes:
        return self.seal_bytes(value.encode(), place)

    def seal_bytes(self, value: bytes, place: str) -> bytes:
        return self._keys.encrypt(f"{place}\0".encode() + value)

    def open(self, sealed: bytes, place: str) -> str:
        """
        Raises:
            SettingsError: no key opens it, or it was sealed for another place.
        """
        return self.open_bytes(sealed, place).decode()

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Raises as `open` does."""
        try:
            written, _, value = self._keys.decrypt(sealed).partition(b"\0")
        except InvalidToken:
            raise _unreadable() from None
        if written != place.encode():
            found = written.decode(errors="replace")
            raise SettingsError(f"A secret of {found!r} was found at {place!r}; the database was tampered with.")
        return value

    def opens(self, sealed: bytes) -> bool:
        """Whether a key for it is here."""
        try:
            self._keys.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def rotate(self, sealed: bytes) -> bytes:
        """
        Raises:
            SettingsError: no key opens it.
        """
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise _unreadable() from None


def _fernet(key: str, number: int, source: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise SettingsError(
            f"Key {number} in {source} is not a Fernet key. Restore the right one, or, on a new installation, create"
            " one with `maxbooster secrets new-key`.",
            field="core.secret_keys",
        ) from error


def _unreadable() -> SettingsError:
    return SettingsError(
        "A secret in the database can't be decrypted with the current keys; add the key that it was encrypted with"
        " at the end of MAXBOOSTER_SECRET_KEYS, or restore secret.key.",
        field="core.secret_keys",
    )


def keyring(settings: Settings) -> Keyring:
    """The configured keys, else the key file of the data folder, created when it is first needed."""
    if settings.secret_keys:
        return Keyring(settings.secret_keys)
    path = key_file(settings)
    _create_key(path)
    return _from_file(path)


def refuse_wrong_keys(settings: Settings) -> None:
    """
    Raises:
        SettingsError: a key in the settings is none.
    """
    if settings.secret_keys:
        Keyring(settings.secret_keys)


def existing_keyring(settings: Settings) -> Keyring:
    """The same, creating nothing.

    Raises:
        SettingsError: there is no key yet, or it cannot be used.
    """
    return Keyring(settings.secret_keys) if settings.secret_keys else _from_file(key_file(settings))


def key_file(settings: Settings) -> Path:
    return settings.data / "secret.key"


def _from_file(path: Path) -> Keyring:
    try:
        return Keyring(tuple(path.read_text("ascii").split()) or ("",), str(path))
    except UnicodeDecodeError:
        reason = "it is not text"
    except OSError as error:
        reason = error.strerror or str(error)
    raise SettingsError(
        f"The key file {path} cannot be read: {reason}. Restore it from a backup, or set MAXBOOSTER_SECRET_KEYS.",
        field="core.secret_keys",
    )


def _create_key(path: Path) -> None:
    """Whole or not at all: another process that starts at the same time must not read half a key."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be written: {error.strerror}. Choose another folder with MAXBOOSTER_DATA.",
            field="core.data",
        ) from error


def write_key_file(path: Path, keys: tuple[bytes, ...]) -> None:
    """A new file of keys, newest first, that is on the disk when this returns.

    Raises:
        SettingsError: it is there already, or cannot be written.
    """
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(b"\n".join(keys))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SettingsError(f"{path} is there already: move it away first.", field="core.secret_keys") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", field="core.data") from error


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

    async def create(self, name: str, value: str) -> str:
        """The secret of that name; `value` becomes it, at once, where there was none."""
        sealed = self._ctx.app.keyring.seal(value, f"{self._account}/{name}")
        await self._ctx.app.database.write(lambda connection: _put(connection, self._account, name, sealed, keep=True))
        return await self.get(name)

    async def delete(self, name: str) -> None:
        """Remove a secret for good; commits this unit.

        Raises:
            NotFound: no secret of that name.
        """
        await self._ctx.write(_delete, self._account, name)

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
            raise _missing(name)
        return self._ctx.app.keyring.open(sealed, f"{account}/{name}")


def _delete(connection: Connection, account: UUID, name: str) -> None:
    gone = connection.execute(delete(SecretRow).where(SecretRow.account_id == account, SecretRow.name == name))
    if gone.rowcount != 1:
        raise _missing(name)


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no secret named {name!r}.")


def _put(connection: Connection, account: UUID, name: str, sealed: bytes, *, keep: bool = False) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    from .db.types import new_id

    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = upsert(SecretRow).values(account_id=account, id=new_id(), name=name, sealed=sealed)
    same = ["account_id", "name"]
    connection.execute(
        new.on_conflict_do_nothing(index_elements=same)
        if keep
        else new.on_conflict_do_update(index_elements=same, set_={"sealed": sealed})
    )


def rotate_all(connection: Connection, keys: Keyring) -> int:
    """Seal every secret with the newest key; returns how many."""
    from .auth.sso import queries as sso
    from .connectors import queries as connectors
    from .push import queries as push
    from .webhooks.endpoints import queries as endpoints
    from .webhooks.inbox import queries as inbox

    own = _rotate_secrets, _rotate_factors, _rotate_connections, sso.rotate
    sealed = (*own, connectors.rotate, inbox.rotate, endpoints.rotate, push.rotate)
    return sum(rotate(connection, keys) for rotate in sealed)


def _rotate_factors(connection: Connection, keys: Keyring) -> int:
    from .auth.models import User

    rows = connection.execute(select(User.id, User.totp_secret).where(User.totp_secret.is_not(None))).all()
    for row in rows:
        same = update(User).where(User.id == row.id, User.totp_secret == row.totp_secret)
        connection.execute(same.values(totp_secret=keys.rotate(row.totp_secret)))
    return len(rows)


def _rotate_connections(connection: Connection, keys: Keyring) -> int:
    """One that is renewed meanwhile is sealed with the newest key by that."""
    from .connections.models import ConnectionRow as Row

    rows = connection.execute(
        select(Row.account_id, Row.id, Row.sealed, Row.previous).where(Row.sealed.is_not(None))
    ).all()
    for row in rows:
        same = (Row.account_id == row.account_id, Row.id == row.id, Row.sealed == row.sealed)
        previous = keys.rotate(row.previous) if row.previous is not None else None
        connection.execute(update(Row).where(*same).values(sealed=keys.rotate(row.sealed), previous=previous))
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
