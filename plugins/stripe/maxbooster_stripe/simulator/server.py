"""The simulator over HTTP: Stripe's API under `/v1/`, its pages, and what steers it under `/_simulator/`.

Sources: https://docs.stripe.com/api/authentication, https://docs.stripe.com/api/versioning,
https://docs.stripe.com/api/request_ids, https://docs.stripe.com/connect/authentication
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe._api_version import _ApiVersion

from . import catalog, checkout, faults, portal, setup_intents, subscriptions, tax  # noqa: F401  # they register
from .control import steer
from .engine import Engine, request_id
from .errors import InvalidParameters, Refusal, server_error
from .faults import Fault
from .forms import decode, decode_multipart
from .operations import Operation, find, operations
from .pages import show
from .parameters import checked
from .work import Work

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)
_LARGEST_BODY = 8_000_000
_LONGEST_KEY = 255


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    origin: str


@dataclass
class Response:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    """The connection ends here, without an answer."""


def application(folder: str | Path, start_at: int | None = None) -> Simulator:
    """The simulator as an ASGI application that keeps its state in this folder."""
    return Simulator(Path(folder), start_at)


class Simulator:
    def __init__(self, folder: Path, start_at: int | None = None) -> None:
        operations()
        self.engine = Engine(folder, start_at)
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            request = await _request(scope, receive)
            self.engine.origin = request.origin
            await _respond(await self._answer(request), send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._running = await self.engine.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._running is not None:
                    await self.engine.stop(self._running)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, request: Request) -> Response:
        if request.path.startswith("/v1/"):
            return await self._api(request)
        if request.path == "/_simulator" or request.path.startswith("/_simulator/"):
            return await self._steer(request)
        status, page, location = await show(self.engine, request.method, request.path, request.query, request.body)
        headers = {"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer",
                   "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}  # fmt: skip
        return Response(status, page.encode(), headers | ({"Location": location} if location else {}))

    async def _steer(self, request: Request) -> Response:
        try:
            body = _control_body(request)
            path = request.path.removeprefix("/_simulator").strip("/")
            answer = await steer(self.engine, request.method, path, body)
        except Refusal as refused:
            return _json(refused.status, refused.body())
        return _json(200, answer)

    async def _api(self, request: Request) -> Response:
        headers = {"Request-Id": request_id(), "Stripe-Version": _ApiVersion.CURRENT}
        try:
            response = await self._executed(request, headers)
        except Refusal as refused:
            response = _json(refused.status, refused.body())
        except Exception:
            _log.exception("%s %s", request.method, request.path)
            response = _json(500, server_error().body())
        return Response(response.status, response.body, headers | response.headers, response.dropped)

    async def _executed(self, request: Request, headers: dict[str, str]) -> Response:
        platform = _platform(request)
        _check_version(request)
        found = find(request.method, request.path)
        if found is None:
            raise Refusal(
                f"Unrecognized request URL ({request.method}: {request.path}). If you are trying to list objects, remove "
                "the trailing slash. The simulator answers what its operations name.",
                status=404,
            )
        operation, path = found
        work, expand = self._work(request, headers, operation, path, platform)
        fault = await self.engine.transaction(lambda: faults.take(self.engine.store, operation.name))
        if fault is not None and (early := _instead(fault)):
            return early
        kind = f"delay:{fault.delay_s}" if fault and fault.kind == "delay" else fault.kind if fault else None
        status, body, original = await self.engine.answer(operation, work, expand, kind)
        more = {"Content-Type": "application/json"}
        if original is not None:
            more |= {"Idempotent-Replayed": "true", "Original-Request": original}
        return Response(status, body.encode(), more, dropped=kind == "drop_after")

    def _work(
        self, request: Request, headers: dict[str, str], operation: Operation, path: dict[str, str], platform: str
    ) -> tuple[Work, list[str]]:
        fields, files = _fields(request)
        given = checked(operation.parameters, fields) if operation.parameters else _none(fields)
        expand = given.pop("expand", [])
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None:
            if len(key) > _LONGEST_KEY:
                raise InvalidParameters("Idempotency keys can be up to 255 characters long.")
            headers["Idempotency-Key"] = key
        account = request.headers.get("stripe-account") or platform
        if account != platform:
            headers["Stripe-Account"] = account
        work = Work(
            self.engine.store, self.engine.clock.now(), platform, account, request.origin, operation.name, request.path,
            path, given, files, headers["Request-Id"], key,
        )  # fmt: skip
        return work, expand


def _instead(fault: Fault) -> Response | None:
    """What comes instead of doing anything."""
    if fault.kind == "error_before":
        return _json(500, server_error().body())
    if fault.kind == "drop_before":
        return Response(500, b"", dropped=True)
    if fault.kind == "rate_limit":
        body = Refusal("Too many requests hit the API too quickly.", code="rate_limit").body()
        return _json(429, body)
    if fault.kind == "lock_timeout":
        words = "This object cannot be accessed right now because another API request or Stripe process is currently " \
                "accessing it. If you see this error intermittently, retry the request."  # fmt: skip
        return _json(429, Refusal(words, code="lock_timeout").body())
    return None


def _platform(request: Request) -> str:
    """Each key has a platform account of its own."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise Refusal(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
            "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise Refusal(
            f"Invalid API Key provided: {key[:8]}***. The simulator takes test keys only (sk_test_…).", status=401
        )
    return f"acct_{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _check_version(request: Request) -> None:
    version = request.headers.get("stripe-version")
    if version != _ApiVersion.CURRENT:
        raise Refusal(
            f"Invalid Stripe API version: {version}. The simulator speaks {_ApiVersion.CURRENT}, and wants it sent: an "
            "account's default version changes under whoever does not."
        )


def _fields(request: Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if request.method in ("GET", "DELETE"):
        return decode(request.query), {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        fields, files = decode_multipart(kind, request.body)
        return fields | {name: name for name in files}, files
    try:
        return decode(request.body.decode()), {}
    except UnicodeDecodeError as garbled:
        raise InvalidParameters("Invalid request: the body is not form-encoded UTF-8.") from garbled


def _none(fields: dict[str, Any]) -> dict[str, Any]:
    if fields:
        name = next(iter(fields))
        raise InvalidParameters(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    return {}


def _control_body(request: Request) -> dict[str, Any]:
    """A page of another site cannot steer: browsers ask before they send JSON across, and get no answer."""
    if request.method != "POST":
        return {}
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refusal("The simulator is steered with Content-Type: application/json.", status=415)
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as invalid:
        raise Refusal(f"Not JSON: {invalid}") from invalid
    if not isinstance(body, dict):
        raise Refusal("Give a JSON object.")
    return body


def _json(status: int, body: Any) -> Response:
    return Response(status, json.dumps(body, indent=2).encode(), {"Content-Type": "application/json"})


async def _request(scope: Scope, receive: Receive) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    more = True
    while more and len(body) <= _LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    root = scope.get("root_path", "")
    origin = f"{scope.get('scheme', 'http')}://{headers.get('host', '127.0.0.1')}{root}"
    path = scope["path"].removeprefix(root) or "/"
    return Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body, origin)


async def _respond(response: Response, send: Send) -> None:
    if response.dropped:
        connection = getattr(getattr(send, "__self__", None), "transport", None)
        if connection is not None:  # under uvicorn
            connection.abort()
            return
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"Content-Length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if not response.dropped:
        await send({"type": "http.response.body", "body": response.body})
