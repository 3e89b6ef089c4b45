"""What plugins call: `request` for an answer that is read whole, `stream` for one that is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypedDict, Unpack

import httpx
import stamina

from ... import __version__
from ...db.guard import refuse_in_write
from ...errors import AuthFailed, Invalid, NotReady, UsageError
from ...observe import metrics, trace
from ...settings import Settings
from .answers import Refused, Unreachable, pause_s, read_whole, why
from .hosts import Host, Hosts, Limits
from .public import PublicOnly, Resolve, resolve_by_system

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""RFC 9110 §9.2.2; TRACE has no use here."""
PASSING = frozenset({429, 502, 503, 504})
"""Answers that may be different in a moment (RFC 6585 §4, RFC 9110 §15.6)."""


class Options(TypedDict, total=False):
    """How a call is made. The first seven are httpx's own."""

    params: Mapping[str, Any]
    headers: Mapping[str, str]
    content: bytes | str | AsyncIterable[bytes]
    data: Mapping[str, Any]
    files: Any
    json: Any
    auth: httpx.Auth | tuple[str, str]
    idempotency_key: str
    """Sent as `Idempotency-Key`; lets a POST or PATCH be repeated."""
    user_supplied: bool
    """A user gave the URL: public addresses only, and redirects of GET and HEAD are followed."""
    quota: str
    """Whose rate limit counts, where a host limits each account or token by itself."""
    timeout_s: float
    """For one attempt and its whole answer; in `stream`, for its beginning and then for each read. 30 by default."""


class Call:
    """One call with its attempts; `httpx` sees only what is left of the options."""

    def __init__(self, method: str, url: str, options: Options) -> None:
        given: dict[str, Any] = {**options}
        self.method = method.upper()
        self.url = _address(url)
        self.host = self.url.netloc.decode("ascii")
        self.user_supplied: bool = given.pop("user_supplied", False)
        self.quota: str = given.pop("quota", "")
        self.timeout_s: float = given.pop("timeout_s", 30.0)
        self.auth: Any = given.pop("auth", httpx.USE_CLIENT_DEFAULT)
        key: str | None = given.pop("idempotency_key", None)
        if key is not None:
            given["headers"] = {**given.get("headers", {}), "Idempotency-Key": key}
        self.repeatable = (self.method in IDEMPOTENT or key is not None) and not _read_once(given.get("content"))
        self.given = given

    def request(self, httpx_client: httpx.AsyncClient) -> httpx.Request:
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, 5.0))
        return httpx_client.build_request(self.method, self.url, timeout=timeout, **self.given)


