"""By which grant does somebody come, and what does it open now? Asked anew with every request: a revoked one is over
at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from ..auth.identify import within
from ..auth.meter import Meter
from ..auth.models import ApiKey, Membership, Session, User
from ..db.boundary import Reach
from ..db.fast import Prepared
from ..db.models import Owned
from ..errors import GrantEnded, TooMany
from ..identity import Granted, Identity
from .grantable import LINK_PREFIX, Grantable, Part
from .models import GrantRow

if TYPE_CHECKING:
    from ..app import App

WRITE = "grant.write"
TOUCH_EVERY = timedelta(minutes=1)
REQUESTS_PER_S = 50
"""Of one grant in one process."""
_METERED = 20_000
ENDED = "This link has ended, or is not complete. Ask whoever sent it for a new one."

_SELECT = (
    select(
        GrantRow.id,
        GrantRow.account_id,
        GrantRow.kind,
        GrantRow.object_id,
        GrantRow.rights,
        GrantRow.receiver_id,
        GrantRow.used_at,
        GrantRow.expires_at,
        GrantRow.given_by,
        GrantRow.credential_id,
        ApiKey.permissions,
        ApiKey.expires_at,
        Session.expires_at,
        User.operator,
        Membership.role,
    )
    .join(User, (User.id == GrantRow.given_by) & User.disabled_at.is_(None))
    .join(Membership, (Membership.user_id == GrantRow.given_by) & (Membership.account_id == GrantRow.account_id))
    .outerjoin(ApiKey, (ApiKey.id == GrantRow.credential_id) & (ApiKey.account_id == GrantRow.account_id))
    .outerjoin(Session, (Session.id == GrantRow.credential_id) & (Session.kind == "client"))
    .where(GrantRow.revoked_at.is_(None))
)
"""Grants whose giver is still a member of the account, with what they were made with."""
_BY_HASH = Prepared(_SELECT.where(GrantRow.hash == bindparam("hash")))
_BY_ID = Prepared(_SELECT.where(GrantRow.id == bindparam("id")))
_KEPT = _SELECT.where(GrantRow.id == bindparam("id")).with_for_update(read=True, of=GrantRow)
"""Whoever revokes it waits until the transaction that reads this has ended."""
_OF_OWNER = Prepared(_SELECT.where(GrantRow.account_id == bindparam("owner"), GrantRow.expires_at > bindparam("now")))
MOST_LISTED = 200
_OF_EMAIL = Prepared(
    _SELECT.where(
        GrantRow.email == bindparam("email"), GrantRow.receiver_id.is_(None), GrantRow.expires_at > bindparam("now")
    )
    .order_by(GrantRow.id.desc())
    .limit(MOST_LISTED)
)
_OF_RECEIVER = Prepared(
    _SELECT.where(GrantRow.receiver_id == bindparam("receiver"), GrantRow.expires_at > bindparam("now"))
    .order_by(GrantRow.id.desc())
    .limit(MOST_LISTED)
)


class Grants:
    """Looks grants up. What it answers holds now."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._meters: dict[UUID, Meter] = {}

    async def of_link(self, token: str) -> Identity:
        """Whoever has the link.

        Raises:
            GrantEnded: there is no such link, or it ended.
            TooMany: it is used too often.
        """
        return (await self.open(token)).identity

    async def open(self, token: str) -> Found:
        """What a link opens.

        Raises:
            GrantEnded: there is no such link, or it ended.
            TooMany: it is used too often.
        """
        found = await self._first(_BY_HASH, hash=hash_of(token)) if token.startswith(LINK_PREFIX) else None
        return await self._used(found)

    async def of_account(self, id: UUID, caller: Identity) -> Identity:
        """A member of the account that the grant is given to: they may do here what it grants, as far as they may do
        it at home.

        Raises:
            GrantEnded: this account has no such grant, or it ended.
            TooMany: it is used too often.
        """
        found = await self.given_to(caller.account, id) if caller.account is not None else None
        if found is None:
            raise GrantEnded("Your account has no such grant, or it has ended.")
        identity = (await self._used(found)).identity
        permissions = frozenset(filter(caller.may, identity.permissions))
        return Identity(identity.account, caller.user, permissions, "grant", caller.credential, None, identity.grant)

    async def given_to(self, account: UUID, id: UUID) -> Found | None:
        """What an account was given by a grant that opens something now."""
        found = await self._first(_BY_ID, id=id)
        return found if found is not None and found.receiver == account else None

    async def holds(self, id: UUID, permission: str | None = None) -> bool:
        """Whether a grant opens something now; `permission`: with this right."""
        found = await self._first(_BY_ID, id=id)
        return found is not None and (permission is None or permission in found.rights)

    async def holding(self, owner: UUID) -> frozenset[UUID]:
        """Those of an account that open something now."""
        rows = await self._app.database.fetch(_OF_OWNER, owner=owner, now=self._app.clock())
        return frozenset([each.id for row in rows if (each := await self._judged(row)) is not None])

    async def received(self, account: UUID) -> list[Found]:
        """What is shared with an account now, the newest first; the latest `MOST_LISTED`."""
        rows = await self._app.database.fetch(_OF_RECEIVER, receiver=account, now=self._app.clock())
        return [each for row in rows if (each := await self._judged(row)) is not None]

    async def offered(self, email: str) -> list[Found]:
        """What is offered to whoever has an address, and nobody has accepted yet, the newest first."""
        rows = await self._app.database.fetch(_OF_EMAIL, email=email, now=self._app.clock())
        return [each for row in rows if (each := await self._judged(row)) is not None]

    def reach(self, visitor: Identity) -> Reach:
        """What the grant opens to whoever came by it, with the rights that they hold."""
        assert visitor.grant is not None
        assert visitor.account is not None
        confirm = partial(self._confirm, visitor)
        grantable = self._app.offers.grantables.get(visitor.grant.kind)
        if grantable is None:
            return Reach({}, confirm)
        held = grantable.held(visitor.permissions)
        return Reach(
            _rows(grantable, visitor.grant.object_id, visitor.account),
            confirm,
            writes=frozenset(table for right in held for table in right.writes),
            emits=frozenset(event for right in held for event in right.emits),
        )

    def _confirm(self, visitor: Identity, connection: Connection) -> None:
        """In a transaction that writes: what somebody came with must hold until it is committed.

        Raises:
            GrantEnded: it was revoked meanwhile, its time is over, or its giver may not give it any more.
        """
        assert visitor.grant is not None
        row = connection.execute(_KEPT, {"id": visitor.grant.id}).first()
        found = self._standing(tuple(row)) if row is not None else None
        if found is None or not visitor.permissions <= found.rights:
            raise GrantEnded(ENDED)

    async def _first(self, prepared: Prepared, **given: Any) -> Found | None:
        rows = await self._app.database.fetch(prepared, **given)
        return await self._judged(rows[0]) if rows else None

    async def _judged(self, row: tuple[Any, ...]) -> Found | None:
        await self._app.policy.refresh(self._app.database)
        return self._standing(row)

    def _standing(self, row: tuple[Any, ...]) -> Found | None:
        """A grant that opens something: not expired, of a kind that there is, and its giver may still give it."""
        found = Found(row)
        grantable = self._app.offers.grantables.get(found.kind)
        if grantable is None or found.expires_at <= self._app.clock():
            return None
        held = found.held(self._app.policy.of(found.account, found.role, found.operator), self._app.clock())
        found.rights &= held & grantable.permissions
        return found if found.rights and WRITE in held else None

    async def _used(self, found: Found | None) -> Found:
        if found is None:
            raise GrantEnded(ENDED)
        self._count(found.id)
        now = self._app.clock()
        if found.used_at is None or now - found.used_at > TOUCH_EVERY:
            mine = (GrantRow.account_id == found.account, GrantRow.id == found.id)
            touched = update(GrantRow).where(*mine).values(used_at=now)
            await self._app.database.write(lambda connection: connection.execute(touched) and None)
        return found

    def _count(self, id: UUID) -> None:
        if len(self._meters) >= _METERED:
            self._meters.clear()
        meter = self._meters.setdefault(id, Meter())
        meter.allow(REQUESTS_PER_S)
        if not meter.take():
            raise TooMany(f"This link may make {REQUESTS_PER_S} requests per second.", retry_after_s=1)


