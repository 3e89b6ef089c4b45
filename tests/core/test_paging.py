"""Lists by the page: every row once, whatever the order, the page's length, and what comes or goes meanwhile."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Integer, Numeric, String, cast, func, select, text

from maxbooster import paging
from maxbooster.db import new_id
from maxbooster.errors import Invalid, UsageError
from maxbooster.http.schema_names import _SCHEMAS, with_plain_names
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.paging import MOST, Order
from maxbooster.plugin import Context
from maxbooster.storage.models import FileRow

from .rows import Crate

ROOM = func.coalesce(Crate.room, "")
ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (Crate.id.desc(),),
    "by room": (ROOM, Crate.id),
    "by room, backwards": (ROOM.desc(), Crate.id.desc()),
    "both ways": (ROOM, Crate.id.desc()),
    "three": (func.length(ROOM, type_=Integer).desc(), ROOM, Crate.id),
}


def somebody() -> Identity:
    return Identity(new_id(), new_id(), frozenset({EVERYTHING}))


async def stored(app: Any, account: Any, rooms: list[str | None]) -> None:
    async with app.unit(account) as ctx:
        ctx.add(*(Crate(name=str(new_id()), room=room) for room in rooms))


async def pages(app: Any, account: Any, order: tuple[Any, ...], limit: int) -> list[list[Crate]]:
    found, cursor = [], None
    async with app.unit(account, writable=False) as ctx:
        while True:
            rows, cursor = await ctx.page(select(Crate), *order, cursor=cursor, limit=limit)
            found.append(list(rows))
            if cursor is None:
                return found


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
async def test_pages_say_what_one_list_would(crates, account, order):
    @given(rooms=st.lists(st.sampled_from([None, "", "a", "A", "ä", "z" * 40, "'\"\\", "🎹"]), max_size=12))
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def rooms_of(rooms: list[str | None]) -> None:
        drawn.append(rooms)

    drawn: list[list[str | None]] = []
    rooms_of()
    for rooms in drawn:
        mine = somebody()
        await stored(crates, mine, rooms)
        async with crates.unit(mine, writable=False) as ctx:
            whole = [row.id for row in await ctx.all(select(Crate).order_by(*order))]
        for limit in (1, 3, 50):
            found = await pages(crates, mine, order, limit)
            assert [row.id for page in found for row in page] == whole
            assert all(len(page) == limit for page in found[:-1])
            assert len(found[-1]) <= limit


async def test_a_row_that_comes_or_goes_moves_no_other(crates, account):
    await stored(crates, account, ["a", "b", "c", "d"])
    async with crates.unit(account, writable=False) as ctx:
        first, cursor = await ctx.page(select(Crate), Crate.id.desc(), cursor=None, limit=2)
    async with crates.unit(account) as ctx:
        ctx.delete(await ctx.get(Crate, first[1].id))
        ctx.add(Crate(name="latecomer", room="e"))
    async with crates.unit(account, writable=False) as ctx:
        rest, end = await ctx.page(select(Crate), Crate.id.desc(), cursor=cursor, limit=2)
    assert ([row.room for row in (*first, *rest)], end) == (["d", "c", "b", "a"], None)


async def test_rows_of_several_things_come_as_they_were_selected(crates, account):
    await stored(crates, account, ["a", "b"])
    async with crates.unit(account, writable=False) as ctx:
        rows, cursor = await ctx.page(select(Crate, ROOM.label("where")), Crate.id, cursor=None, limit=1)
        [(crate, where)] = rows
        assert (crate.room, where, rows[0].where, cursor is not None) == ("a", "a", "a", True)


async def test_a_page_holds_rows_of_its_account_alone(crates, account):
    stranger = somebody()
    await stored(crates, account, ["ours"])
    await stored(crates, stranger, ["theirs", "theirs"])
    async with crates.unit(stranger, writable=False) as ctx:
        _, cursor = await ctx.page(select(Crate), Crate.id.desc(), cursor=None, limit=1)
    async with crates.unit(account, writable=False) as ctx:
        rows, _ = await ctx.page(select(Crate), Crate.id.desc(), cursor=cursor, limit=9)
    assert [row.room for row in rows] == ["ours"]


async def test_a_command_reads_every_page(crates, account, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 2)
    await stored(crates, account, ["a", "b", "c", "d", "e"])

    async def newest(ctx: Context, cursor: str | None, limit: int) -> paging.PageOfRows[Crate]:
        return await ctx.page(select(Crate), Crate.id.desc(), cursor=cursor, limit=limit)

    async with crates.unit(account, writable=False) as ctx:
        assert [row.room for row in await paging.every_page(ctx, newest)] == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize("path", ["files", "links", "jobs"])
async def test_the_newest_come_first(app, api, account, path):
    async with app.unit(account) as ctx:
        for number in range(3):
            await ctx.files.put(f"{number}.txt", b"words")
    for number in range(3):
        await api.post("/api/core/links", json={"target": f"https://example.org/{number}", "title": str(number)})
    for limit in (1, 2, 500):
        found, query = [], {"limit": limit}
        while True:
            page = (await api.get(f"/api/core/{path}", params=query)).json()
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        assert len(found) >= 3, "there is something to sort"
        assert found == sorted(found, reverse=True)


async def test_the_longest_names_page_too(api):
    names = [f"{'🎹' * 190}{number}" for number in range(3)]
    for name in names:
        assert (await api.post("/api/billing/payees", json={"name": name})).status_code == 201
    found, cursor = [], {}
    for _ in names:
        page = (await api.get("/api/billing/payees", params={"limit": 1} | cursor)).json()
        found += [each["name"] for each in page["items"]]
        cursor = {"cursor": page["next"]}
    assert found == names


CRATES = select(Crate)


@pytest.mark.parametrize(
    ("statement", "by", "said"),
    [
        (CRATES.order_by(Crate.name), (Crate.id,), r"without order_by\(\)"),
        (CRATES.limit(3), (Crate.id,), r"without limit\(\)"),
        (CRATES.offset(3), (Crate.id,), r"without offset\(\)"),
        (select(Crate.name, func.count()).group_by(Crate.name), (Crate.name, Crate.id), r"without group_by\(\)"),
        (CRATES, (Crate.name.desc().nulls_last(), Crate.id), "never null"),
        (CRATES, (Crate.name.nulls_first(), Crate.id), "never null"),
        (CRATES, (Crate.room, Crate.id), "test_crate.room, which may be null"),
        (CRATES, (Crate.name,), None),
        (CRATES, (Crate.version,), "several rows can share: add the id"),
        (CRATES, (Crate.account_id,), "several rows can share"),
        (CRATES, (ROOM,), "several rows can share"),
        (CRATES, (), "sorted by nothing"),
        (CRATES, ("name",), "not by 'name'"),
        (CRATES, (None, Crate.id), "not by None"),
        (CRATES, (text("name"), Crate.id), "not by"),
        (CRATES, (cast(Crate.version, Numeric(12, 4)), Crate.id), "Numeric"),
        (CRATES, (cast(Crate.name, JSON), Crate.id), "JSON"),
        (CRATES, (func.length(Crate.name), Crate.id), "type_="),
        (CRATES, (func.lower(Crate.name, type_=String), Crate.id), "too long"),
    ],
)
async def test_what_a_page_cannot_be_sorted_by_is_told_to_the_author(crates, account, statement, by, said):
    async with crates.unit(account) as ctx:
        ctx.add(*(Crate(name=letter * (4_000 if said == "too long" else 4)) for letter in "xy"))
    async with crates.unit(account, writable=False) as ctx:
        if said is None:
            assert len((await ctx.page(statement, *by, cursor=None, limit=1)).rows) == 1
            return
        with pytest.raises(UsageError, match=said):
            await ctx.page(statement, *by, cursor=None, limit=1)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("of", ORDERS.values(), ids=ORDERS)
async def test_a_cursor_belongs_to_its_order(crates, account, order, of):
    await stored(crates, account, ["a", "b", "c"])
    async with crates.unit(account, writable=False) as ctx:
        _, cursor = await ctx.page(select(Crate), *of, cursor=None, limit=1)
        if of is order:
            assert len((await ctx.page(select(Crate), *order, cursor=cursor, limit=9))[0]) == 2
            return
        with pytest.raises(Invalid, match="not from this list"):
            await ctx.page(select(Crate), *order, cursor=cursor, limit=9)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Crate.version, 10**30), (Crate.version, -(2**63) - 1), (Crate.version, 1.5), (Crate.version, "1"),
        (ROOM, "nul\0byte"), (ROOM, 7), (Crate.id, "none"), (Crate.id, None),
        (FileRow.created_at, "2026-01-01T00:00:00"), (FileRow.created_at, "9999-12-31T23:59:59Z"),
        (FileRow.created_at, "never"),
    ],
)  # fmt: skip
async def test_a_forged_cursor_never_reaches_the_database(crates, account, column, value):
    model = FileRow if column is FileRow.created_at else Crate
    order = Order(column, model.id)
    cursor = order.cursor([value, new_id()]) if value is not None else order.cursor([new_id(), new_id()])[:-3]
    async with crates.unit(account, writable=False) as ctx:
        with pytest.raises(Invalid, match="not from this list"):
            await ctx.page(select(model), column, model.id, cursor=cursor, limit=9)


async def test_a_null_among_what_a_page_is_sorted_by_is_told_to_the_author(crates, account):
    await stored(crates, account, [None, "a", "b"])
    async with crates.unit(account, writable=False) as ctx:
        with pytest.raises(UsageError, match="which is null in a row"):
            await ctx.page(select(Crate), func.lower(Crate.room, type_=String), Crate.id, cursor=None, limit=3)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "null", "W10", "WzFd", "WyJub25lIl0", "W251bGxd", "é", "A" * 999, "W1sxXV0", "eyJhIjoxfQ", "W1tb" * 900],
)
async def test_a_cursor_of_elsewhere_is_refused_with_words(crates, account, cursor):
    await stored(crates, account, ["a"])
    async with crates.unit(account, writable=False) as ctx:
        with pytest.raises(Invalid, match="not from this list") as refused:
            await ctx.page(select(Crate), Crate.id.desc(), cursor=cursor, limit=9)
    assert refused.value.field == "cursor"


async def test_the_api_pages_alike_everywhere(api):
    for path in ("/api/core/files", "/api/core/audit", "/api/core/jobs", "/api/core/links"):
        assert (await api.get(path)).json() == {"items": [], "next": None}, path
        assert (await api.get(path, params={"limit": MOST + 1})).status_code == 422
        refused = await api.get(path, params={"cursor": "nonsense"})
        assert (refused.status_code, refused.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
async def test_the_order_is_kept_across_pages(crates, account, order):
    await stored(crates, account, [None, "b", "a", "b", "cc", None, "a"])
    found = [row for page in await pages(crates, account, order, 2) for row in page]
    assert len({row.id for row in found}) == 7
    if order is ORDERS["both ways"]:
        assert all((one.room or "") <= (other.room or "") for one, other in pairwise(found))


async def test_pages_have_short_names_in_the_description(api):
    schemas = (await api.get("/schema/openapi.json")).json()["components"]["schemas"]
    assert schemas["LinkOutPage"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/LinkOut"}
    assert not [name for name in schemas if not name.isidentifier()]


def test_two_schemas_of_one_name_are_refused():
    alike = {"Page_one.schemas.Out_": {}, "Page_two.schemas.Out_": {}, "Other": {"$ref": f"{_SCHEMAS}Other"}}
    with pytest.raises(ValueError, match="'OutPage'"):
        with_plain_names({"components": {"schemas": alike}})
    alike.pop("Page_two.schemas.Out_")
    said = {"description": "Page_one.schemas.Out_", "$ref": f"{_SCHEMAS}Page_one.schemas.Out_"}
    named = with_plain_names({"components": {"schemas": alike}, "paths": [said]})
    assert set(named["components"]["schemas"]) == {"OutPage", "Other"}
    assert named["paths"] == [{"description": "Page_one.schemas.Out_", "$ref": f"{_SCHEMAS}OutPage"}]
