"""What distribution tells the rest of the platform."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from maxbooster.plugin import Event


class ReleaseSubmitted(Event, frozen=True, tag="release.submitted"):
    """A release is on its way to stores: new, changed, taken down or back again."""

    release: UUID
    revision: int
    title: str
    what: str
    """`insert`, `update`, `takedown` or `reactivation`."""
    outlets: list[str]


class ReleaseDelivered(Event, frozen=True, tag="release.delivered"):
    """A store has the whole package."""

    release: UUID
    delivery: UUID
    outlet: str
    what: str


class ReleaseLive(Event, frozen=True, tag="release.live"):
    """A store says that people can hear it."""

    release: UUID
    delivery: UUID
    outlet: str


class ReleaseTakenDown(Event, frozen=True, tag="release.taken_down"):
    """A store says that it is gone."""

    release: UUID
    delivery: UUID
    outlet: str


class ReleaseRejected(Event, frozen=True, tag="release.rejected"):
    """A store refused a delivery, in its words and in plain ones."""

    release: UUID
    delivery: UUID
    outlet: str
    reason: str


class DeliveryFlagged(Event, frozen=True, tag="delivery.flagged"):
    """A store did not refuse a delivery, but reports something that a person has to look into."""

    release: UUID
    delivery: UUID
    outlet: str
    note: str


class DeliveryOverdue(Event, frozen=True, tag="delivery.overdue"):
    """A store should be done by its own terms, and is not. Said once for each delivery."""

    release: UUID
    delivery: UUID
    outlet: str
    due_at: datetime


class StatementUndone(Event, frozen=True, tag="statement.undone"):
    """All that an imported statement posted was taken back."""

    statement: UUID
    source: str
    currency: str
    amount: int
    """Minor units, rounded down, as in `StatementImported`."""


class RoyaltiesAssigned(Event, frozen=True, tag="royalty.assigned"):
    """Somebody said whose lines in suspense are."""

    items: list[UUID]
    track: UUID | None
    release: UUID | None


class RoyaltiesUnassigned(Event, frozen=True, tag="royalty.unassigned"):
    """An assignment was undone: its lines are in suspense again."""

    item: UUID


class StatementImported(Event, frozen=True, tag="statement.imported"):
    """A store's statement was read, split and posted."""

    statement: UUID
    source: str
    currency: str
    amount: int
    """Minor units, rounded down; the rest is carried."""
    lines: int
