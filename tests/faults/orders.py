"""A plugin of the fault tests' own: each order must be settled once and heard of once, whatever is killed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Mapped

from maxbooster.plugin import (
    Context,
    Event,
    Manifest,
    Owned,
    Permission,
    Routes,
    Struct,
    Table,
    hookimpl,
    job,
    new_id,
    on,
    post,
)

manifest = Manifest(
    name="faults",
    version="1",
    title="Orders that must not be lost",
    permissions=(Permission("faults.place", "Place orders"),),
)


class Order(Owned, Table):
    __tablename__ = "faults_order"

    number: Mapped[int]


class Posting(Owned, Table):
    """What became of an order. Nothing forbids doubles: they are what is looked for."""

    __tablename__ = "faults_posting"

    order_id: Mapped[UUID]
    kind: Mapped[str]


class OrderPlaced(Event, frozen=True, tag="faults.placed"):
    order: UUID
    number: int


class NewOrder(Struct):
    number: int


@post("/", operation_id="placeOrder", permission="faults.place")
async def place(ctx: Context, data: NewOrder) -> dict[str, UUID]:
    order = Order(number=data.number)
    ctx.add(order)
    ctx.enqueue(settle if data.number % 2 else settle_hot, order.id)
    ctx.emit(OrderPlaced(order.id, data.number))
    ctx.audit("faults.placed", order, after={"number": data.number})
    return {"id": order.id}


@job("faults.settle", attempts=50, backoff_s=0.1)
async def settle(ctx: Context, order: UUID) -> None:
    ctx.add(Posting(order_id=order, kind="settled"))
    ctx.audit("faults.settled", f"faults_order:{order}")


@job("faults.settle_hot", attempts=50, backoff_s=0.1)
async def settle_hot(ctx: Context, order: UUID) -> None:
    row = {"account_id": ctx.account, "id": new_id(), "order_id": order, "kind": "settled"}
    await ctx.write(lambda connection: connection.execute(insert(Posting), row) and None)


@on(OrderPlaced, "faults.hear", attempts=50)
async def hear(ctx: Context, event: OrderPlaced) -> None:
    ctx.add(Posting(order_id=event.order, kind="heard"))


@hookimpl
def register_routes() -> list[Routes]:
    return [Routes("/orders", [place])]


@hookimpl
def register_jobs() -> list[object]:
    return [settle, settle_hot]


@hookimpl
def register_subscriptions() -> list[object]:
    return [hear]


@hookimpl
def register_tables() -> list[type]:
    return [Order, Posting]
