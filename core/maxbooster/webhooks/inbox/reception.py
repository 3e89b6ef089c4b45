"""How a webhook is taken in: Litestar finds the route, describes it and words the refusals, and nothing more.

Arguments, dependencies and an answer that is encoded are most of what a small request costs, and a provider sends many.
The route is public and signed, so its guard has nothing to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from ...context import Context
from ...errors import Malformed, TooLarge
from ..source import IncomingWebhook
from . import service

if TYPE_CHECKING:
    from ...app import App

LARGEST_BYTES = 10_000_000


class WebhookTaken(Struct, frozen=True):
    received: bool = True


_TAKEN = msgspec.json.encode(WebhookTaken())
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_TAKEN)).encode())]


class Reception(ASGIMiddleware):
    """Answers in its route's stead."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        app, name = cast("App", scope["litestar_app"].state.app), scope["path_params"]["source"]
        client = scope["client"]
        ctx = Context(
            app,
            writable=False,  # so there is nothing to commit, nor to drop
            request_id=scope["state"].get("request_id"),
            address=client[0] if client else None,
        )
        source = service.source_of(ctx, name)  # before the body is read
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        webhook = IncomingWebhook(
            headers=headers,
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            body=await _body(headers.get("content-length", ""), receive),
            at=ctx.now,
        )
        await service.receive(ctx, name, source, webhook)
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS]})
        await send({"type": "http.response.body", "body": _TAKEN, "more_body": False})


async def _body(announced: str, receive: Receive) -> bytes:
    """
    Raises:
        TooLarge: it is, or says so; it is then not read to its end.
        Malformed: the sender hung up on the way.
    """
    if announced.isdecimal() and int(announced) > LARGEST_BYTES:
        raise _too_large()
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Malformed("The sender hung up before the body was in.")
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
        if (size := size + len(pieces[-1])) > LARGEST_BYTES:
            raise _too_large()
    return b"".join(pieces)


def _too_large() -> TooLarge:
    return TooLarge(f"The body of a webhook has at most {LARGEST_BYTES:,} bytes.")
