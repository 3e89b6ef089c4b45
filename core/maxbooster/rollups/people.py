"""Who is in the sub-accounts."""

from __future__ import annotations

from collections.abc import Sequence

from ..auth.accounts import queries
from ..context import Context
from ..plugins.manifest import ROLES
from .roll_up import RollUp, RollUpColumn, RollUpRow


async def _read(ctx: Context, limit: int) -> Sequence[RollUpRow]:
    members = await queries.members(ctx, ctx.account)
    return [
        RollUpRow(
            {"name": row.name, "email": row.email, "role": row.role, "since": row.since.date().isoformat()},
            path="/team",
        )
        for row in members[: limit + 1]
    ]


PEOPLE = RollUp(
    name="core.people",
    title="People",
    permission="member.oversee",
    columns=(
        RollUpColumn("name", "Name"),
        RollUpColumn("email", "Email"),
        RollUpColumn("role", "Role", "status", {role: role.capitalize() for role in ROLES}),
        RollUpColumn("since", "Member since", "date"),
    ),
    read=_read,
    order=90,
)
