"""Mailings over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from .models import PENDING, REFUSED, SENDING, SENT, SKIPPED, UNCERTAIN, Mailing

Lists = Annotated[list[UUID], Meta(min_length=1, max_length=50)]
Subject = Annotated[str, Meta(min_length=1, max_length=200, examples=["Nightfall is out"])]
Text = Annotated[
    str,
    Meta(min_length=1, max_length=20_000, examples=["**Nightfall** is out today. [Listen](https://example.org/n)"]),
]
Format = Literal["markdown", "plain"]


class MailingText(Struct, forbid_unknown_fields=True, kw_only=True):
    lists: Lists
    """Who gets it; whoever is on several gets it once."""
    subject: Subject
    text: Text
    format: Format = "markdown"
    """`markdown` also gets an HTML part; `plain` is sent as it is."""


class NewMailing(MailingText, kw_only=True):
    once: Annotated[str, Meta(max_length=120, examples=["7f1c9f0e"])] = ""
    """A name of the client's own, under which it is sent only once, however often the request is repeated."""
    at: Annotated[str, Meta(max_length=30, examples=["2026-11-30T18:00"])] = ""
    """When, as a clock in `zone` shows it; empty: now."""
    zone: Annotated[str, Meta(max_length=64, examples=["Europe/Berlin"])] = "UTC"


class Preview(Struct):
    sender: str
    subject: str
    html: str
    """The text as HTML, without the footer."""
    text: str
    """The whole plain-text part."""
    footer: list[str]
    """Why they get it, the postal address (empty where it is missing), and the link's text."""
    readers: int
    """How many would get it now."""


class Trial(Struct):
    to: str
    """Where the test was sent."""


class MailingResults(Struct, kw_only=True):
    readers: int
    """Who it goes to, known from when sending starts."""
    pending: int
    sent: int
    failed: int
    """The mail server refused them, or broke off without saying whether it took the message (`uncertain` of these)."""
    uncertain: int
    skipped: int
    """They left while it was being sent."""
    unsubscribed: int
    """After this email, and before another."""
    complained: int

    @classmethod
    def of(cls, counts: Sequence[Any]) -> MailingResults:
        def count(*states: str) -> int:
            return sum(row.contacts for row in counts if row.state in states)

        def outcome(name: str) -> int:
            return sum(row.contacts for row in counts if row.outcome == name)

        return cls(
            readers=sum(row.contacts for row in counts),
            pending=count(PENDING, SENDING),
            sent=count(SENT),
            failed=count(REFUSED, UNCERTAIN),
            uncertain=count(UNCERTAIN),
            skipped=count(SKIPPED),
            unsubscribed=outcome("unsubscribed"),
            complained=outcome("complained"),
        )


class MailingOut(Struct):
    id: UUID
    lists: list[UUID]
    subject: str
    text: str
    format: Format
    state: Literal["scheduled", "sending", "sent", "canceled"]
    send_at: datetime
    zone: str
    """In which the time was chosen."""
    created_at: datetime
    ended_at: datetime | None
    results: MailingResults

    @classmethod
    def of(cls, row: Mailing, lists: list[UUID], results: MailingResults) -> MailingOut:
        return cls(
            row.id, lists, row.subject, row.text, row.format, row.state, row.send_at, row.zone,  # type: ignore[arg-type]
            row.created_at, row.ended_at, results,
        )  # fmt: skip
