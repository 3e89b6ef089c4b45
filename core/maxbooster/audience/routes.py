"""The audience of this account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter
from litestar.response import Stream

from ..context import Context
from ..errors import Conflict, TooLarge
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, delete, get, post, put
from ..paging import Page
from ..public import rendering
from . import export, importing, leaving, mailing, mailing_routes, service, suppressions
from .schemas import (
    Address,
    AudienceSettings,
    ContactDetail,
    ContactOut,
    ContactsFile,
    Created,
    MailingListOut,
    NewMailingList,
    NewSuppression,
    PostalAddress,
    Status,
    SuppressionOut,
)

OfList = Annotated[UUID | None, QueryParameter(description="Only contacts on this list")]
OfStatus = Annotated[Status | None, QueryParameter(description="Only contacts in this state on a list")]


@get("/lists", operation_id="listMailingLists", permission="audience.read")
async def list_lists(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[MailingListOut]:
    """What contacts can be on; the oldest first."""
    rows, next = await service.list_lists(ctx, cursor, limit)
    return Page(list(rows), next)


@post("/lists", operation_id="createMailingList", permission="audience.write", raises=[Conflict])
async def create_list(ctx: Context, data: NewMailingList) -> Created:
    """A list of the account's own, such as a newsletter."""
    return Created(await service.create_list(ctx, data.title, data.sender, data.language))


@post(
    "/lists/{list_id:uuid}/contacts",
    operation_id="importContacts",
    permission="audience.write",
    raises=[TooLarge],
    status_code=200,
    request_max_body_size=importing.LARGEST_BODY_BYTES,
)
async def import_contacts(ctx: Context, list_id: UUID, data: ContactsFile) -> importing.ImportResult:
    """Put the addresses of a CSV file on a list. Each line that is refused is named, and why."""
    return await importing.import_contacts(ctx, list_id, data.content, data.source)


@get("/contacts", operation_id="listContacts", permission="audience.read")
async def list_contacts(
    ctx: Context, list_id: OfList = None, status: OfStatus = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[ContactOut]:
    """The newest first."""
    rows, next = await service.list_contacts(ctx, cursor, limit, list_id=list_id, status=status)
    return Page(list(rows), next)


@get("/contacts/{contact_id:uuid}", operation_id="getContact", permission="audience.read")
async def get_contact(ctx: Context, contact_id: UUID) -> ContactDetail:
    """A contact, and the evidence of their consent."""
    return await service.contact(ctx, contact_id)


@delete("/contacts/{contact_id:uuid}", operation_id="deleteContact", permission="audience.write", status_code=204)
async def delete_contact(ctx: Context, contact_id: UUID) -> None:
    """Erase a contact. What stays is a keyed hash of the address, so that it isn't imported again; they can sign up
    again themselves."""
    await leaving.remove(ctx, contact_id)


@get("/export", operation_id="exportContacts", permission="audience.read", media_type="text/csv")
async def export_contacts(ctx: Context) -> Stream:
    """Every contact with each list, as CSV."""
    return _download(export.as_csv(ctx))


@get("/settings", operation_id="getAudienceSettings", permission="audience.read")
async def get_settings(ctx: Context) -> AudienceSettings:
    """What stands in every email to a list, and in which languages fans can be asked to confirm."""
    return AudienceSettings(await mailing.postal_address(ctx), rendering.languages(ctx.app.offers.catalog))


@put("/settings", operation_id="updateAudienceSettings", permission="audience.send", raises=[Conflict], status_code=204)
async def update_settings(ctx: Context, data: PostalAddress) -> None:
    """Enter the postal address, without which nothing can be sent to a list."""
    await mailing.set_postal_address(ctx, data.postal_address, data.expected)


@get("/suppressions", operation_id="listSuppressions", permission="audience.read")
async def list_suppressions(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[SuppressionOut]:
    """Addresses that get no email of this account, or of one list; the newest first."""
    rows, next = await suppressions.list_suppressions(ctx, cursor, limit)
    return Page(list(rows), next)


@post("/suppressions/search", operation_id="findSuppressions", permission="audience.read", status_code=200)
async def find_suppressions(ctx: Context, data: Address) -> list[SuppressionOut]:
    """What keeps an address from getting email; also where only a hash is kept of it."""
    return await suppressions.of_address(ctx, data.email)


@post("/suppressions", operation_id="createSuppression", permission="audience.write", status_code=204)
async def create_suppression(ctx: Context, data: NewSuppression) -> None:
    """Never write to an address again: somebody asked for it, complained, or the address doesn't exist."""
    await leaving.suppress_contact(ctx, data.email, data.reason, data.said)


def _download(content: AsyncIterator[str]) -> Stream:
    headers = {"Content-Disposition": 'attachment; filename="contacts.csv"', "Cache-Control": "private, no-store"}
    return Stream(content, headers=headers, media_type="text/csv")


routes = [
    Routes(
        "/api/core/audience",
        [
            list_lists,
            create_list,
            import_contacts,
            list_contacts,
            get_contact,
            delete_contact,
            export_contacts,
            get_settings,
            update_settings,
            list_suppressions,
            find_suppressions,
            create_suppression,
        ],
    ),
    *mailing_routes.routes,
]
