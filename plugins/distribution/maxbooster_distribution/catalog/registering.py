"""Who an account is towards stores and registries, and the codes that it issues."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from maxbooster.plugin import Context, Invalid, refuse_overwriting

from ..quality.texts import unwritable_in
from . import identifiers, queries
from .models import Registrant, Release, Track
from .schemas import Issued, LabelDetails, RegistrantIn


async def register(ctx: Context, said: RegistrantIn) -> None:
    """Say who the account is towards stores and registries.

    Raises:
        Invalid: a prefix or a party id is none.
        Conflict: the details aren't what was expected.
    """
    row = await queries.registrant(ctx)
    refuse_overwriting(said.expected, _details(row))
    if row is None:
        row = Registrant()
        ctx.add(row)
    row.name = _written(said.name)
    row.dpid = identifiers.dpid(said.dpid) if said.dpid else None
    row.isrc_prefix = identifiers.isrc_prefix(said.isrc_prefix) if said.isrc_prefix else None
    gs1 = identifiers.gs1_prefix(said.gs1_prefix) if said.gs1_prefix else None
    if gs1 != row.gs1_prefix:
        row.gs1_prefix, row.upc_issued = gs1, 0
    ctx.audit("registrant.changed", row, after=_details(row))


def _details(row: Registrant | None) -> LabelDetails:
    return LabelDetails(row.name, row.dpid, row.isrc_prefix, row.gs1_prefix) if row is not None else LabelDetails("")


def _written(name: str) -> str:
    """The sender's name stands in every message.

    Raises:
        Invalid: it is blank, or has a character that no message can hold.
    """
    if (found := unwritable_in(name)) is not None:
        raise Invalid(
            f"The name has a character that no message can hold: U+{ord(found):04X}. Remove it.", field="name"
        )
    if not name.strip():
        raise Invalid("The name is blank. Enter the name that stores know you by.", field="name")
    return name.strip()


async def issue(ctx: Context, id: UUID) -> Issued:
    """Give the release a UPC and its tracks ISRCs where they have none. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: the account's prefix is not known, or its codes are used up.
    """
    row = await ctx.get(Release, id)
    tracks = [track for track, _ in await queries.tracks_of(ctx, id)]
    ctx.audit("release.identified", row)
    ctx.reindex(Release, row.id)
    ctx.reindex(Track, *(track.id for track in tracks))
    return await ctx.write(_issue, ctx.account, row.id, [track.id for track in tracks], ctx.now)


def _issue(connection: Connection, account: UUID, release: UUID, tracks: list[UUID], at: datetime) -> Issued:
    upc = _stored(connection, account, Release, release, "upc")
    if upc is None:
        upc = identifiers.issue_upc(connection, account, at)
        _store(connection, account, Release, release, upc=upc)
    isrcs = []
    for track in tracks:
        isrc = _stored(connection, account, Track, track, "isrc")
        if isrc is None:
            isrc = identifiers.issue_isrc(connection, account, at)
            _store(connection, account, Track, track, isrc=isrc)
        isrcs.append(isrc)
    return Issued(upc, isrcs)


def _stored(connection: Connection, account: UUID, kind: type[Release | Track], id: UUID, column: str) -> str | None:
    """Held until the transaction ends."""
    table = kind.__table__
    row = select(table.c[column]).where(table.c.account_id == account, table.c.id == id).with_for_update()
    return connection.execute(row).scalar_one()  # type: ignore[no-any-return]


def _store(connection: Connection, account: UUID, kind: type[Release | Track], id: UUID, **code: str) -> None:
    raised = {"version": kind.version + 1}
    connection.execute(update(kind).where(kind.account_id == account, kind.id == id).values(**code, **raised))
