"""What connectors get of a connection: calls that carry its login. None sees a refresh token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar, Unpack
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from ..errors import AuthFailed, UsageError
from ..http.client.calls import Options
from ..oauth.login import OAuthLogin
from . import losing
from .providers import KeyLogin, PasswordLogin
from .renewal import Login

if TYPE_CHECKING:
    from ..context import Context

Form = TypeVar("Form", bound=Struct)


class Connected:
    """One connection of the account: `ctx.connection(id)`. Nothing is read before it is used."""

    def __init__(self, ctx: Context, id: UUID) -> None:
        self._ctx = ctx
        self._id = id

    def client(self) -> ConnectedClient:
        """Calls to the service in the name of this login."""
        return ConnectedClient(self._ctx, self._id)

    async def typed(self, form: type[Form]) -> Form:
        """What was typed in, for a service that is not reached by HTTP.

        Raises:
            AuthFailed: it is lost or closed.
            UsageError: it is an OAuth login, whose tokens nobody sees.
        """
        login = await self._ctx.app.connections.login(self._ctx.account, self._id)
        if isinstance(login.provider.login, OAuthLogin):
            raise UsageError(f"{login.provider.name} logs in by OAuth: use client()")
        return msgspec.convert(login.tokens.typed, form)

    async def lose(self, reason: str) -> None:
        """The service says that this login is over (a webhook, an error of its own): it is lost, and people are told.

        `reason`: a sentence for people.
        """
        app, account = self._ctx.app, self._ctx.account
        with suppress(AuthFailed):
            login = await app.connections.login(account, self._id)
            await losing.lose(
                app, account, self._id, generation=login.generation, provider=login.provider.title, reason=reason
            )


class ConnectedClient:
    """`request` and `stream` of `ctx.http`, with the login. A rate limit counts for this connection alone."""

    def __init__(self, ctx: Context, id: UUID) -> None:
        self._http = ctx.http
        self._renewals = ctx.app.connections
        self._account = ctx.account
        self._id = id

    async def request(
        self, method: str, url: str, *, max_bytes: int = 50_000_000, **options: Unpack[Options]
    ) -> httpx.Response:
        """The answer, as `ctx.http.request` gives it. After a 401 the login is renewed and the call made once more: it
        was not carried out (RFC 9110 §15.5.2). A body that can be read only once is not sent again.

        Raises:
            AuthFailed: the connection is lost or closed, or the service refuses a login that cannot be renewed.
            NotReady: the login cannot be renewed just now; or as `ctx.http.request`.
            UsageError: the provider does not name the URL's host; or as `ctx.http.request`.
        """
        login = await self._login()
        answer = await self._http.request(method, url, max_bytes=max_bytes, **self._with(login, url, options))
        if answer.status_code == 401 and _can_be_sent_again(options):
            login = await self._login(refused=login.generation)
            answer = await self._http.request(method, url, max_bytes=max_bytes, **self._with(login, url, options))
        if answer.status_code < 400:
            await self._renewals.worked(self._account, self._id, login)
        return answer

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Unpack[Options]) -> AsyncIterator[httpx.Response]:
        """The answer with its body unread, as `ctx.http.stream` gives it. It is asked for once: after a 401
        the login is renewed for the next call.

        Raises: as `request`.
        """
        login = await self._login()
        async with self._http.stream(method, url, **self._with(login, url, options)) as answer:
            refused = answer.status_code == 401
            if answer.status_code < 400:
                await self._renewals.worked(self._account, self._id, login)
            yield answer
        if refused:
            await self._login(refused=login.generation)

    async def _login(self, refused: int | None = None) -> Login:
        return await self._renewals.login(self._account, self._id, refused=refused)

    def _with(self, login: Login, url: str, options: Options) -> Options:
        host = httpx.URL(url).netloc.decode("ascii")
        if not login.provider.admits(host):
            raise UsageError(f"{host} is not among the hosts of {login.provider.name}: its login does not go there")
        headers = {**options.get("headers", {}), **_header(login)}
        return {**options, "headers": headers, "quota": options.get("quota", str(self._id))}


def _header(login: Login) -> dict[str, str]:
    way: Any = login.provider.login
    if isinstance(way, KeyLogin):
        return {way.header: f"{way.scheme} {login.tokens.typed[way.field]}".strip()}
    if isinstance(way, PasswordLogin):
        raise UsageError(f"{login.provider.name} has no login for HTTP: read it with typed()")
    return {"Authorization": f"Bearer {login.tokens.access}"}


def _can_be_sent_again(options: Options) -> bool:
    return isinstance(options.get("content", b""), bytes | str) and "files" not in options
