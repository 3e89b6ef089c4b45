"""How much a process has under way. A request takes a place while the server works on it, never while it waits for
its client: slow and silent clients cost a connection, and nobody else's place.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from litestar.types import Empty, Message, Receive, ReceiveMessage, Scope, Send

from ..auth.throttle import network
from ..errors import NotReady, Overloaded, Problem
from ..observe import metrics

if TYPE_CHECKING:
    from ..context import Context

BODY_S = 20.0
"""How long a body may keep the server waiting at a stretch, and altogether beyond what its size excuses."""
BYTES_PER_S = 500
"""Each second of waiting must bring so much of a body."""
WAITING_PER_ADDRESS = 100
"""Bodies that one network may keep the server waiting for; beyond it the one that was silent longest goes."""


class TooSlow(Problem):
    status = 408
    type = "too-slow"
    title = "The request came too slowly"
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


class Traffic:
    """What one process has under way."""

    def __init__(self, limit: int, bodies_limit: int) -> None:
        self.limit = limit
        self.bodies_limit = bodies_limit
        self.bodies = 0
        """Bytes of bodies in memory; those that a handler takes piece by piece don't stay there."""
        self.in_flight = 0
        self.waiting = 0
        """Requests that wait for their client; they hold no place."""
        self._silent: dict[str, dict[asyncio.Timeout, int]] = defaultdict(dict)
        """Waits for a body by network, the longest first, and how much of it is in memory."""

    @property
    def full(self) -> bool:
        return self.in_flight >= self.limit

    @contextmanager
    def receiving(self, scope: Scope, receive: Receive) -> Iterator[Receive]:
        """`receive` for a request that holds a place, if it announces a body; others have nothing to wait for. The body
        is in memory until the block ends.
        """
        if not _announces_body(scope):
            yield receive
            return
        client = scope["client"]
        body = _Body(self, scope, receive, network(client[0]) if client else "")
        try:
            yield body.next
        finally:
            self.bodies -= body.kept

    async def send(self, send: Send, message: Message) -> None:
        """Without a place until the client has taken what was sent before."""
        self.in_flight -= 1
        try:
            await send(message)
        finally:
            self.in_flight += 1

    def make_room(self) -> None:
        """The largest body that waits for its client goes: nobody keeps the others out by sending no more."""
        waiting = [(kept, deadline) for silent in self._silent.values() for deadline, kept in silent.items()]
        kept, deadline = max(waiting, key=lambda each: each[0], default=(0, None))
        if deadline is not None and kept:
            deadline.reschedule(asyncio.get_running_loop().time())

    async def wait(self, receive: Receive, network: str, seconds: float, kept: int) -> ReceiveMessage:
        """`kept`: bytes of the body that are in memory meanwhile.

        Raises:
            TimeoutError: nothing came in that time, or too many of this network keep the server waiting.
        """
        self.in_flight -= 1
        self.waiting += 1
        silent = self._silent[network]
        try:
            async with asyncio.timeout(seconds) as deadline:
                silent[deadline] = kept
                if len(silent) > WAITING_PER_ADDRESS:
                    _give_up(silent)
                return await receive()
        finally:
            silent.pop(deadline, None)
            if not silent:
                self._silent.pop(network, None)
            self.waiting -= 1
            self.in_flight += 1


def _give_up(silent: dict[asyncio.Timeout, int]) -> None:
    longest = next(iter(silent))
    del silent[longest]
    longest.reschedule(asyncio.get_running_loop().time())


class _Body:
    """A body as it comes in, held to a least rate (as Apache's mod_reqtimeout does)."""

    def __init__(self, traffic: Traffic, scope: Scope, receive: Receive, network: str) -> None:
        self.kept = 0
        """Bytes of it in memory."""
        self._traffic = traffic
        self._scope = scope
        self._receive = receive
        self._network = network
        self._complete = False
        self._received = 0
        self._waited = 0.0

    async def next(self) -> ReceiveMessage:
        """
        Raises:
            TooSlow: the client keeps the server waiting.
            Overloaded: the body is in, and by now the process has enough to do; or it holds all the bodies that it
                may.
        """
        if self._complete:
            return await self._receive()
        now = asyncio.get_running_loop().time
        began = now()
        allowed = min(BODY_S, BODY_S + self._received / BYTES_PER_S - self._waited)
        try:
            message = await self._traffic.wait(self._receive, self._network, allowed, self.kept)
        except TimeoutError:
            self._complete = True
            raise TooSlow(
                f"The request's body came too slowly: {self._received} bytes so far. Send it again."
            ) from None
        self._waited += now() - began
        size = len(message.get("body", b""))  # type: ignore[arg-type]
        self._received += size
        self._complete = not message.get("more_body", False)
        if not _is_streamed(self._scope):
            self._keep(size)
        if self._complete and self._traffic.in_flight > self._traffic.limit:
            raise Overloaded("The server is busy; try again in a moment.")
        return message

    def _keep(self, size: int) -> None:
        traffic = self._traffic
        if traffic.bodies + size > traffic.bodies_limit:
            self._complete = True
            traffic.make_room()
            metrics.SHED.inc()
            raise Overloaded(
                "This server has no room for another request body: it holds at most"
                f" {traffic.bodies_limit} bytes of them at a time. Try again in a moment."
            )
        traffic.bodies += size
        self.kept += size


def _is_streamed(scope: Scope) -> bool:
    """Whether the handler takes the body piece by piece: those without a limit do."""
    handler = scope.get("route_handler")
    return handler is not None and getattr(handler, "request_max_body_size", Empty) is None


def _announces_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


async def refuse_when_full(ctx: Context) -> None:
    """For `/health/ready`: whoever balances the load sends others elsewhere.

    Raises:
        NotReady: this process has as much to do as it takes on.
    """
    traffic = ctx.app.traffic
    if traffic.full:
        raise NotReady(
            f"{traffic.in_flight} requests are being worked on and {traffic.waiting} wait for their clients; this"
            f" process takes {traffic.limit}. Start more web processes, or raise MAXBOOSTER_IN_FLIGHT."
        )
