"""What a new account should do first; every plugin adds its own steps."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select

from ..auth.models import Membership, Proof, User
from ..context import Context
from ..http.routes import Routes, get
from ..observe.logs import log

ANSWER_S = 2.0
"""The home page waits for it; whoever is slower is left out."""


class FirstStep(Struct, frozen=True, kw_only=True):
    """Something that a new account should do first, as the home page shows it."""

    id: str
    """`<family>.<what>`; the messages `step.<id>` and `step.<id>.why` translate it."""
    title: str
    why: str
    path: str
    """Where in the web application it is done."""
    icon: str
    done: bool
    order: int = 50
    permission: str = ""
    """Only shown to those who hold it."""


@get("/", operation_id="listFirstSteps", permission="plugin.read")
async def list_first_steps(ctx: Context) -> list[FirstStep]:
    """The first steps that the caller may take, and which are done."""
    answers = await ctx.ask("first_steps", timeout_s=ANSWER_S)
    steps = [step for answer in answers for step in _sound(answer.plugin, answer.value)]
    may = [each for each in steps if not each.permission or (ctx.identity and ctx.identity.may(each.permission))]
    return sorted(may, key=lambda each: each.order)


def _sound(plugin: str, answered: object) -> list[FirstStep]:
    if not isinstance(answered, (list, tuple)):
        return []
    if wrong := [each for each in answered if not isinstance(each, FirstStep)]:
        log.warning("first_steps.ignored", plugin=plugin, answered=repr(wrong[0])[:200])
    return [each for each in answered if isinstance(each, FirstStep)]


async def of_the_core(ctx: Context) -> Sequence[FirstStep]:
    """Two-factor authentication, and people to work with."""
    if ctx.user is None or ctx.identity is None or ctx.identity.account is None:
        return []
    factor = await ctx.platform.first(select(User.totp_since).where(User.id == ctx.user))
    members = await ctx.platform.first(select(func.count()).where(Membership.account_id == ctx.account))
    asked = await ctx.platform.first(
        select(Proof.id).where(Proof.account_id == ctx.account, Proof.kind == "invitation")
    )
    return [
        FirstStep(
            id="core.factor",
            title="Turn on two-factor authentication",
            why="A code from your phone keeps others out, even if they know your password.",
            path="/profile",
            icon="shield-check",
            done=factor is not None,
            order=90,
        ),
        FirstStep(
            id="core.team",
            title="Invite your team",
            why="Each person gets a role: viewers can look, managers can change things.",
            path="/team",
            icon="users",
            done=(members or 0) > 1 or asked is not None,
            order=91,
            permission="member.write",
        ),
    ]


routes = [Routes("/api/core/first-steps", [list_first_steps])]
