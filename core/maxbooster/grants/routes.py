"""What this account shares, what is shared with it, and what a link opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from ..context import Context
from ..errors import Conflict, GrantEnded, NotAllowed, NotFound, TooMany
from ..http.routes import Routes, delete, get, post
from ..web.live_routes import HEARTBEAT_S, LASTS_S, RETRY_MS
from . import offering, service
from .grantable import HEADER
from .lookup import MOST_LISTED
from .schemas import GrantableOut, GrantOffer, GrantOut, NewGrant, NewGrantOut, OpenedGrant, ReceivedGrant

AnyRequest = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_LISTED, description="At most this many")]
ObjectId = Annotated[UUID | None, QueryParameter(description="Only what is shared of this object")]


@get("/", operation_id="listGrants", permission="grant.read")
async def list_grants(ctx: Context, object_id: ObjectId = None, limit: Limit = MOST_LISTED) -> list[GrantOut]:
    """What this account shares: with whom, until when, when it was last used; the newest first."""
    return await service.listed(ctx, object_id, limit)


@get("/kinds", operation_id="listGrantables", permission="grant.read")
async def list_grantables(ctx: Context) -> list[GrantableOut]:
    """What can be shared, and with which rights."""
    return service.grantables(ctx)


@post("/", operation_id="createGrant", permission="grant.write", raises=[NotFound, TooMany])
async def create_grant(ctx: Context, data: NewGrant) -> NewGrantOut:
    """Share one object with another account, with somebody by email, or with whoever has the link, which is shown this
    once."""
    return await service.create(ctx, data)


@delete("/{grant_id:uuid}", operation_id="revokeGrant", permission="grant.write")
async def revoke_grant(ctx: Context, grant_id: UUID) -> None:
    """Stop sharing. It ends at once, open streams too."""
    await service.revoke(ctx, grant_id)


@get("/received", operation_id="listReceivedGrants", permission="grant.read")
async def list_received_grants(ctx: Context) -> list[ReceivedGrant]:
    """What other accounts share with this one now: the latest 200."""
    return await service.received(ctx)


@get("/offers", operation_id="listGrantOffers", permission="grant.read", raises=[NotAllowed])
async def list_grant_offers(ctx: Context) -> list[GrantOffer]:
    """What others offer to share with you, by your email address."""
    return await offering.offers(ctx)


@post(
    "/offers/{grant_id:uuid}/accept",
    operation_id="acceptGrant",
    permission="grant.write",
    status_code=204,
    raises=[Conflict, NotAllowed, NotFound],
)
async def accept_grant(ctx: Context, grant_id: UUID) -> None:
    """Accept what is offered to you, for the account that you are in."""
    await offering.accept(ctx, grant_id)


@delete(
    "/received/{grant_id:uuid}",
    operation_id="declineGrant",
    permission="grant.write",
    raises=[NotFound],
    status_code=204,
)
async def decline_grant(ctx: Context, grant_id: UUID) -> None:
    """Give back what another account shares with this one, or decline what is offered to you. Only they can share it
    again."""
    await service.decline(ctx, grant_id)


@get("/open", operation_id="openGrant", public=True, raises=[GrantEnded, TooMany])
async def open_grant(ctx: Context, request: AnyRequest) -> OpenedGrant:
    """What a link opens. Its token goes in the header `Maxbooster-Grant`, as with every request that it allows."""
    return await service.opened(ctx, await ctx.app.grants.open(request.headers.get(HEADER, "")))


@get("/live", operation_id="watchGrant", public=True, media_type="text/event-stream", raises=[GrantEnded, TooMany])
async def watch_grant(ctx: Context, request: AnyRequest) -> ServerSentEvent:
    """Server-sent events for a page that a link opened: `ended` when it has ended. Connect again when it stops."""
    found = await ctx.app.grants.open(request.headers.get(HEADER, ""))
    ctx.app.live.refuse_too_many(found.id, None)
    streams = "text/event-stream" in request.headers.get("accept", "")
    return ServerSentEvent(_watched(ctx, found.id, streams), retry_duration=RETRY_MS)


async def _watched(ctx: Context, id: UUID, streams: bool) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(event="hello", data="{}")
    loop = asyncio.get_running_loop()
    until = loop.time() + LASTS_S
    async with ctx.app.live.listening(id) as heard:
        while streams and (left := until - loop.time()) > 0:
            if not await ctx.app.grants.holds(id):
                yield ServerSentEventMessage(event="ended", data="{}")
                return
            try:
                await asyncio.wait_for(heard.get(), min(left, HEARTBEAT_S))
            except TimeoutError:
                yield ServerSentEventMessage(event="beat", data="{}")


routes = [
    Routes(
        "/api/core/grants",
        [
            list_grants,
            list_grantables,
            create_grant,
            revoke_grant,
            list_received_grants,
            list_grant_offers,
            accept_grant,
            decline_grant,
            open_grant,
            watch_grant,
        ],
    )
]
