"""`ctx.http` as a plugin gets it: the platform's client, for the hosts that the plugin declares."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Unpack

import httpx

from .address import address
from .calls import Client, Options

if TYPE_CHECKING:
    from ...plugins.hosts import DeclaredHosts


class ConfinedClient(Client):
    """Raises what `Client` does, and UsageError for a host that the plugin doesn't declare. Redirects are followed for
    addresses of people alone, so that none leads past the declared hosts."""

    def __init__(self, client: Client, declared: Callable[[], DeclaredHosts]) -> None:
        self._client = client
        self._declared = declared

    async def request(
        self, method: str, url: str, *, max_bytes: int = 50_000_000, **options: Unpack[Options]
    ) -> httpx.Response:
        self._admit(url, options)
        return await self._client.request(method, url, max_bytes=max_bytes, **options)

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Unpack[Options]) -> AsyncIterator[httpx.Response]:
        self._admit(url, options)
        async with self._client.stream(method, url, **options) as answer:
            yield answer

    async def refuse_private(self, url: str) -> None:
        await self._client.refuse_private(url)

    async def close(self) -> None:
        """It is the platform's, which closes it."""

    def _admit(self, url: str, options: Options) -> None:
        self._declared().admit(address(url).host, user_supplied=options.get("user_supplied", False))
