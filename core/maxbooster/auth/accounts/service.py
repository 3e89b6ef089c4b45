"""The rules of accounts: nobody gives what they do not have, and an account never loses its last owner."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from ...context import Context
from ...db.models import PLATFORM
from ...db.types import new_id
from ...errors import Conflict, Invalid, NotAllowed, NotFound
from ...mail import address as normal
from ...plugins.manifest import ROLES
from .. import proofs
from ..events import MemberChanged, note
from ..limits import count_email
from ..models import Account, ApiKey, Proof
from ..people.factors import has_factor
from ..people.oneself import oneself
from ..people.registration import make_account
from ..proofs import LinkSpent
from ..sso.queries import forget_domains
from . import queries
from .schemas import NewInvitation

SUB_ACCOUNTS_DEEP = 1


async def current(ctx: Context) -> Account:
    """
    Raises:
        NotFound: the caller is in no account of an artist or label (staff, for one).
    """
    account = await ctx.platform.first(select(Account).where(Account.id == ctx.account))
    if account is None:
        raise NotFound(f"There is no account {ctx.account}.")
    return account


async def rename(ctx: Context, name: str) -> Account:
    account = await current(ctx)
    ctx.audit("account.renamed", f"core_account:{account.id}", before=account.name, after=name.strip())
    account.name = name.strip()
    await ctx.commit()
    return account


async def require_factor(ctx: Context, required: bool) -> Account:
    """Ask a second factor of every member who works in the account; without it they reach their own profile alone.

    Raises:
        Conflict: who asks it of others has none themselves, or only one that a provider vouches for.
    """
    account, user = await current(ctx), await oneself(ctx)
    if required and not await ctx.read(lambda connection: has_factor(connection, user.id)):
        raise Conflict("Set up two-factor authentication or a passkey for yourself first; you would be asked, too.")
    if account.factor_required != required:
        ctx.audit("account.factor_required", f"core_account:{account.id}", after={"required": required})
        account.factor_required = required
        members = [member.id for member in await queries.members(ctx, account.id)]
        await ctx.commit()
        for member in members:
            ctx.app.credentials.forget(member)
    return account


async def create(ctx: Context, name: str, *, below: UUID | None = None) -> UUID:
    """Another account, with the caller as its owner; `below`: the label whose sub-account it becomes.

    Raises:
        NotAllowed: the caller is no person, or a sub-account may have none of its own.
    """
    user, id = await oneself(ctx), new_id()
    ctx.audit("account.created", f"core_account:{id}", after={"parent": below})
    note(ctx, MemberChanged(user.id, id, "owner"))

    def make(connection: Connection) -> None:
        if below is not None and queries.depth(connection, below) >= SUB_ACCOUNTS_DEEP:
            raise NotAllowed("A sub-account has no sub-accounts of its own.")
        make_account(connection, id, name.strip(), owner=user.id, now=ctx.now, parent=below)

    await ctx.write(make)
    return id


# Members


async def change_role(ctx: Context, user: UUID, role: str) -> None:
    """
    Raises:
        NotFound: no such member.
        NotAllowed: the member or the new role stands above the caller.
        Conflict: the account would be left without an owner.
    """
    note(ctx, MemberChanged(user, ctx.account, role))

    def change(connection: Connection) -> None:
        members = queries.lock(connection, ctx.account)
        _refuse_above(ctx, members, user, role)
        _refuse_ownerless({**members, user: role})
        queries.give_role(connection, ctx.account, user, role)

    await ctx.write(change)
    ctx.app.credentials.forget(user)


async def remove(ctx: Context, user: UUID) -> None:
    """End a membership, with the keys that the user made here.

    Raises:
        NotFound: no such member.
        NotAllowed: the member stands above the caller.
        Conflict: the account would be left without an owner.
    """
    note(ctx, MemberChanged(user, ctx.account, None))

    def end(connection: Connection) -> None:
        members = queries.lock(connection, ctx.account)
        if user != ctx.user:
            _refuse_above(ctx, members, user)
        elif user not in members:
            raise NotFound(f"There is no member {user}.")
        _refuse_ownerless({member: role for member, role in members.items() if member != user})
        queries.leave(connection, ctx.account, user)

    await ctx.write(end)
    ctx.app.credentials.forget(user)


def _refuse_above(ctx: Context, members: dict[UUID, str], user: UUID, role: str | None = None) -> None:
    if user not in members:
        raise NotFound(f"There is no member {user}.")
    own = _own_rank(ctx, members)
    if ROLES.index(members[user]) < own or (role is not None and ROLES.index(role) < own):
        raise NotAllowed("You cannot change who stands above you, nor give a role above your own.")


def _own_rank(ctx: Context, members: dict[UUID, str]) -> int:
    """0 for owners, and for keys that belong to the account itself."""
    if ctx.user is None:
        return 0
    return ROLES.index(members[ctx.user]) if ctx.user in members else len(ROLES)


def _refuse_ownerless(members: dict[UUID, str]) -> None:
    if "owner" not in members.values():
        raise Conflict("An account needs an owner; make somebody else one first.", field="role")


# Invitations


async def invite(ctx: Context, given: NewInvitation) -> Proof:
    """Invite somebody by email. One who has a login accepts with it, one who has none registers by the link.

    Raises:
        NotAllowed: the role is above the caller's own.
        Conflict: they are a member already, or staff have no members to invite.
        TooMany: too many emails to this address.
    """
    if ctx.account == PLATFORM:
        raise Conflict("The platform's own account has no members; `maxbooster user` makes staff.")
    email = normal(given.email)
    members = await queries.members(ctx, ctx.account)
    if email in [member.email for member in members]:
        raise Conflict(f"{email} is a member already.", field="email")
    if ROLES.index(given.role) < _own_rank(ctx, {member.id: member.role for member in members}):
        raise NotAllowed("You cannot give a role above your own.")
    await count_email(ctx, email)
    facts = {"role": given.role, "by": str(ctx.user) if ctx.user else None}
    id = await proofs.ask(ctx, "invitation", email, account=ctx.account, facts=facts)
    ctx.audit("member.invited", f"core_proof:{id}", after={"role": given.role})
    await ctx.commit()
    return await _invitation(ctx, id)


async def _invitation(ctx: Context, id: UUID) -> Proof:
    query = select(Proof).where(Proof.id == id, Proof.account_id == ctx.account, Proof.kind == "invitation")
    found = await ctx.platform.first(query)
    if found is None:
        raise NotFound(f"There is no invitation {id}.")
    return found


async def withdraw(ctx: Context, id: UUID) -> None:
    """
    Raises:
        NotFound: no such invitation, or it was accepted.
    """
    invitation = await _invitation(ctx, id)
    ctx.audit("member.uninvited", f"core_proof:{id}")
    await ctx.write(
        lambda connection: connection.execute(delete(Proof).where(Proof.id == invitation.id)) and None,
    )


async def accept(ctx: Context, token: str) -> Account:
    """Join an account as the user who is logged in; the invitation must be for their address.

    Raises:
        LinkSpent: the link does not work (any more).
        Invalid: it is for another address.
        Conflict: the user is a member already.
    """
    user = await oneself(ctx)
    proof = await proofs.look(ctx, "invitation", token)
    account = await ctx.platform.first(select(Account).where(Account.id == proof.account_id))
    if account is None:
        raise LinkSpent
    if await queries.role_of(ctx, account.id, user.id) is not None:
        raise Conflict("You are a member of this account already.")
    if proof.email != user.email:
        raise Invalid(
            f"This invitation is for {proof.email}; you are logged in as {user.email}. Log in with that address, or"
            " ask for an invitation to this one.",
            field="token",
        )
    note(ctx, MemberChanged(user.id, account.id, proof.facts["role"]))

    def join(connection: Connection) -> None:
        spent = proofs.spend(connection, "invitation", token, ctx.now)
        queries.join_by_invitation(connection, ctx.app.policy, user.id, spent, ctx.now)

    await ctx.write(join)
    ctx.app.credentials.forget(user.id)
    return account


def erase(connection: Connection, account: UUID) -> None:
    """An account that nobody is in any more: its name and its keys go, its id stays for what accounting must keep."""
    connection.execute(update(Account).where(Account.id == account).values(name="(erased)"))
    connection.execute(delete(Proof).where(Proof.account_id == account))
    connection.execute(delete(ApiKey).where(ApiKey.account_id == account))
    forget_domains(connection, account)
