"""What goes in and out of the operations on one's own profile."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_INVISIBLE = r"\s\u200b-\u200f\u2060\ufeff"
Name = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=rf"^[^{_CONTROL}]*[^{_INVISIBLE}{_CONTROL}][^{_CONTROL}]*\Z")
]
"""In one line, in its own direction, and not blank: names stand in the headers of emails and in lists of payments."""
Email = Annotated[str, Meta(min_length=3, max_length=300)]
Password = Annotated[str, Meta(max_length=300)]
LinkToken = Annotated[str, Meta(min_length=1, max_length=200)]


class Registration(Struct, frozen=True, forbid_unknown_fields=True):
    """`born_on` is asked for the age alone, and not kept. `account`: the artist's or label's name, else the person's
    own."""

    email: Email
    password: Password
    name: Name
    born_on: date
    account: Name | None = None


class Joining(Struct, frozen=True, forbid_unknown_fields=True):
    """Registering by an invitation's link, which proves the e-mail address."""

    token: LinkToken
    password: Password
    name: Name
    born_on: date


class Sent(Struct, frozen=True):
    """The same whoever has the address: an email is on its way, if there is one to write."""

    sent: bool = True


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    token: LinkToken


class Verification(Struct, frozen=True, forbid_unknown_fields=True):
    """`password`: the one that was chosen at registration."""

    token: LinkToken
    password: Password


class Registered(Struct, frozen=True):
    email: str


class Invited(Struct, frozen=True):
    """What an invitation's link leads to."""

    email: str
    account: str
    role: str
    registered: bool
    """Whether the invited person has a login already."""


class ResetRequest(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class Reset(Struct, frozen=True, forbid_unknown_fields=True):
    token: LinkToken
    password: Password
    disconnect: Annotated[list[UUID], Meta(max_length=100)] = []
    """Connected logins, of those that `previewPasswordReset` names, that shall log you in no more."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    expected: Annotated[str, Meta(max_length=200)] | None = None
    """The name as it was read: the change is refused if it is another by now."""


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    current: Password
    password: Password


class NewEmail(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class TotpSecret(Struct, frozen=True):
    """For the authenticator app: the secret, and the address that a QR code shows."""

    secret: str
    uri: str


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class RecoveryCodes(Struct, frozen=True):
    """Each gets in once, when the authenticator app is lost. They are shown this once."""

    codes: list[str]


class Erasure(Struct, frozen=True):
    erase_at: datetime


class Export(Struct, frozen=True):
    """Everything that is held on a person: table → rows; by account what is theirs alone."""

    user: UUID
    at: datetime
    person: dict[str, list[dict[str, Any]]]
    accounts: dict[str, dict[str, list[dict[str, Any]]]]
