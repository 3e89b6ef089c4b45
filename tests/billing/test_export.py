"""A book as text: no formula for spreadsheets, one account for each party in Beancount."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given
from hypothesis import strategies as st

from maxbooster_billing.ledger.export import _component

from .conftest import AT, sale

ACCOUNT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")


@given(
    st.lists(
        st.text(min_size=1, max_size=30) | st.from_regex(r"[=＝+]?[a-cA-C0-9 -]{1,4}", fullmatch=True), unique=True
    )
)
def test_parties_map_one_to_one(parties):
    names = [_component(party) for party in parties]
    assert len(set(names)) == len(names)
    assert all(ACCOUNT.fullmatch(name) for name in names)


def test_the_names_that_people_see_stay_short():
    assert _component("spotify") == "Spotify"
    assert _component("01a2232b-9b8c-77f5-a6cf-ce4cf60a5577") == "01a2232b-9b8c-77f5-a6cf-ce4cf60a5577"
    assert _component(_component("=1+1")) != _component("=1+1") != _component("＝1+1")


async def test_no_line_of_the_export_is_a_formula(api, poster):
    memos = ["\n=1+1", " =1+1", "\t=1+1", "＝1+1", "\u00a0@SUM(A1)", "plain"]
    for number, memo in enumerate(memos):
        await poster(sale(f"={number}", number + 1, f"+{number}", memo=memo))
    rows = list(csv.DictReader(io.StringIO((await api.get(f"{AT}/ledger/export")).text, newline="")))
    assert {row["memo"] for row in rows} == {f"'{memo}" for memo in memos[:-1]} | {"plain"}
    assert all(row["key"].startswith("'=") for row in rows)
    assert all(row["party"].startswith(("'+", "spotify")) for row in rows)
    text = (await api.get(f"{AT}/ledger/export", params={"form": "beancount"})).text
    assert len(set(re.findall(r"open (Liabilities:Payable:\S+)", text))) == len(memos)
