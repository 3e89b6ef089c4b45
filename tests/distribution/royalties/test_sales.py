"""Sales by store, country and track: what the lines of the statements in the ledger say, to the last decimal."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from maxbooster.plugin import facts_parts, new_id, query_facts
from maxbooster.testing import drain, open_api
from maxbooster_distribution.royalties import breakdown
from maxbooster_distribution.royalties.models import Statement
from maxbooster_distribution.royalties.sales import SALES, publish_missing_sales, publish_sales

from .test_statements import imported, statement
from .test_undoing import undone

LINES = [
    ("QZAAA2600001", "10.0000000001", "SE", "Spotify", "2026-08"),
    ("QZAAA2600001", "0.5", "SE", "Deezer", "2026-09"),
    ("QZAAA2600002", "3", "DE", "Spotify", "2026-09"),
    ("", "-1.25", "", "", "2026-09"),
]


def line(isrc: str, amount: str, where: str, store: str, month: str) -> str:
    return f"{month},{isrc},,{isrc or 'Untold'},Nova Lane,{store},{where},2,{amount},EUR"


def content() -> bytes:
    return statement(*(line(*each) for each in LINES))


async def broken_down(api, **query) -> dict:
    answer = await api.get(
        "/api/distribution/royalties/breakdown",
        params={each: said for each, said in ({"currency": "EUR"} | query).items() if said},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def sums(column: int, months: str = "") -> dict[str, Decimal]:
    found: Counter[str] = Counter()
    for each in LINES:
        if each[4].startswith(months):
            found[each[column]] += Decimal(each[1])  # type: ignore[assignment]
    return {name: Decimal(amount) for name, amount in found.items()}


async def test_sales_add_up_by_store_country_and_track(app, api, account):
    await imported(app, api, account, content(), source="spotify")
    await drain(app)
    for by, column in (("territory", 2), ("track", 0)):
        told = await broken_down(api, by=by)
        assert {row["name"].replace("Untold", ""): Decimal(row["amount"]) for row in told["rows"]} == sums(column), by
        assert Decimal(told["total"]) == sum(Decimal(each[1]) for each in LINES)
        amounts = [Decimal(row["amount"]) for row in told["rows"]]
        assert amounts == sorted(amounts, reverse=True)
    by_store = await broken_down(api, by="store", from_month="2026-09", until_month="2026-09")
    assert {row["name"]: row["amount"] for row in by_store["rows"]} == {"Spotify": "1.75", "Deezer": "0.5"}
    assert (await broken_down(api, currency="USD"))["rows"] == []


KNOWN = [
    ("Spotify", "DE", 1), ("spotify", "de", 2), (" SPOTIFY ", "Germany", 3), ("", "DEU", 4), ("Boomplay", "Narnia", 5),
    ("BOOMPLAY", "narnia", 6), ("Deezer", "TR", 7), ("deezer", "Turkiye", 8), ("Deezer", "UK", 9), ("Deezer", "", 10),
]  # fmt: skip


async def test_a_store_and_a_country_are_one_however_they_are_written_if_they_are_known(app, api, account):
    """What isn't known stays as written. A line without a store is of whoever pays."""
    lines = [f"2026-09,,,Untold,Nova Lane,{store},{where},{n},{n}.5,EUR" for store, where, n in KNOWN]
    await imported(app, api, account, statement(*lines), source="spotify")
    await drain(app)
    told = {row["name"]: (row["quantity"], row["amount"]) for row in (await broken_down(api, by="store"))["rows"]}
    assert told == {"Spotify": (10, "12"), "Deezer": (34, "36"), "BOOMPLAY": (6, "6.5"), "Boomplay": (5, "5.5")}
    told = {row["name"]: (row["quantity"], row["amount"]) for row in (await broken_down(api, by="territory"))["rows"]}
    assert told == {
        "DE": (10, "12"),
        "TR": (15, "16"),
        "GB": (9, "9.5"),
        "": (10, "10.5"),
        "narnia": (6, "6.5"),
        "Narnia": (5, "5.5"),
    }


async def test_a_payer_without_a_connector_is_called_by_its_name_and_is_the_store_of_that_name(app, api, account):
    rows = ["2026-09,,,A,B,,DE,1,1,EUR", "2026-09,,,A,B,Fine Tunes,DE,2,2,EUR", "2026-09,,,A,B,fine tunes,DE,4,4,EUR"]
    await imported(app, api, account, statement(*rows), source="fine-tunes")
    await drain(app)
    told = {row["name"]: (row["quantity"], row["amount"]) for row in (await broken_down(api, by="store"))["rows"]}
    assert told == {"Fine Tunes": (3, "3"), "fine tunes": (4, "4")}


