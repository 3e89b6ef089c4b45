"""What found no payee waits, is seen, and is given to those whose it is; statements in other currencies; imports that
were stopped. On both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text as sql

from maxbooster.identity import Identity
from maxbooster.testing import drain, make_person, open_api, open_browser

from ..conftest import stored
from .test_statements import AT, books, imported, payee, payee_lines, released, sold, statement

WAITING = f"{AT}/royalties/waiting"


async def split(api, track: str, *parts: tuple[str, int]) -> None:
    shares = [{"payee": payee, "parts": part} for payee, part in parts]
    whole = sum(part for _, part in parts)
    assert (await api.put(f"{AT}/tracks/{track}/splits", json={"shares": shares, "whole": whole})).status_code == 204


async def test_lines_without_a_track_wait_until_somebody_says_whose_they_are(app, api, account):
    release = await released(api)
    ana, bo = [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    content = statement(
        sold("USXXX2600009", "10.00"), sold("us-xxx-26-00009", "0.0123456789"), sold("USXXX2600008", "1.00")
    )
    shown = await imported(app, api, account, content, source="spotify")
    assert (shown["unmatched"], Decimal(shown["unallocated"])) == (3, Decimal("11.0123456789"))
    first, second = (await api.get(WAITING)).json()["items"]
    assert (first["isrc"], first["lines"], Decimal(first["amount"])) == ("USXXX2600009", 2, Decimal("10.0123456789"))
    assert (first["reason"], first["source"], second["isrc"]) == ("unmatched", "spotify", "USXXX2600008")

    to = {"track": release["ids"][0]}
    refused = await api.post(f"{WAITING}/{first['id']}/assign", json=to)
    assert (refused.status_code, "no split yet" in refused.text) == (409, True), refused.text
    await split(api, release["ids"][0], (ana, 2), (bo, 1))
    done = await api.post(f"{WAITING}/{first['id']}/assign", json=to)
    assert done.status_code == 200, done.text
    assert (await api.post(f"{WAITING}/{first['id']}/assign", json=to)).status_code == 409

    now = await books(app, api)
    assert (now["payable", ana], now["payable", bo]) == (667, 333)
    assert now["receivable", "spotify"] == 1101
    assert now["unallocated", ""] + now["fractions", ""] == 1101 - 1000
    assert [each["id"] for each in (await api.get(WAITING)).json()["items"]] == [second["id"]]
    assert [each["id"] for each in (await api.get(WAITING, params={"assigned": True})).json()["items"]] == [first["id"]]
    again = (await api.get(f"{AT}/statements/{shown['id']}")).json()
    assert (again["matched"], again["unmatched"], Decimal(again["unallocated"])) == (2, 1, 1)
    assert sum(Decimal(each["amount"]) for each in again["payees"]) == Decimal("10.0123456789")
    line, total, before, credited, after = await payee_lines(api, shown["id"], ana)
    assert (line["line"], line["isrc"], line["quantity"]) == ("assigned", "USXXX2600009", "2")
    assert Decimal(line["share"]) == Decimal(total["share"])
    assert Decimal(total["share"]) + Decimal(before["share"]) == Decimal(credited["share"]) + Decimal(after["share"])

    later = await imported(app, api, account, statement(sold("USXXX2600009", "3.00")), source="spotify")
    assert (later["matched"], later["unmatched"]) == (1, 0)


async def test_lines_of_a_track_without_a_split_and_of_a_release_are_handed_out_the_same_way(app, api, account):
    release = await released(api)
    ana = await payee(api, "Ana Lind")
    track = release["ids"][0]
    await imported(
        app, api, account, statement(sold(release["tracks"][0]["isrc"], "-2.00"), sold("", "5.00", upc="4006381333931"))
    )
    by_upc, unsplit = (await api.get(WAITING)).json()["items"]
    first = (await api.get(WAITING, params={"limit": 1})).json()
    second = (await api.get(WAITING, params={"limit": 1, "cursor": first["next"]})).json()
    assert ([*first["items"], *second["items"]], second["next"]) == ([by_upc, unsplit], None)
    assert (by_upc["upc"], unsplit["reason"], Decimal(unsplit["amount"])) == ("4006381333931", "unsplit", -2)
    await split(api, track, (ana, 1))
    [whole] = [each["id"] for each in (await api.get(f"{AT}/releases")).json()["items"]]
    for item, to in ((by_upc, {"release": whole}), (unsplit, {"track": track})):
        done = await api.post(f"{WAITING}/{item['id']}/assign", json=to)
        assert done.status_code == 200, done.text
    now = await books(app, api)
    assert (now["payable", ana], now["unallocated", ""]) == (300, 0)
    for to in ({}, {"track": track, "release": whole}):
        assert (await api.post(f"{WAITING}/{unsplit['id']}/assign", json=to)).status_code in (409, 422)


async def test_a_statement_is_booked_in_its_own_currency_or_converted_at_the_rate_that_was_given(app, api, account):
    release = await released(api)
    ana, isrc = await payee(api, "Ana Lind"), release["tracks"][0]["isrc"]
    await split(api, release["ids"][0], (ana, 1))
    content = statement(sold(isrc, "100.00", currency="USD"), sold(isrc, "0.005", currency="USD"))
    convert = {"currency": "EUR", "rate": "0.92134567"}
    shown = await imported(app, api, account, content, convert=convert)
    exact = Decimal("100.005") * Decimal("0.92134567")
    assert (shown["currency"], shown["rate"], shown["original_currency"]) == ("EUR", "0.92134567", "USD")
    assert (Decimal(shown["original_total"]), shown["rounded"]) == (Decimal("100.005"), 1)
    assert abs(Decimal(shown["total"]) - exact) <= Decimal("1e-10")
    assert (await books(app, api))["payable", ana] == int(exact * 100)

    own = await imported(app, api, account, statement(sold(isrc, "7.00", currency="USD")))
    assert (own["currency"], own["rate"], Decimal(own["total"])) == ("USD", None, 7)
    rows = (await api.get("/api/billing/ledger/balances")).json()
    assert {row["currency"]: row["amount"] for row in rows if row["party"] == ana} == {"EUR": 9213, "USD": 700}

    wrong = await imported(app, api, account, statement(sold(isrc, "8.00")), convert=convert)
    assert (wrong["state"], "in EUR already" in wrong["reason"]) == ("failed", True)
    for rate in ("0", "-1", "1e3", "", "0.0"):
        file = await stored(app, account, "september.csv", statement(sold(isrc, "9.00")))
        refused = await api.post(
            f"{AT}/statements", json={"file_id": file, "convert": {"currency": "EUR", "rate": rate}}
        )
        assert refused.status_code in (400, 422), rate


@pytest.mark.parametrize("end", ["canceled", "dead"])
async def test_an_import_that_was_stopped_says_so_and_is_run_again(app, api, account, end):
    content = statement(sold("USXXX2600009", "10.00"))
    file = await stored(app, account, "september.csv", content)
    taken = (await api.post(f"{AT}/statements", json={"file_id": file})).json()
    place = f"{AT}/statements/{taken['id']}"
    assert (await api.get(place)).json()["state"] == "importing"
    assert (await api.post(f"{AT}/statements", json={"file_id": file})).json() == taken
    if end == "canceled":
        assert (await api.post(f"/api/core/jobs/{taken['job']}/cancel")).status_code < 300
    else:
        await app.database.transact(
            lambda connection: connection.execute(sql("UPDATE core_job SET state = 'dead', note = 'no room'")) and None
        )
    await drain(app)
    shown = (await api.get(place)).json()
    assert shown["state"] == "stopped"
    assert ("was canceled" if end == "canceled" else "no room") in shown["reason"]
    assert (await api.get(f"{AT}/statements")).json()["items"][0]["state"] == "stopped"
    assert (await books(app, api), (await api.get(WAITING)).json()["items"]) == ({}, [])
    again = await imported(app, api, account, content)
    assert (again["id"], again["state"]) == (taken["id"], "imported")


async def test_people_hear_of_a_statement_that_was_imported_and_of_one_that_could_not_be(app):
    owner = await make_person(app)
    account = Identity(owner.account, owner.user, frozenset({"*"}))
    async with open_api(app, owner.account) as api:
        await imported(app, api, account, statement(sold("USXXX2600009", "10.1299")), source="spotify")
        await imported(app, api, account, statement(sold("USXXX2600009", "1200.5", currency="JPY")), source="spotify")
        await imported(app, api, account, statement(sold("USXXX2600009", "much")), source="deezer")
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        notices = (await browser.get("/api/core/notices")).json()["notices"]
    told = {each["title"].format(**each["facts"]): (each["tone"], each["text"]) for each in notices}
    assert told["Statement from Spotify: 10.12 EUR"] == ("good", "Lines that have no payee yet: 1.")
    assert "Statement from Spotify: 1200 JPY" in told
    tone, text = told["“september.csv” could not be imported"]
    assert (tone, "'much'. It is not a number" in text) == ("danger", True)
