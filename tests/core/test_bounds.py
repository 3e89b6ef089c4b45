"""Every value from outside is within bounds before a handler sees it, and the field that is not is named."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from msgspec import field

from maxbooster.errors import Invalid
from maxbooster.http import bounds
from maxbooster.http.routes import Routes, get, post
from maxbooster.plugin import Context, Struct
from maxbooster.testing import open_api


class Line(Struct):
    at: datetime | None = None
    day: date | None = None
    number: int = 0
    share: float = 0.0
    amount: Decimal = Decimal(0)
    lasts: timedelta | None = None
    name: str = ""


class Sheet(Struct):
    lines: list[Line] = field(default_factory=list)
    by_name: dict[str, Line] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    first: Line | None = None


@post("/sheets", operation_id="writeSheet", public=True)
async def write_sheet(ctx: Context, data: Sheet) -> Sheet:
    return data


@post("/lines", operation_id="writeLines", public=True)
async def write_lines(ctx: Context, data: list[Line]) -> int:
    return len(data)


@get("/sheets", operation_id="findSheets", public=True)
async def find_sheets(
    ctx: Context, since: datetime | None = None, day: date | None = None, above: int = 0, name: str = ""
) -> bool:
    return True


@get("/sheets/{number:int}", operation_id="numberedSheet", public=True)
async def numbered_sheet(ctx: Context, number: int) -> int:
    return number


@get("/blocking", operation_id="blockingRead", public=True, sync_to_thread=True)
def blocking_read(above: int = 0) -> int:
    return above


@pytest_asyncio.fixture
async def site(app):
    routes = [write_sheet, write_lines, find_sheets, numbered_sheet, blocking_read]
    app.offers.routes.append(("core", Routes("/test", routes)))
    async with open_api(app) as client:
        yield client


EDGES: list[tuple[str, Any]] = [
    ("at", "9999-12-31T23:59:59-14:00"), ("at", "0001-01-01T00:00:00+14:00"), ("at", "1969-12-31T23:59:59Z"),
    ("at", "2200-01-01T00:00:01Z"), ("at", "2026-01-01T00:00:00"), ("day", "0001-01-01"), ("day", "9999-12-31"),
    ("day", "1859-12-31"), ("day", "2200-01-02"), ("number", 2**63), ("number", -(2**63) - 1), ("share", "nan"),
    ("share", "inf"), ("amount", "1E+999999"), ("amount", "NaN"), ("amount", "1E-999999"), ("amount", "9" * 90),
    ("lasts", "P999999D"), ("name", "a\0b"), ("name", "x" * 100_001),
]  # fmt: skip
WITHIN: list[tuple[str, Any]] = [
    ("at", "1970-01-01T00:00:00Z"), ("at", "2200-01-01T00:00:00Z"), ("at", "2026-01-01T00:00:00-14:00"),
    ("day", "1955-07-05"), ("day", "2200-01-01"), ("number", 2**63 - 1), ("number", -(2**63)), ("share", 1e300),
    ("amount", "0.000000000001"), ("name", "x" * 100_000), ("name", "\U0001f3b5 Ünï"), ("lasts", "PT3M"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), EDGES)
async def test_edges_are_refused_wherever_they_stand_and_named(site, field, value):
    line = {field: value}
    for body, where in (
        ({"lines": [{}, line]}, f"lines[1].{field}"),
        ({"by_name": {"a": line}}, f"by_name.a.{field}"),
        ({"first": line}, f"first.{field}"),
    ):
        answer = await site.post("/test/sheets", json=body)
        assert (answer.status_code, answer.json().get("field")) == (422, where), answer.text
    answer = await site.post("/test/lines", json=[line])
    assert (answer.status_code, answer.json()["field"]) == (422, f"[0].{field}")


@pytest.mark.parametrize(("field", "value"), WITHIN)
async def test_what_is_within_bounds_arrives(site, field, value):
    answer = await site.post("/test/sheets", json={"lines": [{field: value}], "first": {field: value}})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/test/sheets?since=0001-01-01T00:00:00%2B14:00", "since"), ("/test/sheets?day=9999-12-31", "day"),
        ("/test/sheets?above=9223372036854775808", "above"), ("/test/sheets?name=a%00b", "name"),
        ("/test/sheets/9223372036854775808", "number"), ("/test/blocking?above=-9223372036854775809", "above"),
    ],
)  # fmt: skip
async def test_the_query_and_the_path_have_the_same_bounds(site, path, field):
    answer = await site.get(path)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_blocking_handler_still_answers(site):
    assert (await site.get("/test/blocking?above=7")).json() == 7


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"liens": []}, "liens"),
        ({"lines": [{"name": "a"}, {"nmae": "b"}]}, "lines[1].nmae"),
        ({"by_name": {"a": {"name": "b", "account_id": "c"}}}, "by_name.a.account_id"),
        ({"first": {"name": "b", "": "c"}}, "first."),
    ],
)
async def test_a_field_that_nobody_reads_is_refused(site, body, field):
    answer = await site.post("/test/sheets", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert "unknown field" in answer.json()["detail"]


async def test_a_misspelt_field_gets_a_hint(site):
    assert "Did you mean 'lines'?" in (await site.post("/test/sheets", json={"liens": []})).json()["detail"]


@given(st.datetimes(timezones=st.sampled_from([UTC])))
def test_a_time_passes_if_it_is_within_the_range_and_only_then(time):
    within = bounds.EARLIEST <= time <= bounds.LATEST
    with nullcontext() if within else pytest.raises(Invalid, match="out of range"):
        bounds.check(time, None, "at")
