"""A statement or an assignment that was wrong is taken back exactly, and the right one comes in its place; the same
statement is not counted twice. On both databases."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from sqlalchemy import select

from maxbooster.plugin import new_id
from maxbooster.testing import drain
from maxbooster_billing.plugin import Leg, Transaction, post
from maxbooster_distribution.royalties import service
from maxbooster_distribution.royalties.amounts import PER_MINOR
from maxbooster_distribution.royalties.models import Carry

from ..conftest import stored, track
from .test_statements import AT, HEADER, books, imported, payee, released, sold, statement
from .test_waiting import WAITING, split

WHY = {"reason": "It was the wrong file"}


async def undone(api, id: str, **more):
    return await api.post(f"{AT}/statements/{id}/undo", json=WHY | more)


async def carried(app, account) -> dict[str, int]:
    async with app.unit(account) as ctx:
        return {row.party: row.units for row in await ctx.all(select(Carry)) if row.units}


def standing(balances: dict) -> dict:
    return {place: amount for place, amount in balances.items() if amount}


async def test_a_wrong_import_is_undone_and_the_right_one_takes_its_place(app, api, account):
    release = await released(api)
    isrc, (ana, bo) = release["tracks"][0]["isrc"], [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    await split(api, release["ids"][0], (ana, 2), (bo, 1))
    await imported(app, api, account, statement(sold(isrc, "0.0123456789")))
    before = await books(app, api)
    content = statement(
        sold(isrc, "10.00"), sold("", "5.005", upc=release["upc"]), sold("USXXX2600001", "1.2345678901")
    )
    wrong = await imported(app, api, account, content, source="spotify")
    [waits] = (await api.get(WAITING)).json()["items"]
    assigned = await api.post(f"{WAITING}/{waits['id']}/assign", json={"track": release["ids"][0]})
    assert assigned.status_code == 200, assigned.text
    assert await books(app, api) != before

    for _ in range(2):
        answer = await undone(api, wrong["id"])
        assert (answer.status_code, answer.json()["state"]) == (200, "undone"), answer.text
    assert standing(await books(app, api)) == standing(before)
    shown = (await api.get(f"{AT}/statements/{wrong['id']}")).json()
    assert (shown["state"], shown["undone_why"], shown["payees"]) == ("undone", "It was the wrong file", [])
    assert (
        (await api.get(WAITING)).json()["items"]
        == (await api.get(WAITING, params={"assigned": True})).json()["items"]
        == []
    )
    taken = await api.post(f"{WAITING}/{waits['id']}/assign", json={"track": release["ids"][0]})
    assert taken.status_code == 409

    again = await imported(app, api, account, content, source="spotify", convert={"currency": "USD", "rate": "2"})
    assert (again["state"], again["currency"], again["id"] != wrong["id"]) == ("imported", "USD", True), again
    assert len((await api.get(f"{AT}/statements")).json()["items"]) == 3
    entries = (await api.get("/api/core/audit")).json()["items"]
    assert "statement.undone" in str(entries)


async def test_only_what_was_posted_is_undone(app, api, account):
    failed = await imported(app, api, account, statement(sold("QZES92600001", "much")))
    assert (await undone(api, failed["id"])).status_code == 409
    assert (await undone(api, str(new_id()))).status_code == 404
    assert (await api.post(f"{AT}/statements/{failed['id']}/undo", json={"reason": ""})).status_code in (400, 422)


async def test_payees_who_were_paid_owe_it_only_if_that_is_said(app, api, account):
    release = await released(api)
    isrc, ana = release["tracks"][0]["isrc"], await payee(api, "Ana Lind")
    await split(api, release["ids"][0], (ana, 1))
    shown = await imported(app, api, account, statement(sold(isrc, "10.00")))
    payout = Transaction(key="paid:1", currency="EUR", legs=(Leg("payable", 700, ana), Leg("bank", -700)))
    async with app.unit(account) as ctx:
        await ctx.write(post, ctx.account, payout, ctx.now)
    before = await books(app, api)
    refused = await undone(api, shown["id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:maxbooster:problem:paid-already")
    assert "One payee has 7.00 EUR less than is to be taken back" in refused.json()["detail"]
    assert refused.json()["payees"] == [{"payee": ana, "amount": 700}]
    assert (await books(app, api), (await api.get(f"{AT}/statements/{shown['id']}")).json()["state"]) == (
        before,
        "imported",
    )

    assert (await undone(api, shown["id"], overpaid=True)).status_code == 200
    assert standing(await books(app, api)) == {("overpaid", ana): 700, ("bank", ""): -700}
    await imported(app, api, account, statement(sold(isrc, "9.00")))
    now = await books(app, api)
    assert (now["overpaid", ana], now["payable", ana]) == (0, 200)


async def test_an_assignment_is_undone_and_waits_again(app, api, account):
    release = await released(api, kind="ep", tracks=[track(1), track(2)])
    ana, bo = [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    for each, whom in zip(release["ids"], (ana, bo), strict=True):
        await split(api, each, (whom, 1))
    shown = await imported(app, api, account, statement(sold("USXXX2600009", "10.005"), sold("USXXX2600008", "0.5")))
    before = await books(app, api)
    first = next(each for each in (await api.get(WAITING)).json()["items"] if each["isrc"] == "USXXX2600009")
    assert (await api.post(f"{WAITING}/{first['id']}/undo", json=WHY)).status_code == 409
    await api.post(f"{WAITING}/{first['id']}/assign", json={"track": release["ids"][0]})
    assert (await books(app, api))["payable", ana] == 1000
    for _ in range(2):
        assert (await api.post(f"{WAITING}/{first['id']}/undo", json=WHY)).status_code == 204
    assert standing(await books(app, api)) == standing(before)
    waits = {each["isrc"]: each for each in (await api.get(WAITING)).json()["items"]}
    assert (set(waits), waits["USXXX2600009"]["lines"]) == ({"USXXX2600009", "USXXX2600008"}, 1)
    again = (await api.get(f"{AT}/statements/{shown['id']}")).json()
    counts = ("matched", "unmatched", "unsplit", "unallocated")
    assert [again[each] for each in counts] == [shown[each] for each in counts]

    both = [each["id"] for each in waits.values()]
    done = await api.post(f"{WAITING}/assign", json={"items": both, "track": release["ids"][1]})
    assert (done.status_code, len(done.json())) == (200, 2), done.text
    now = await books(app, api)
    assert (now.get(("payable", ana), 0), now["payable", bo]) == (0, 1050)
    later = await imported(app, api, account, statement(sold("USXXX2600009", "3.00")))
    assert [each["payee"] for each in later["payees"]] == [bo]


async def test_the_same_statement_saved_again_is_told_and_imported_only_on_purpose(app, api, account, monkeypatch):
    content = statement(sold("USXXX2600009", "10.00"), sold("USXXX2600008", "1.00"))
    first = await imported(app, api, account, content)
    saved = content.replace(b"\r\n", b"\n")
    file = await stored(app, account, "saved.csv", saved)
    refused = await api.post(f"{AT}/statements", json={"file_id": file})
    assert (refused.status_code, refused.json()["statement"]) == (409, first["id"]), refused.text
    assert "the same statement, saved again" in refused.json()["detail"]
    preview = (await api.post(f"{AT}/statements/preview", json={"file_id": file})).json()
    assert (preview["readable"], preview["repeats"]) == (True, first["id"])
    with monkeypatch.context() as patch:
        patch.setattr(service, "READ_AT_ONCE", 0)
        long = await imported(app, api, account, saved.replace(b"\n", b"\n\n"))
    assert (long["state"], "the same statement, saved again" in long["reason"]) == ("failed", True)
    second = await imported(app, api, account, saved, repeats=first["id"])
    assert (second["state"], second["repeats"]) == ("imported", first["id"])
    assert (await books(app, api))["unallocated", ""] == 2200


async def test_a_file_that_was_imported_with_other_options_is_not_answered_with_them(app, api, account):
    content = (
        statement(sold("USXXX2600009", "10.00", currency="")).replace(b",Currency", b"").replace(b",\r\n", b"\r\n")
    )
    assert (await imported(app, api, account, content, currency="EUR"))["state"] == "imported"
    file = await stored(app, account, "september.csv", content)
    refused = await api.post(f"{AT}/statements", json={"file_id": file, "currency": "USD"})
    assert (refused.status_code, "Undo that statement first" in refused.text) == (409, True), refused.text
    same = await api.post(f"{AT}/statements", json={"file_id": file, "currency": "EUR"})
    assert (same.status_code, same.json()["job"]) == (202, None)


async def test_a_preview_says_what_would_be_imported_and_what_is_asked(app, api, account):
    release = await released(api)
    content = statement(sold(release["tracks"][0]["isrc"], "10.00"), sold("USXXX2600001", "1.25"))
    file = await stored(app, account, "september.csv", content)
    shown = (await api.post(f"{AT}/statements/preview", json={"file_id": file})).json()
    assert (shown["readable"], shown["currency"], shown["lines"], shown["unmatched"]) == (True, "EUR", 2, 1)
    assert (shown["unsplit"], Decimal(shown["unallocated"])) == (1, Decimal("11.25"))
    assert (Decimal(shown["total"]), shown["first_month"], shown["stores"][0]["name"]) == (
        Decimal("11.25"),
        "2026-09",
        "Spotify",
    )
    assert (shown["columns"]["amount"], [each["quantity"] for each in shown["sample"]]) == ("Net Amount", ["10", "10"])
    two = statement(sold("USXXX2600001", "1.25") + ",2.00", header=f"{HEADER},Royalty")
    file = await stored(app, account, "two.csv", two)
    asked = (await api.post(f"{AT}/statements/preview", json={"file_id": file})).json()
    assert (asked["readable"], asked["question"]["option"]) == (False, "columns.amount")
    answered = {"file_id": file, "columns": {"amount": "Royalty"}}
    assert Decimal((await api.post(f"{AT}/statements/preview", json=answered)).json()["total"]) == 2
    assert (await books(app, api), (await api.get(f"{AT}/statements")).json()["items"]) == ({}, [])


async def test_a_statement_without_a_quantity_asks_which_column_it_is_or_whether_it_has_none(app, api, account):
    headers = "Sale Month,ISRC,Plays in all,Note,Net Amount,Currency"
    content = f"{headers}\n2026-09,QZES92600001,12,new,2.00,EUR\n".encode()
    wanted = {"file_id": await stored(app, account, "plays.csv", content)}

    async def preview(**columns):
        return (await api.post(f"{AT}/statements/preview", json=wanted | {"columns": columns})).json()

    asked = await preview()
    assert (asked["readable"], asked["question"]["option"]) == (False, "columns.quantity")
    assert [each["value"] for each in asked["question"]["answers"]] == ["Plays in all", "Note", ""]
    assert [each["quantity"] for each in (await preview(quantity="Plays in all"))["sample"]] == ["12"]
    none = await preview(quantity="")
    assert [each["quantity"] for each in none["sample"]] == ["0"]
    assert none["notes"] == ["The statement has no quantity: every line counts as 0."]
    refused = await api.post(f"{AT}/statements/preview", json=wanted | {"columns": {"amount": ""}})
    assert (refused.status_code, "must have the amount" in refused.text) == (422, True)
    imported_as = wanted | {"columns": {"quantity": ""}, "source": "shop"}
    taken = await api.post(f"{AT}/statements", json=imported_as)
    assert taken.status_code == 202, taken.text
    await drain(app)
    done = (await api.get(f"{AT}/statements/{taken.json()['id']}")).json()
    assert (done["state"], Decimal(done["total"]), done["notes"]) == ("imported", 2, none["notes"])


async def test_columns_with_names_of_their_own_are_asked_for_one_after_the_other(app, api, account):
    content = b"Made by shop.example\nWhen,Recording,Pieces,Due EUR,Currency\n2026-09,QZES92600001,3,2.00,EUR\n"
    wanted = {"file_id": await stored(app, account, "shop.csv", content), "columns": {}}
    answers = {"period": "When", "quantity": "Pieces", "amount": "Due EUR"}
    for field, header in answers.items():
        asked = (await api.post(f"{AT}/statements/preview", json=wanted)).json()
        assert asked["question"]["option"] == f"columns.{field}", asked
        assert header in [each["value"] for each in asked["question"]["answers"]]
        wanted["columns"][field] = header
    shown = (await api.post(f"{AT}/statements/preview", json=wanted)).json()
    assert (shown["readable"], Decimal(shown["total"]), shown["unused"]) == (True, 2, ["Recording"])
    wanted["columns"]["isrc"] = "Recording"
    shown = (await api.post(f"{AT}/statements/preview", json=wanted)).json()
    assert shown["sample"][0]["isrc"] == "QZES92600001"


@pytest.mark.parametrize("seed", range(4))
async def test_a_preview_says_what_the_import_does(app, api, account, seed):
    """Lines of tracks with a split, with one for later months, without one, and of no track at all."""
    chance = random.Random(seed)
    release = await released(api)
    ana = await payee(api, "Ana Lind")
    share = {"shares": [{"payee": ana, "parts": 1}], "whole": 1}
    later = share | {"from_month": chance.choice(["2026-09", "2026-10"])}
    for id in release["ids"][: chance.randint(0, 2)]:
        assert (await api.put(f"{AT}/tracks/{id}/splits", json=chance.choice([share, later]))).status_code < 300
    codes = [each["isrc"] for each in release["tracks"]] + ["USXXX2600001", ""]
    sales = [sold(chance.choice(codes), f"{chance.randint(-500, 99999) / 10_000:.4f}") for _ in range(9)]
    content = statement(*sales)
    file = await stored(app, account, "september.csv", content)
    preview = (await api.post(f"{AT}/statements/preview", json={"file_id": file})).json()
    done = await imported(app, api, account, content)
    assert done["state"] == "imported", done
    for said in ("lines", "unmatched", "unsplit", "unallocated", "total"):
        assert preview[said] == done[said], said


async def test_what_waits_is_grouped_and_told_what_it_may_belong_to(app, api, account):
    release = await released(api)
    content = statement(
        sold("QZES92600002", "1.00"),
        sold("", "2.00", upc="012345000011"),
        "2026-09,N/A,N/A,Harbor B,Nova Lane,Spotify,DE,1,5.00,EUR",
        "2026-09,N/A,N/A,Quite Other,Somebody,Spotify,DE,1,5.00,EUR",
    )
    await imported(app, api, account, content)
    await imported(app, api, account, statement(sold("QZES92600002", "3.00")))
    queue = (await api.get(f"{AT}/royalties/suspense")).json()
    assert queue["waiting"] == 5
    groups = queue["groups"]
    found = {(each["items"][0]["isrc"], each["items"][0]["title"]): each for each in groups}
    near = found["QZES92600002", "Harbour B"]
    assert (len(near["items"]), near["lines"]) == (2, 20 // 10)
    assert near["suggestions"][0]["track"] == release["ids"][0]
    assert near["suggestions"][0]["reason"] == "ISRC QZES92600001: one character is different"
    assert found["", "Harbor B"]["suggestions"][0]["reason"].startswith("Similar title")
    assert found["", "Quite Other"]["suggestions"] == []
    assert {each["standing"] for each in groups} == {"unmatched"}


async def test_a_queue_that_is_cut_says_how_much_waits(app, api, account):
    codes = [f"USXXX260000{number}" for number in range(4)]
    await imported(app, api, account, statement(*(sold(each, "1.00") for each in codes)))
    queue = (await api.get(f"{AT}/royalties/suspense?limit=3")).json()
    assert (sum(len(each["items"]) for each in queue["groups"]), queue["waiting"]) == (3, 4)
    [group, *_] = queue["groups"]
    release = await released(api)
    ana = await payee(api, "Ana Lind")
    share = {"shares": [{"payee": ana, "parts": 1}], "whole": 1}
    assert (await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json=share)).status_code == 204
    assign = {"items": [group["items"][0]["id"]], "track": release["ids"][0]}
    assert (await api.post(f"{AT}/royalties/waiting/assign", json=assign)).status_code == 200
    assert (await api.get(f"{AT}/royalties/suspense?limit=3")).json()["waiting"] == 3


async def in_suspense(api):
    return (await api.get(f"{AT}/royalties/suspense")).json()["groups"]


async def test_an_exact_match_is_suggested_alone_and_what_it_waits_for_is_told_as_it_is_now(app, api, account):
    first = "QZES92600001"
    release = await released(api, kind="ep", tracks=[track(1, isrc=first), track(2, isrc="QZES92600002")])
    await imported(app, api, account, statement(sold(first, "1.00"), sold("", "2.00", upc="012345000010")))

    async def groups():
        return {each["items"][0]["isrc"]: each for each in await in_suspense(api)}

    found = await groups()
    assert [each["reason"] for each in found[first]["suggestions"]] == ["Same ISRC"]
    assert [each["reason"] for each in found[""]["suggestions"]] == ["Same UPC"]
    assert found[first]["standing"] == "unsplit"
    ana = await payee(api, "Ana Lind")
    share = {"shares": [{"payee": ana, "parts": 1}], "whole": 1}
    at = f"{AT}/tracks/{release['ids'][0]}/splits"
    assert (await api.put(at, json=share | {"from_month": "2026-10"})).status_code == 204
    assert (await groups())[first]["standing"] == "unsplit"
    assert (await api.put(at, json=share)).status_code == 204
    found = await groups()
    assert (found[first]["standing"], found[first]["suggestions"][0]["split"]) == ("ready", True)
    assert (found[""]["standing"], found[""]["suggestions"][0]["split"]) == ("unsplit", False)


async def test_a_line_without_a_title_is_shown_with_that_of_the_track_that_has_its_code(app, api, account):
    release = await released(api)
    isrc = release["tracks"][0]["isrc"]
    content = statement(sold(isrc, "1.00"), sold("USXXX2600001", "2.00")).replace(b"Harbour B", b"")
    shown = await imported(app, api, account, content)
    lines = f"{AT}/statements/{shown['id']}/lines"
    assert [each["title"] for each in (await api.get(lines)).json()["lines"]] == ["Harbour B", ""]
    await split(api, release["ids"][0], (await payee(api, "Ana Lind"), 1))
    waits = {each["isrc"]: each["id"] for each in (await api.get(WAITING)).json()["items"]}
    done = await api.post(f"{WAITING}/{waits['USXXX2600001']}/assign", json={"track": release["ids"][0]})
    assert done.status_code == 200, done.text
    assert [each["title"] for each in (await api.get(lines)).json()["lines"]] == ["Harbour B", "Harbour B"]


async def test_splits_are_listed_and_set_for_a_whole_release(api):
    release = await released(api, kind="ep", tracks=[track(1), track(2)])
    ana = await payee(api, "Ana Lind")
    listed = (await api.get(f"{AT}/royalties/splits")).json()["items"]
    assert [(each["title"], each["shares"]) for each in listed] == [("Harbour B", []), ("Harbour C", [])]
    shares = [{"payee": ana, "parts": 10_000}]
    put = await api.put(f"{AT}/releases/{listed[0]['release']}/splits", json={"shares": shares})
    assert put.status_code == 204, put.text
    assert [each["shares"] for each in (await api.get(f"{AT}/royalties/splits")).json()["items"]] == [shares, shares]
    assert len(release["ids"]) == 2


async def test_lines_of_a_statement_and_of_a_payee_are_listed(app, api, account):
    release = await released(api)
    isrc, (ana, bo) = release["tracks"][0]["isrc"], [await payee(api, name) for name in ("Ana Lind", "Bo Kern")]
    await split(api, release["ids"][0], (ana, 2), (bo, 1))
    shown = await imported(
        app, api, account, statement(*(sold(isrc, f"{n}.00") for n in range(1, 6)), sold("", "9.00"))
    )
    place = f"{AT}/statements/{shown['id']}/lines"
    page = (await api.get(place, params={"limit": 4})).json()
    assert ([each["number"] for each in page["lines"]], page["next"]) == ([2, 3, 4, 5], 5)
    rest = (await api.get(place, params={"after": 5, "payee": ana})).json()
    assert ([Decimal(each["share"]) for each in rest["lines"]], rest["next"]) == ([Decimal("3.3333333333")], None)
    assert (await api.get(f"{AT}/royalties/payees/{new_id()}")).status_code == 404
    [share] = (await api.get(f"{AT}/royalties/payees/{ana}")).json()["items"]
    assert (share["statement"], share["credited"], share["first_month"]) == (shown["id"], 1000, "2026-09")


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_an_undone_statement_leaves_the_books_as_if_it_had_not_been(app, api, account, seed):
    """To the unit: what payees are credited and carry, what the source owes, what waits."""
    chance = random.Random(seed)
    release = await released(api, kind="ep", tracks=[track(1, isrc="QZES92600001"), track(2, isrc="QZES92600002")])
    payees = [await payee(api, f"Payee {number}") for number in range(3)]
    for id in release["ids"]:
        await split(api, id, *((each, chance.randrange(1, 9)) for each in payees))

    def amount() -> str:
        return f"{chance.randrange(-(10**10), 10**11) / 10**10:.10f}"

    standing_ids: list[str] = []
    for number in range(6):
        lines = [sold(f"QZES9260000{chance.randrange(1, 5)}", amount(), quantity=number) for _ in range(3)]
        shown = await imported(app, api, account, statement(*lines), source="x")
        standing_ids.append(shown["id"])
        for waits in (await api.get(WAITING, params={"statement": shown["id"]})).json()["items"]:
            if chance.random() < 0.5:
                await api.post(f"{WAITING}/{waits['id']}/assign", json={"track": release["ids"][0]})
        if chance.random() < 0.6:
            wrong = standing_ids.pop(chance.randrange(len(standing_ids)))
            assert (await undone(api, wrong, overpaid=True)).status_code == 200
    kept = [(await api.get(f"{AT}/statements/{id}")).json() for id in standing_ids]
    now, carries = await books(app, api), await carried(app, account)

    def units(purposes: dict[str, int], party: str, carry: str) -> int:
        whole = sum(sign * now.get((purpose, party), 0) for purpose, sign in purposes.items())
        return whole * PER_MINOR + carries.get(carry, 0)

    def exactly(amounts) -> int:
        return sum(int(Decimal(each).scaleb(10)) for each in amounts)

    assert units({"receivable": 1}, "x", "source:x") == exactly(each["total"] for each in kept)
    assert units({"unallocated": 1}, "", "unallocated") == exactly(each["unallocated"] for each in kept)
    for id in payees:
        shares = [share["amount"] for each in kept for share in each["payees"] if share["payee"] == id]
        assert units({"payable": 1, "overpaid": -1}, id, id) == exactly(shares)
    for id in standing_ids:
        assert (await undone(api, id, overpaid=True)).status_code == 200
    assert (standing(await books(app, api)), await carried(app, account)) == ({}, {})
