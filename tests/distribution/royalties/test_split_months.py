"""Splits that change: each line is divided by the split for its month of sale, and stays as it was divided."""

from __future__ import annotations

import csv
import gzip
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from maxbooster.plugin import new_id
from maxbooster_distribution.royalties.amounts import divided
from maxbooster_distribution.royalties.division import Matching, Shares, divide
from maxbooster_distribution.royalties.models import Split, Statement
from maxbooster_distribution.royalties.shares import common_timeline, shares_of, timeline_of

from .test_statements import AT, UPC, books, imported, payee, payee_lines, released, sold, statement

NOW = datetime(2026, 11, 28, tzinfo=UTC)
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
ISRC = "QZES92600001"

parts = st.lists(st.integers(1, 1_000), min_size=1, max_size=4)
starts = st.none() | st.sampled_from(MONTHS)
changes = st.lists(st.tuples(starts, parts), max_size=6)
lines = st.lists(st.tuples(st.sampled_from(MONTHS), st.integers(-(10**12), 10**12)), min_size=1, max_size=30)


def made(changes: list[tuple[str | None, list[int]]], first: int = 1) -> list[Split]:
    return [
        Split(
            id=new_id(), track_id=new_id(), number=number, from_month=start, whole=sum(parts), made_at=NOW,
            shares=[(f"payee-{place}", part) for place, part in enumerate(parts)],
        )
        for number, (start, parts) in enumerate(changes, start=first)
    ]  # fmt: skip


def in_force(splits: list[Split], month: str) -> Split | None:
    """The rule as people are told it: the latest month that has begun, and of that month what was said last."""
    begun = [each for each in splits if (each.from_month or "") <= month]
    return max(begun, key=lambda each: (each.from_month or "", each.number), default=None)


def divide_lines(sold: list[tuple[str, int]], splits: list[Split]):
    """The division, and the lines as they are kept."""
    with tempfile.TemporaryDirectory() as name:
        plain, packed = Path(name, "plain"), Path(name, "packed")
        with plain.open("w", newline="") as file:
            csv.writer(file).writerows(
                (number, month, ISRC, "", "Harbour", "Nova", "", "", 1, units, "")
                for number, (month, units) in enumerate(sold, start=2)
            )
        division = divide(plain, packed, Matching({ISRC: timeline_of(splits)}, {}))
        with gzip.open(packed, "rt", newline="") as file:
            return division, list(csv.reader(file))


@settings(deadline=None, max_examples=150)
@given(changes, lines)
def test_shares_add_up_whenever_splits_begin(changes, sold):
    splits = made(changes)
    division, kept = divide_lines(sold, splits)
    assert sum(division.payees.values()) + division.unallocated == sum(units for _, units in sold)
    assert sum(each.units for each in division.waiting.values()) == division.unallocated
    for row, (month, _) in zip(kept, sold, strict=True):
        split = in_force(splits, month)
        assert row[-1] == (str(split.id) if split else "")
    without = {month for month, _ in sold if in_force(splits, month) is None}
    assert {each.month for each in division.waiting.values()} == without


@settings(deadline=None, max_examples=100)
@given(changes, changes, lines)
def test_no_line_changes_when_splits_do(changes, later, sold):
    splits = made(changes)
    division, kept = divide_lines(sold, splits)
    after = {str(each.id): shares_of(each) for each in splits + made(later, len(splits) + 1)}
    again: dict[str, int] = {}
    for row in kept:
        if row[-1]:
            shares = after[row[-1]]
            for payee, share in zip(shares.payees, divided(int(row[-2]), shares.parts, shares.whole), strict=True):
                again[payee] = again.get(payee, 0) + share
    assert again == division.payees


@settings(deadline=None, max_examples=100)
@given(st.lists(changes, min_size=1, max_size=3), st.sampled_from(MONTHS))
def test_a_release_has_a_split_for_months_in_which_all_its_tracks_are_divided_alike(tracks, month):
    all_splits = [made(each) for each in tracks]
    found = common_timeline([timeline_of(each) for each in all_splits]).at(month)
    wanted = [in_force(each, month) for each in all_splits]
    alike = all(each is not None for each in wanted) and len({(each.whole, str(each.shares)) for each in wanted}) == 1
    assert (found is not None) == alike
    if found is not None:
        assert found == shares_of(wanted[0])


def test_no_split_counts_before_its_month():
    timeline = timeline_of(made([("2026-09", [1])]))
    assert timeline.at("2026-08") is None
    assert isinstance(timeline.at("2026-09"), Shares)


def in_month(month: str, isrc: str, amount: str, upc: str = "") -> str:
    return sold(isrc, amount, upc=upc).replace("2026-09", month, 1)


async def put(api, place: str, from_month: str | None, **shares: int) -> None:
    wanted = {"shares": [{"payee": id, "parts": part} for id, part in shares.items()], "whole": sum(shares.values())}
    answer = await api.put(f"{AT}/{place}/splits", json=wanted | ({"from_month": from_month} if from_month else {}))
    assert answer.status_code == 204, answer.text


