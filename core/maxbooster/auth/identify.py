"""Who is calling? From a cookie, an access token or an API key to an Identity, on the fast path.

What was looked up is remembered for a second: within that time a revoked session, a changed role or a disabled user
takes effect in every process.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, literal, select, update

from ..db.fast import Prepared
from ..errors import TooMany
from ..identity import EVERYTHING, Identity, Way
from .meter import Meter
from .models import Account, ApiKey, Membership, Session, User
from .policy import HAS_FACTOR, Standing
from .sso.models import AccountDomain, AccountProvider

if TYPE_CHECKING:
    from ..app import App

REMEMBER_S = 1.0
TOUCH_EVERY = timedelta(minutes=1)
KEY_PREFIX = "mbk_"
_REMEMBERED = 20_000
BROWSER_REQUESTS_PER_S = 200
"""Of one browser's session in one process: pages need a few, whoever holds a stolen cookie wants many."""


SIGN_IN_ASKED = exists().where(
    AccountProvider.account_id == Session.account_id,
    AccountProvider.enabled,
    AccountProvider.required,
    AccountDomain.account_id == AccountProvider.account_id,
    AccountDomain.confirmed_at.is_not(None),
    User.email.like(literal("%@") + AccountDomain.domain),
)
"""Whether the account's provider is where people with that email address sign in."""


def _session_where(column: Any, parameter: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Session.id,
            Session.user_id,
            Session.account_id,
            Session.seen_at,
            Session.expires_at,
            Session.proved_at,
            Session.within,
            Session.vouched,
            User.disabled_at,
            User.operator,
            Membership.role,
            HAS_FACTOR,
            Account.factor_required,
            SIGN_IN_ASKED,
        )
        .join(User, User.id == Session.user_id)
        .outerjoin(Membership, (Membership.user_id == Session.user_id) & (Membership.account_id == Session.account_id))
        .outerjoin(Account, Account.id == Session.account_id)
        .where(column == bindparam(parameter))
    )


_BY_COOKIE = Prepared(_session_where(Session.hash, "hash").where(Session.kind == "browser"))
_BY_ID = Prepared(_session_where(Session.id, "id").where(Session.kind == "client"))
_ANY_BY_ID = Prepared(_session_where(Session.id, "id"))
_BY_KEY = Prepared(
    select(
        ApiKey.id,
        ApiKey.account_id,
        ApiKey.user_id,
        ApiKey.permissions,
        ApiKey.expires_at,
        ApiKey.used_at,
        ApiKey.requests,
        User.disabled_at,
        User.operator,
        Membership.role,
        HAS_FACTOR,
        Account.factor_required,
    )
    .outerjoin(User, User.id == ApiKey.user_id)
    .outerjoin(Membership, (Membership.user_id == ApiKey.user_id) & (Membership.account_id == ApiKey.account_id))
    .outerjoin(Account, Account.id == ApiKey.account_id)
    .where(ApiKey.hash == bindparam("hash"))
)


class _Known:
    """What a credential was found to be, for a second."""

    __slots__ = ("expires_at", "identity", "meter", "until")

    def __init__(self, identity: Identity | None, expires_at: datetime | None, meter: Meter | None = None) -> None:
        self.until = monotonic() + REMEMBER_S
        self.identity = identity
        self.expires_at = expires_at
        self.meter = meter


_NOBODY = None, None


