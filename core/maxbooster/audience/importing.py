"""Addresses that an artist brings along, with where their owners agreed."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from ..context import Context
from ..db.models import Table
from ..db.types import new_id
from ..errors import Invalid, TooLarge
from ..mail import address
from ..spreadsheet import csv_said
from . import queries
from .keys import AudienceKey, key_of
from .models import CONFIRMED, UNSUBSCRIBED, WAITING, Consent, Contact, ListMember, MailingList

LARGEST_BODY_BYTES = 2_800_000
"""Two million bytes in base64."""
MOST_ROWS = 20_000
LONGEST_NAME = 200
_AT_A_TIME = 250
_MOST_HASHES = 10_000
"""In one query."""
_EMAIL = ("email", "e-mail", "email address", "e-mail address", "mail")
_NAME = ("name", "full name", "first name")
_STATUS = ("status", "marketing status", "email marketing status", "subscription status", "consent")
_AGREED = ("", "confirmed", "subscribed", "active", "opted in", "opt-in", "yes", "true", "1")


Reason = Literal[
    "unsubscribed", "removed", "bounced", "complained", "already_on_list", "twice_in_file", "not_agreed", "unreadable"
]


class RefusedLine(Struct, frozen=True):
    line: int
    """Of the file; the first is 1."""
    text: str
    reason: Reason
    why: str


class ImportResult(Struct, frozen=True):
    imported: int
    refused: list[RefusedLine]
    left_out: dict[Reason, int]
    """How many of those lines for which reason."""

    @classmethod
    def of(cls, imported: int, refused: list[RefusedLine]) -> ImportResult:
        counts = Counter(each.reason for each in refused)
        return cls(imported, sorted(refused, key=lambda each: each.line), dict(counts.most_common()))


class _NotAgreed(Invalid):
    """The file itself says that they don't want email."""


class Row(NamedTuple):
    line: int
    email: str
    name: str


