"""The fault rounds try something: their plugin is accepted, and an order that is placed is settled and heard of."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import EntryPoint, entry_points

from sqlalchemy import create_engine, select

from maxbooster.plugins import registry
from maxbooster.plugins.installed import GROUP
from maxbooster.testing import drain, make_app, open_api

from .orders import Order, Posting


async def test_an_order_is_settled_once_and_heard_of_once(tmp_path, account):
    entries = [
        *(entry for entry in entry_points(group=GROUP) if entry.name.startswith("core")),
        EntryPoint("faults", "tests.faults.orders", GROUP),
    ]
    url = f"sqlite:///{tmp_path}/one.db"
    Order.metadata.create_all(create_engine(url), [Order.__table__, Posting.__table__])
    async with make_app(tmp_path, url, registry=registry.load(entries=entries)) as app:
        assert app.registry.plugins["faults"].reason is None
        async with open_api(app, account.account) as api:
            for number in range(4):
                assert (await api.post("/api/faults/orders", json={"number": number})).status_code == 201
        await drain(app)
        async with app.unit(account, writable=False) as ctx:
            kinds = Counter(await ctx.all(select(Posting.kind)))
        assert kinds == {"settled": 4, "heard": 4}
