"""Whom the matrix sends: for each cell a user, an account and a credential of its own, stored in bulk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, insert

from maxbooster.app import App
from maxbooster.auth import cookies
from maxbooster.auth.jwt import Access
from maxbooster.auth.keys.service import create
from maxbooster.auth.models import Account, Membership, Session, User
from maxbooster.auth.sessions.queries import hash_of, new_token
from maxbooster.db.directory import DirectoryEntry, key
from maxbooster.db.models import PLATFORM
from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING
from maxbooster.plugins.manifest import OPERATORS, ROLES

Way = Literal["session", "token", "key", "stale session", "stale token", "no csrf", "other site", "anonymous"]
"""How a request says who sends it. Stale: proved too long ago. No csrf: a cookie alone. Other site: a page of
another site has the browser send it."""


@dataclass(frozen=True)
class Role:
    """What somebody is where they work."""

    name: str
    member: str | None = None
    operator: str | None = None
    platform: bool = False
    """Whether they work in the platform's own account."""
    person: bool = True


OWNER, VIEWER = Role("owner", "owner"), Role("viewer", "viewer")
NOBODY = Role("nobody")
"""A member of another account, who is none in the account of the credential."""
STAFF = tuple(Role(f"staff:{name}", operator=name, platform=True) for name in OPERATORS)
AT_HOME = Role("staff at home", "viewer", "admin")
"""Staff in an account of an artist's: there they are what they are as members."""
ACCOUNT_KEY = Role("account's key", "owner", person=False)
"""A key that belongs to no user: what an owner may, for programs."""
ANONYMOUS = Role("anonymous", person=False)
EVERYBODY = (*(Role(name, name) for name in ROLES), NOBODY, *STAFF, AT_HOME, ACCOUNT_KEY, ANONYMOUS)


@dataclass(frozen=True)
class Caller:
    user: UUID
    account: UUID
    headers: dict[str, str]


class Crowd:
    """Gathers people, and stores them all at once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._now = app.clock()
        self._rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self._keys: list[tuple[UUID, UUID | None, dict[str, str]]] = []

    def caller(self, role: Role, way: Way) -> Caller:
        if role == ANONYMOUS:
            return Caller(new_id(), new_id(), {})
        user, home = new_id(), self.account()
        self._user(user, role.operator)
        account = PLATFORM if role.platform else home
        if role == NOBODY:
            account = self.account()
        self.join(user, home, role.member or "owner")
        return Caller(user, account, self.credential(user if role.person else None, account, way))

    def account(self) -> UUID:
        id = new_id()
        self._rows[Account].append({"id": id, "name": f"Account {id.hex[-6:]}", "created_at": self._now})
        return id

    def join(self, user: UUID, account: UUID, role: str) -> None:
        self._rows[Membership].append({"user_id": user, "account_id": account, "role": role, "since": self._now})

    def member(self, account: UUID, role: str) -> UUID:
        """One more member."""
        user = new_id()
        self._user(user, None)
        self.join(user, account, role)
        return user

    def credential(self, user: UUID | None, account: UUID, way: Way) -> dict[str, str]:
        """The headers that a request of theirs carries; for a key they are filled in when it is stored."""
        headers: dict[str, str] = {}
        if way == "key":
            self._keys.append((account, user, headers))
            return headers
        assert user is not None
        id, kind = new_id(), "client" if "token" in way else "browser"
        token = new_token(kind)
        self._session(id, kind, token, user, account, stale=way.startswith("stale"))
        if kind == "client":
            claims = Access(user, id, account, self._now, self._now + timedelta(hours=1))
            return {"authorization": f"Bearer {self._app.signer.sign(claims)}"}
        headers["cookie"] = f"{cookies.name('session', self._app.settings)}={token}"
        if way != "no csrf":
            headers[cookies.CSRF_HEADER] = cookies.csrf_token(token)
        if way == "other site":
            headers["sec-fetch-site"] = "cross-site"
        return headers

    async def store(self) -> None:
        """Everybody, in one transaction."""
        await self._app.database.transact(self._store)
        self._rows.clear()
        self._keys.clear()

    def _store(self, connection: Connection) -> None:
        for model, rows in self._rows.items():
            connection.execute(insert(model), rows)
        for account, user, headers in self._keys:
            made = create(connection, account, frozenset({EVERYTHING}), at=self._now, user=user)
            headers["authorization"] = f"Bearer {made}"

    def _user(self, id: UUID, operator: str | None) -> None:
        email = f"{id.hex}@example.org"
        self._rows[User].append(
            {
                "id": id,
                "email": email,
                "name": f"User {id.hex[-6:]}",
                "operator": operator,
                "totp_step": -1,
                "created_at": self._now,
            }
        )
        claimed = {"hash": key("email", email), "kind": "email", "account_id": id, "user_id": id, "at": self._now}
        self._rows[DirectoryEntry].append(claimed)

    def _session(self, id: UUID, kind: str, token: str, user: UUID, account: UUID, *, stale: bool) -> None:
        long_ago = timedelta(minutes=self._app.settings.step_up_minutes + 1)
        self._rows[Session].append(
            {
                "id": id,
                "hash": hash_of(token),
                "kind": kind,
                "user_id": user,
                "account_id": account,
                "created_at": self._now,
                "seen_at": self._now,
                "expires_at": self._now + timedelta(days=1),
                "proved_at": self._now - long_ago if stale else self._now,
                "address": "127.0.0.1",
                "agent": "matrix",
            }
        )
