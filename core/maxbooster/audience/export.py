"""Contacts as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from uuid import UUID

from ..context import Context
from ..paging import MOST
from ..spreadsheet import csv_text
from . import queries, service
from .schemas import ContactOut

_COLUMNS = ("email", "name", "list", "status", "since", "source")


async def as_csv(ctx: Context) -> AsyncIterator[str]:
    """A line for each list that a contact is on; what somebody wrote never runs as a formula."""
    yield written([], {})
    cursor: str | None = None
    titles = {row.id: row.title for row in await queries.every_list(ctx)}
    while True:
        contacts, cursor = await service.list_contacts(ctx, cursor, MOST)
        yield _rows(line for contact in contacts for line in _lines(contact, titles))
        if cursor is None:
            return


def written(contacts: Iterable[ContactOut], titles: Mapping[UUID, str]) -> str:
    """With the names of the columns. `importing.read` reads back what was there."""
    return _rows([_COLUMNS]) + _rows(line for contact in contacts for line in _lines(contact, titles))


def _lines(contact: ContactOut, titles: Mapping[UUID, str]) -> Iterator[tuple[str, ...]]:
    for each in contact.lists:
        said = (contact.email, contact.name, titles.get(each.list_id, ""), each.status)
        yield (*map(csv_text, said), each.since.isoformat(), csv_text(each.source))


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
