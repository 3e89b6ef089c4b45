"""Statements as people meet them: uploaded, divided, in the books and down to every line; on both databases."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO

from maxbooster.testing import drain
from maxbooster_billing.ledger.verify import verify

from ..conftest import RELEASES, described, stored, track

AT = "/api/distribution"
UPC = "012345000010"
HEADER = "Sale Month,ISRC,UPC,Title,Artist,Store,Territory,Quantity,Net Amount,Currency"


def statement(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines, ""]).encode()


def sold(isrc: str, amount: str, *, upc: str = "", quantity: int = 10, currency: str = "EUR") -> str:
    return f"2026-09,{isrc},{upc},Harbour B,Nova Lane,Spotify,DE,{quantity},{amount},{currency}"


async def payee(api, name: str) -> str:
    return (await api.post("/api/billing/payees", json={"name": name})).json()["id"]


async def imported(app, api, account, content: bytes, **more):
    """What is said of a statement once its import has ended."""
    file = await stored(app, account, "september.csv", content)
    taken = await api.post(f"{AT}/statements", json={"file_id": file, **more})
    assert taken.status_code == 202, taken.text
    await drain(app)
    return (await api.get(f"{AT}/statements/{taken.json()['id']}")).json()


async def released(api, **more) -> dict:
    """Its description, and `ids` of its tracks."""
    coded = [track(1, isrc="QZES92600001")]
    made = await api.post(RELEASES, json=described(**{"upc": UPC, "tracks": coded, **more}))
    assert made.status_code == 201, made.text
    shown = (await api.get(f"{RELEASES}/{made.json()['id']}")).json()
    return shown["description"] | {"ids": [each["id"] for each in shown["tracks"]]}


async def books(app, api) -> dict:
    """(purpose, party) → minor units. The books are proved first."""
    verdict = await app.database.read(lambda connection: verify(connection, app.clock()))
    assert verdict.ok, verdict.faults
    rows = (await api.get("/api/billing/ledger/balances")).json()
    return {(row["purpose"], row["party"]): row["amount"] for row in rows}


async def payee_lines(api, statement_id: str, payee_id: str) -> list[dict[str, str]]:
    answer = await api.get(f"{AT}/statements/{statement_id}/payees/{payee_id}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.text)))


async def test_a_statement_is_divided_posted_and_traced_to_its_lines(app, api, account):
    release = await released(api)
    isrc, upc = release["tracks"][0]["isrc"], release["upc"]
    payees = [await payee(api, name) for name in ("Ana Lind", "Bo Kern", "Nova Lane")]
    shares = [{"payee": each, "parts": 1} for each in payees]
    split = f"{AT}/tracks/{release['ids'][0]}/splits"
    assert (await api.put(split, json={"shares": shares, "whole": 3})).status_code == 204
    assert (await api.get(split)).json()["shares"] == shares

    content = statement(
        sold(isrc, "10.00"),
        sold(isrc[:2] + "-" + isrc[2:], "0.0123456789"),
        sold("", "5.005", upc=upc.lstrip("0")),
        sold("USXXX2600001", "1.25"),
        sold(isrc, "-0.50", quantity=-1),
    )
    shown = await imported(app, api, account, content, source="spotify")
    assert (shown["state"], shown["reason"]) == ("imported", None)
    assert (shown["lines"], shown["matched"], shown["unmatched"], shown["unsplit"]) == (5, 4, 1, 0)
    assert (shown["currency"], Decimal(shown["total"])) == ("EUR", Decimal("15.7673456789"))
    assert Decimal(shown["unallocated"]) == Decimal("1.25")

    now = await books(app, api)
    assert now["receivable", "spotify"] == 1576
    assert now["unallocated", ""] == 125
    assert [now["payable", each] for each in payees] == [483, 483, 483]
    assert now["fractions", ""] == 1576 - 125 - 3 * 483
    assert sum(Decimal(each["amount"]) for each in shown["payees"]) == Decimal("14.5173456789")

    for each in shown["payees"]:
        *lines, total, before, credited, after = await payee_lines(api, shown["id"], each["payee"])
        assert [line["line"] for line in lines] == ["2", "3", "4", "6"]
        assert sum(Decimal(line["share"]) for line in lines) == Decimal(total["share"]) == Decimal(each["amount"])
        assert Decimal(total["share"]) + Decimal(before["share"]) == Decimal(credited["share"]) + Decimal(
            after["share"]
        )
        assert Decimal(credited["share"]) * 100 == each["credited"]

    again = await imported(app, api, account, content, source="spotify")
    assert again == shown
    assert await books(app, api) == now
    assert len((await api.get(f"{AT}/statements")).json()["items"]) == 1


async def test_what_is_carried_is_credited_with_the_next_statement(app, api, account):
    release = await released(api)
    isrc, ana = release["tracks"][0]["isrc"], await payee(api, "Ana Lind")
    whole = {"shares": [{"payee": ana, "parts": 10_000}]}
    await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json=whole)
    first = await imported(app, api, account, statement(sold(isrc, "0.006")))
    second = await imported(app, api, account, statement(sold(isrc, "0.0061")))
    assert [each["payees"][0]["credited"] for each in (first, second)] == [0, 1]
    assert (await books(app, api))["payable", ana] == 1


async def test_a_return_that_a_payee_cannot_pay_is_taken_from_what_comes_next(app, api, account):
    release = await released(api)
    isrc, ana = release["tracks"][0]["isrc"], await payee(api, "Ana Lind")
    whole = {"shares": [{"payee": ana, "parts": 10_000}]}
    await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json=whole)
    await imported(app, api, account, statement(sold(isrc, "-2.00")))
    assert (await books(app, api))["overpaid", ana] == 200
    await imported(app, api, account, statement(sold(isrc, "5.00")))
    now = await books(app, api)
    assert (now["overpaid", ana], now["payable", ana], now["receivable", "standard"]) == (0, 300, 300)


async def test_a_release_is_divided_by_its_code_only_if_all_its_tracks_are_divided_alike(app, api, account):
    release = await released(api, kind="ep", tracks=[track(1), track(2)])
    payees = [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    for track_id in release["ids"]:
        shares = [{"payee": payees[0], "parts": 600_000}, {"payee": payees[1], "parts": 400_000}]
        assert (await api.put(f"{AT}/tracks/{track_id}/splits", json={"shares": shares})).status_code == 204
    shown = await imported(app, api, account, statement(sold("", "1.00", upc=release["upc"])))
    assert sorted(each["credited"] for each in shown["payees"]) == [40, 60]
    alone = {"shares": [{"payee": payees[0], "parts": 10_000}]}
    await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json=alone)
    shown = await imported(app, api, account, statement(sold("", "2.00", upc=release["upc"])))
    assert (shown["payees"], shown["unsplit"], Decimal(shown["unallocated"])) == ([], 1, 2)


async def test_parts_that_are_not_the_whole_are_refused(app, api, account):
    release = await released(api)
    split, ana = f"{AT}/tracks/{release['ids'][0]}/splits", await payee(api, "Ana Lind")
    for shares, words in (
        ([{"payee": ana, "parts": 9_999}], "add up to 9999"),
        ([{"payee": ana, "parts": 5_000}] * 2, "is named twice"),
    ):
        refused = await api.put(split, json={"shares": shares})
        assert (refused.status_code, words in refused.text) == (422, True), refused.text
    assert (await api.get(split)).json()["shares"] == []


async def test_a_statement_with_a_fault_changes_nothing_and_is_tried_again(app, api, account):
    content = statement(sold("QZES92600001", "1.00"), sold("QZES92600001", "2.00", currency=""))
    content = content.replace(b",EUR", b",")
    shown = await imported(app, api, account, content)
    assert shown["state"] == "failed"
    assert shown["reason"].startswith("september.csv, line 2, column 'Currency'")
    assert await books(app, api) == {}
    again = await imported(app, api, account, content, currency="EUR")
    assert (again["id"], again["state"], again["currency"]) == (shown["id"], "imported", "EUR")
    assert (await books(app, api))["unallocated", ""] == 300


async def test_layouts_are_listed(api):
    assert "standard" in [each["name"] for each in (await api.get(f"{AT}/royalties/layouts")).json()]
