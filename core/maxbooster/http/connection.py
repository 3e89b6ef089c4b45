"""Connections of clients that keep a server waiting: each wait has an end, and one address holds few of them.

uvicorn puts no deadline on a request's headers, none on what is left of a body after the answer, and none on a client
that doesn't read. Bodies that a handler waits for are watched in `waiting`, which knows the client behind a proxy.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..auth.throttle import network
from ..observe.logs import log

HEADERS_S = 10.0
"""From the connection, or from a request's first byte, to the end of its headers."""
LINGER_S = 5.0
"""What is left of a body that nobody reads any more, and an answer to a client that has hung up, take no longer."""
FIRST_REQUEST_S, NEXT_REQUEST_S = 1.0, 0.1
"""When the server ends: what was on its way by then is answered. Who has connected just now is about to ask."""
UNREAD_S = 60.0
"""A client that takes nothing of its answer for so long has gone."""
LEFTOVER_BYTES = 1_000_000
"""So much of a body that nobody reads any more is read to the end, so that the client sees its answer."""
HEADER_BYTES = 65_536
WAITING_PER_ADDRESS = 200
"""Connections of one network whose headers are not in; beyond it the one that was silent longest goes."""
_LOOK_EVERY_S = 1.0

_waiting: dict[str, dict[PatientProtocol, None]] = defaultdict(dict)
"""By network, the connections whose headers are not in; the one that was silent longest comes first."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's connection, with an end to every wait for the client."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._network: str | None = None
        self._headers_since: float | None = None
        self._header_bytes = self._leftover_bytes = 0
        self._stuck: tuple[str, float] = "", 0.0
        self._look: asyncio.TimerHandle | None = None
        self._is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client and self.client[0] not in (self.config.forwarded_allow_ips or ()):
            self._network = network(self.client[0])
        self._await_headers()
        self._look = self.loop.call_later(_LOOK_EVERY_S, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_are_in()
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._headers_since is None and self._is_between_requests():
            self._await_headers()
        if self._headers_since is not None:
            self._header_bytes += len(data)
            self._note_sign_of_life()
        elif self.cycle is not None and self.cycle.response_complete and self.cycle.more_body:
            self._leftover_bytes += len(data)
            if self._leftover_bytes > LEFTOVER_BYTES:
                self.transport.abort()
                return
        super().data_received(data)
        if self._headers_since is not None and self._header_bytes > HEADER_BYTES:
            self._refuse(431, "The request's headers are larger than this server accepts.")

    def on_headers_complete(self) -> None:
        self._headers_are_in()
        super().on_headers_complete()
        if self._is_ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """The server ends. Closing a connection at once would reset it under a request that has just been sent."""
        if not self._is_between_requests():
            super().shutdown()
            return
        self._is_ending = True
        self.loop.call_later(FIRST_REQUEST_S if self.cycle is None else NEXT_REQUEST_S, self._end)

    def _end(self) -> None:
        if self._is_between_requests() and not self.transport.is_closing():
            self.transport.close()

    # Waiting for headers

    def _is_between_requests(self) -> bool:
        return self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body)

    def _await_headers(self) -> None:
        self._headers_since, self._header_bytes, self._leftover_bytes = self.loop.time(), 0, 0
        if self._network is None:
            return
        mates = _waiting[self._network]
        mates[self] = None
        if len(mates) > WAITING_PER_ADDRESS:
            next(iter(mates))._refuse(408, "Too many unfinished requests from your network.")

    def _note_sign_of_life(self) -> None:
        if self._network is not None:
            mates = _waiting[self._network]
            mates.pop(self, None)
            mates[self] = None

    def _headers_are_in(self) -> None:
        self._headers_since = None
        if self._network is not None and (mates := _waiting.get(self._network)) is not None:
            mates.pop(self, None)
            if not mates:
                del _waiting[self._network]

    # Every second

    def _look_after(self) -> None:
        now = self.loop.time()
        if self._headers_since is not None and now - self._headers_since > HEADERS_S:
            self._refuse(408, f"The request's headers did not arrive within {HEADERS_S:g} s.")
        elif (stuck := self._stuck_at()) != self._stuck[0]:
            self._stuck = stuck, now
        elif stuck and now - self._stuck[1] > (UNREAD_S if stuck == "unread" else LINGER_S):
            log.info("connection.dropped", reason=stuck, network=self._network)
            self.transport.abort()
            return
        self._look = self.loop.call_later(_LOOK_EVERY_S, self._look_after)

    def _stuck_at(self) -> str:
        """Which wait, of those that must not last, the connection is in."""
        if self.transport.is_closing():
            return "closing"
        if self.flow.write_paused:
            return "unread"
        cycle = self.cycle
        return "rest of body" if cycle is not None and cycle.response_complete and cycle.more_body else ""

    def _refuse(self, status: int, words: str) -> None:
        """Answer and hang up. Whoever is still sending headers understands no more than a status line."""
        self._headers_are_in()
        if self.transport.is_closing():
            return
        reason = {408: "Request Timeout", 431: "Request Header Fields Too Large"}[status]
        head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        body = words.encode()
        self.transport.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        self.transport.close()
