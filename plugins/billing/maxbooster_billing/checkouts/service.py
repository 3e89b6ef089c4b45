"""Opening a checkout, for whichever family sells."""

from __future__ import annotations

from secrets import token_urlsafe

from maxbooster.plugin import PLATFORM, Connector, Context, Invalid, mailbox, new_id

from ..currency import LARGEST, checked_currency, written
from ..ledger.posting import KeyReused
from ..providers.interface import TakesPayments
from ..providers.registry import payment_taker
from . import queries
from .jobs import update_checkout
from .models import EXPIRED, OPEN, PAID, Checkout, CheckoutLine
from .schemas import CheckoutLineOut, CheckoutOpened, CheckoutOut, NewCheckout, NewLine

AREA = "checkout"


async def checkout(ctx: Context, new: NewCheckout) -> CheckoutOpened:
    """Open a checkout with this unit: once it is committed, the buyer pays at the path that comes back. Each seller
    hears `payment.settled` for each line that was paid.

    Raises:
        Invalid: it cannot be paid in this currency, or comes to more than can be paid at once.
        KeyReused: the key was used for something else.
        NotReady: no provider takes payments here, or the one that does cannot now.
    """
    opener = ctx.identity.account if ctx.identity and ctx.identity.account else PLATFORM
    if (before := await queries.under_key(ctx, opener, new.key)) is not None:
        if before.digest != new.digest():
            raise KeyReused(f"The key {new.key!r} was used for another checkout.", field="key")
        return _opened(before)
    _refuse_malformed(new)
    provider = await payment_taker(ctx, new.provider)
    await _refuse_unpayable(ctx, new, provider)
    row = Checkout(
        id=new_id(), opened_by=opener, key=new.key, digest=new.digest(), token=token_urlsafe(32),
        provider=provider.name, currency=new.currency, amount=new.amount, buyer_email=new.buyer_email,
        language=new.language,
        return_url=new.return_url, state=OPEN, created_at=ctx.now,
    )  # fmt: skip
    ctx.add(row)
    ctx.add(*(_line(row, number, line) for number, line in enumerate(new.lines)))
    ctx.enqueue(update_checkout, row.id, key=str(row.id), account=PLATFORM)
    return _opened(row)


def _line(checkout: Checkout, number: int, new: NewLine) -> CheckoutLine:
    return CheckoutLine(
        id=new_id(), checkout_id=checkout.id, number=number, seller=new.seller, reference=new.reference,
        description=new.description, quantity=new.quantity, amount=new.amount,
    )  # fmt: skip


def _opened(row: Checkout) -> CheckoutOpened:
    return CheckoutOpened(row.id, row.token, f"/p/{AREA}/{row.token}")


def _refuse_malformed(new: NewCheckout) -> None:
    checked_currency(new.currency)
    if not new.lines:
        raise Invalid("A checkout has one line at least.", field="lines")
    for line in new.lines:
        if line.amount < 1:
            raise Invalid(
                f"{line.description!r} costs {line.amount} minor units; what costs nothing needs no checkout.",
                field="amount",
            )
    if new.buyer_email is not None:
        mailbox(new.buyer_email, "buyer_email")
    if new.amount > LARGEST:
        total = f"{written(new.amount, new.currency)} {new.currency}"
        raise Invalid(f"The lines come to {total}: more than can be paid at once.", field="lines")


async def _refuse_unpayable(ctx: Context, new: NewCheckout, provider: Connector[TakesPayments]) -> None:
    if fault := await provider.call(
        lambda it: it.checkout_fault(ctx, new.currency, [line.amount for line in new.lines])
    ):
        raise Invalid(fault, field="currency")


async def shown(ctx: Context, token: str) -> CheckoutOut:
    """
    Raises:
        NotFound: there is none with this token.
    """
    return await _shown(ctx, await queries.by_token(ctx, token))


async def shown_with_language(ctx: Context, token: str) -> tuple[CheckoutOut, str]:
    """The same, and in which language its buyer reads."""
    row = await queries.by_token(ctx, token)
    return await _shown(ctx, row), row.language


async def _shown(ctx: Context, row: Checkout) -> CheckoutOut:
    lines = [CheckoutLineOut(each.description, each.quantity, each.amount) for each in await queries.lines(ctx, row.id)]
    url = "" if row.state in (PAID, EXPIRED) else row.url
    return CheckoutOut(row.state, row.currency, row.amount, lines, url, row.failure, row.return_url)
