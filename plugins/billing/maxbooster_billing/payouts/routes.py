"""Payouts over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar.params import Parameter

from maxbooster.plugin import Conflict, Context, Cursor, Limit, NotFound, Page, Routes, get, post

from ..ledger.posting import KeyReused, Overdrawn
from ..ledger.settled import NotSettled
from ..providers.registry import destinations, shown
from . import queries, service
from .limits import OverLimit
from .schemas import NewPayout, PayoutBegun, PayoutOut, ProviderOut, QuoteIn, QuoteOut
from .service import OtherCurrency

State = Annotated[Literal["held", "sent", "paid", "failed"] | None, Parameter(description="Only in this state")]
OfPayee = Annotated[UUID | None, Parameter(description="Only this payee's")]


@get("/payouts", operation_id="listPayouts", permission="payout.read")
async def list_payouts(
    ctx: Context, payee: OfPayee = None, payout_state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[PayoutOut]:
    """The newest first."""
    shown = destinations(ctx)
    rows, next = await queries.payouts(ctx, cursor, limit, payee=payee, state=payout_state)
    return Page([PayoutOut.of(row, shown) for row in rows], next)


@post(
    "/payouts",
    operation_id="createPayout",
    permission="payout.request",
    step_up="people",
    raises=[Conflict, KeyReused, NotSettled, OtherCurrency, Overdrawn, OverLimit, NotFound],
    status_code=202,
)
async def create_payout(ctx: Context, data: NewPayout) -> PayoutBegun:
    """Pay a payee what is available, or a part of it, in the background."""
    return await service.request_payout(ctx, data)


@post(
    "/payouts/quote",
    operation_id="quotePayout",
    permission="payout.request",
    raises=[Conflict, OtherCurrency, OverLimit, NotFound],
    status_code=200,
)
async def quote_payout(ctx: Context, data: QuoteIn) -> QuoteOut:
    """What a payout would cost. Nothing is paid."""
    return await service.quote(ctx, data)


@get("/payouts/{payout_id:uuid}", operation_id="getPayout", permission="payout.read")
async def get_payout(ctx: Context, payout_id: UUID) -> PayoutOut:
    return PayoutOut.of(await queries.payout(ctx, payout_id), destinations(ctx))


@get("/providers", operation_id="listProviders", permission="payee.read")
async def list_providers(ctx: Context) -> list[ProviderOut]:
    """Who can pay out or take payments here."""
    return [ProviderOut.of(each) for each in await shown(ctx)]


routes = [Routes("/", [list_payouts, create_payout, quote_payout, get_payout, list_providers])]
