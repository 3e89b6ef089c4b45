"""How a contact's place on a list changes, and the evidence of it."""

from __future__ import annotations

from msgspec import Struct

from ..context import Context
from .models import Consent, ListMember


class Evidence(Struct, frozen=True, kw_only=True):
    """How somebody agreed, or ended it."""

    words: str
    """Word for word."""
    page: str
    """The address of the page with the form."""
    method: str
    request_id: str | None


def become(ctx: Context, member: ListMember, status: str, *, source: str | None = None) -> None:
    member.status, member.since = status, ctx.now
    member.token_hash = member.token_until = None
    if source is not None:
        member.source = source


def record(ctx: Context, member: ListMember, action: str, evidence: Evidence) -> Consent:
    return Consent(
        contact_id=member.contact_id, list_id=member.list_id, action=action, at=ctx.now, words=evidence.words,
        page=evidence.page, method=evidence.method, request_id=evidence.request_id,
    )  # fmt: skip
