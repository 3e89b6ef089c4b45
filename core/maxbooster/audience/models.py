"""Contacts, mailing lists, consent, suppression, and what is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table, owned_reference

WAITING: Final = "waiting"
CONFIRMED: Final = "confirmed"
UNSUBSCRIBED: Final = "unsubscribed"
BOUNCED: Final = "bounced"
COMPLAINED: Final = "complained"
"""Of a contact on a list; only those who are `confirmed` get what is sent to it."""
GIVEN, WITHDRAWN, REMOVED = "given", "withdrawn", "removed"
PLAIN, MARKDOWN = "plain", "markdown"
"""How a mailing's text is to be read."""
SCHEDULED, CANCELED = "scheduled", "canceled"
"""Of a mailing, which is then `sending`, and at last `sent`."""
PENDING, SENDING, SENT, UNCERTAIN, REFUSED, SKIPPED = "pending", "sending", "sent", "uncertain", "refused", "skipped"
"""Of a mailing to one contact. `uncertain`: it broke off while it was being handed over, so it is not sent again."""


class Contact(Owned, Table):
    """A fan, by email address."""

    __tablename__ = "core_contact"
    __table_args__ = (UniqueConstraint("account_id", "email"),)

    email: Mapped[str] = mapped_column(String(254))
    """Normalized (`mail.address`)."""
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When they were last sent an email that asks for a confirmation."""


class MailingList(Owned, Table):
    """What contacts sign up to. `kind` and `key` say which one it is, to whoever made it."""

    __tablename__ = "core_mailing_list"
    __table_args__ = (UniqueConstraint("account_id", "kind", "key"),)

    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(500))
    """As fans read it: “New music by Nova Lane”."""
    sender: Mapped[str] = mapped_column(String(500))
    """Whose name stands on the email."""
    language: Mapped[str] = mapped_column(String(35))
    """BCP 47: in which fans read about confirming and unsubscribing."""
    created_at: Mapped[datetime]


class SenderAddress(Owned, Table):
    """Where the account gets post: it stands in every mailing, as the law of several countries demands."""

    __tablename__ = "core_sender_address"
    __table_args__ = (UniqueConstraint("account_id"),)

    lines: Mapped[str] = mapped_column(String(500))


class ListMember(Owned, Table):
    """A contact on a list."""

    __tablename__ = "core_list_member"
    __table_args__ = (
        owned_reference("contact_id", "core_contact"),
        owned_reference("list_id", "core_mailing_list"),
        UniqueConstraint("account_id", "contact_id", "list_id"),
        Index("ix_core_list_member_list", "account_id", "list_id", "status"),
    )

    contact_id: Mapped[UUID]
    list_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(2000))
    """The page on which they signed up, or where a file says that its addresses come from."""
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the link that confirms."""
    token_until: Mapped[datetime | None]


class Consent(Owned, Table):
    """What happened to somebody's consent, as evidence: rows are added, never changed."""

    __tablename__ = "core_consent"
    __table_args__ = (
        owned_reference("contact_id", "core_contact"),
        owned_reference("list_id", "core_mailing_list"),
        Index("ix_core_consent_contact", "account_id", "contact_id", "list_id"),
    )

    contact_id: Mapped[UUID]
    list_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(12))
    """`given`, `confirmed`, `withdrawn`; `bounced` and `complained` end it too."""
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    """What was agreed to, word for word; where a file comes from; what a mail server said."""
    page: Mapped[str] = mapped_column(String(2000))
    """The address of the page with the form."""
    method: Mapped[str] = mapped_column(String(20))
    """`form`, `link`, `one-click`, `import`, `mail server`, `operator`."""
    request_id: Mapped[str | None] = mapped_column(String(64))


class Suppression(Owned, Table):
    """An address that gets nothing, of one list or of the account: a keyed hash, and nothing that names anybody."""

    __tablename__ = "core_suppression"
    __table_args__ = (
        UniqueConstraint("account_id", "keyed_hash"),
        Index("ix_core_suppression_at", "account_id", "at", "id"),
    )

    keyed_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    reason: Mapped[str] = mapped_column(String(12))
    """`unsubscribed`, `removed`, `bounced` or `complained`."""
    at: Mapped[datetime]
    everywhere: Mapped[bool]
    """Whether it holds for the whole account, or for one list."""
    list_id: Mapped[UUID | None]
    """Which one, where that was recorded."""
    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    """Whose address it is, as long as they are known; no reference, because the suppression outlives them."""


class Mailing(Owned, Table):
    """One message to one or more lists."""

    __tablename__ = "core_mailing"
    __table_args__ = (UniqueConstraint("account_id", "once"),)

    once: Mapped[str] = mapped_column(String(200))
    """A name under which it is sent only once."""
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12))
    send_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    """The time zone in which that was chosen (IANA)."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it had been sent to everybody, or was canceled."""


class MailingTarget(Owned, Table):
    """A list that a mailing goes to."""

    __tablename__ = "core_mailing_target"
    __table_args__ = (
        owned_reference("mailing_id", "core_mailing"),
        owned_reference("list_id", "core_mailing_list"),
        UniqueConstraint("account_id", "mailing_id", "list_id"),
    )

    mailing_id: Mapped[UUID]
    list_id: Mapped[UUID]


class MailingRecipient(Owned, Table):
    """A mailing to one contact: one row, however often it is tried."""

    __tablename__ = "core_mailing_recipient"
    __table_args__ = (
        owned_reference("mailing_id", "core_mailing"),
        owned_reference("contact_id", "core_contact"),
        UniqueConstraint("account_id", "mailing_id", "contact_id"),
        Index("ix_core_mailing_recipient_contact", "account_id", "contact_id", "at"),
        Index("ix_core_mailing_recipient_state", "account_id", "mailing_id", "state"),
    )

    mailing_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    """What they did about it before the account's next message: `unsubscribed`, `complained`; empty: nothing."""
