"""What is told of connections."""

from __future__ import annotations

from uuid import UUID

from ..events import Event


class ConnectionLost(Event, frozen=True, tag="connection.lost"):
    """A login does not work any more; a person has to log in again. Told once."""

    connection: UUID
    provider: str
    title: str
    reason: str


class ConnectionRestored(Event, frozen=True, tag="connection.restored"):
    """A lost login works again."""

    connection: UUID
    provider: str
    title: str