class Credentials:
    """Looks credentials up and remembers the answers."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._known: dict[bytes, _Known] = {}
        self._meters: dict[UUID, Meter] = {}

    async def of_cookie(self, token: str) -> Identity | None:
        """Whose session a browser's cookie is; None for an unknown, revoked or expired one.

        Raises:
            TooMany: the session has used up its requests for this second.
        """
        hashed = sha256(token.encode()).digest()
        known = self._remembered(hashed)
        if known is None:
            rows = await self._app.database.fetch(_BY_COOKIE, hash=hashed)
            identity, expires_at = await self._session(rows, "session")
            known = self._remember(hashed, self._metered(identity, expires_at, BROWSER_REQUESTS_PER_S))
        _count(known, "session")
        return self._present(known)

    async def of_bearer(self, token: str) -> Identity | None:
        """Whose an access token or an API key is.

        Raises:
            TooMany: the token or key has used up its requests for this second.
        """
        hashed = sha256(token.encode()).digest()
        known = self._remembered(hashed)
        if known is None:
            if token.startswith(KEY_PREFIX):
                known = await self._key(hashed)
            else:
                known = await self._access_token(token)
            self._remember(hashed, known)
        _count(known, "API key" if token.startswith(KEY_PREFIX) else "access token")
        return self._present(known)

    def forget(self, user: UUID) -> None:
        """Look this user's credentials up again at their next use, here; elsewhere it takes a second."""
        stale = [key for key, known in self._known.items() if known.identity and known.identity.user == user]
        for key in stale:
            self._known[key].until = 0.0

    def _remembered(self, hashed: bytes) -> _Known | None:
        known = self._known.get(hashed)
        return known if known is not None and known.until > monotonic() else None

    def _remember(self, hashed: bytes, known: _Known) -> _Known:
        """What is unknown is looked up every time: a flood of it must not push out what is known."""
        if known.identity is None:
            return known
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[hashed] = known
        return known

    def _present(self, known: _Known) -> Identity | None:
        expired = known.expires_at is not None and known.expires_at <= self._app.clock()
        return None if expired else known.identity

    async def _access_token(self, token: str) -> _Known:
        access = self._app.signer.verify(token, self._app.clock())
        if access is None:
            return _Known(*_NOBODY)
        rows = await self._app.database.fetch(_BY_ID, id=access.session)
        identity, expires_at = await self._session(rows, "token")
        if identity is None or identity.user != access.user:
            return _Known(*_NOBODY)
        until = min(access.expires_at, expires_at) if expires_at else access.expires_at
        settings = self._app.settings
        per_s = await self._requests_per_s(identity.account) if identity.account else settings.api_requests_per_s
        return self._metered(identity, until, per_s)

    async def _session(self, rows: list[tuple[Any, ...]], way: Way) -> tuple[Identity | None, datetime | None]:
        if not rows:
            return _NOBODY
        id, user, account, seen_at, expires_at, proved_at, within, vouched, disabled_at, *facts = rows[0]
        now, settings = self._app.clock(), self._app.settings
        idle_until = seen_at + timedelta(hours=settings.session_idle_h) if way == "session" else expires_at
        if disabled_at is not None or min(expires_at, idle_until) <= now:
            return _NOBODY
        if now - seen_at > TOUCH_EVERY:
            statement = update(Session).where(Session.id == id).values(seen_at=now)
            await self._app.database.write(lambda connection: connection.execute(statement) and None)
        await self._app.policy.refresh(self._app.database)
        operator, role, factor, factor_required, sign_in_asked = facts
        standing = Standing(
            account=account,
            role=role,
            operator=operator,
            factor=bool(factor),
            factor_required=bool(factor_required),
            vouched=vouched,
            sign_in_asked=bool(sign_in_asked),
            within=within,
        )
        judged = self._app.policy.judge(standing)
        identity = Identity(
            account,
            user,
            judged.permissions,
            way,
            id,
            proved_at,
            lacks_factor=judged.lacks_factor,
            lacks_sign_in=judged.lacks_sign_in,
            within=within,
        )
        return identity, expires_at

    async def of_session(self, session: UUID, way: Way) -> Identity | None:
        """Whose a session is as it stands now; None: it has ended."""
        return (await self._session(await self._app.database.fetch(_ANY_BY_ID, id=session), way))[0]

    async def _key(self, hashed: bytes) -> _Known:
        rows = await self._app.database.fetch(_BY_KEY, hash=hashed)
        if not rows:
            return _Known(*_NOBODY)
        id, account, user, scope, expires_at, used_at, requests, disabled_at, *facts = rows[0]
        if disabled_at is not None:
            return _Known(*_NOBODY)
        await self._app.policy.refresh(self._app.database)
        operator, role, factor, factor_required = facts if user is not None else (None, "owner", True, False)
        judged = self._app.policy.judge(
            Standing(
                account=account,
                role=role,
                operator=operator,
                factor=bool(factor),
                factor_required=bool(factor_required),
            )
        )
        permissions = within(frozenset(scope.split()), judged.permissions)
        meter = self._meter(id, await self._requests_per_s(account))
        await self._note_use(id, meter, used_at, requests)
        identity = Identity(account, user, permissions, "key", id, lacks_factor=judged.lacks_factor)
        return _Known(identity, expires_at, meter)

    def _metered(self, identity: Identity | None, expires_at: datetime | None, per_s: int) -> _Known:
        if identity is None or identity.credential is None:
            return _Known(*_NOBODY)
        return _Known(identity, expires_at, self._meter(identity.credential, per_s))

    def _meter(self, credential: UUID, per_s: int) -> Meter:
        if len(self._meters) >= _REMEMBERED:
            self._meters.clear()
        meter = self._meters.setdefault(credential, Meter())
        meter.allow(per_s)
        return meter

    async def _requests_per_s(self, account: UUID) -> int:
        plan = await self._app.plans.of(account)
        return plan.limits.get("api.requests_per_s", self._app.settings.api_requests_per_s)

    async def _note_use(self, id: UUID, meter: Meter, used_at: datetime | None, requests: int) -> None:
        """Write down what this process counted, and learn what the others did."""
        now = self._app.clock()
        used, refused = meter.counted()
        if used or refused or used_at is None or now - used_at > TOUCH_EVERY:
            statement = (
                update(ApiKey)
                .where(ApiKey.id == id)
                .values(used_at=now, requests=ApiKey.requests + used, refused=ApiKey.refused + refused)
            )
            await self._app.database.write(lambda connection: connection.execute(statement) and None)
        meter.learn(requests, own=used)


def _count(known: _Known, kind: str) -> None:
    if known.meter is not None and not known.meter.take():
        raise TooMany(f"This {kind} may make {known.meter.per_s} requests per second.", retry_after_s=1)


def within(scope: frozenset[str], held: frozenset[str]) -> frozenset[str]:
    """A key never does more than the person whose it is; one that is nobody's, no more than the account's owner."""
    return held if EVERYTHING in scope else scope & held
