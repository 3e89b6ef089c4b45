"""The two ceremonies of Web Authentication Level 3 (§7.1, §7.2), by py_webauthn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, update

from ...context import Context
from ...errors import Conflict, Invalid, NotAuthenticated
from ...settings import Settings
from ..models import User
from . import challenges
from .models import Passkey
from .schemas import NewCredential, UsedCredential

TIMEOUT_MS = int(challenges.LIFETIME.total_seconds() * 1000)

LOG_IN = "log in"
"""What a challenge of a login is for; nobody is known yet."""


class RelyingParty(Struct, frozen=True):
    """Us, as browsers see us (§4, Relying Party)."""

    id: str
    """The host name that passkeys belong to."""
    origins: list[str]


def relying_party(settings: Settings) -> RelyingParty:
    """
    Raises:
        Conflict: the platform is reached by a number, to which no passkey can belong.
    """
    url = urlsplit(settings.origin)
    host = url.hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return RelyingParty(host, [settings.origin])
    if not address.is_loopback:
        raise Conflict(
            f"Passkeys belong to a host name, and this server is reached at {settings.origin}. Ask its operator to set"
            " MAXBOOSTER_PUBLIC_URL to a name."
        )
    named = f"localhost:{url.port}" if url.port else "localhost"
    return RelyingParty("localhost", [urlunsplit(url._replace(netloc=named))])


def creation_options(ctx: Context, user: User, known: Sequence[Passkey]) -> dict[str, Any]:
    """For a new passkey that is found without a user name and proves the person (user verification)."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=relying_party(ctx.app.settings).id,
        rp_name="Max Booster",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenges.new_challenge(ctx.app.keyring, creating(user.id), ctx.now),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return json.loads(options_to_json(options))  # type: ignore[no-any-return]


def request_options(ctx: Context, purpose: str, allowed: Sequence[Passkey] = ()) -> dict[str, Any]:
    """For using one of these, or whichever the browser has."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=relying_party(ctx.app.settings).id,
        challenge=challenges.new_challenge(ctx.app.keyring, purpose, ctx.now),
        timeout=TIMEOUT_MS,
        allow_credentials=_described(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(options_to_json(options))  # type: ignore[no-any-return]


def creating(user: UUID) -> str:
    return f"create/{user}"


def proving(user: UUID) -> str:
    return f"prove/{user}"


class CreatedCredential(Struct, frozen=True):
    """A new passkey that answered its challenge."""

    id: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    challenge: bytes
    expires_at: datetime


def verify_creation(ctx: Context, given: NewCredential, user: UUID) -> CreatedCredential:
    """
    Raises:
        NotAuthenticated: the challenge isn't ours, or has expired.
        Invalid: the browser's answer can't be read, or is for another site.
    """
    from webauthn import verify_registration_response

    party = relying_party(ctx.app.settings)
    challenge = _challenge_of(given.response.clientDataJSON)
    expires_at = challenges.expiry(ctx.app.keyring, creating(user), challenge, ctx.now)
    try:
        found = verify_registration_response(
            credential=msgspec.to_builtins(given),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origins,
            require_user_verification=True,
        )
    except _unreadable() as error:
        raise Invalid(f"The passkey could not be created: {_reason(error)}.", field="credential") from error
    return CreatedCredential(
        found.credential_id,
        found.credential_public_key,
        found.sign_count,
        found.credential_backed_up,
        challenge,
        expires_at,
    )


class PasskeyUse(Struct, frozen=True):
    """A passkey that answered a challenge, and what the same transaction must write down."""

    passkey: UUID
    user: UUID
    sign_count: int
    synced: bool
    challenge: bytes
    expires_at: datetime
    at: datetime

    def write_down(self, connection: Connection) -> None:
        """
        Raises:
            NotAuthenticated: the challenge was answered before, or the passkey was deleted meanwhile.
        """
        challenges.spend(connection, self.challenge, self.expires_at)
        used = update(Passkey).where(Passkey.id == self.passkey, Passkey.user_id == self.user)
        values = {"sign_count": self.sign_count, "synced": self.synced, "used_at": self.at}
        if not connection.execute(used.values(values)).rowcount:
            raise NotAuthenticated("This passkey was deleted in the meantime.")


def verify_use(ctx: Context, given: UsedCredential, passkey: Passkey, purpose: str) -> PasskeyUse:
    """
    Raises:
        NotAuthenticated: it isn't this passkey that answered, or not this challenge.
    """
    from webauthn import verify_authentication_response

    party = relying_party(ctx.app.settings)
    challenge = _challenge_of(given.response.clientDataJSON)
    expires_at = challenges.expiry(ctx.app.keyring, purpose, challenge, ctx.now)
    if given.response.userHandle not in (None, _encoded(passkey.user_id)):  # §7.2, step 6
        raise NotAuthenticated("This passkey was not accepted: it names somebody else.")
    try:
        found = verify_authentication_response(
            credential=msgspec.to_builtins(given),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origins,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _unreadable() as error:
        raise NotAuthenticated(f"This passkey was not accepted: {_reason(error)}.") from error
    return PasskeyUse(
        passkey.id,
        passkey.user_id,
        found.new_sign_count,
        found.credential_backed_up,
        challenge,
        expires_at,
        ctx.now,
    )


def _encoded(user: UUID) -> str:
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(user.bytes)


def credential_id(given: str) -> bytes:
    """
    Raises:
        Invalid: it isn't base64url.
    """
    from webauthn import base64url_to_bytes

    try:
        return base64url_to_bytes(given)
    except ValueError as error:
        raise Invalid("The passkey's id is not base64url.", field="credential") from error


def _challenge_of(client_data: str) -> bytes:
    """The challenge that the browser says it answers; whether it did is verified afterwards.

    Raises:
        Invalid: it can't be read.
    """
    from webauthn import base64url_to_bytes

    try:
        return base64url_to_bytes(str(json.loads(base64url_to_bytes(client_data))["challenge"]))
    except (ValueError, LookupError, TypeError) as error:
        raise Invalid("The browser's answer can't be read.", field="credential") from error


def _described(passkeys: Sequence[Passkey]) -> list[Any]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    known = {each.value: each for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential,
            transports=[known[name] for name in passkey.transports.split() if name in known] or None,
        )
        for passkey in passkeys
    ]


def _unreadable() -> tuple[type[Exception], ...]:
    """What py_webauthn raises on answers that are wrong or make no sense."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")[:200]
