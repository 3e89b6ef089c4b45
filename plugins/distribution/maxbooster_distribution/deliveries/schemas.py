"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, cast
from uuid import UUID

from msgspec import Meta, Struct

from ..description import ReleaseDescription
from ..package import What
from ..quality.rule import Override, QualityFinding
from .clock import Clock, reading
from .content import content_of, on_sale_from
from .models import Acknowledgement, Delivery
from .signs import stands_still
from .states import State
from .words import STILL_ADVICE, sentence, standstill

OutletNames = Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(min_length=1, max_length=200)]


class OutletOut(Struct):
    name: str
    title: str
    ready: bool
    """Whether it is set up; if not, nothing can be sent."""
    sandbox: bool
    """Whether deliveries go to a simulator on this machine."""
    sla_days: list[int]
    """Working days until a release is live: usually, and at most."""
    problem: str | None = None


class Outlets(Struct):
    outlets: list[OutletOut]
    sandbox: bool
    """Whether anything goes to a simulator: then nothing is published, and the pages say so."""


class ReviewWanted(Struct):
    description: ReleaseDescription
    outlets: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=200)] = []
    release: UUID | None = None
    """Whose overrides count, if it is about one that is there."""


class Review(Struct):
    findings: list[QualityFinding]
    """What blocks first."""
    blocking: int
    warnings: int
    """What blocks nothing, and nobody has decided about."""
    rules: int
    """How many rules were applied."""
    passed: int
    """How many of them found nothing."""


class OverrideWanted(Struct):
    rule: Annotated[str, Meta(max_length=10)]
    field: Annotated[str, Meta(max_length=200)]
    """Both as the finding says."""
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class Discard(Struct):
    version: int
    """Of the release, as `getUnsentChanges` said; refused if there is a newer one."""


class Submission(Struct):
    outlets: OutletNames


class Submitted(Struct):
    deliveries: list[UUID]
    """In the order of the stores; a delivery that was under way already is named again."""


class StageOut(Struct):
    state: State
    at: datetime
    note: str | None


class AcknowledgementOut(Struct):
    name: str
    file: UUID | None
    """None: it is not whole yet, or cannot be read."""
    status: str
    """DDEX's, or `incomplete` (it is still being written), `unreadable`, `about another release`."""
    at: datetime


class DeliveryOut(Struct):
    id: UUID
    release: UUID
    outlet: str
    outlet_title: str
    number: int
    what: What
    state: State
    words: str
    """Where it is, in a sentence."""
    note: str | None
    advice: str | None
    stands_still: bool
    """It is stalled: its job was canceled or failed. It can be retried."""
    clock: Clock
    sandbox: bool
    revision: int
    batch: str
    queued_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    expected_from: datetime
    due_at: datetime
    on_sale_from: date | None
    """The first day on which people can hear or buy it: a store may have it ready before."""
    message_file: UUID | None
    manifest_file: UUID | None
    stages: list[StageOut]
    overrides: list[Override]
    """Findings that somebody decided otherwise about when it was submitted."""

    @classmethod
    def of(cls, row: Delivery, title: str, now: datetime, *, stages: bool = True) -> DeliveryOut:
        expected = row.expected_from if now < row.expected_from else row.due_at
        still = stands_still(row, now)
        return cls(
            id=row.id,
            release=row.release_id,
            outlet=row.outlet,
            outlet_title=title,
            number=row.number,
            what=cast(What, row.what),
            state=cast(State, row.state),
            words=(
                standstill(title, row.what, row.state)
                if still
                else sentence(
                    title,
                    row.what,
                    row.state,
                    expected=expected,
                    now=now,
                    note=row.note,
                    flagged=row.advice is not None,
                    on_sale_from=on_sale_from(row),
                )
            ),
            note=row.note,
            advice=STILL_ADVICE if still else row.advice,
            stands_still=still,
            clock=reading(row.state, row.queued_at, row.due_at, now),
            sandbox=row.sandbox,
            revision=row.revision,
            batch=row.batch,
            queued_at=row.queued_at,
            sent_at=row.sent_at,
            answered_at=row.answered_at,
            ended_at=row.ended_at,
            expected_from=row.expected_from,
            due_at=row.due_at,
            on_sale_from=on_sale_from(row),
            message_file=row.message_file_id,
            manifest_file=row.manifest_file_id,
            stages=[StageOut(cast(State, each.state), each.at, each.note) for each in row.stages] if stages else [],
            overrides=content_of(row).overrides if stages else [],
        )


class Deliveries(Struct):
    deliveries: list[DeliveryOut]
    """What needs somebody first, then by store; the newest of each store first."""
    sandbox: bool


class MessageDiff(Struct):
    """What changed in the message since the delivery before to the same store, as a unified diff; empty: nothing."""

    before: int | None
    """The number of that delivery."""
    diff: str


def acknowledgement_out(row: Acknowledgement) -> AcknowledgementOut:
    return AcknowledgementOut(row.name, row.file_id, row.status, row.at)