class _Passing(Exception):
    """An answer that may be different in a moment; the caller gets it if it was the last."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"answered {response.status_code}")
        self.response = response


class Client:
    """One per process; it keeps connections, and what each host said of its limits.

    It stores no cookies: calls of different accounts share nothing but connections.
    """

    def __init__(
        self, settings: Settings, *, limits: Limits | None = None, resolve: Resolve = resolve_by_system
    ) -> None:
        self._private = settings.outbound_private
        self._limits = limits or Limits()
        self._resolve = resolve
        self._hosts = Hosts(self._limits)

    async def request(
        self, method: str, url: str, *, max_bytes: int = 50_000_000, **options: Unpack[Options]
    ) -> httpx.Response:
        """The answer, whatever its status, with its body of at most `max_bytes` (after decompression).

        What is safe to repeat is repeated: an idempotent method, or any with `idempotency_key`, after a connection
        failed or the host answered 429, 502, 503 or 504, with jitter, and not before the host wants it.

        Raises:
            Unreachable: no answer, after the last attempt.
            NotReady: the host failed or refused lately and is left alone for `retry_after_s`.
            Invalid: the URL is not http(s), or leads to a private address and a user gave it.
            TooLarge: the body is larger than `max_bytes`.
            Refused: the answer cannot be decoded, or redirects without end.
            UsageError: called while a write transaction is open.
        """
        call = Call(method, url, options)

        async def attempt() -> httpx.Response:
            async with self._exchange(call, whole=True) as response:
                return await read_whole(response, max_bytes, call.host)

        return await self._repeat(call, attempt)

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Unpack[Options]) -> AsyncIterator[httpx.Response]:
        """The answer with its body unread: `async for chunk in response.aiter_bytes()`. Raises as `request` does.

        Only its beginning is repeated; `content` that is an async iterable is sent as it comes, and only once.
        """
        call = Call(method, url, options)
        async with AsyncExitStack() as open_answer:

            async def attempt() -> httpx.Response:
                async with AsyncExitStack() as exchange:
                    response = await exchange.enter_async_context(self._exchange(call, whole=False))
                    if response.status_code in PASSING:
                        return await read_whole(response, 1_000_000, call.host)
                    open_answer.push_async_exit(exchange.pop_all())
                    return response

            yield await self._repeat(call, attempt)

    @staticmethod
    def accepted(response: httpx.Response) -> httpx.Response:
        """The response, if it is not an error.

        Raises:
            AuthFailed: 401 or 403; a person has to connect the service again.
            NotReady: 429 or 5xx; it may work later.
            Refused: any other 4xx; the same call will not work later either.
        """
        status, host = response.status_code, response.url.host
        if status < 400:
            return response
        if status in (401, 403):
            raise AuthFailed(f"{host} refused the credentials ({status}): connect it again.", answered=status)
        if status == 429 or status >= 500:
            pause = pause_s(response)
            raise NotReady(f"{host} cannot answer now ({status}): try later.", retry_after_s=pause, answered=status)
        raise Refused(f"{host} refused the request ({status}): it has to be changed.", answered=status)

    async def close(self) -> None:
        for name in ("_to_known", "_to_anywhere"):
            if name in self.__dict__:
                await self.__dict__.pop(name).aclose()

    async def _repeat(self, call: Call, attempt: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        def again(error: Exception) -> bool:
            if isinstance(error, _Passing):
                return call.repeatable and (pause_s(error.response) or 0.0) <= self._limits.patience_s
            return call.repeatable and isinstance(error, Unreachable)

        async def once() -> httpx.Response:
            response = await attempt()
            if response.status_code in PASSING:
                raise _Passing(response)
            return response

        try:
            return await stamina.AsyncRetryingCaller(
                attempts=self._limits.attempts, timeout=60.0, wait_initial=0.2, wait_max=5.0, wait_jitter=0.5
            )(again, once)
        except _Passing as last:
            return last.response

    @asynccontextmanager
    async def _exchange(self, call: Call, *, whole: bool) -> AsyncIterator[httpx.Response]:
        """One attempt, from asking the host's limits to closing the answer. `whole`: its body is read within it."""
        refuse_in_write("an outbound call")
        host = self._hosts.of(call.host, call.user_supplied)
        outcome = "held-back"
        try:
            async with host.admitted(call.quota, wait_s=call.timeout_s):
                with trace.span("outbound", host=host.label, method=call.method):
                    outcome = "failed"
                    async with self._answered(call, host, whole=whole) as response:
                        outcome = f"{response.status_code // 100}xx"
                        yield response
        except Unreachable:
            outcome = "unreachable"
            raise
        finally:
            metrics.OUTBOUND.labels(host.label, outcome).inc()

    @asynccontextmanager
    async def _answered(self, call: Call, host: Host, *, whole: bool) -> AsyncIterator[httpx.Response]:
        try:
            async with asyncio.timeout(call.timeout_s) as deadline:
                response = await self._send(call)
                host.heed(call.quota, response)
                if not whole:
                    deadline.reschedule(None)
                try:
                    yield response
                finally:
                    await response.aclose()
            host.breaker.record(response.status_code < 500)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise Invalid(f"{call.host} leads to an address that is not http or https.", field="url") from None
        except httpx.LocalProtocolError:  # its text quotes headers
            raise UsageError(f"the call to {call.host} is not valid HTTP: look at its headers and body") from None
        except httpx.DecodingError as error:
            raise Refused(f"{call.host} sent a body that cannot be decoded.") from error
        except (httpx.TransportError, TimeoutError) as error:
            if isinstance(error, TimeoutError) and not deadline.expired():
                raise
            host.breaker.record(False)
            raise Unreachable(f"{call.host} {why(error, call.timeout_s)} Try again later.") from error

    async def _send(self, call: Call) -> httpx.Response:
        """With the redirects of a user's URL followed by hand, so that no body is read on the way."""
        client = self._to_anywhere if call.user_supplied else self._to_known
        response = await client.send(call.request(client), auth=call.auth, stream=True)
        if not call.user_supplied or call.method not in ("GET", "HEAD"):
            return response
        for _ in range(self._limits.redirects):
            if response.next_request is None:
                return response
            await response.aclose()
            response = await client.send(response.next_request, stream=True)
        if response.next_request is not None:
            await response.aclose()
            raise Refused(f"{call.host} redirects more than {self._limits.redirects} times.")
        return response

    @cached_property
    def _to_known(self) -> httpx.AsyncClient:
        return _httpx(None)

    @cached_property
    def _to_anywhere(self) -> httpx.AsyncClient:
        return _httpx(PublicOnly(self._resolve, private=self._private))


def _httpx(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """Slots are counted per host, so the pool itself has no bound on connections."""
    return httpx.AsyncClient(
        transport=transport,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=15.0),
        headers={"User-Agent": f"maxbooster/{__version__}"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        raise Invalid("The address cannot be read: write it as https://host/path.", field="url") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise Invalid(f"An address begins with http:// or https://, not {address.scheme + ':'!r}.", field="url")
    return address


def _read_once(content: Any) -> bool:
    return content is not None and not isinstance(content, bytes | str)


