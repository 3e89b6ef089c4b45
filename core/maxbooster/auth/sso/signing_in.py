"""To a provider and back: once, in one browser, within ten minutes. What comes of it decides `arriving`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from ...context import Context
from ...db.types import new_id
from ...errors import AuthFailed, Invalid, Problem
from ...mail import address as normal
from ...oauth import protocol as oauth
from ...oauth.id_token import LEEWAY_S, verified
from ...oauth.login import OAuthLogin
from ...oauth.round_trip import (
    MINUTES,
    Returned,
    Secrets,
    begun_elsewhere,
    hashed,
    new_state,
    refuse_mix_up,
    said_instead,
)
from . import providers, queries
from .issuers import used_second_factor
from .models import SignInTrip, trip_place
from .settings import IdentityProvider

LONGEST_SUBJECT = 255
"""OpenID Connect Core §2, `sub`."""
Purpose = Literal["log in", "link", "prove", "test"]
PURPOSES: Sequence[Purpose] = ("log in", "link", "prove", "test")


class Errand(Struct, frozen=True, kw_only=True):
    """What somebody goes to a provider for."""

    purpose: Purpose
    to: str = ""
    """The page to go on at."""
    invitation: str = ""
    """The token of the link by which they were invited."""


class Person(Struct, frozen=True, kw_only=True):
    """Who somebody is, as a provider says."""

    issuer: str
    subject: str
    email: str
    """Empty: it doesn't say."""
    email_verified: bool
    name: str
    authenticated_at: datetime | None
    """When they last proved it there; None: it doesn't say."""
    second_factor: bool


class Kept(Struct, frozen=True, kw_only=True):
    """What is sealed while somebody is away; `person` once they are back, while something is asked of them here."""

    errand: Errand
    secrets: Secrets | None = None
    person: Person | None = None
    next: str = ""
    """What is asked of them: a ticket is good for that step alone."""
    version: int = 0
    """Of what the account had set up."""


class Started(Struct, frozen=True):
    url: str
    browser: str
    """The cookie's token."""


class Arrived(Struct, frozen=True):
    """Somebody who is back."""

    provider: IdentityProvider
    kept: Kept
    person: Person
    user: UUID | None
    session: UUID | None
    """Who was logged in when they left, and in which session."""
    browser: bytes
    began_at: datetime


async def begin(ctx: Context, provider: IdentityProvider, errand: Errand) -> Started:
    """Where the browser goes now.

    Raises:
        NotReady: the provider cannot be reached.
        Invalid: what it says of itself cannot be used.
    """
    again = {"prompt": "login", "max_age": "0"} if errand.purpose == "prove" else {}
    login = await providers.login_at(ctx, provider, again)
    state, browser = new_state(), secrets.token_urlsafe(32)
    kept = Kept(errand=errand, secrets=Secrets.new(), version=provider.version)
    assert kept.secrets is not None
    ctx.add(_trip(ctx, state, hashed(browser), provider.name, kept))
    url = oauth.authorize_url(
        login, providers.redirect_uri(ctx, provider), state, kept.secrets.verifier, kept.secrets.nonce
    )
    return Started(url, browser)


def _trip(ctx: Context, secret: str, browser: bytes, provider: str, kept: Kept) -> SignInTrip:
    """`secret`: what the browser brings back."""
    id = new_id()
    return SignInTrip(
        id=id,
        hash=hashed(secret),
        browser=browser,
        provider=provider,
        purpose=kept.errand.purpose,
        user_id=ctx.user,
        session_id=ctx.identity.credential if ctx.identity else None,
        sealed=ctx.app.keyring.seal(msgspec.json.encode(kept).decode(), trip_place(id)),
        began_at=ctx.now,
        expires_at=ctx.now + timedelta(minutes=MINUTES),
    )


def hold(ctx: Context, arrived: Arrived, next: str) -> str:
    """Keep who somebody is at the provider until they did what is asked of them here; returns the ticket for it."""
    ticket = new_state()
    kept = msgspec.structs.replace(arrived.kept, secrets=None, person=arrived.person, next=next)
    row = _trip(ctx, ticket, arrived.browser, arrived.provider.name, kept)
    row.user_id, row.session_id = arrived.user, arrived.session
    ctx.add(row)
    return ticket


async def held(ctx: Context, ticket: str, browser: str, next: str) -> Arrived:
    """Who came with a ticket, which stays valid until it is spent.

    Raises:
        Invalid: there is none such for this step, in this browser.
        NotFound: the provider was switched off meanwhile.
    """
    row = await queries.trip_of(ctx, hashed(ticket), hashed(browser))
    kept = _opened(ctx, row) if row is not None else None
    if row is None or kept is None or kept.person is None or kept.next != next:
        raise begun_elsewhere()
    provider = await providers.named(ctx, row.provider)
    return Arrived(provider, kept, kept.person, row.user_id, row.session_id, row.browser, row.began_at)


