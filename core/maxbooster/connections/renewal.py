"""Keeping logins alive: one renewal at a time for each, whatever wants it, in whichever process.

Within a process everybody waits for the same task. Between processes a lease in the row decides; whoever does not get
it uses the token while it lasts, and else waits. What was renewed is stored in one statement that holds only if nobody
else was quicker, and the pair before it is kept until the new one has worked.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from ..db.types import new_id
from ..errors import AuthFailed, NotFound, NotReady, Problem
from ..identity import Identity
from ..oauth import protocol as oauth
from ..oauth.login import OAuthLogin
from ..observe.logs import log
from . import losing, providers, queries
from .models import ACTIVE, CLOSED
from .providers import Provider
from .tokens import Lifetime, Tokens

if TYPE_CHECKING:
    from ..app import App

LEASE = timedelta(seconds=60)
"""Longer than a renewal can take: after that its process is taken for dead."""
PAUSE = timedelta(seconds=15)
"""After a renewal that failed for now."""
PATIENCE_S = 90.0
"""How long one waits for another process's renewal,"""
LOOK_EVERY_S = 0.1
"""looking so often whether it is done."""


class Held(Struct, frozen=True):
    """A connection as it is read for a call."""

    account: UUID
    id: UUID
    provider: str
    title: str
    state: str
    reason: str
    sealed: bytes | None
    previous: bytes | None
    generation: int
    expires_at: datetime | None
    renew_at: datetime | None
    lease: UUID | None
    leased_until: datetime | None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_due(self, now: datetime) -> bool:
        return self.renew_at is not None and self.renew_at <= now

    def is_taken(self, now: datetime) -> bool:
        """Whether somebody renews it just now, or nobody should try again yet."""
        return self.leased_until is not None and self.leased_until > now


class Login(Struct, frozen=True):
    """What a call is made with. `generation`: which of the connection's logins it is."""

    provider: Provider
    tokens: Tokens
    generation: int
    unproven: bool
    """Whether the pair before it is still kept."""


