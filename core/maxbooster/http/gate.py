"""What every request passes on its way in: request id, load shedding, log, metrics, identity."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from ..errors import Overloaded, Problem
from ..observe import metrics
from ..observe.logs import log
from .hosts import Hosts, Misdirected
from .problems import MEDIA_TYPE

if TYPE_CHECKING:
    from ..app import App

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_PROCESS, _NUMBERS = secrets.token_hex(8), count()
_REFUSED = (401, 403, 408, 413, 429)
_REFUSALS_PER_S = 20
_ALWAYS = ("/health", "/metrics")
_NOWHERE = "/p"
"""Where there is never anything: the page that says so is shown."""
_LASTING = ("/api/core/live", "/api/core/grants/live")
"""They last, and do nothing meanwhile: they hold no place."""


def hardening(origin: str) -> list[tuple[bytes, bytes]]:
    """What browsers are told about every answer, unless it says otherwise (OWASP Secure Headers Project)."""
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }
    if origin.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Gate:
    """The ASGI application that a server runs: outermost, so that errors of routing pass it too.

    Beyond `in_flight` requests it answers 503 at once, so that the rest stay quick; those that wait for their clients
    don't count.
    """

    def __init__(self, app: App, inner: ASGIApp) -> None:
        self._inner = inner
        self._traffic = app.traffic
        self._refusals = _Refusals()
        self._hardening = hardening(app.settings.origin)
        self._hosts = Hosts(app.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._inner(scope, receive, send)
        elif scope["path"].startswith(_ALWAYS):
            await self._admit(scope, receive, send)
        elif not self._hosts.know(scope["headers"]):
            await self._refuse(Misdirected(), send)
        elif self._hosts.is_elsewhere(scope["headers"], scope["path"]):
            scope["path"], scope["raw_path"], scope["query_string"] = _NOWHERE, _NOWHERE.encode(), b""
            await self._admit(scope, receive, send)
        elif self._traffic.full:
            metrics.SHED.inc()
            await self._refuse(Overloaded("The server is busy; try again in a moment."), send)
        else:
            await self._admit(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began = perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*self._hardened(message["headers"]), (b"x-request-id", request_id.encode())]
            elif (watch := scope["state"].get("watch")) is not None:
                await watch.next_piece()
            await traffic.send(send, message)

        traffic, places = self._traffic, 0 if scope["path"] in _LASTING else 1
        traffic.in_flight += places
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with traffic.receiving(scope, receive) as receiving:
                await self._inner(scope, receiving, sending)
        except SystemExit as error:
            raise RuntimeError(
                f"the handler of {scope['path']} called sys.exit(), which would end the server"
            ) from error
        except Exception:
            if not getattr(scope["state"].get("watch"), "ended", False):
                raise
        finally:
            structlog.contextvars.reset_contextvars(**bound)
            traffic.in_flight -= places
            self._account_for(scope, status, perf_counter() - began)

    async def _refuse(self, problem: Problem, send: Send) -> None:
        body = msgspec.json.encode(problem.body())
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        await send({"type": "http.response.start", "status": problem.status, "headers": self._hardened(headers)})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _hardened(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The answer's headers, and those of the hardening that it does not set by itself."""
        given = list(headers)
        names = {name.lower() for name, _ in given}
        return [*given, *(each for each in self._hardening if each[0] not in names)]

    def _account_for(self, scope: Scope, status: int, seconds: float) -> None:
        handler: Any = scope.get("route_handler")
        operation = getattr(handler, "operation_id", None) or "none"
        metrics.IN_FLIGHT.set(self._traffic.in_flight)
        metrics.WAITING.set(self._traffic.waiting)
        requests, request_seconds = _measured(operation, status)
        requests.inc()
        request_seconds.observe(seconds)
        if status in _REFUSED:
            caller = scope["state"].get("caller")
            self._refusals.note(
                operation=operation,
                status=status,
                address=scope["client"][0] if scope["client"] else None,
                user=str(caller.user) if caller and caller.user else None,
                account=str(caller.account) if caller and caller.account else None,
            )
        log.debug("request", operation=operation, status=status, ms=round(seconds * 1000, 1))


@cache
def _measured(operation: str, status: int) -> tuple[Counter, Histogram]:
    """Looking them up costs more than counting."""
    return metrics.REQUESTS.labels(operation, status), metrics.REQUEST_SECONDS.labels(operation)


class _Refusals:
    """The log of refused requests: some each second, and how many more there were, so that a flood cannot fill it."""

    def __init__(self) -> None:
        self._second = 0
        self._count = 0

    def note(self, **facts: Any) -> None:
        if (second := int(perf_counter())) != self._second:
            if self._count > _REFUSALS_PER_S:
                log.warning("request.refused_more", count=self._count - _REFUSALS_PER_S)
            self._second, self._count = second, 0
        self._count += 1
        if self._count <= _REFUSALS_PER_S:
            log.warning("request.refused", **{name: value for name, value in facts.items() if value is not None})


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return f"{_PROCESS}{next(_NUMBERS):08x}"
