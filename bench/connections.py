"""An access token that expires while 200 workers use it: one renewal, and nobody fails.

This module is the plugin of the provider too.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint, entry_points
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from maxbooster.connections import keeping
from maxbooster.connections.tokens import Lifetime, Tokens
from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import Context, Holder, Manifest, OAuthLogin, PluginSettings, Provider, hookimpl
from maxbooster.plugins.installed import GROUP
from maxbooster.plugins.registry import load
from maxbooster.testing import make_app

from .figures import Figure, Pace
from .places import folder

WORKERS = 200


class QuaySettings(PluginSettings, kw_only=True, frozen=True):
    at: str = ""


manifest = Manifest(name="quay", version="1", title="Quay", settings=QuaySettings)


@hookimpl
async def oauth_provider(ctx: Context) -> Provider:
    at = ctx.settings(QuaySettings).at
    login = OAuthLogin(authorize_url=f"{at}/auth", token_url=f"{at}/token", client_id="bench", rotates=True)
    return Provider(name="quay", title="Quay", login=login)


def measure(pace: Pace) -> list[Figure]:
    return asyncio.run(_measure(pace))


async def _measure(pace: Pace) -> list[Figure]:
    seconds: list[float] = []
    renewals = failures = 0
    registry = load(entries=[*entry_points(group=GROUP), EntryPoint("quay", __name__, GROUP)])
    with _served() as (at, asked), folder() as data:
        async with make_app(data, f"sqlite:///{data / 'one.db'}", registry=registry, quay__at=at) as app:
            for _ in range(pace.rounds):
                me = Identity(new_id(), None, frozenset({EVERYTHING}))
                async with app.unit(me) as ctx:
                    id = await _expired(ctx)
                before, began = asked["/token"], perf_counter()
                calls = (_call(app, me, id, at) for _ in range(WORKERS))
                answers = await asyncio.gather(*calls, return_exceptions=True)
                seconds.append(perf_counter() - began)
                renewals = max(renewals, asked["/token"] - before)
                failures += sum(1 for answer in answers if answer != 200)
    return [
        Figure("renewals of one token that 200 workers want", renewals, "", 1, 1, at_most=True),
        Figure("workers that failed", failures, "", budget=0),
        Figure("200 calls with an expired token", median(seconds) * 1000, "ms", note="16 at a time go to one host"),
    ]


async def _expired(ctx: Context) -> UUID:
    """A connection whose access token is over."""
    provider, holder = await oauth_provider(ctx), Holder("ana")
    row = await keeping.row_for(ctx, provider, holder, None)
    over = Lifetime(ctx.now, ctx.now)
    tokens = Tokens(access="over", refresh="first")
    return (await keeping.keep(ctx, row, provider, holder, tokens=tokens, lifetime=over)).id


async def _call(app: Any, me: Identity, id: UUID, at: str) -> int:
    async with app.unit(me) as ctx:
        return int((await ctx.connection(id).client().request("GET", f"{at}/me")).status_code)


@contextmanager
def _served() -> Iterator[tuple[str, Counter[str]]]:
    """A provider that gives a token to each who asks, and takes the last alone; how often each path was asked."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            asked[self.path] += 1
            number = asked[self.path]
            self._answer(200, b'{"access_token": "a%d", "refresh_token": "r%d", "expires_in": 3600}' % (number, number))

        def do_GET(self) -> None:
            good = self.headers["authorization"] == f"Bearer a{asked['/token']}"
            self._answer(200 if good else 401, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
