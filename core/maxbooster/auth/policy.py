"""The policy: roles → permissions, in one table.

A manifest says which roles hold its permissions. Where an operator departs from that (`maxbooster roles`), a row says
so. Owners keep what the manifests give them, so that no account becomes unmanageable.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select

from ..db.engine import Database
from ..db.fast import Prepared
from ..db.models import PLATFORM
from ..errors import Invalid, NotAllowed, suggestion
from ..plugins.manifest import OPERATORS, PERSON, ROLES, Permission
from .models import Account, Membership, RoleGrant, User
from .passkeys.models import Passkey
from .sso.models import AccountProvider, LinkedIdentity

if TYPE_CHECKING:
    from ..app import App
    from ..context import Context

STAFF = "operator:"
"""Operator roles are named `operator:support` in the table, apart from the roles in an account."""
TABLE = (*ROLES, PERSON, *(STAFF + role for role in OPERATORS))
REFRESH_S = 2.0
"""How long a process keeps to the departures that it read."""

_DEPARTURES = Prepared(select(RoleGrant.role, RoleGrant.permission, RoleGrant.granted))


class Standing(Struct, frozen=True, kw_only=True):
    """What decides what a person may do in an account."""

    account: UUID | None
    role: str | None
    operator: str | None
    factor: bool
    """Whether they have a second factor here."""
    factor_required: bool = False
    """Whether the account requires one of its members."""
    vouched: str | None = None
    """Who trusts the second factor that a provider vouched for: `operator` or `account`."""
    sign_in_asked: bool = False
    """Whether the account asks for a sign-in at its own provider."""
    within: UUID | None = None
    """The account whose provider said who they are. What concerns the person alone is none of its business."""


class Judged(Struct, frozen=True):
    permissions: frozenset[str]
    lacks_factor: bool
    lacks_sign_in: bool


class Policy:
    """Who holds what, as this process sees it."""

    def __init__(self, permissions: Mapping[str, Permission], second_factor: str = "optional") -> None:
        self.permissions = permissions
        self._second_factor = second_factor
        self._read_at = float("-inf")
        self._departures: dict[tuple[str, str], bool] = {}
        self._granted: dict[str, frozenset[str]] = {}

    def missing(self, permission: str) -> NotAllowed:
        """What a caller who lacks it is told: what it allows, and its name."""
        declared = self.permissions.get(permission)
        words = f"“{declared.help}” ({permission})" if declared else repr(permission)
        return NotAllowed(f"This needs the permission {words}.", permission=permission)

    async def refresh(self, database: Database) -> None:
        if monotonic() - self._read_at < REFRESH_S:
            return
        self._read_at = monotonic()
        departures = {(role, permission): granted for role, permission, granted in await database.fetch(_DEPARTURES)}
        if departures != self._departures:
            self._departures, self._granted = departures, {}

    def granted(self, role: str) -> frozenset[str]:
        """The permissions of a role of the table."""
        if role not in self._granted:
            self._granted[role] = frozenset(name for name in self.permissions if self._holds(role, name))
        return self._granted[role]

    def judge(self, standing: Standing) -> Judged:
        """What a person may do where they stand, and what is asked of them before they may do more."""
        lacks_factor = self._lacks_factor(standing)
        lacks_sign_in = standing.sign_in_asked and standing.within is None and standing.role not in ("owner", None)
        allowed = self.granted(PERSON)
        if not lacks_factor and not lacks_sign_in:
            allowed = self.of(standing.account, standing.role, standing.operator)
        if standing.within is not None:
            allowed -= self.granted(PERSON) - {"profile.read"}
        return Judged(allowed, lacks_factor, lacks_sign_in)

    def _lacks_factor(self, standing: Standing) -> bool:
        """An account that trusts a provider does so for itself alone, not for the operator."""
        if standing.factor or standing.vouched == "operator":
            return False
        by_operator = self._second_factor == "everybody" or (
            self._second_factor == "staff" and standing.account == PLATFORM
        )
        return by_operator or (standing.factor_required and standing.vouched is None)

    def of(self, account: UUID | None, role: str | None, operator: str | None) -> frozenset[str]:
        """What a person may do in an account, by their role there; in the platform's own, as its staff."""
        permissions = self.granted(PERSON)
        if account == PLATFORM:
            return permissions | self.granted(STAFF + operator) if operator else permissions
        return permissions | self.granted(role) if role else permissions

    def _holds(self, role: str, name: str) -> bool:
        permission = self.permissions[name]
        by_manifest = (
            role.removeprefix(STAFF) in permission.operators if role.startswith(STAFF) else role in permission.roles
        )
        return self._departures.get((role, name), by_manifest)