async def import_contacts(ctx: Context, list_id: UUID, content: bytes, source: str) -> ImportResult:
    """Put the addresses of a CSV file on a list, as confirmed: `source` says where their owners agreed, and becomes the
    evidence. The columns `email` and `name` are found by their names; without such a first line the first column holds
    the addresses, the second the names. Whoever unsubscribed from any of the account's lists is refused:
    only they can sign up again.

    Raises:
        NotFound: no such list in this account.
        Invalid: the file is no text in UTF-8, or the source is missing.
        TooLarge: it has too many lines.
    """
    if not source.strip():
        raise Invalid("Say where these people agreed to get email from you.", field="source")
    await ctx.get(MailingList, list_id)
    rows, refused = await asyncio.to_thread(read, content)
    key, imported, lists = await key_of(ctx), 0, [row.id for row in await queries.every_list(ctx)]
    at_a_time = max(1, min(_AT_A_TIME, _MOST_HASHES // (len(lists) + 1)))
    for start in range(0, len(rows), at_a_time):
        some = rows[start : start + at_a_time]
        async with ctx.aside() as unit:
            why = await _reasons(unit, key, list_id, lists, some)
            taken = [row for row in some if row.email not in why]
            facts = {"imported": len(taken), "source": source.strip()}
            unit.audit("contact.imported", f"core_mailing_list:{list_id}", after=facts)
            await _take(unit, key, list_id, taken, source=source.strip())
        refused += [
            RefusedLine(row.line, row.email, why[row.email], _WHY[why[row.email]]) for row in some if row.email in why
        ]
        imported += len(taken)
    return ImportResult.of(imported, refused)


def read(content: bytes) -> tuple[list[Row], list[RefusedLine]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not text in UTF-8; save it as CSV (UTF-8).") from error
    found, refused = dict[str, Row](), list[RefusedLine]()
    for line, last_line, (written, name, status) in _lines(text):
        try:
            _refuse_open_quote(written + name, line, last_line)
            email = address(written)
            _refuse_name(name)
            _refuse_status(status)
        except Invalid as error:
            reason: Reason = "not_agreed" if isinstance(error, _NotAgreed) else "unreadable"
            refused.append(RefusedLine(line, written[:254], reason, error.detail))
            continue
        if email in found:
            first = f"It’s in the file twice, first in line {found[email].line}."
            refused.append(RefusedLine(line, email, "twice_in_file", first))
        else:
            found[email] = Row(line, email, name)
    return list(found.values()), refused


def _lines(text: str) -> Iterator[tuple[int, int, tuple[str, str, str]]]:
    """Each entry's first and last line, address, name and status; empty lines are left out."""
    first = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    places, count, begun, before = (0, 1, len(first)), 0, False, 0
    try:
        for written in reader:
            line, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in written]
            if not any(cells):
                continue
            is_header = not begun and "@" not in "".join(cells)
            begun = True
            if is_header:
                places = _columns(cells)
                continue
            count += 1
            if count > MOST_ROWS:
                raise TooLarge(f"A file can have up to {MOST_ROWS:,} addresses; split it.")
            email, name, status = (_cell(cells, at) for at in places)
            yield line, reader.line_num, (email, name, status)
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} can't be read as CSV: {error}.") from error


def _columns(header: Sequence[str]) -> tuple[int, int, int]:
    names = [cell.lower() for cell in header]

    def place(known: Sequence[str]) -> int:
        return next((at for at, name in enumerate(names) if name in known), len(names))

    if place(_EMAIL) == len(names):
        raise Invalid(f"The first line names no column “email”: {', '.join(header)[:200]}.")
    return place(_EMAIL), place(_NAME), place(_STATUS)


def _cell(cells: Sequence[str], at: int) -> str:
    return csv_said(cells[at]) if at < len(cells) else ""


def _refuse_open_quote(said: str, line: int, last_line: int) -> None:
    if "\n" in said or "\r" in said:
        raise Invalid(f"Lines {line} to {last_line} read as one: a quotation mark isn’t closed. Close or remove it.")


def _refuse_status(status: str) -> None:
    if status.lower() not in _AGREED:
        raise _NotAgreed(f"The file says “{status[:50]}”: they haven’t agreed to get email.")


def _refuse_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise Invalid(f"The name has {len(name)} characters; at most {LONGEST_NAME} fit.")
    if not name.isprintable():
        raise Invalid("The name contains a line break or something else that can't be printed.")


async def _reasons(
    ctx: Context, key: AudienceKey, list_id: UUID, lists: Sequence[UUID], rows: Sequence[Row]
) -> dict[str, Reason]:
    """Address → why it is not imported."""
    emails = [row.email for row in rows]
    known = select(Contact.email).join(ListMember, ListMember.contact_id == Contact.id)
    on_list = known.where(Contact.email.in_(emails), ListMember.list_id == list_id)
    standing = set(await ctx.all(on_list.where(ListMember.status.in_((WAITING, CONFIRMED)))))
    hashes = {hash: email for email in emails for hash in key.hashes(email, *lists)}
    found: dict[str, Reason] = dict.fromkeys(await ctx.all(on_list), "already_on_list")
    for hash, reason in (await queries.suppressed(ctx, hashes)).items():
        if hashes[hash] not in standing or reason != UNSUBSCRIBED:
            found[hashes[hash]] = reason  # type: ignore[assignment]
    return found


_WHY: dict[Reason, str] = {
    "already_on_list": "Already on this list.",
    "unsubscribed": "They unsubscribed. Only they can sign up again.",
    "removed": "They were removed. Only they can sign up again.",
    "bounced": "Email to this address bounced.",
    "complained": "They complained about email from you.",
}


async def _take(ctx: Context, key: AudienceKey, list_id: UUID, rows: Sequence[Row], *, source: str) -> None:
    emails = [row.email for row in rows]
    known = await ctx.rows(select(Contact.email, Contact.id).where(Contact.email.in_(emails)))
    ids = {each.email: each.id for each in known}
    new = {row.email: new_id() for row in rows if row.email not in ids}
    ids |= new
    named = {"account_id": ctx.account}
    contacts = [
        {**named, "id": new[row.email], "email": row.email, "name": row.name, "created_at": ctx.now}
        for row in rows
        if row.email in new
    ]
    named["list_id"] = list_id
    members = [
        {**named, "id": key.member_id(email, list_id), "contact_id": ids[email], "status": CONFIRMED, "since": ctx.now,
         "source": source}
        for email in emails
    ]  # fmt: skip
    evidence = [
        {**named, "id": new_id(), "contact_id": ids[email], "action": CONFIRMED, "at": ctx.now, "words": source,
         "page": "", "method": "import", "request_id": ctx.request_id}
        for email in emails
    ]  # fmt: skip
    await ctx.write(_insert, {Contact: contacts, ListMember: members, Consent: evidence})


def _insert(connection: Connection, rows: Mapping[type[Table], Sequence[dict[str, Any]]]) -> None:
    for table, some in rows.items():
        if some:
            connection.execute(insert(table), some)
