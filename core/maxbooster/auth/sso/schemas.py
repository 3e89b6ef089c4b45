"""What goes in and out of signing in at providers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from ...oauth.round_trip import Returned
from ..passkeys.schemas import PasskeyOptions, UsedCredential
from ..people.schemas import Email, LinkToken, Name
from ..sessions.schemas import Me
from .signing_in import Purpose

ProviderName = Annotated[str, Meta(min_length=1, max_length=80)]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
Path = Annotated[str, Meta(max_length=500)]
Text = Annotated[str, Meta(max_length=2000)]
Next = Literal["done", "register", "link", "factor"]
MemberRole = Literal["admin", "manager", "artist", "editor", "viewer"]


class NewProviderLogin(Struct, frozen=True, forbid_unknown_fields=True):
    provider: ProviderName
    to: Path = ""
    """The page to go on at."""
    invitation: LinkToken | None = None
    """The token of the link by which the person was invited."""


class ProviderTrip(Struct, frozen=True):
    url: str
    """Where the browser goes now. It comes back once, within ten minutes."""


class ProviderReturn(Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider sent the browser back with."""

    provider: ProviderName
    state: Secret
    code: Text = ""
    iss: Text = ""
    error: Text = ""
    error_description: Text = ""

    def returned(self) -> Returned:
        return Returned(
            state=self.state, code=self.code, iss=self.iss, error=self.error, error_description=self.error_description
        )


class TestedSignIn(Struct, frozen=True):
    """What the account's provider said in a test."""

    subject: str
    email: str
    email_verified: bool
    name: str
    second_factor: bool


class ProviderLogin(Struct, frozen=True, kw_only=True):
    """What became of it. `next`: `done`; `register` (send name and date of birth), `link` (log in, then link) or
    `factor` (send the second factor), each with the `ticket`."""

    next: Next
    purpose: Purpose
    provider_title: str
    to: str = ""
    ticket: str | None = None
    email: str = ""
    name: str = ""
    passkey: PasskeyOptions | None = None
    """What a passkey may answer in place of a code."""
    me: Me | None = None
    tested: TestedSignIn | None = None


class ProviderRegistration(Struct, frozen=True, forbid_unknown_fields=True):
    """`born_on` is asked for the age alone, and not kept."""

    ticket: Secret
    name: Name
    born_on: date


class ProviderFactor(Struct, frozen=True, forbid_unknown_fields=True):
    ticket: Secret
    code: Annotated[str, Meta(max_length=60)] | None = None
    passkey: UsedCredential | None = None


class DomainSearch(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class IdentityOut(Struct, frozen=True):
    id: UUID
    provider: str
    provider_title: str
    name: str
    """The email address or name there."""
    created_at: datetime
    used_at: datetime | None


class IdentityLink(Struct, frozen=True, forbid_unknown_fields=True):
    ticket: Secret


class NewIdentity(Struct, frozen=True, forbid_unknown_fields=True):
    provider: ProviderName


# The account's own provider


class DomainOut(Struct, frozen=True):
    id: UUID
    domain: str
    confirmed_at: datetime | None
    """None: the operator has not confirmed yet that it is the account's."""


class AccountProviderOut(Struct, frozen=True, kw_only=True):
    """`redirect_uri` is registered at the provider."""

    redirect_uri: str
    title: str = ""
    issuer: str = ""
    client_id: str = ""
    has_secret: bool = False
    role: str = "viewer"
    trusted: bool = False
    required: bool = False
    enabled: bool = False
    tested_at: datetime | None = None
    version: int | None = None
    """None: nothing is set up."""
    domains: list[DomainOut] = []


class AccountProviderChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Name
    issuer: Annotated[str, Meta(min_length=1, max_length=500)]
    client_id: Annotated[str, Meta(min_length=1, max_length=300)]
    client_secret: Annotated[str, Meta(max_length=1000)] | None = None
    """Left out: the one that is kept."""
    role: MemberRole = "viewer"
    """Of people who come by it for the first time."""
    trusted: bool = False
    """Whether a second factor that the provider vouches for is enough in this account."""
    version: int | None = None
    """The one that was read."""


class AccountProviderSwitch(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool
    required: bool = False
    """Whether members with an email address of a confirmed domain must sign in there; owners need not."""


class NewDomain(Struct, frozen=True, forbid_unknown_fields=True):
    domain: Annotated[str, Meta(min_length=3, max_length=253)]
