"""What becomes of somebody whom a provider knows: they log in, register, connect it, or prove again who they are."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from ...context import Context
from ...db.types import new_id
from ...errors import Invalid, NotAllowed, NotAuthenticated
from ...oauth.round_trip import begun_elsewhere
from .. import proofs, throttle
from ..accounts import queries as accounts
from ..events import LoginRefused, MemberChanged, Registered, note
from ..limits import GUESSES, count_guess
from ..models import User
from ..passkeys import queries as passkeys
from ..passkeys.schemas import PasskeyOptions
from ..people.registration import make_account, make_user, refuse_children
from ..sessions import proving
from ..sessions import queries as sessions
from ..sessions import service as logins
from ..sessions.proving import Proven
from ..sessions.queries import ByProvider
from ..sessions.schemas import Client, Login
from ..sessions.service import LoggedInBrowser
from . import account, identities, queries, signing_in
from .models import LinkedIdentity
from .schemas import Next, ProviderFactor, ProviderLogin, ProviderRegistration
from .signing_in import Arrived

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(Struct, frozen=True):
    """What is answered, and the session that was opened or renewed."""

    answer: ProviderLogin
    session: LoggedInBrowser | None = None


async def arrive(ctx: Context, arrived: Arrived, client: Client) -> Outcome:
    """
    Raises:
        NotAuthenticated: their login here is disabled, or no part of the account any more.
        NotAllowed: they have none, and may not get one.
        Invalid: the provider doesn't say enough of them.
        Conflict: the identity is somebody else's.
        AuthFailed: the provider didn't ask anew who they are.
    """
    match arrived.kept.errand.purpose:
        case "test":
            return Outcome(_answer(arrived, tested=await account.note_test(ctx, arrived)))
        case "link":
            _refuse_other_session(ctx, arrived)
            await identities.link(ctx, arrived)
            return Outcome(_answer(arrived))
        case "prove":
            _refuse_other_session(ctx, arrived)
            _refuse_foreign_proof(ctx, arrived)
            signing_in.refuse_stale(arrived)
    known = await queries.identity_of(ctx, arrived.person.issuer, arrived.person.subject)
    if known is not None:
        return await _known(ctx, arrived, known, client)
    if arrived.kept.errand.purpose == "prove":
        raise NotAuthenticated(f"That login at {arrived.provider.title} isn't connected to you.")
    return await _unknown(ctx, arrived)


def _refuse_other_session(ctx: Context, arrived: Arrived) -> None:
    """
    Raises:
        NotAuthenticated: whoever left was somebody else, or logged out meanwhile.
    """
    identity = ctx.identity
    if identity is None or identity.credential != arrived.session or identity.user != arrived.user:
        raise NotAuthenticated("You were logged out in the meantime; log in and start again.")


def _refuse_foreign_proof(ctx: Context, arrived: Arrived) -> None:
    """An account's provider confirms who somebody is in the sessions that it opened, and in no others.

    Raises:
        NotAllowed: this is another one.
    """
    if ctx.identity is None or arrived.provider.account != ctx.identity.within:
        raise NotAllowed(f"{arrived.provider.title} can't confirm who you are here. Use your password or a passkey.")


def _answer(arrived: Arrived, *, next: Next = "done", **more: Any) -> ProviderLogin:
    errand = arrived.kept.errand
    return ProviderLogin(next=next, purpose=errand.purpose, to=errand.to, provider_title=arrived.provider.title, **more)


# Somebody with a login


async def _known(ctx: Context, arrived: Arrived, known: LinkedIdentity, client: Client) -> Outcome:
    user = await _user_of(ctx, arrived, known, client)
    if arrived.kept.errand.purpose == "prove" and user.id != ctx.user:
        raise NotAuthenticated(f"That login at {arrived.provider.title} isn't connected to you.")
    if _vouched(arrived) is None and (asked := await _second_factor(ctx, arrived, user)) is not None:
        return asked
    return await _enter(ctx, arrived, _proven(ctx, arrived, user, known), client)


async def _user_of(ctx: Context, arrived: Arrived, known: LinkedIdentity, client: Client) -> User:
    """
    Raises:
        NotAuthenticated: they are disabled, or no member of the account whose provider this is.
    """
    user = await ctx.platform.first(select(User).where(User.id == known.user_id))
    within = arrived.provider.account
    if user is None or user.disabled_at is not None:
        await _refused(ctx, known.user_id, client)
        raise NotAuthenticated("This login is disabled.")
    if within is not None and not await ctx.read(lambda connection: queries.is_member(connection, within, user.id)):
        await _refused(ctx, user.id, client)
        raise NotAuthenticated(
            f"You aren't a member of the account that signs in at {arrived.provider.title} any more."
        )
    return user


async def _refused(ctx: Context, user: UUID | None, client: Client) -> None:
    note(ctx, LoginRefused(user, "provider", client.address))
    await ctx.commit()


def _vouched(arrived: Arrived) -> str | None:
    """Who trusts the second factor that was used at the provider; None: nobody, or none was used."""
    if not (arrived.provider.trusted and arrived.person.second_factor):
        return None
    return "operator" if arrived.provider.account is None else "account"


async def _second_factor(ctx: Context, arrived: Arrived, user: User) -> Outcome | None:
    """What is asked of whoever has a second factor here."""
    if user.totp_since is None and not await passkeys.of_user(ctx, user.id):
        return None
    options = await proving.passkey_in_place_of_code(ctx, user)
    ticket = signing_in.hold(ctx, arrived, "factor")
    passkey = PasskeyOptions(options) if options else None
    return Outcome(_answer(arrived, next="factor", ticket=ticket, passkey=passkey))


def _proven(ctx: Context, arrived: Arrived, user: User, known: LinkedIdentity) -> Proven:
    at = arrived.person.authenticated_at or _LONG_AGO
    by = ByProvider(min(at, ctx.now), arrived.provider.account, _vouched(arrived))

    def note_use(connection: Connection) -> None:
        if not queries.used(connection, known.id, ctx.now):
            raise NotAuthenticated("This login at the provider was disconnected in the meantime.")

    return Proven(user, by=by, also=note_use)


async def _enter(ctx: Context, arrived: Arrived, proven: Proven, client: Client) -> Outcome:
    if arrived.kept.errand.purpose == "prove":
        found = await logins.renew_proof(ctx, proven)
    else:
        found = await logins.open_browser(ctx, proven, client, account=await _start(ctx, arrived, proven))
    return Outcome(_answer(arrived, me=found.me), found)


async def _start(ctx: Context, arrived: Arrived, proven: Proven) -> UUID | None:
    """An account's own provider leads into that account, or what lies below it."""
    within = arrived.provider.account
    places = await sessions.accounts(ctx, proven.user, within) if within is not None else []
    return places[0].id if places else None


