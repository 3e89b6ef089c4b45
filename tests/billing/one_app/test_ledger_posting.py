"""Posting as services and people do it, on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
from uuid import UUID

import pytest

from maxbooster.plugin import Conflict, Identity, Invalid, NotFound, new_id
from maxbooster.testing import drain, open_api
from maxbooster_billing.ledger.posting import KeyReused, Leg, Overdrawn, Transaction, post, post_many, reverse, void
from maxbooster_billing.ledger.transfers import Transfer, send_transfer
from maxbooster_billing.plugin import posted_under, reverse_many

from ..conftest import AT, balances, paid, sale, verdict

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_sale_is_owed_by_the_outlet_and_to_the_payee(app, api, poster):
    await poster(sale("1", 1250))
    assert await balances(api) == {("receivable", "spotify"): (1250, 0), ("payable", "nova"): (1250, 0)}
    assert (await verdict(app)).ok


async def test_the_same_key_posts_once_and_answers_the_same(api, poster):
    first = await poster(sale("1", 1250))
    again = await poster(sale("1", 1250))
    assert (first.repeated, again.repeated, again.id) == (False, True, first.id)
    turned = Transaction(key="1", currency="EUR", legs=sale("1", 1250).legs[::-1])
    assert (await poster(turned)).id == first.id
    assert (await balances(api))["payable", "nova"] == (1250, 0)


async def test_other_words_under_the_same_key_are_refused(api, poster):
    await poster(sale("1", 1250))
    with pytest.raises(KeyReused, match="'1' was used for another"):
        await poster(sale("1", 1251))
    assert (await balances(api))["payable", "nova"] == (1250, 0)


@pytest.mark.parametrize(
    ("legs", "words"),
    [
        ((Leg("receivable", 10, "spotify"), Leg("payable", -9, "nova")), "come to 0.01 EUR"),
        ((Leg("receivable", 10, "spotify"),), "2 to 1000 legs, not 1"),
        ((Leg("receivable", 0, "spotify"), Leg("payable", 0, "nova")), "0 minor units"),
        ((Leg("pocket", 10), Leg("payable", -10, "nova")), "no ledger account for 'pocket'"),
        ((Leg("bank", 10), Leg("bank", -10)), "add them up"),
        ((Leg("bank", 10**15 + 1), Leg("payable", -(10**15) - 1)), "1 to 1000000000000000"),
    ],
)
async def test_what_cannot_be_posted_is_refused_in_words(app, api, poster, legs, words):
    with pytest.raises(Invalid, match=words):
        await poster(Transaction(key="1", currency="EUR", legs=legs))
    assert await balances(api) == {}


async def test_a_payee_is_never_paid_more_than_they_are_owed(app, api, poster):
    await poster(sale("1", 1000))
    await poster(paid("2", 700))
    with pytest.raises(Overdrawn, match=r"3\.01 EUR of payable nova"):
        await poster(paid("3", 301))
    await poster(paid("4", 300))
    assert (await balances(api))["payable", "nova"] == (0, 0)
    assert (await verdict(app)).ok


async def test_a_hold_keeps_what_it_may_take_until_it_is_settled(app, api, account, poster):
    await poster(sale("1", 1000))
    hold = await poster(paid("2", 600, phase="pending"))
    assert (await balances(api))["payable", "nova"] == (1000, 600)
    with pytest.raises(Overdrawn):
        await poster(paid("3", 401))
    await poster(paid("4", 600, settles=hold.id))
    assert (await balances(api))["payable", "nova"] == (400, 0)
    with pytest.raises(Conflict, match="settled already"):
        await poster(paid("5", 1, settles=hold.id))
    assert (await verdict(app)).ok


async def test_a_void_lets_go_of_a_hold(app, api, account, poster):
    await poster(sale("1", 1000))
    hold = await poster(paid("2", 600, phase="pending"))
    async with app.unit(account) as ctx:
        await ctx.write(lambda connection: void(connection, ctx.account, hold.id, ctx.now, key="3"))
    assert (await balances(api))["payable", "nova"] == (1000, 0)
    assert ("bank", "") in await balances(api)
    assert (await verdict(app)).ok


async def test_a_reversal_mirrors_a_transaction_once(app, api, account, poster):
    posted = await poster(sale("1", 1000))

    async def reversed_under(key: str) -> object:
        async with app.unit(account) as ctx:
            return await ctx.write(lambda connection: reverse(connection, ctx.account, posted.id, ctx.now, key=key))

    first = await reversed_under("2")
    assert (await reversed_under("2")).id == first.id
    with pytest.raises(Conflict, match="reversed already"):
        await reversed_under("3")
    assert set((await balances(api)).values()) == {(0, 0)}
    assert (await verdict(app)).ok


async def test_what_was_paid_out_cannot_be_reversed_away(app, api, account, poster):
    posted = await poster(sale("1", 1000))
    await poster(paid("2", 1))
    with pytest.raises(Overdrawn):
        async with app.unit(account) as ctx:
            await ctx.write(reverse, ctx.account, posted.id, ctx.now)


async def test_many_are_posted_together_or_not_at_all(app, api, account):
    async def many(*transactions: Transaction) -> list[object]:
        async with app.unit(account) as ctx:
            return await ctx.write(post_many, ctx.account, transactions, ctx.now)

    assert [each.repeated for each in await many(sale("1", 100), sale("2", 50, "lux"), sale("1", 100))] == [
        False, False, True,
    ]  # fmt: skip
    with pytest.raises(Overdrawn):
        await many(sale("3", 100), paid("4", 201))
    assert (await balances(api))["payable", "nova"] == (100, 0)


async def test_all_that_was_posted_for_a_statement_is_undone_at_once(app, api, account, poster):
    for key, amount, payee in (
        ("statement:7:0", 100, "nova"),
        ("statement:7:1", 50, "lux"),
        ("statement:70:0", 9, "lux"),
    ):
        await poster(sale(key, amount, payee))
    await poster(paid("payout", 59, "lux"))

    def undo(connection, prefix):
        return reverse_many(connection, account.account, posted_under(connection, account.account, prefix), app.clock())

    with pytest.raises(Overdrawn):
        async with app.unit(account) as ctx:
            await ctx.write(undo, "statement:7:")
    assert (await balances(api))["payable", "nova"] == (100, 0)
    await poster(sale("statement:8:0", 59, "lux"))
    for repeated in (False, True):
        async with app.unit(account) as ctx:
            undone = await ctx.write(undo, "statement:7:")
        assert [each.repeated for each in undone] == [repeated, repeated]
    found = await balances(api)
    assert (found["payable", "nova"], found["payable", "lux"]) == ((0, 0), (9, 0))
    async with app.unit(account) as ctx:
        assert await ctx.write(undo, "statement:_:") == []
    for neighbor in (UUID(int=1), UUID(int=2**128 - 1)):
        async with app.unit(Identity(neighbor, None, account.permissions)) as ctx:
            assert await ctx.write(posted_under, ctx.account, "statement:") == []
    assert (await verdict(app)).ok


async def test_books_of_accounts_are_apart(app, api, account, poster):
    await poster(sale("1", 1000))
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get(f"{AT}/ledger/balances")).json() == []
        assert (await stranger.get(f"{AT}/ledger/entries")).json()["entries"] == []


async def test_currencies_are_apart(app, api, poster):
    await poster(sale("1", 1000))
    await poster(sale("2", 5, currency="JPY"))
    rows = (await api.get(f"{AT}/ledger/balances")).json()
    assert {(row["currency"], row["amount"]) for row in rows if row["purpose"] == "payable"} == {
        ("EUR", 1000),
        ("JPY", 5),
    }


async def test_of_thirty_two_posters_none_loses_a_cent(app, api, account, poster):
    async def poster_of(number: int) -> None:
        for turn in range(8):
            await poster(sale(f"{number}-{turn}", 7, f"payee {number % 3}"))

    await asyncio.gather(*(poster_of(number) for number in range(32)))
    found = await balances(api)
    assert found["receivable", "spotify"] == (32 * 8 * 7, 0)
    assert sum(amount for (purpose, _), (amount, _) in found.items() if purpose == "payable") == 32 * 8 * 7
    assert (await verdict(app)).ok


async def test_a_race_for_the_last_cent_is_won_once(app, api, poster):
    await poster(sale("1", 1000))
    tries = await asyncio.gather(*(poster(paid(f"p{n}", 600)) for n in range(12)), return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in tries) == 1
    assert all(isinstance(each, Overdrawn) for each in tries if isinstance(each, Exception))
    assert (await balances(api))["payable", "nova"] == (400, 0)


async def test_the_same_key_from_many_at_once_posts_once(app, api, poster):
    tries = await asyncio.gather(*(poster(sale("one", 10)) for _ in range(16)))
    assert len({each.id for each in tries}) == 1
    assert (await balances(api))["payable", "nova"] == (10, 0)


async def test_a_failed_posting_spoils_nobody_elses(app, api, poster):
    await poster(sale("0", 5))
    wrong = [poster(paid(f"w{n}", 50)) for n in range(5)]
    right = [poster(sale(f"r{n}", 1, "lux")) for n in range(20)]
    done = await asyncio.gather(*wrong, *right, return_exceptions=True)
    assert [type(each) for each in done[:5]] == [Overdrawn] * 5
    assert (await balances(api))["payable", "lux"] == (20, 0)


async def test_a_transfer_arrives_in_the_other_book_through_clearing(app, api, account, poster):
    other = new_id()
    await poster(Transaction(key="cash", currency="EUR", legs=(Leg("bank", 900), Leg("opening", -900))))
    async with app.unit(account) as ctx:
        share = Transfer(id=new_id(), receiver=other, currency="EUR", amount=250, memo="Share of the beat")
        await send_transfer(ctx, share)
    assert (await verdict(app)).transfers_in_flight == 1
    await drain(app)
    assert (await balances(api))["bank", ""] == (650, 0)
    async with open_api(app, other) as theirs:
        assert await balances(theirs) == {("bank", ""): (250, 0), ("clearing", str(account.account)): (-250, 0)}
    found = await verdict(app)
    assert (found.ok, found.transfers_in_flight) == (True, 0)


async def test_entries_are_paged_without_cutting_a_transaction(api, poster):
    for number in range(7):
        await poster(sale(str(number), number + 1))
    seen, before = [], {}
    while True:
        page = (await api.get(f"{AT}/ledger/entries", params={"limit": 3} | before)).json()
        seen += page["entries"]
        if page.get("next") is None:
            break
        before = {"before": page["next"]}
    assert [entry["key"] for entry in seen] == [str(number) for number in range(6, -1, -1) for _ in range(2)]
    only = (await api.get(f"{AT}/ledger/entries", params={"purpose": "payable"})).json()["entries"]
    assert [entry["amount"] for entry in only] == [-7, -6, -5, -4, -3, -2, -1]


async def test_the_book_is_exported_as_csv_and_beancount(api, poster):
    await poster(sale("1", 123456, memo="=SUM(A1)"))
    await poster(paid("2", 100, phase="pending"))
    rows = list(csv.DictReader(io.StringIO((await api.get(f"{AT}/ledger/export")).text)))
    assert [(row["purpose"], row["debit"], row["credit"], row["memo"]) for row in rows if row["phase"] == "posted"] in (
        [("receivable", "1234.56", "", "'=SUM(A1)"), ("payable", "", "1234.56", "'=SUM(A1)")],
        [("payable", "", "1234.56", "'=SUM(A1)"), ("receivable", "1234.56", "", "'=SUM(A1)")],
    )
    text = (await api.get(f"{AT}/ledger/export", params={"form": "beancount"})).text
    assert "Assets:Receivable:Spotify  1234.56 EUR" in text
    assert "Liabilities:Payable:Nova  -1234.56 EUR" in text
    assert "Bank" not in text


async def test_people_post_and_reverse_by_hand(app, account, api):
    new = {
        "key": "correction", "currency": "EUR", "memo": "A correction",
        "legs": [{"purpose": "fees", "amount": 500}, {"purpose": "income", "amount": -500}],
    }  # fmt: skip
    made = await api.post(f"{AT}/ledger/transactions", json=new)
    assert made.status_code == 201, made.text
    assert (await api.post(f"{AT}/ledger/transactions", json=new)).json() == made.json() | {"repeated": True}
    undone = await api.post(f"{AT}/ledger/transactions/{made.json()['id']}/reverse")
    assert undone.status_code == 201, undone.text
    assert (await balances(api))["fees", ""] == (0, 0)
    async with open_api(app, account.account, "ledger.read") as reader:
        assert (await reader.post(f"{AT}/ledger/transactions", json=new)).status_code == 403


async def test_what_was_not_posted_by_hand_is_not_reversed_by_hand(api, poster):
    posted = await poster(sale("1", 1))
    assert (await api.post(f"{AT}/ledger/transactions/{posted.id}/reverse")).status_code == 409
    assert (await api.post(f"{AT}/ledger/transactions/{new_id()}/reverse")).status_code == 404


async def test_posting_outside_a_transaction_is_a_mistake(app, account):
    from maxbooster.plugin import UsageError

    with pytest.raises(UsageError):
        await app.database.read(lambda connection: post(connection, account.account, sale("1", 1), app.clock()))


async def test_what_is_not_there_is_not_found(app, account):
    with pytest.raises(NotFound):
        async with app.unit(account) as ctx:
            await ctx.write(reverse, ctx.account, new_id(), ctx.now)