class Found:
    """A grant as it was found, with what its giver may do."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        (
            self.id, self.account, self.kind, self.object_id, rights, self.receiver, self.used_at, self.expires_at,
            self.giver, self._credential, self._key_scope, self._key_ends, self._session_ends, self.operator, self.role,
        ) = row  # fmt: skip
        self.rights = frozenset(rights.split())

    def held(self, by_giver: frozenset[str], now: datetime) -> frozenset[str]:
        """What may be given of what the giver may do: a key's share of it, and nothing once the key or the program's
        login is gone."""
        if self._credential is None:
            return by_giver
        if self._key_scope is not None and (self._key_ends is None or self._key_ends > now):
            return within(frozenset(self._key_scope.split()), by_giver)
        return by_giver if self._session_ends is not None and self._session_ends > now else frozenset()

    @property
    def identity(self) -> Identity:
        granted = Granted(self.id, self.kind, self.object_id)
        return Identity(self.account, None, self.rights, "grant", self.id, None, granted)


class Watch:
    """Looks on while an answer is sent to somebody who came by a grant."""

    def __init__(self, grants: Grants, id: UUID) -> None:
        self._grants = grants
        self._id = id
        self._begun = False
        self.ended = False

    async def next_piece(self) -> None:
        """An answer of one piece is sent whole: it was allowed a moment ago.

        Raises:
            GrantEnded: nothing more of the answer is sent.
        """
        if self._begun:
            await self.refuse_ended()
        self._begun = True

    async def refuse_ended(self) -> None:
        """
        Raises:
            GrantEnded: it has.
        """
        if not await self._grants.holds(self._id):
            self.ended = True
            raise GrantEnded(ENDED)


def hash_of(token: str) -> bytes:
    """Looking up the hash takes as long for a token that is nearly right as for any other."""
    return sha256(token.encode()).digest()


def _rows(grantable: Grantable, object_id: UUID, account: UUID) -> dict[type[Any], Any]:
    from ..storage.models import FileRow

    files = (Part(FileRow, "id", grantable.files),) if grantable.files is not None else ()
    rows = {part.table: _condition(part, object_id, account) for part in (*grantable.parts, *files)}
    for table, column, _ in filter(None, [*(part.through for part in grantable.parts), grantable.files]):
        rows.setdefault(table, getattr(table, column) == object_id)
    return rows


def _condition(part: Part, object_id: UUID, account: UUID) -> Any:
    column = getattr(part.table, part.column)
    if part.through is None:
        return column == object_id
    table, begins, leads = part.through
    assert issubclass(table, Owned)
    own_account: Any = bindparam("own_account", account, table.account_id.type, unique=True)
    between = select(getattr(table, leads)).where(table.account_id == own_account, getattr(table, begins) == object_id)
    return column.in_(between)
