"""A person's logins at providers: connected, listed, disconnected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from ...context import Context
from ...db.types import new_id
from ...errors import Conflict, NotFound
from .. import emails, proofs
from ..events import IdentityChanged, note
from ..people.oneself import alone, gone_on, oneself
from ..sessions.schemas import SignInProvider
from ..sessions.service import LoggedInBrowser
from . import queries, signing_in
from .models import LinkedIdentity
from .schemas import IdentityOut
from .settings import IdentityProvider
from .signing_in import Arrived

Named = TypeVar("Named", IdentityOut, LinkedIdentity)
MOST = 20
"""Of one person."""


async def listed(ctx: Context, user: UUID) -> list[IdentityOut]:
    titles = {name: each.title for name, each in ctx.app.identity_providers.items()}
    found = await queries.identities(ctx, user)
    titles |= await ctx.read(lambda connection: _titles(connection, [each.provider for each in found]))
    return [
        IdentityOut(
            each.id, each.provider, titles.get(each.provider, each.issuer), each.name, each.created_at, each.used_at
        )
        for each in found
    ]


def named(found: Sequence[Named], id: UUID) -> Named:
    """
    Raises:
        NotFound: they have no such identity.
    """
    for each in found:
        if each.id == id:
            return each
    raise NotFound(f"You have no connected login {id}.")


async def connectable(ctx: Context) -> list[SignInProvider]:
    """Where this person could connect a login: at the operator's providers, and those of accounts that they are in."""
    user = await oneself(ctx)
    theirs = await ctx.read(lambda connection: queries.providers_for(connection, user.id))
    operators = [SignInProvider(each.name, each.title) for each in ctx.app.identity_providers.values()]
    return [*operators, *(SignInProvider(str(row.account_id), row.title) for row in theirs)]


def _titles(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Of accounts' providers."""
    found = {}
    for name in names:
        if (account := _as_account(name)) and (row := queries.provider_of(connection, account)) is not None:
            found[name] = row.title
    return found


def _as_account(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def row(arrived: Arrived, id: UUID, user: UUID, now: datetime) -> dict[str, Any]:
    person = arrived.person
    return {
        "id": id, "user_id": user, "provider": arrived.provider.name, "issuer": person.issuer,
        "subject": person.subject, "name": (person.email or person.name or person.subject)[:254], "created_at": now,
        "used_at": None,
    }  # fmt: skip


async def link(ctx: Context, arrived: Arrived, *, ticket: tuple[str, str] | None = None) -> None:
    """From now on it logs them in. They proved both: this session, and who they are there. `ticket`: spent with it,
    and the browser's cookie.

    Raises:
        Conflict: it is connected already, to them or to somebody else; or they have too many.
    """
    user = await oneself(ctx)
    known = await queries.identity_of(ctx, arrived.person.issuer, arrived.person.subject)
    if known is not None:
        whose = "to your login" if known.user_id == user.id else "to another login here"
        raise Conflict(f"“{known.name}” at {arrived.provider.title} is already connected {whose}.")
    within = arrived.provider.account
    if within is not None and not await ctx.read(lambda connection: queries.is_member(connection, within, user.id)):
        raise Conflict(f"{arrived.provider.title} is for members of its account, and you are none.")
    if len(await queries.identities(ctx, user.id)) >= MOST:
        raise Conflict(f"You have {MOST} connected logins; disconnect one that you don't use.")
    note_link(ctx, user.id, user.email, arrived.provider, "linked")

    def write(connection: Connection) -> None:
        if ticket is not None:
            signing_in.spend(connection, *ticket)
        queries.link(connection, row(arrived, new_id(), user.id, ctx.now))

    await ctx.write(write)


async def unlink(ctx: Context, id: UUID) -> LoggedInBrowser:
    """It logs them in no more. Sessions that it opened and all others end, this one is rotated.

    Raises:
        NotFound: they have no such identity.
        Conflict: it is the last way in which they can log in.
    """
    user = await oneself(ctx)
    identity = named(await queries.identities(ctx, user.id), id)
    usable = list(ctx.app.identity_providers)
    provider = ctx.app.identity_providers.get(identity.provider)
    note_link(ctx, user.id, user.email, provider or _gone(identity), "unlinked")

    def forget(connection: Connection) -> str:
        if not queries.has_other_way(connection, user.id, id, usable):
            raise Conflict("You couldn't log in any more: set a password or add a passkey first.")
        if not queries.unlink(connection, identity):
            raise NotFound(f"You have no connected login {id} any more.")
        return alone(connection, ctx, user.id)

    return await gone_on(ctx, forget)


def _gone(identity: LinkedIdentity) -> IdentityProvider:
    """One that was set up differently, or not at all, since."""
    return IdentityProvider(
        name=identity.provider, title=identity.issuer, issuer=identity.issuer, client_id="", client_secret=""
    )


def note_link(ctx: Context, user: UUID, email: str, provider: IdentityProvider, change: str) -> None:
    note(ctx, IdentityChanged(user, provider.name, change))
    origin = ctx.app.settings.origin
    proofs.notify(ctx, email, emails.identity_changed, provider=provider.title, change=change, origin=origin)