async def test_the_currency_with_the_most_lines_comes_first(app, api, account):
    assert (await broken_down(api, currency=None))["currency"] is None
    for currency, count in (("EUR", 2), ("USD", 3), ("GBP", 1)):
        lines = [f"2026-09,,,Untold,Nova Lane,Spotify,DE,1,{n + 1},{currency}" for n in range(count)]
        await imported(app, api, account, statement(*lines), source="spotify")
    await drain(app)
    listed = (await api.get("/api/distribution/royalties/currencies")).json()
    assert [(each["currency"], each["lines"], each["statements"]) for each in listed] == [
        ("USD", 3, 1),
        ("EUR", 2, 1),
        ("GBP", 1, 1),
    ]
    told = await broken_down(api, currency=None)
    assert (told["currency"], told["total"]) == ("USD", "6")


async def test_only_statements_that_can_have_what_is_asked_for_are_read(app, api, account, monkeypatch):
    asked: list[list[str]] = []
    real = breakdown.query_facts

    async def query(*given, parts):
        asked.append(sorted(parts))
        return await real(*given, parts=parts)

    monkeypatch.setattr(breakdown, "query_facts", query)
    ids = {}
    for month, currency in (("2026-07", "EUR"), ("2026-09", "EUR"), ("2026-09", "USD")):
        taken = await imported(
            app, api, account, statement(f"{month},,,A,B,Spotify,DE,1,1,{currency}"), source="spotify"
        )
        ids[month, currency] = taken["id"]
    await drain(app)
    july, september = ids["2026-07", "EUR"], ids["2026-09", "EUR"]
    for months, wanted in (
        ({}, [july, september]),
        ({"from_month": "2026-08"}, [september]),
        ({"until_month": "2026-08"}, [july]),
        ({"from_month": "2026-07", "until_month": "2026-09"}, [july, september]),
        ({"from_month": "2026-08", "until_month": "2026-08"}, []),
    ):
        total = (await broken_down(api, **months))["total"]
        assert (asked.pop(), total) == (sorted(wanted), str(len(wanted)))


async def test_what_is_undone_is_gone_and_what_comes_back_is_counted_once(app, api, account):
    taken = await imported(app, api, account, content(), source="spotify")
    await drain(app)
    total = (await broken_down(api))["total"]
    assert (await undone(api, taken["id"])).status_code == 200
    assert (await broken_down(api))["rows"] == []
    await imported(app, api, account, content(), source="spotify")
    await drain(app)
    assert (await broken_down(api))["total"] == total


async def test_an_undone_statement_is_not_published_by_a_job_that_comes_late(app, api, account):
    taken = await imported(app, api, account, content(), source="spotify")
    await drain(app)
    assert (await undone(api, taken["id"])).status_code == 200
    async with app.unit(account) as ctx:
        ctx.enqueue(publish_sales, taken["id"])
    await drain(app)
    assert (await broken_down(api))["rows"] == []


async def test_statements_of_before_are_published_by_the_schedule(app, api, account):
    taken = await imported(app, api, account, content(), source="spotify")
    await drain(app)
    total = (await broken_down(api))["total"]
    await app.database.transact(lambda connection: connection.execute(update(Statement).values(sales_version=None)))
    assert (await broken_down(api))["unpublished"] == 1
    assert publish_missing_sales.accounts is not None
    behind = await app.database.read(lambda connection: list(publish_missing_sales.accounts(connection)))
    assert behind == [account.account]
    async with app.unit(account) as ctx:
        ctx.enqueue(publish_missing_sales)
    await drain(app)
    told = await broken_down(api)
    assert (told["total"], told["unpublished"]) == (total, 0)
    async with app.unit(account) as ctx:
        [part] = await facts_parts(ctx, SALES)
        assert part == taken["id"]
        assert (await ctx.all(select(Statement.sales_version))) == [SALES.version]
        assert await query_facts(ctx, SALES, "SELECT count(*) FROM facts") == [(4,)]


async def test_more_than_can_be_named_is_told_with_its_sum(app, api, account):
    lines = statement(*(line(f"QZAAA26{number:05d}", "1.5", "SE", "Spotify", "2026-09") for number in range(130)))
    await imported(app, api, account, lines, source="spotify")
    await drain(app)
    told = await broken_down(api, by="track")
    assert (len(told["rows"]), told["others"], told["others_amount"], told["total"]) == (100, 30, "45", "195")


@pytest.mark.parametrize(
    "query",
    [
        {"currency": "eur"},
        {"currency": ""},
        {"by": "moon"},
        {"from_month": "2026-13"},
        {"from_month": "0000-01"},
        {"from_month": "2026-09", "until_month": "2026-08"},
    ],
)
async def test_questions_that_mean_nothing_are_refused(api, query):
    answer = await api.get("/api/distribution/royalties/breakdown", params={"currency": "EUR"} | query)
    assert answer.status_code == 422, answer.text


async def test_nobody_sees_the_sales_of_another_account(app, api, account):
    await imported(app, api, account, content(), source="spotify")
    await drain(app)
    async with open_api(app, new_id()) as stranger:
        assert (await broken_down(stranger))["rows"] == []
    assert len((await broken_down(api))["rows"]) == 2
