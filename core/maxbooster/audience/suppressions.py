"""Whom an account doesn't write to. Of most addresses only a hash is kept; each can be looked up."""

from __future__ import annotations

from collections.abc import Sequence

from ..context import Context
from ..mail import address
from ..paging import PageOfRows
from . import queries
from .keys import key_of
from .models import Suppression
from .schemas import SuppressionOut


async def list_suppressions(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[SuppressionOut]:
    """The newest first, with the addresses of those who are still contacts."""
    rows, next = await queries.suppressions(ctx, cursor, limit)
    return PageOfRows(await _shown(ctx, rows), next)


async def of_address(ctx: Context, email: str) -> list[SuppressionOut]:
    """What keeps an address from getting email of this account.

    Raises:
        Invalid: it is no email address.
    """
    normal, key = address(email), await key_of(ctx)
    lists = [row.id for row in await queries.every_list(ctx)]
    rows = await queries.suppressions_of(ctx, key.hashes(normal, *lists))
    return [SuppressionOut.of(row, normal) for row in rows]


async def _shown(ctx: Context, rows: Sequence[Suppression]) -> list[SuppressionOut]:
    known = await queries.contacts_by_id(ctx, [row.contact_id for row in rows if row.contact_id is not None])
    emails = {id: contact.email for id, contact in known.items()}
    return [SuppressionOut.of(row, emails.get(row.contact_id) if row.contact_id else None) for row in rows]
