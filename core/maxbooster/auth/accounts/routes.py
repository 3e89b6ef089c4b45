"""The account in which the caller is, its members, invitations and sub-accounts."""

from __future__ import annotations

from uuid import UUID

from ...context import Context
from ...errors import Conflict, Invalid, NotAllowed, TooMany
from ...http.routes import Routes, delete, get, patch, post, put
from ...plugins.manifest import ROLES
from ..models import Account, Proof
from ..proofs import LinkSpent
from . import queries, service
from .schemas import (
    Acceptance,
    AccountDetails,
    FactorRule,
    Invitation,
    Made,
    Member,
    NewAccount,
    NewInvitation,
    RoleChange,
    RoleOut,
)


async def _details(ctx: Context, account: Account) -> AccountDetails:
    plan = await ctx.app.plans.of(account.id)
    return AccountDetails(
        account.id,
        account.name,
        account.parent_id,
        account.created_at,
        plan.name,
        sorted(plan.features),
        dict(plan.limits),
        account.factor_required,
    )


def _invitation(proof: Proof) -> Invitation:
    return Invitation(proof.id, proof.email, proof.facts["role"], proof.created_at, proof.expires_at)


@get("/", operation_id="getAccount", permission="account.read")
async def get_account(ctx: Context) -> AccountDetails:
    """The account that you are in, and what its plan includes."""
    return await _details(ctx, await service.current(ctx))


@patch("/", operation_id="updateAccount", permission="account.write")
async def update_account(ctx: Context, data: NewAccount) -> AccountDetails:
    return await _details(ctx, await service.rename(ctx, data.name))


@put(
    "/second-factor",
    operation_id="updateRequiredFactor",
    permission="account.secure",
    step_up=True,
    raises=[Conflict],
)
async def update_required_factor(ctx: Context, data: FactorRule) -> AccountDetails:
    """Whether members need two-factor authentication or a passkey to work in this account."""
    return await _details(ctx, await service.require_factor(ctx, data.required))


@get("/roles", operation_id="listRoles", permission="account.read")
async def list_roles(ctx: Context) -> list[RoleOut]:
    """What each role may do."""
    return [RoleOut(role, sorted(ctx.app.policy.granted(role))) for role in ROLES]


@post("/leave", operation_id="leaveAccount", permission="profile.write", status_code=204, raises=[Conflict])
async def leave(ctx: Context) -> None:
    """Leave this account."""
    if ctx.user is None:
        raise NotAllowed("A key that belongs to the account cannot leave it.")
    if ctx.identity is None or ctx.identity.account is None:
        raise Conflict("You are in no account that you could leave.")
    await service.remove(ctx, ctx.user)


@post("/", operation_id="createAccount", permission="profile.write")
async def create_account(ctx: Context, data: NewAccount) -> Made:
    """Another account of your own, apart from this one."""
    return Made(await service.create(ctx, data.name), data.name.strip())


@get("/", operation_id="listMembers", permission="member.read")
async def list_members(ctx: Context) -> list[Member]:
    """Who is in this account."""
    return [
        Member(row.id, row.name, row.email, row.role, row.since, bool(row.has_factor))
        for row in await queries.members(ctx, ctx.account)
    ]


@patch("/{user_id:uuid}", operation_id="updateMember", permission="member.write", step_up=True, raises=[Conflict])
async def update_member(ctx: Context, user_id: UUID, data: RoleChange) -> RoleChange:
    """Give a member another role."""
    await service.change_role(ctx, user_id, data.role)
    return data


@delete("/{user_id:uuid}", operation_id="deleteMember", permission="member.write", step_up=True, raises=[Conflict])
async def delete_member(ctx: Context, user_id: UUID) -> None:
    """End a membership, with the API keys that the member made here."""
    await service.remove(ctx, user_id)


@get("/", operation_id="listInvitations", permission="member.read")
async def list_invitations(ctx: Context) -> list[Invitation]:
    """Invitations that wait for an answer."""
    return [_invitation(proof) for proof in await queries.invitations(ctx, ctx.account)]


@post("/", operation_id="inviteMember", permission="member.write", step_up=True, raises=[Conflict, TooMany])
async def invite(ctx: Context, data: NewInvitation) -> Invitation:
    """Invite somebody by email."""
    return _invitation(await service.invite(ctx, data))


@delete("/{invitation_id:uuid}", operation_id="cancelInvitation", permission="member.write")
async def withdraw(ctx: Context, invitation_id: UUID) -> None:
    """Its link stops working."""
    await service.withdraw(ctx, invitation_id)


@post(
    "/accept",
    operation_id="acceptInvitation",
    permission="profile.write",
    status_code=200,
    raises=[LinkSpent, Invalid, Conflict, TooMany],
)
async def accept(ctx: Context, data: Acceptance) -> Made:
    """Join an account with the login that you have; then switch to it."""
    account = await service.accept(ctx, data.token)
    return Made(account.id, account.name)


@get("/", operation_id="listSubAccounts", permission="subaccount.read")
async def list_sub_accounts(ctx: Context) -> list[Made]:
    """The accounts below this label."""
    return [Made(account.id, account.name) for account in await queries.below(ctx, ctx.account)]


@post("/", operation_id="createSubAccount", permission="subaccount.create", step_up=True)
async def create_sub_account(ctx: Context, data: NewAccount) -> Made:
    """An account below this label, with you as its owner."""
    await service.current(ctx)
    return Made(await service.create(ctx, data.name, below=ctx.account), data.name.strip())


routes = [
    Routes("/api/core/account", [get_account, update_account, update_required_factor, list_roles, leave]),
    Routes("/api/core/accounts", [create_account]),
    Routes("/api/core/members", [list_members, update_member, delete_member]),
    Routes("/api/core/invitations", [list_invitations, invite, withdraw, accept]),
    Routes("/api/core/sub-accounts", [list_sub_accounts, create_sub_account]),
]