async def test_a_split_changes_with_a_month_of_sale(app, api, account):
    release = await released(api)
    ana, bo = [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    track = f"tracks/{release['ids'][0]}"
    await put(api, track, None, **{ana: 1})
    await put(api, track, "2026-10", **{ana: 1, bo: 3})
    await put(api, track, "2099-01", **{bo: 1})
    shown = (await api.get(f"{AT}/{track}/splits")).json()
    assert [each["from_month"] for each in shown["periods"]] == [None, "2026-10", "2099-01"]
    assert {each["payee"]: each["parts"] for each in shown["shares"]} == {ana: 1, bo: 3}
    [listed] = (await api.get(f"{AT}/royalties/splits")).json()["items"]
    assert (listed["shares"], listed["periods"]) == (shown["shares"], shown["periods"])

    content = statement(
        in_month("2026-09", ISRC, "8.00"), in_month("2026-10", ISRC, "4.00"), in_month("2026-11", "", "4.00", upc=UPC)
    )
    first = await imported(app, api, account, content)
    assert {each["payee"]: each["credited"] for each in first["payees"]} == {ana: 1000, bo: 600}
    before = {each: await payee_lines(api, first["id"], each) for each in (ana, bo)}
    assert [line["period"] for line in before[bo][:2]] == ["2026-10", "2026-11"]

    await put(api, track, "2026-10", **{ana: 1})
    await put(api, track, None, **{bo: 1})
    assert {each: await payee_lines(api, first["id"], each) for each in (ana, bo)} == before
    now = await books(app, api)
    assert (now["payable", ana], now["payable", bo]) == (1000, 600)
    undone = await api.post(f"{AT}/statements/{first['id']}/undo", json={"reason": "Wrong split"})
    assert undone.status_code == 200, undone.text
    again = await imported(app, api, account, content)
    assert {each["payee"]: each["credited"] for each in again["payees"]} == {ana: 800, bo: 800}


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "imported-before"])
async def test_earnings_are_seen_by_month_of_sale_or_by_month_booked(app, api, account, kept):
    await released(api)
    first = statement(in_month("2026-08", ISRC, "8.00"), in_month("2026-09", ISRC, "4.25"))
    await imported(app, api, account, first, source="spotify")
    await imported(app, api, account, statement(in_month("2026-09", ISRC, "1.00")), source="deezer")
    if not kept:
        async with app.unit(account) as ctx:
            for row in await ctx.all(select(Statement)):
                row.months = None

    async def by(month):
        found = (await api.get(f"{AT}/royalties/earnings", params={"by": month})).json()
        return {(each["month"], each["source"]): Decimal(each["amount"]) for each in found}

    sold = await by("sale")
    assert sold == {("2026-08", "spotify"): 8, ("2026-09", "spotify"): Decimal("4.25"), ("2026-09", "deezer"): 1}
    booked = await by("booking")
    now = f"{app.clock():%Y-%m}"
    assert booked == {(now, "spotify"): Decimal("12.25"), (now, "deezer"): 1}
    assert (await api.get(f"{AT}/royalties/earnings", params={"by": "week"})).status_code in (400, 422)


async def test_what_waits_is_divided_by_the_split_for_its_month(app, api, account):
    release = await released(api)
    ana, bo = [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    track = release["ids"][0]
    await put(api, f"tracks/{track}", "2026-09", **{ana: 1})
    await put(api, f"tracks/{track}", "2026-10", **{bo: 1})
    other = "USXXX2600009"
    months = ("2026-08", "2026-09", "2026-10")
    shown = await imported(app, api, account, statement(*(in_month(each, other, "2.00") for each in months)))
    assert shown["unmatched"] == 3
    [group] = (await api.get(f"{AT}/royalties/suspense")).json()["groups"]
    items = {each["period"]: each["id"] for each in group["items"]}
    assert sorted(items) == list(months)
    everything = {"items": list(items.values()), "track": track}
    refused = await api.post(f"{AT}/royalties/waiting/assign", json=everything)
    assert refused.status_code == 409
    assert "sold in 2026-08, and the track's first split is for sales from 2026-09 on" in refused.json()["detail"]
    await put(api, f"tracks/{track}", None, **{ana: 1, bo: 1})
    assert (await api.post(f"{AT}/royalties/waiting/assign", json=everything)).status_code == 200
    now = await books(app, api)
    assert (now["payable", ana], now["payable", bo]) == (300, 300)
    lines = [line for line in await payee_lines(api, shown["id"], ana) if line["line"] == "assigned"]
    assert sorted(line["period"] for line in lines) == ["2026-08", "2026-09"]


@pytest.mark.parametrize("month", ["2026-13", "2026-9", "26-09", "2026-09-01", "2026-09\n", "20２６-09", "20२६-09"])
async def test_a_month_that_is_none_is_refused(api, month):
    release = await released(api)
    ana = await payee(api, "Ana Lind")
    wanted = {"shares": [{"payee": ana, "parts": 1}], "whole": 1, "from_month": month}
    assert (await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json=wanted)).status_code in (400, 422)
