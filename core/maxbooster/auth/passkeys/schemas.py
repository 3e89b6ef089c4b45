"""What goes in and out of the passkey operations. Members of what browsers speak have the names of Web Authentication
Level 3, §5.1.8 and following."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

Base64Url = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"^[A-Za-z0-9_-]+\Z")]
CredentialId = Annotated[str, Meta(min_length=1, max_length=1364, pattern=r"^[A-Za-z0-9_-]+\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Transport = Annotated[str, Meta(max_length=20, pattern=r"^[a-z-]+\Z")]


class Attestation(Struct, frozen=True):
    clientDataJSON: Base64Url
    attestationObject: Base64Url
    transports: Annotated[list[Transport], Meta(max_length=10)] = []


class NewCredential(Struct, frozen=True):
    """`PublicKeyCredential.toJSON()` of a created passkey (RegistrationResponseJSON)."""

    id: CredentialId
    rawId: CredentialId
    type: Annotated[str, Meta(max_length=20)]
    response: Attestation


class Assertion(Struct, frozen=True):
    clientDataJSON: Base64Url
    authenticatorData: Base64Url
    signature: Base64Url
    userHandle: Base64Url | None = None


class UsedCredential(Struct, frozen=True):
    """`PublicKeyCredential.toJSON()` of a passkey that was used (AuthenticationResponseJSON)."""

    id: CredentialId
    rawId: CredentialId
    type: Annotated[str, Meta(max_length=20)]
    response: Assertion


class NewPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    credential: NewCredential


class PasskeyName(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class PasskeyLogin(Struct, frozen=True, forbid_unknown_fields=True):
    credential: UsedCredential


class PasskeyOptions(Struct, frozen=True):
    """For `navigator.credentials`, by `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""

    publicKey: dict[str, Any]


class PasskeyOut(Struct, frozen=True):
    id: UUID
    name: str
    synced: bool
    """Whether its provider keeps a copy on your other devices."""
    created_at: datetime
    used_at: datetime | None


class PasskeyCreated(Struct, frozen=True):
    passkey: PasskeyOut
    recovery_codes: list[str]
    """With the first passkey or authenticator app; shown this once."""
    csrf: str | None = None
    """The rotated session's."""
