"""What the rest of the platform may hear about public pages."""

from __future__ import annotations

from uuid import UUID

from ..events.event import Event


class PageTakenDown(Event, frozen=True, tag="page.taken_down"):
    """The operator has turned a public page off."""

    area: str
    subject: UUID
    """What the page shows: a release's id, say."""
    address: str
    reason: str
