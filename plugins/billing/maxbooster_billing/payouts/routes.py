"""Payouts over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request
from litestar.params import Parameter

from maxbooster.plugin import Conflict, Context, Invalid, NotFound, Routes, TooLarge, get, post

from ..ledger.posting import KeyReused, Overdrawn
from ..ledger.settled import NotSettled
from ..providers.interface import NoticeRefused, SendsNotices
from ..providers.registry import destinations, providers, shown
from . import queries, service
from .jobs import hear
from .limits import OverLimit
from .schemas import NewPayout, NoticeTaken, PayoutBegun, PayoutOut, ProviderOut, QuoteIn, QuoteOut

State = Annotated[Literal["held", "sent", "paid", "failed"] | None, Parameter(description="Only in this state")]
OfPayee = Annotated[UUID | None, Parameter(description="Only this payee's")]
Limit = Annotated[int, Parameter(ge=1, le=500, description="At most this many, newest first")]


@get("/payouts", operation_id="listPayouts", permission="payout.read")
async def list_payouts(
    ctx: Context, payee: OfPayee = None, payout_state: State = None, limit: Limit = 100
) -> list[PayoutOut]:
    """The newest first."""
    shown = await destinations(ctx)
    rows = await queries.payouts(ctx, payee=payee, state=payout_state, limit=limit)
    return [PayoutOut.of(row, shown) for row in rows]


@post(
    "/payouts",
    operation_id="requestPayout",
    permission="payout.request",
    step_up="people",
    raises=[Conflict, KeyReused, NotSettled, Overdrawn, OverLimit, NotFound],
    status_code=202,
)
async def request_payout(ctx: Context, data: NewPayout) -> PayoutBegun:
    """Pay a payee what is available, or a part of it, in the background."""
    return await service.request_payout(ctx, data)


@post(
    "/payouts/quote",
    operation_id="quotePayout",
    permission="payout.request",
    raises=[Conflict, NotFound],
    status_code=200,
)
async def quote_payout(ctx: Context, data: QuoteIn) -> QuoteOut:
    """What a payout would cost. Nothing is paid."""
    return await service.quote(ctx, data)


@get("/payouts/{payout_id:uuid}", operation_id="getPayout", permission="payout.read")
async def get_payout(ctx: Context, payout_id: UUID) -> PayoutOut:
    return PayoutOut.of(await queries.payout(ctx, payout_id), await destinations(ctx))


@get("/providers", operation_id="listProviders", permission="payee.read")
async def list_providers(ctx: Context) -> list[ProviderOut]:
    """Who can pay out or take payments here."""
    return [ProviderOut.of(each) for each in await shown(ctx)]


@post(
    "/notices/{provider:str}",
    operation_id="takeNotice",
    public=True,
    raises=[NotFound, NoticeRefused, Invalid, TooLarge],
    status_code=202,
)
async def take_notice(ctx: Context, request: Request[Any, Any, Any], provider: str) -> NoticeTaken:
    """A provider's webhook. It is only a hint: the provider is then asked."""
    told = [each for each in await providers(ctx) if each.name == provider and isinstance(each, SendsNotices)]
    if not told:
        raise NotFound(f"No payment provider {provider[:40]!r} gives notice here.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    notices = await told[0].read_notices(ctx, headers, await request.body())
    for notice in notices:
        service.account_and_payout(notice.order_key)
        ctx.enqueue(hear, notice.order_key, once=f"{provider}:{notice.id}")
    return NoticeTaken(len(notices))


routes = [Routes("/", [list_payouts, request_payout, quote_payout, get_payout, list_providers, take_notice])]