async def give_factor(ctx: Context, given: ProviderFactor, browser: str, client: Client) -> Outcome:
    """The second factor, after the provider said who they are.

    Raises:
        SecondFactorRequired: it is missing or wrong.
        NotAuthenticated: their login is disabled meanwhile, or the passkey isn't theirs.
        Invalid: nothing was asked in this browser.
        TooMany: too many tries.
    """
    arrived = await signing_in.held(ctx, given.ticket, browser, "factor")
    known = await queries.identity_of(ctx, arrived.person.issuer, arrived.person.subject)
    if known is None:
        raise begun_elsewhere()
    if arrived.kept.errand.purpose == "prove":
        _refuse_other_session(ctx, arrived)
    user = await _user_of(ctx, arrived, known, client)
    await count_guess(ctx, f"factor:{user.id}")
    proven = _proven(ctx, arrived, user, known)
    login = Login(user.email, "", given.code, given.passkey)
    proven = await proving.second_factor(ctx, proven, login, client, monotonic())
    assert proven.by is not None
    fresh, first = msgspec.structs.replace(proven.by, proved_at=ctx.now), proven.also
    subject = f"factor:{user.id}"

    def write(connection: Connection) -> None:
        signing_in.spend(connection, given.ticket, browser)
        throttle.forgive(connection, GUESSES, subject)
        if first is not None:
            first(connection)

    return await _enter(ctx, arrived, msgspec.structs.replace(proven, by=fresh, also=write), client)


# Somebody new


async def _unknown(ctx: Context, arrived: Arrived) -> Outcome:
    person = arrived.person
    _refuse_unverified(arrived)
    await _refuse_strange_domain(ctx, arrived)
    if await sessions.user_of(ctx, person.email) is not None:
        ticket = signing_in.hold(ctx, arrived, "link")
        return Outcome(_answer(arrived, next="link", ticket=ticket, email=person.email))
    await _refuse_registration(ctx, arrived)
    ticket = signing_in.hold(ctx, arrived, "register")
    return Outcome(_answer(arrived, next="register", ticket=ticket, email=person.email, name=person.name))