class Renewals:
    """One per process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._running: dict[UUID, asyncio.Task[None]] = {}

    async def login(self, account: UUID, id: UUID, *, refused: int | None = None) -> Login:
        """What to call with now, renewed if it is due. `refused`: the generation that the service has just refused.

        Raises:
            NotFound: this account has no such connection.
            AuthFailed: it is lost or closed; a person has to log in again.
            NotReady: it has expired and cannot be renewed just now, or its connector is disabled.
        """
        give_up = monotonic() + PATIENCE_S
        while True:
            held = await self._read(account, id)
            now = self._app.clock()
            useless = held.generation == refused or held.has_expired(now)
            if not (useless or held.is_due(now)):
                return await self._opened(held)
            renewing = self._renewing(held) if id in self._running or not held.is_taken(now) else None
            if not useless:
                return await self._opened(held)
            if renewing is not None:
                await asyncio.shield(renewing)
            elif held.lease is None:
                raise NotReady(
                    f"“{held.title}” cannot be renewed now. {held.reason}", retry_after_s=PAUSE.total_seconds()
                )
            elif monotonic() > give_up:
                raise NotReady(f"“{held.title}” is still being renewed elsewhere; try again.", retry_after_s=15)
            else:
                await asyncio.sleep(LOOK_EVERY_S)

    async def renew_if_due(self, account: UUID, id: UUID) -> None:
        """Renew it ahead of time, where nobody does already. Raises as `login`, but for lost and closed ones."""
        with suppress(AuthFailed):
            await self.login(account, id)
            if (renewing := self._running.get(id)) is not None:
                await asyncio.shield(renewing)

    async def worked(self, account: UUID, id: UUID, login: Login) -> None:
        """The service has accepted it."""
        if login.unproven:
            await self._app.database.write(
                lambda connection: queries.forget_previous(connection, account, id, login.generation)
            )

    async def close(self) -> None:
        """Wait for what is under way: what a provider has answered must be stored."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _read(self, account: UUID, id: UUID) -> Held:
        rows = await self._app.database.fetch(queries.HELD, account=account, id=id)
        if not rows:
            raise NotFound(f"There is no connection {id}.")
        held = Held(account, id, *rows[0])
        if held.state == CLOSED or held.sealed is None:
            raise AuthFailed(f"“{held.title}” was disconnected; connect it again.")
        if held.state != ACTIVE:
            raise AuthFailed(f"“{held.title}” does not work any more: {held.reason} Connect it again.")
        return held

    async def _opened(self, held: Held) -> Login:
        assert held.sealed is not None
        tokens = Tokens.opened(self._app.keyring, held.sealed, held.account, held.id)
        return Login(await self._provider(held), tokens, held.generation, held.previous is not None)

    async def _provider(self, held: Held) -> Provider:
        async with self._app.unit(Identity(held.account, None, frozenset()), writable=False) as ctx:
            return await providers.at_hand(ctx, held.provider)

    # Renewing

    def _renewing(self, held: Held) -> asyncio.Task[None]:
        """The one task that renews it in this process. Whoever waits may be canceled; the task is not, as the provider
        may have answered. It belongs to nobody's unit of work."""
        if held.id not in self._running:
            task = asyncio.create_task(self._renew(held), context=Context())
            self._running[held.id] = task
            task.add_done_callback(lambda done: self._finished(held, done))
        return self._running[held.id]

    def _finished(self, held: Held, task: asyncio.Task[None]) -> None:
        del self._running[held.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("connection.renewal_failed", connection=str(held.id), error=repr(error))

    async def _renew(self, held: Held) -> None:
        now, lease = self._app.clock(), new_id()
        if not await self._write(queries.lease, held, held.generation, lease=lease, now=now, until=now + LEASE):
            return
        try:
            await self._renew_leased(held)
        except Problem as problem:
            until = self._app.clock() + PAUSE
            await self._write(queries.put_off, held, lease=lease, until=until, reason=problem.detail[:500])
            log.warning(
                "connection.not_renewed", connection=str(held.id), provider=held.provider, reason=problem.detail
            )

    async def _renew_leased(self, held: Held) -> None:
        provider = await self._provider(held)
        assert held.sealed is not None
        tokens = self._open(held, held.sealed)
        if not isinstance(provider.login, OAuthLogin) or not tokens.refresh:
            ended = "it has expired." if held.has_expired(self._app.clock()) else f"{provider.title} refused it."
            await self._lose(held, provider, ended)
            return
        granted, used = await self._refreshed(held, provider.login, tokens)
        if granted is None or used is None:
            ended = f"{provider.title} ended it; the access was withdrawn, or the password was changed."
            await self._lose(held, provider, ended)
            return
        await self._store(held, provider.login, granted, used)

    async def _refreshed(
        self, held: Held, login: OAuthLogin, tokens: Tokens
    ) -> tuple[oauth.Granted | None, Tokens | None]:
        """By the newest refresh token, else by the one before it, if the newest has never worked."""
        before = [self._open(held, held.previous)] if held.previous is not None else []
        for each in (tokens, *before):
            try:
                return await oauth.refresh(self._app.http, login, each.refresh), each
            except oauth.Refused as refusal:
                log.info("connection.refused", connection=str(held.id), provider=held.provider, error=refusal.error)
        return None, None

    async def _store(self, held: Held, login: OAuthLogin, granted: oauth.Granted, used: Tokens) -> None:
        now = self._app.clock()
        fresh = Tokens(access=granted.access, refresh=granted.refresh or used.refresh)
        lifetime = Lifetime.of(login, granted, fresh.refresh, now)
        values: dict[str, Any] = {
            "sealed": fresh.sealed(self._app.keyring, held.account, held.id),
            "previous": used.sealed(self._app.keyring, held.account, held.id) if login.rotates else None,
            "expires_at": lifetime.expires_at,
            "renew_at": lifetime.renew_at,
            "renewed_at": now,
            "reason": "",
        }
        if not await self._write(queries.renew, held, held.generation, values):
            log.info("connection.renewed_elsewhere", connection=str(held.id), provider=held.provider)

    async def _lose(self, held: Held, provider: Provider, reason: str) -> None:
        await losing.lose(
            self._app, held.account, held.id, generation=held.generation, provider=provider.title, reason=reason
        )

    def _open(self, held: Held, sealed: bytes) -> Tokens:
        return Tokens.opened(self._app.keyring, sealed, held.account, held.id)

    async def _write(self, function: Any, held: Held, *arguments: Any, **named: Any) -> Any:
        return await self._app.database.write(
            lambda connection: function(connection, held.account, held.id, *arguments, **named)
        )
