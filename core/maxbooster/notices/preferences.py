"""How a person wants to hear of things, in one account: by kind and channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Connection, select

from ..context import Context
from ..db.types import new_id
from ..errors import Conflict, Invalid, NotAllowed, NotFound, suggestion
from . import queries
from .kinds import UNDECLARED, Channels, NoticeKind
from .models import NoticePreference, NoticeTimes
from .schemas import NewNoticeTimes, NoticeSetting, NoticeSettingChange
from .times import Times, zone_of


async def settings(ctx: Context) -> list[NoticeSetting]:
    """Of what the caller can be told of here: each kind with what they chose, or its own defaults."""
    chosen = await queries.chosen_by(ctx, _oneself(ctx))
    return [
        _setting(group, kind, chosen.get(kind.name, kind.channels))
        for group, kind in _kinds(ctx)
        if not kind.permission or (ctx.identity is not None and ctx.identity.may(kind.permission))
    ]


async def change(ctx: Context, name: str, data: NoticeSettingChange) -> NoticeSetting:
    """Commits.

    Raises:
        NotFound: nobody declares that kind.
        Invalid: nothing would be left of a kind that cannot be turned off.
    """
    known = {kind.name: (group, kind) for group, kind in _kinds(ctx)}
    if name not in known:
        raise NotFound(f"There is no kind of notification {name!r}.{suggestion(name, list(known))}")
    group, kind = known[name]
    user = _oneself(ctx)
    before = (await queries.chosen_by(ctx, user)).get(name, kind.channels)
    after = Channels(
        bell=before.bell if data.bell is UNSET else data.bell,
        email=before.email if data.email is UNSET else data.email,
        push=before.push if data.push is UNSET else data.push,
    )
    refuse_silence(kind, after)
    await ctx.write(partial(choose, account=ctx.account, user=user, chosen={name: after}))
    return _setting(group, kind, after)


def refuse_silence(kind: NoticeKind, channels: Channels) -> None:
    """
    Raises:
        Invalid: somebody would not hear of what they must.
    """
    if kind.required and not channels.bell and channels.email != "at_once":
        raise Invalid(
            f"“{kind.title}” can't be turned off: keep it at the bell, or have it emailed at once.", field="bell"
        )


def choose(connection: Connection, account: UUID, user: UUID, chosen: Mapping[str, Channels]) -> None:
    """Keep what somebody chose, in place of what they chose before; what they no longer want by email leaves the next
    digest."""
    from sqlalchemy.dialects import postgresql, sqlite

    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for kind, channels in chosen.items():
        values: dict[str, Any] = {"bell": channels.bell, "email": channels.email, "push": channels.push}
        new = upsert(NoticePreference).values(account_id=account, id=new_id(), user_id=user, kind=kind, **values)
        connection.execute(new.on_conflict_do_update(index_elements=["account_id", "user_id", "kind"], set_=values))
    silenced = [kind for kind, channels in chosen.items() if channels.email in ("never", "at_once")]
    queries.wait_no_longer(connection, account, user, silenced)


def without_email(ctx: Context, chosen: Mapping[str, Channels], only: str = "") -> dict[str, Channels]:
    """What somebody will have chosen once they have unsubscribed from one kind, or from all of them. What cannot be
    turned off comes to the bell then."""
    declared = {kind.name: kind for _, kind in _kinds(ctx)}
    wanted = [only] if only else [*declared]
    before = {
        name: chosen.get(name) or (declared[name].channels if name in declared else UNDECLARED) for name in wanted
    }
    return {name: _unmailed(declared.get(name), channels) for name, channels in before.items()}


def _unmailed(kind: NoticeKind | None, channels: Channels) -> Channels:
    bell = channels.bell or (kind is not None and kind.required)
    return Channels(bell=bell, email="never", push=channels.push)


def _setting(group: str, kind: NoticeKind, channels: Channels) -> NoticeSetting:
    return NoticeSetting(
        kind=kind.name, title=kind.title, group=group, required=kind.required, bell=channels.bell, email=channels.email,
        push=channels.push,
    )  # fmt: skip


def _kinds(ctx: Context) -> list[tuple[str, NoticeKind]]:
    """With the title of the plugin that tells it; what the core tells is about the account."""
    titles = {plugin.name: manifest.title for plugin, manifest in ctx.app.registry.enabled()} | {"core": "Account"}
    return [(titles[plugin], kind) for plugin, kind in ctx.app.offers.notice_kinds]


# Their day


async def my_times(ctx: Context) -> Times:
    user = _oneself(ctx)
    return (await queries.times(ctx, [user]))[user]


async def has_times(ctx: Context) -> bool:
    mine = select(NoticeTimes.user_id).where(NoticeTimes.user_id == ctx.user)
    return ctx.user is None or await ctx.platform.first(mine) is not None


async def set_times(ctx: Context, data: NewNoticeTimes) -> Times:
    """Commits. Digests that wait already come as they were to.

    Raises:
        Invalid: there is no such time zone.
    """
    zone_of(data.zone)
    before = await my_times(ctx)
    after = Times(
        zone=data.zone,
        hour=before.hour if data.hour is UNSET else data.hour,
        weekday=before.weekday if data.weekday is UNSET else data.weekday,
        language=before.language if data.language is UNSET else data.language,
    )
    await ctx.write(partial(_keep_times, user=_oneself(ctx), times=after))
    return after


def _keep_times(connection: Connection, user: UUID, times: Times) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values: dict[str, Any] = {
        "zone": times.zone, "hour": times.hour, "weekday": times.weekday, "language": times.language,
    }  # fmt: skip
    new = upsert(NoticeTimes).values(user_id=user, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=values))


def _oneself(ctx: Context) -> UUID:
    """
    Raises:
        NotAllowed: a key of the account calls, which is nobody.
        Conflict: they are in no account at present.
    """
    if ctx.user is None:
        raise NotAllowed("This key belongs to an account, not to a person; log in.")
    if ctx.identity is None or ctx.identity.account is None:
        raise Conflict("You are in no account, so there is nothing to be notified of.")
    return ctx.user
