"""A plugin of the fault tests' own: carts of several sellers, and what each of these hears of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped

from maxbooster.plugin import Context, Manifest, Owned, Permission, Routes, Struct, Table, hookimpl, on, post
from maxbooster_billing.plugin import NewCheckout, NewLine, NewRefund, checkout, refund

manifest = Manifest(
    name="faults",
    version="1",
    title="Shops whose money must not be lost",
    requires=("billing",),
    permissions=(Permission("faults.sell", "Open carts"),),
)


class Heard(Owned, Table):
    """Nothing forbids doubles: they are what is looked for."""

    __tablename__ = "faults_heard"

    event: Mapped[str]
    sale: Mapped[UUID]
    amount: Mapped[int]


class NewCart(Struct):
    key: str
    sellers: list[UUID]
    amounts: list[int]


@post("/", operation_id="openCart", permission="faults.sell")
async def open_cart(ctx: Context, data: NewCart) -> dict[str, str]:
    lines = [
        NewLine(seller=seller, reference=f"{data.key}/{number}", description="Beat", amount=amount)
        for number, (seller, amount) in enumerate(zip(data.sellers, data.amounts, strict=True))
    ]
    new = NewCheckout(key=data.key, currency="USD", lines=lines, return_url="https://store.example/", provider="stripe")
    opened = await checkout(ctx, new)
    return {"id": str(opened.id), "token": opened.token}


class NewPart(Struct):
    key: str
    sale: UUID
    amount: int


@post("/refunds", operation_id="refundPart", permission="faults.sell")
async def refund_part(ctx: Context, data: NewPart) -> dict[str, str]:
    begun = await refund(ctx, data.sale, NewRefund(key=data.key, amount=data.amount))
    return {"id": str(begun.id)}


@on("payment.settled", "faults.hear_of_payment", attempts=50)
async def hear_of_payment(ctx: Context, event: dict[str, object]) -> None:
    ctx.add(Heard(event="settled", sale=UUID(str(event["sale"])), amount=int(str(event["amount"]))))


@on("payment.refunded", "faults.hear_of_refund", attempts=50)
async def hear_of_refund(ctx: Context, event: dict[str, object]) -> None:
    ctx.add(Heard(event="refunded", sale=UUID(str(event["sale"])), amount=int(str(event["amount"]))))


@hookimpl
def register_routes() -> list[Routes]:
    return [Routes("/carts", [open_cart, refund_part])]


@hookimpl
def register_subscriptions() -> list[object]:
    return [hear_of_payment, hear_of_refund]


@hookimpl
def register_tables() -> list[type]:
    return [Heard]