def spend(connection: Any, ticket: str, browser: str) -> None:
    """
    Raises:
        Invalid: it was used meanwhile.
    """
    if queries.take_trip(connection, hashed(ticket), hashed(browser), PURPOSES) is None:
        raise begun_elsewhere()


def _opened(ctx: Context, row: Any) -> Kept:
    return msgspec.json.decode(ctx.app.keyring.open(row.sealed, trip_place(row.id)), type=Kept)


async def complete(ctx: Context, name: str, returned: Returned, browser: str, purposes: Sequence[Purpose]) -> Arrived:
    """Who is back from a provider, where they went for one of the purposes. The trip is over by then, whatever comes
    of it.

    Raises:
        Invalid: it was not begun in this browser, or is over; the answer is another provider's; the person or the
            provider declined.
        AuthFailed: the provider refuses the code, or does not prove who it is.
        NotReady: it cannot be reached, or answers nothing that can be used.
    """
    state, cookie = hashed(returned.state), hashed(browser)
    row = await ctx.app.database.write(lambda connection: queries.take_trip(connection, state, cookie, purposes))
    if row is None or row.expires_at <= ctx.now:
        raise begun_elsewhere()
    kept = _opened(ctx, row)
    if kept.secrets is None:
        raise begun_elsewhere()
    if row.provider != name:
        raise Invalid("This sign-in was started at another provider. Start it again.", field="state")
    provider = await providers.named(ctx, name, even_disabled=row.purpose == "test")
    login = await providers.login_at(ctx, provider)
    refuse_mix_up(provider.title, login, returned.iss)
    if returned.error or not returned.code:
        raise Invalid(_declined(provider, returned), field="code")
    person = await _proven(ctx, provider, login, returned.code, kept.secrets)
    return Arrived(provider, kept, person, row.user_id, row.session_id, row.browser, row.began_at)


def _declined(provider: IdentityProvider, returned: Returned) -> str:
    if returned.error == "access_denied":
        return f"You canceled, or {provider.title} doesn't let you sign in here. Nothing was changed."
    return f"{provider.title} didn't sign you in: {said_instead(returned)}. Start again."


async def _proven(ctx: Context, provider: IdentityProvider, login: OAuthLogin, code: str, secret: Secrets) -> Person:
    granted = await oauth.exchange(ctx.app.http, login, providers.redirect_uri(ctx, provider), code, secret.verifier)
    claims = await verified(ctx.app.key_sets, login, granted.id_token, secret.nonce, ctx.app.clock().timestamp())
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise AuthFailed(f"{provider.title} didn't say who you are in a way that can be used.")
    about = claims if claims.get("email") or not login.userinfo_url else await _more(ctx, login, granted, subject)
    email = _email(about.get("email"))
    return Person(
        issuer=provider.issuer,
        subject=subject,
        email=email,
        email_verified=bool(email) and about.get("email_verified") in (True, "true"),
        name=_text(about.get("name") or claims.get("name"))[:200],
        authenticated_at=_time(claims.get("auth_time")),
        second_factor=used_second_factor(claims),
    )


async def _more(ctx: Context, login: OAuthLogin, granted: oauth.Granted, subject: str) -> dict[str, Any]:
    """What userinfo says of the same person (OpenID Connect Core §5.3.2)."""
    said = await oauth.userinfo(ctx.app.http, login, granted)
    if not isinstance(said, dict) or said.get("sub") != subject:
        raise AuthFailed(f"{login.issuer} speaks of two different people; sign in again.")
    return said


def _email(value: Any) -> str:
    try:
        return normal(value) if isinstance(value, str) else ""
    except Problem:
        return ""


def _text(value: Any) -> str:
    return "".join(each for each in value if each.isprintable()).strip() if isinstance(value, str) else ""


def _time(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        return None
    return datetime.fromtimestamp(value, UTC)


def refuse_stale(arrived: Arrived) -> None:
    """
    Raises:
        AuthFailed: the provider didn't ask anew who they are.
    """
    at, leeway = arrived.person.authenticated_at, timedelta(seconds=LEEWAY_S)
    if at is None or at < arrived.began_at - leeway:
        raise AuthFailed(
            f"{arrived.provider.title} didn't ask you to log in again, so this doesn't confirm it's you. Use your"
            " password or a passkey; you can set a password by “Forgot your password?”."
        )