def depart(connection: Connection, policy: Policy, role: str, permission: str, granted: bool) -> None:
    """Grant a permission to a role, or take it away, whatever the manifests say.

    Raises:
        Invalid: no such role or permission, or the role's own right is protected.
    """
    if role not in TABLE:
        raise Invalid(f"There is no role {role!r}; there are {', '.join(TABLE)}.", field="role")
    if permission not in policy.permissions:
        hint = suggestion(permission, list(policy.permissions))
        raise Invalid(f"There is no permission {permission!r}.{hint}", field="permission")
    if role in ("owner", PERSON, f"{STAFF}admin") and not granted:
        raise Invalid(
            f"The role {role!r} keeps what the manifests give it; nobody else could give it back.", field="role"
        )
    declared = policy.permissions[permission]
    if granted and declared.operators and not declared.roles and not role.startswith(STAFF):
        raise Invalid(f"{permission!r} is for the platform's staff; a role in an account cannot hold it.", field="role")
    of_role = (RoleGrant.role == role, RoleGrant.permission == permission)
    connection.execute(delete(RoleGrant).where(*of_role))
    connection.execute(insert(RoleGrant).values(role=role, permission=permission, granted=granted))


HAS_FACTOR = or_(User.totp_since.is_not(None), exists().where(Passkey.user_id == User.id))
_STANDING = Prepared(
    select(Membership.role, User.operator, HAS_FACTOR, Account.factor_required)
    .select_from(User)
    .outerjoin(Membership, (Membership.user_id == User.id) & (Membership.account_id == bindparam("account")))
    .outerjoin(Account, Account.id == Membership.account_id)
    .where(User.id == bindparam("user"), User.disabled_at.is_(None))
)
_IDENTITIES = Prepared(
    select(LinkedIdentity.provider, AccountProvider.trusted)
    .outerjoin(
        AccountProvider,
        (AccountProvider.account_id == bindparam("account"))
        & AccountProvider.enabled
        & (LinkedIdentity.provider == bindparam("provider")),
    )
    .where(LinkedIdentity.user_id == bindparam("user"))
)


async def may(app: App, user: UUID, account: UUID, permission: str) -> bool:
    """Whether a person holds a permission in an account now, however they were called when they were asked last.

    Who has no second factor here, where one is required, holds what a sign-in at a provider that is trusted with it
    would give them.
    """
    found = await app.database.fetch(_STANDING, user=user, account=account)
    await app.policy.refresh(app.database)
    for role, operator, factor, required in found:
        standing = Standing(
            account=account,
            role=role,
            operator=operator,
            factor=bool(factor),
            factor_required=bool(required),
            vouched=None if factor else await _vouching(app, user, account),
        )
        return permission in app.policy.judge(standing).permissions
    return False


async def _vouching(app: App, user: UUID, account: UUID) -> str | None:
    """Who trusts the second factor at one of the providers where a person signs in."""
    rows = await app.database.fetch(_IDENTITIES, user=user, account=account, provider=str(account))
    if any(name in app.identity_providers and app.identity_providers[name].trusted for name, _ in rows):
        return "operator"
    return "account" if any(trusted for _, trusted in rows) else None


_PARENT = Prepared(select(Account.parent_id).where(Account.id == bindparam("id")))


async def demand_entry(ctx: Context, account: UUID, permission: str) -> None:
    """May this unit's caller work in another account, by this permission?

    Raises:
        NotAllowed: they do not hold the permission, it is not one for work across accounts, or the account is no
            sub-account of theirs.
    """
    ctx.demand(permission)
    identity = ctx.identity
    if identity is None or (identity.account is None and identity.way == "internal"):
        return
    declared = ctx.app.policy.permissions.get(permission)
    if declared is None or not declared.across:
        raise NotAllowed(f"{permission!r} is no permission for work in other accounts.", permission=permission)
    if identity.account == PLATFORM:
        return
    found = await ctx.app.database.fetch(_PARENT, id=account)
    if not found or found[0][0] is None or found[0][0] != identity.account:
        raise NotAllowed("That account is not a sub-account of this one.", permission=permission)
