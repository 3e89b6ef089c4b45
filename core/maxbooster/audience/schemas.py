"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from .models import CONFIRMED, WAITING, Consent, Contact, ListMember, MailingList, Suppression

Status = Literal["waiting", "confirmed", "unsubscribed", "bounced", "complained"]


class NewMailingList(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200, examples=["News from Nova Lane"])]
    """What fans sign up for."""
    sender: Annotated[str, Meta(min_length=1, max_length=200, examples=["Nova Lane"])]
    """Whose name stands on the email."""
    language: Annotated[str, Meta(max_length=35, examples=["en"])] = "en"
    """In which fans are asked to confirm, and unsubscribe; one of the settings' `languages`."""


class PostalAddress(Struct, forbid_unknown_fields=True):
    postal_address: Annotated[str, Meta(min_length=1, max_length=500, examples=["Nova Lane\n1 Quay Street\nPortland"])]
    """Where the account gets post; it stands in every email to a list."""
    expected: Annotated[str, Meta(max_length=500)] | None = None
    """The address as it was read: the change is refused if it is another by now."""


class AudienceSettings(Struct):
    postal_address: str
    """Empty: nothing can be sent to a list yet."""
    languages: list[str]
    """In which fans can be asked to confirm (BCP 47)."""


class Address(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=1, max_length=254, examples=["fan@example.org"])]


class NewSuppression(Address, forbid_unknown_fields=True):
    reason: Literal["unsubscribed", "bounced", "complained"]
    said: Annotated[str, Meta(max_length=500, examples=["Asked by phone on 2026-11-30"])] = ""
    """What the owner of the address, or the complaint, says; kept as evidence where they are a contact."""


class SuppressionOut(Struct):
    id: UUID
    email: str | None
    """None: only a hash is kept of it."""
    reason: Literal["unsubscribed", "removed", "bounced", "complained"]
    everywhere: bool
    """Whether it holds for all of the account's email, or for one list."""
    list_id: UUID | None
    """Which one, where that was recorded."""
    at: datetime

    @classmethod
    def of(cls, row: Suppression, email: str | None) -> SuppressionOut:
        return cls(row.id, email, row.reason, row.everywhere, row.list_id, row.at)  # type: ignore[arg-type]


class ContactsFile(Struct, forbid_unknown_fields=True):
    content: Annotated[
        bytes, Meta(min_length=1, max_length=2_000_000, examples=["ZW1haWwsbmFtZQphbm5AZmFucy5leGFtcGxlLEFubgo="])
    ]
    """The CSV file in base64: with the columns `email` and `name`, or addresses alone."""
    source: Annotated[str, Meta(min_length=1, max_length=500, examples=["The newsletter of 2025, by double opt-in"])]
    """Where these people agreed to get email: the evidence."""


class MailingListOut(Struct):
    id: UUID
    title: str
    sender: str
    language: str
    created_at: datetime
    confirmed: int
    """Contacts who get what is sent to the list."""
    waiting: int
    """Contacts who have yet to confirm."""

    @classmethod
    def of(cls, row: MailingList, counts: Mapping[tuple[UUID, str], int]) -> MailingListOut:
        confirmed, waiting = (counts.get((row.id, status), 0) for status in (CONFIRMED, WAITING))
        return cls(row.id, row.title, row.sender, row.language, row.created_at, confirmed, waiting)


class MembershipOut(Struct):
    list_id: UUID
    status: Status
    """`confirmed` gets what is sent to the list, nobody else does."""
    since: datetime
    source: str
    """The page on which they signed up, or where a file says that its addresses come from."""

    @classmethod
    def of(cls, row: ListMember) -> MembershipOut:
        return cls(row.list_id, row.status, row.since, row.source)  # type: ignore[arg-type]


class ContactOut(Struct):
    id: UUID
    email: str
    name: str
    created_at: datetime
    lists: list[MembershipOut]

    @classmethod
    def of(cls, row: Contact, members: Sequence[ListMember]) -> ContactOut:
        return cls(row.id, row.email, row.name, row.created_at, [MembershipOut.of(each) for each in members])


class ConsentOut(Struct):
    list_id: UUID
    action: Literal["given", "confirmed", "withdrawn", "bounced", "complained"]
    at: datetime
    words: str
    """What was agreed to, word for word; where an imported file comes from; what a mail server said."""
    page: str
    """The address of the page with the form."""
    method: str
    """`form`, `link`, `one-click`, `import`, `mail server` or `operator`."""
    request_id: str | None

    @classmethod
    def of(cls, row: Consent) -> ConsentOut:
        return cls(row.list_id, row.action, row.at, row.words, row.page, row.method, row.request_id)  # type: ignore[arg-type]


class ContactDetail(Struct):
    contact: ContactOut
    consent: list[ConsentOut]
    """The evidence, the oldest first."""


class Created(Struct):
    id: UUID
