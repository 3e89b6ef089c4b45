"""What the API says of connections. Nothing secret is in any of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ..oauth.login import OAuthLogin
from ..oauth.round_trip import Returned
from .models import ConnectionRow
from .providers import Provider

Name = Annotated[str, Meta(min_length=1, max_length=80)]
Text = Annotated[str, Meta(max_length=2000)]


class ConnectionOut(Struct, frozen=True):
    id: UUID
    provider: str
    provider_title: str
    """The provider's name where its connector is disabled."""
    title: str
    state: Literal["active", "lost", "closed"]
    reason: str
    """Why it was lost, or why it could not be renewed just now."""
    scopes: list[str]
    """What was granted."""
    created_at: datetime
    expires_at: datetime | None
    """Of the access that is kept now; None: it does not end by itself."""
    renewed_at: datetime | None
    lost_at: datetime | None

    @classmethod
    def of(cls, row: ConnectionRow, known: Mapping[str, Provider]) -> ConnectionOut:
        title = known[row.provider].title if row.provider in known else row.provider
        state: Any = row.state
        return cls(
            row.id, row.provider, title, row.title, state, row.reason, row.scopes.split(), row.created_at,
            row.expires_at, row.renewed_at, row.lost_at,
        )  # fmt: skip


class ConnectionProvider(Struct, frozen=True):
    name: str
    title: str
    kind: Literal["oauth", "api_key", "password"]
    """How one logs in: at the service itself, or by a key or a password that is entered here."""
    ready: bool
    """Whether the operator has set what it needs."""
    form: dict[str, Any] | None
    """The JSON Schema of what is entered here."""

    @classmethod
    def of(cls, provider: Provider) -> ConnectionProvider:
        form = None
        if not isinstance(provider.login, OAuthLogin):
            [_], components = msgspec.json.schema_components([provider.login.form])
            form = components[provider.login.form.__name__]
        return cls(provider.name, provider.title, provider.kind, provider.is_ready, form)


class NewSignIn(Struct, frozen=True, forbid_unknown_fields=True):
    provider: Name
    connection: UUID | None = None
    """Which connection to restore; without it a new one, or the one that this user has already."""


class SignInOut(Struct, frozen=True):
    url: str
    """Where the browser goes now."""


class SignInReturn(Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider sent the browser back with."""

    provider: Name
    state: Annotated[str, Meta(min_length=1, max_length=200)]
    code: Text = ""
    iss: Text = ""
    error: Text = ""
    error_description: Text = ""

    def returned(self) -> Returned:
        return Returned(
            state=self.state, code=self.code, iss=self.iss, error=self.error, error_description=self.error_description
        )


class NewLogin(Struct, frozen=True, forbid_unknown_fields=True):
    provider: Name
    values: dict[str, Any]
    """By the provider's form."""
    connection: UUID | None = None


class Renaming(Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
