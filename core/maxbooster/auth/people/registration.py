"""Coming in: by oneself, by invitation, or by the operator's hand."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from ...context import Context
from ...db import directory
from ...db.types import new_id
from ...errors import Conflict, Invalid, NotAllowed
from ...mail import address as normal
from .. import proofs
from ..accounts import queries as accounts
from ..events import MemberChanged, Registered, note
from ..limits import count_asking, count_email, count_guess
from ..models import Account, User
from .schemas import Invited, Joining, Registration

LEAST_AGE = 13
"""COPPA (16 CFR §312.2)."""


async def register(ctx: Context, given: Registration, address: str | None) -> None:
    """Ask for the proof of the e-mail address; the user is made when it comes. Known addresses answer the same.

    Raises:
        NotAllowed: this server takes no registrations.
        Invalid: the address is none, the password is weak, the person is too young.
        TooMany: too many emails to this address, or from this network.
    """
    if ctx.app.settings.registration != "open":
        raise NotAllowed("This server takes no registrations; ask its operator for an invitation.")
    email = normal(given.email)
    refuse_children(given.born_on, ctx.now)
    await count_asking(ctx, address)
    password = await accepted_password(ctx, given.password, [email, given.name])
    await count_email(ctx, email)
    facts = {"password": password, "name": given.name.strip(), "account": (given.account or given.name).strip()}
    await proofs.ask(ctx, "register", email, facts=facts)


def refuse_children(born_on: date, now: datetime) -> None:
    """
    Raises:
        Invalid: younger than 13 years, or not born yet.
    """
    today = now.date()
    age = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    if born_on > today or age > 130:
        raise Invalid(f"{born_on} cannot be a date of birth.", field="born_on")
    if age < LEAST_AGE:
        raise Invalid(f"You must be at least {LEAST_AGE} years old to use this platform.", field="born_on")


async def accepted_password(ctx: Context, password: str, about: list[str]) -> str:
    """The hash of a password that is good enough.

    Raises:
        Invalid: it is too short, was leaked, or can be guessed.
    """
    settings = ctx.app.settings
    await ctx.app.hasher.check(
        password, min_length=settings.password_min_length, about=about, blocklist=settings.password_blocklist
    )
    return await ctx.app.hasher.hash(password)


async def verify(ctx: Context, token: str, password: str) -> str:
    """The proof came: make the user and their account; returns the e-mail address.

    The password is asked for once more: whoever follows a link that somebody else's registration sent them must not
    get a login whose password that other person knows.

    Raises:
        LinkSpent: the link does not work (any more).
        Invalid: this is not the password of that registration.
        TooMany: too many tries.
        Conflict: somebody took the address in the meantime.
    """
    waiting = await proofs.look(ctx, "register", token)
    await count_guess(ctx, f"proof:{waiting.id}")
    if not (await ctx.app.hasher.verify(password, waiting.facts["password"])).right:
        raise Invalid("This is not the password that the registration was made with.", field="password")
    user, account = new_id(), new_id()
    note(ctx, Registered(user))

    def make(connection: Connection) -> str:
        proof = proofs.spend(connection, "register", token, ctx.now)
        facts = proof.facts
        make_user(connection, user, proof.email, name=facts["name"], password=facts["password"], now=ctx.now)
        make_account(connection, account, facts["account"], owner=user, now=ctx.now)
        return str(proof.email)

    return await ctx.write(make)


def make_user(
    connection: Connection,
    id: UUID,
    email: str,
    *,
    name: str,
    password: str | None,
    now: datetime,
    operator: str | None = None,
) -> None:
    """
    Raises:
        Conflict: somebody has the e-mail address.
    """
    directory.claim_in_directory(connection, "email", email, id, at=now, user=id)
    row = {"id": id, "email": email, "name": name, "password": password, "operator": operator, "created_at": now}
    connection.execute(insert(User).values(**row, totp_step=-1))


def make_account(
    connection: Connection, id: UUID, name: str, *, owner: UUID, now: datetime, parent: UUID | None = None
) -> None:
    connection.execute(insert(Account).values(id=id, name=name, parent_id=parent, created_at=now))
    accounts.join(connection, owner, id, "owner", now)


async def look_at_invitation(ctx: Context, token: str) -> Invited:
    """
    Raises:
        LinkSpent: the link does not work (any more).
    """
    proof = await proofs.look(ctx, "invitation", token)
    name = await ctx.platform.first(select(Account.name).where(Account.id == proof.account_id))
    known = await ctx.app.database.fetch(directory.LOOK_UP, hash=directory.key("email", proof.email))
    return Invited(proof.email, name or "", proof.facts["role"], bool(known))


async def join(ctx: Context, given: Joining) -> str:
    """Register by an invitation, and become a member; returns the e-mail address.

    Raises:
        LinkSpent: the link does not work (any more).
        Conflict: the invited address has a login already: log in and accept.
        Invalid: the password is weak, the person is too young.
    """
    if ctx.app.settings.registration == "closed":
        raise NotAllowed("This server takes no registrations; its operator makes every login.")
    proof = await proofs.look(ctx, "invitation", given.token)
    await ctx.app.policy.refresh(ctx.app.database)
    refuse_children(given.born_on, ctx.now)
    password = await accepted_password(ctx, given.password, [proof.email, given.name])
    user = new_id()
    note(ctx, Registered(user))
    assert proof.account_id is not None
    note(ctx, MemberChanged(user, proof.account_id, proof.facts["role"]))

    def make(connection: Connection) -> str:
        spent = proofs.spend(connection, "invitation", given.token, ctx.now)
        try:
            make_user(connection, user, spent.email, name=given.name.strip(), password=password, now=ctx.now)
        except Conflict as error:
            raise Conflict("You have a login already: log in, then accept the invitation.", field="token") from error
        accounts.join_by_invitation(connection, ctx.app.policy, user, spent, ctx.now)
        return str(spent.email)

    return await ctx.write(make)