def _refuse_unverified(arrived: Arrived) -> None:
    """
    Raises:
        Invalid: the provider doesn't say that the address is theirs.
    """
    person, title = arrived.person, arrived.provider.title
    if not person.email:
        raise Invalid(f"{title} didn't tell us your email address, and we need one to know you by.", field="email")
    if not person.email_verified:
        raise Invalid(
            f"{title} hasn't verified your email address {person.email}. Verify it there, then try again.",
            field="email",
        )


async def _refuse_strange_domain(ctx: Context, arrived: Arrived) -> None:
    """An account's provider speaks for the account's own domains alone: nobody else's addresses are taken from it.

    Raises:
        NotAllowed: the address lies elsewhere.
    """
    within = arrived.provider.account
    domain = arrived.person.email.rpartition("@")[2]
    if within is not None and not await ctx.read(lambda connection: queries.owns_domain(connection, within, domain)):
        raise NotAllowed(
            f"{arrived.provider.title} signs in people whose address is confirmed for the account, and {domain} isn't."
            " If you have a login here, log in with it and connect this one in your profile."
        )


async def _refuse_registration(ctx: Context, arrived: Arrived) -> None:
    """
    Raises:
        NotAllowed: this server takes no registrations, or asks for an invitation.
    """
    how, invited = ctx.app.settings.registration, bool(arrived.kept.errand.invitation)
    is_members = arrived.provider.account is not None
    if how == "closed" or (how == "invited" and not invited and not is_members):
        raise NotAllowed("Nobody here has this login, and this server takes no registrations; ask for an invitation.")


async def register(ctx: Context, given: ProviderRegistration, browser: str, client: Client) -> Outcome:
    """A login for somebody new, who is then logged in.

    Raises:
        Invalid: they are too young, or nothing was asked in this browser.
        NotAllowed: this server takes no registrations any more.
        LinkSpent: their invitation doesn't work any more, or is for another address.
        Conflict: somebody took the address in the meantime.
    """
    arrived = await signing_in.held(ctx, given.ticket, browser, "register")
    _refuse_unverified(arrived)
    await _refuse_strange_domain(ctx, arrived)
    await _refuse_registration(ctx, arrived)
    refuse_children(given.born_on, ctx.now)
    await ctx.app.policy.refresh(ctx.app.database)
    user, identity, place, role = new_id(), new_id(), *await _place(ctx, arrived)
    note(ctx, Registered(user))
    note(ctx, MemberChanged(user, place, role))
    identities.note_link(ctx, user, arrived.person.email, arrived.provider, "linked")

    def make(connection: Connection) -> None:
        signing_in.spend(connection, given.ticket, browser)
        make_user(connection, user, arrived.person.email, name=given.name.strip(), password=None, now=ctx.now)
        queries.link(connection, identities.row(arrived, identity, user, ctx.now))
        if arrived.kept.errand.invitation:
            spent = proofs.spend(connection, "invitation", arrived.kept.errand.invitation, ctx.now)
            accounts.join_by_invitation(connection, ctx.app.policy, user, spent, ctx.now)
        elif arrived.provider.account is not None:
            accounts.join(connection, user, place, role, ctx.now)
        else:
            make_account(connection, place, given.name.strip(), owner=user, now=ctx.now)

    by = ByProvider(ctx.now, arrived.provider.account, _vouched(arrived))
    proven = Proven(User(id=user, email=arrived.person.email), by=by, also=make)
    found = await logins.open_browser(ctx, proven, client, account=place)
    return Outcome(_answer(arrived, me=found.me), found)


async def _place(ctx: Context, arrived: Arrived) -> tuple[UUID, str]:
    """The account in which somebody new starts, and their role there."""
    if token := arrived.kept.errand.invitation:
        proof = await proofs.look(ctx, "invitation", token)
        if proof.email != arrived.person.email:
            raise Invalid(
                f"This invitation is for {proof.email}, but {arrived.provider.title} knows you as"
                f" {arrived.person.email}. Sign in there with the invited address, or ask for another invitation.",
                field="email",
            )
        within = arrived.provider.account
        if proof.account_id is None or within not in (None, proof.account_id):
            raise proofs.LinkSpent
        return proof.account_id, str(proof.facts["role"])
    if arrived.provider.account is not None:
        return arrived.provider.account, await account.first_role(ctx, arrived.provider.account)
    return new_id(), "owner"
