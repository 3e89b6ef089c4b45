"""What goes in and out of the session operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ..passkeys.schemas import UsedCredential
from .queries import AccountOut

Text = Annotated[str, Meta(max_length=300)]
Token = Annotated[str, Meta(min_length=1, max_length=200)]


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: from the authenticator app, or a recovery code; needed when a second factor is set up, unless a passkey
    answers what the refusal asked."""

    email: Text
    password: Text
    code: Annotated[str, Meta(max_length=60)] | None = None
    passkey: UsedCredential | None = None


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """The password, with a second factor where one is set up; or a passkey alone."""

    password: Text | None = None
    code: Annotated[str, Meta(max_length=60)] | None = None
    passkey: UsedCredential | None = None


class Client(Struct, frozen=True):
    """What a login comes from."""

    address: str | None
    agent: str
    cookies: Mapping[str, str] = {}


class UserOut(Struct, frozen=True):
    id: UUID
    email: str
    name: str
    second_factor: bool
    operator: str | None
    erase_at: datetime | None
    has_password: bool = True
    """Whether there is one to log in with."""


class SignInProvider(Struct, frozen=True):
    """Where one can sign in: the operator's by its name, an account's own by the account's id."""

    name: str
    title: str


class Me(Struct, frozen=True):
    """Who the caller is, where they are, and what they may do there. `csrf` goes into the header `x-csrf-token`."""

    user: UserOut | None
    account: AccountOut | None
    accounts: list[AccountOut]
    permissions: list[str]
    proved_at: datetime | None = None
    passkeys: int = 0
    """How many the user has."""
    lacks_factor: bool = False
    """Whether they must set up a second factor before they can do more here than that."""
    lacks_sign_in: bool = False
    """Whether they must sign in at the account's own provider before that."""
    within: UUID | None = None
    """The account whose provider said who they are; they work there alone."""
    providers: list[SignInProvider] = []
    """At which they can prove once more who they are."""
    csrf: str | None = None
    sub_accounts: int = 0
    """How many the account has, for those who may see them."""


class Tokens(Struct, frozen=True):
    """RFC 6749 §5.1."""

    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds until the access token expires."""
    account: UUID | None
    token_type: str = "Bearer"


class TokenLogin(Login, frozen=True, forbid_unknown_fields=True):
    account: UUID | None = None
    """In which account; the first that the user is in unless given."""


class RefreshToken(Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Token


class Device(Struct, frozen=True):
    id: UUID
    kind: str
    agent: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    current: bool


class Switch(Struct, frozen=True, forbid_unknown_fields=True):
    account: UUID
