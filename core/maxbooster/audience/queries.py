"""Rows of the audience; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..context import Context
from ..db.types import new_id
from ..jobs.models import JobRow
from ..paging import PageOfRows
from .models import (
    COMPLAINED,
    SENT,
    UNCERTAIN,
    WAITING,
    Consent,
    Contact,
    ListMember,
    MailingList,
    MailingRecipient,
    SenderAddress,
    Suppression,
)

# Reading


async def lists(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[MailingList]:
    """The oldest first."""
    return await ctx.page(select(MailingList), MailingList.id, cursor=cursor, limit=limit)


async def every_list(ctx: Context) -> Sequence[MailingList]:
    return await ctx.all(select(MailingList))


async def list_of(ctx: Context, kind: str, key: str) -> MailingList | None:
    return await ctx.first(select(MailingList).where(MailingList.kind == kind, MailingList.key == key))


async def counts(ctx: Context, list_ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """(List, status) → contacts, for those that have some."""
    counted = select(ListMember.list_id, ListMember.status, func.count().label("contacts"))
    of_these = counted.where(ListMember.list_id.in_(list_ids)).group_by(ListMember.list_id, ListMember.status)
    return {(row.list_id, row.status): row.contacts for row in await ctx.rows(of_these)}


async def contacts(
    ctx: Context, cursor: str | None, limit: int, *, list_id: UUID | None = None, status: str | None = None
) -> PageOfRows[Contact]:
    """The newest first."""
    query = select(Contact)
    if list_id is not None or status is not None:
        on_list = select(ListMember.contact_id)
        on_list = on_list.where(ListMember.list_id == list_id) if list_id is not None else on_list
        on_list = on_list.where(ListMember.status == status) if status is not None else on_list
        query = query.where(Contact.id.in_(on_list))
    return await ctx.page(query, Contact.id.desc(), cursor=cursor, limit=limit)


async def sender_address(ctx: Context) -> SenderAddress | None:
    return await ctx.first(select(SenderAddress))


async def suppressions(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Suppression]:
    """The newest first."""
    return await ctx.page(select(Suppression), Suppression.at.desc(), Suppression.id.desc(), cursor=cursor, limit=limit)


async def contacts_by_id(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    return {row.id: row for row in await ctx.all(select(Contact).where(Contact.id.in_(ids)))}


async def contact_of(ctx: Context, email: str) -> Contact | None:
    return await ctx.first(select(Contact).where(Contact.email == email))


async def memberships(ctx: Context, contact_ids: Sequence[UUID]) -> Sequence[ListMember]:
    return await ctx.all(select(ListMember).where(ListMember.contact_id.in_(contact_ids)).order_by(ListMember.list_id))


async def member(ctx: Context, member_id: UUID) -> ListMember | None:
    return await ctx.first(select(ListMember).where(ListMember.id == member_id))


async def evidence(ctx: Context, contact_id: UUID) -> Sequence[Consent]:
    return await ctx.all(select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id))


async def latest(ctx: Context, member: ListMember, action: str) -> Consent | None:
    of_member = (Consent.contact_id == member.contact_id, Consent.list_id == member.list_id, Consent.action == action)
    return await ctx.first(select(Consent).where(*of_member).order_by(Consent.id.desc()))


async def suppressions_of(ctx: Context, hashes: Iterable[bytes]) -> Sequence[Suppression]:
    return await ctx.all(select(Suppression).where(Suppression.keyed_hash.in_(list(hashes))))


async def suppressed(ctx: Context, hashes: Iterable[bytes]) -> dict[bytes, str]:
    """Hash → why it gets nothing, for those that don't."""
    query = select(Suppression.keyed_hash, Suppression.reason).where(Suppression.keyed_hash.in_(list(hashes)))
    return {row.keyed_hash: row.reason for row in await ctx.rows(query)}


# As a part of somebody's transaction


def suppress(
    connection: Connection,
    account: UUID,
    keyed_hash: bytes,
    *,
    reason: str,
    at: datetime,
    everywhere: bool,
    list_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> None:
    """A complaint stays, whatever comes after it."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    said = {"reason": reason, "at": at, "everywhere": everywhere, "list_id": list_id, "contact_id": contact_id}
    new = upsert(Suppression).values(account_id=account, id=new_id(), keyed_hash=keyed_hash, **said)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["account_id", "keyed_hash"], set_=said, where=Suppression.reason != COMPLAINED
        )
    )


def forget_whose(connection: Connection, account: UUID, contact_id: UUID) -> None:
    """Suppressions stay, and no longer tell whose address it is."""
    own = (Suppression.account_id == account, Suppression.contact_id == contact_id)
    connection.execute(update(Suppression).where(*own).values(contact_id=None))


def note_outcome(connection: Connection, account: UUID, contact_id: UUID, outcome: str) -> None:
    """Of the newest mailing that they got; a complaint counts for more than having unsubscribed."""
    own = (MailingRecipient.account_id == account, MailingRecipient.contact_id == contact_id)
    arrived = MailingRecipient.state.in_((SENT, UNCERTAIN))
    newest = select(MailingRecipient.id).where(*own, arrived).order_by(MailingRecipient.at.desc()).limit(1)
    of_newest = (MailingRecipient.account_id == account, MailingRecipient.id == newest.scalar_subquery())
    connection.execute(
        update(MailingRecipient).where(*of_newest, MailingRecipient.outcome != COMPLAINED).values(outcome=outcome)
    )


def lift(connection: Connection, account: UUID, hashes: Sequence[bytes]) -> None:
    """All but complaints."""
    own = (Suppression.account_id == account, Suppression.keyed_hash.in_(hashes), Suppression.reason != COMPLAINED)
    connection.execute(delete(Suppression).where(*own))


def forget_sign_ups(connection: Connection, account: UUID, job: str, email: str) -> None:
    """Jobs that name an address."""
    named = JobRow.arguments.contains(f'"{email}"', autoescape=True)
    connection.execute(delete(JobRow).where(JobRow.account_id == account, JobRow.name == job, named))


def prune(connection: Connection, before: datetime) -> int:
    """Forget whoever never confirmed; returns how many."""
    old = (ListMember.status == WAITING, ListMember.since < before)
    gone: list[Any] = list(
        connection.execute(delete(ListMember).where(*old).returning(ListMember.account_id, ListMember.contact_id))
    )
    for account, contact in gone:
        own = (Contact.account_id == account, Contact.id == contact)
        on_lists = select(ListMember.id).where(ListMember.account_id == account, ListMember.contact_id == contact)
        connection.execute(delete(Contact).where(*own, ~on_lists.exists()))
    return len(gone)
