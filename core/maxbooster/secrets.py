"""Secrets at rest, by account and name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .db.models import PLATFORM, Owned, Table
from .errors import NotFound

if TYPE_CHECKING:
    from .context import Context
    from .keyring import Keyring


class SecretRow(Owned, Table):
    __tablename__ = "core_secret"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    name: Mapped[str] = mapped_column(String(120))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


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
