"""What plugins call: `request` for an answer that is read whole, `stream` for one that is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from logging import WARNING, getLogger
from typing import Any, TypedDict, Unpack

import httpx
import tenacity as again

from ... import __version__
from ...db.guard import refuse_in_write
from ...observe import metrics, trace
from ...observe.logs import log
from ...settings import Settings
from .address import address
from .answers import Refused, Unreachable, accepted, pause_s, read_whole, within
from .hosts import Hosts, Limits
from .packed import ACCEPTED, unpacked
from .public import PublicOnly, Resolve, resolve_by_system

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""RFC 9110 §9.2.2; TRACE has no use here."""
PASSING = frozenset({429, 502, 503, 504})
"""Answers that may be different in a moment (RFC 6585 §4, RFC 9110 §15.6)."""
ERROR_BYTES = 1_000_000
"""At most so much of a passing error is read in `stream`."""


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
    breaker: str
    """Whose failures count: calls with the same one to a host share its limits, and leave those of all others alone.
    Give it where the URL is one account's."""
    timeout_s: float
    """For one attempt and its whole answer; in `stream`, for its beginning and then for each read. 30 by default."""


class Call:
    """A call before its first attempt; `options` is what httpx gets."""

    def __init__(self, method: str, url: str, options: Options) -> None:
        given: dict[str, Any] = {**options}
        self.method = method.upper()
        self.url = address(url)
        self.host = self.url.netloc.decode("ascii")
        self.user_supplied: bool = given.pop("user_supplied", False)
        self.follows = self.user_supplied and self.method in ("GET", "HEAD")
        self.quota: str = given.pop("quota", "")
        self.breaker: str = given.pop("breaker", "")
        self.timeout_s: float = given.pop("timeout_s", 30.0)
        self.auth: Any = given.pop("auth", httpx.USE_CLIENT_DEFAULT)
        key: str | None = given.pop("idempotency_key", None)
        if key is not None:
            given["headers"] = {**given.get("headers", {}), "Idempotency-Key": key}
        sent_once = not isinstance(given.get("content", b""), bytes | str)
        self.repeatable = (self.method in IDEMPOTENT or key is not None) and not sent_once
        self.options = given | {"timeout": httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, 5.0))}


class Client:
    """One per process; it keeps connections, and what each host said of its limits.

    It stores no cookies: calls of different accounts share nothing but connections.
    """

    accepted = staticmethod(accepted)

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
        failed or the host answered 429, 502, 503 or 504; with jitter, and not before the host wants it.

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
            async with self._exchange(call) as (response, _):
                return await read_whole(response, max_bytes, call.host)

        return await self._repeat(call, attempt)

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Unpack[Options]) -> AsyncIterator[httpx.Response]:
        """The answer with its body unread: `async for chunk in response.aiter_bytes()`. Raises as `request` does.

        Only its beginning is repeated; `content` that is an async iterable is sent as it comes, and only once.
        """
        call = Call(method, url, options)
        async with AsyncExitStack() as held_open:

            async def attempt() -> httpx.Response:
                async with AsyncExitStack() as exchange:
                    response, deadline = await exchange.enter_async_context(self._exchange(call))
                    if call.repeatable and response.status_code in PASSING:
                        return await read_whole(response, ERROR_BYTES, call.host)
                    deadline.reschedule(None)
                    held_open.push_async_exit(exchange.pop_all())
                    return response

            yield await self._repeat(call, attempt)

    async def refuse_private(self, url: str) -> None:
        """Say at once what a call with `user_supplied` would run into. A name that cannot be resolved now passes.

        Raises:
            Invalid: the URL is not http(s), or leads to a private address.
        """
        with suppress(httpx.ConnectError):
            await self._public.addresses(address(url))

    async def close(self) -> None:
        for name in ("_to_known", "_to_anywhere"):
            if name in self.__dict__:
                await self.__dict__.pop(name).aclose()

    async def _repeat(self, call: Call, attempt: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """The last answer, or the last error."""

        def passing(response: httpx.Response) -> bool:
            return response.status_code in PASSING and (pause_s(response) or 0.0) <= self._limits.patience_s

        retrying = again.AsyncRetrying(
            retry=again.retry_if_exception_type(Unreachable) | again.retry_if_result(passing),
            stop=again.stop_after_attempt(self._limits.attempts if call.repeatable else 1),
            wait=again.wait_random_exponential(multiplier=self._limits.backoff_s, max=self._limits.patience_s),
            retry_error_callback=lambda last: last.outcome.result() if last.outcome else None,
        )
        return await retrying(attempt)

    @asynccontextmanager
    async def _exchange(self, call: Call) -> AsyncIterator[tuple[httpx.Response, asyncio.Timeout]]:
        """One attempt, from asking the host's limits to closing the answer."""
        refuse_in_write("an outbound call")
        host = self._hosts.of(call.host, call.user_supplied, call.breaker)
        outcome = "held-back"
        try:
            async with host.admitted(call.quota, wait_s=call.timeout_s):
                outcome = "failed"
                with trace.span("outbound", host=host.label, method=call.method):
                    async with within(call.timeout_s, call.host) as deadline:
                        response = await self._send(call)
                        host.heed(call.quota, response)
                        outcome = f"{response.status_code // 100}xx"
                        try:
                            yield unpacked(response), deadline
                        finally:
                            await response.aclose()
                host.breaker.record(response.status_code < 500)
        except Unreachable as failure:
            outcome = "unreachable"
            log.warning("outbound.failed", host=host.label, method=call.method, reason=failure.detail)
            host.breaker.record(False)
            raise
        finally:
            metrics.OUTBOUND.labels(host.label, outcome).inc()

    async def _send(self, call: Call) -> httpx.Response:
        """With a user's redirects followed by hand, so that each is checked and no body is read on the way."""
        client = self._to_anywhere if call.user_supplied else self._to_known
        request = client.build_request(call.method, call.url, **call.options)
        response = await client.send(request, auth=call.auth, stream=True)
        for _ in range(self._limits.redirects):
            if response.next_request is None or not call.follows:
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
        return _httpx(self._public)

    @cached_property
    def _public(self) -> PublicOnly:
        return PublicOnly(self._resolve, private=self._private)


def _httpx(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """Calls at a time are counted per host, so the pool has no bound on connections of its own."""
    getLogger("httpx").setLevel(WARNING)  # below that it logs whole URLs
    return httpx.AsyncClient(
        transport=transport,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=15.0),
        headers={"User-Agent": f"maxbooster/{__version__}", "Accept-Encoding": ACCEPTED},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )
