"""What of the ledger needs no database: amounts, purposes, what is refused before it is posted, digests and chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import Conflict, Invalid, NotReady
from maxbooster_billing.currency import LARGEST, checked_currency, digits, written
from maxbooster_billing.ledger import export, posting, seals, settled
from maxbooster_billing.ledger.posting import LEGS_AT_MOST, Leg, Overdrawn, Transaction
from maxbooster_billing.ledger.purposes import PURPOSES, purpose

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "EUR", "0.00"), (5, "EUR", "0.05"), (-5, "EUR", "-0.05"), (123456, "EUR", "1234.56"),
        (-100, "USD", "-1.00"),
        (7, "JPY", "7"), (-1200, "KRW", "-1200"), (1234, "KWD", "1.234"), (5, "TND", "0.005"), (12345, "CLF", "1.2345"),
    ],
)  # fmt: skip
def test_amounts_are_written_with_the_decimals_of_their_currency(amount, currency, text):
    assert written(amount, currency) == text


@given(st.integers(-LARGEST, LARGEST), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "UYW", "BHD"]))
def test_what_is_written_is_the_amount(amount, currency):
    text = written(amount, currency)
    assert int(text.replace(".", "")) == amount
    assert len(text.partition(".")[2]) == digits(currency)


@pytest.mark.parametrize("wrong", ["", "eur", "EU", "EURO", "E1R", "EUR\n", "ÄÖÜ"])
def test_a_currency_is_three_capital_letters(wrong):
    with pytest.raises(Invalid, match="ISO 4217") as refused:
        checked_currency(wrong)
    assert refused.value.field == "currency"
    assert checked_currency("EUR") == "EUR"


def test_purposes_are_a_closed_list_seen_from_their_own_side():
    assert {name: (each.side, each.floored) for name, each in PURPOSES.items()} == {
        "bank": (1, False), "receivable": (1, False), "overpaid": (1, True), "clearing": (1, False),
        "payable": (-1, True), "unallocated": (-1, False), "fractions": (-1, False), "income": (-1, False),
        "fees": (1, False), "opening": (-1, False), "provider": (1, False), "disputed": (1, False),
    }  # fmt: skip
    assert {each.name: each.root for each in PURPOSES.values()} == {
        "bank": "Assets", "receivable": "Assets", "overpaid": "Assets", "clearing": "Assets",
        "payable": "Liabilities", "unallocated": "Liabilities", "fractions": "Liabilities", "income": "Income",
        "fees": "Expenses", "opening": "Equity", "provider": "Assets", "disputed": "Assets",
    }  # fmt: skip
    assert all(each.meaning for each in PURPOSES.values())
    assert purpose("bank") is PURPOSES["bank"]
    with pytest.raises(
        Invalid, match="no ledger account for 'cash'; there are bank, provider, disputed, receivable"
    ) as refused:
        purpose("cash")
    assert refused.value.field == "purpose"


def transaction(*legs: Leg, **more: object) -> Transaction:
    said = {"key": "k", "currency": "EUR", "legs": legs or (Leg("bank", 5), Leg("opening", -5))}
    return Transaction(**said | more)  # type: ignore[arg-type]


ID = UUID(int=1)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        (transaction(currency="eur"), "currency", "ISO 4217"),
        (transaction(key=""), "key", "1 to 200 characters"),
        (transaction(key="k" * 201), "key", "1 to 200 characters"),
        (transaction(memo="m" * 501), "memo", "at most 500 characters"),
        (transaction(at=datetime(2026, 1, 1)), "at", "a time with a zone between 1970 and 2200"),
        (transaction(at=datetime(1969, 12, 31, tzinfo=UTC)), "at", "between 1970 and 2200"),
        (transaction(at=datetime(2201, 1, 1, tzinfo=UTC)), "at", "between 1970 and 2200"),
        (transaction(phase="void"), "settles", "A void has no legs"),
        (Transaction(key="k", currency="EUR", legs=(), phase="void"), "settles", "names what it settles"),
        (transaction(phase="void", settles=ID), "settles", "A void has no legs"),
        (Transaction(key="k", currency="EUR", legs=()), "legs", "2 to 1000 legs, not 0"),
        (transaction(Leg("bank", 5)), "legs", "not 1"),
        (transaction(*(Leg("payable", 1, str(n)) for n in range(LEGS_AT_MOST + 1))), "legs", "not 1001"),
        (transaction(Leg("cash", 5), Leg("bank", -5)), "purpose", "no ledger account"),
        (transaction(Leg("bank", 0), Leg("opening", 0)), "amount", "0 minor units"),
        (transaction(Leg("bank", LARGEST + 1), Leg("opening", -LARGEST - 1)), "amount", "1 to 1000000000000000"),
        (transaction(Leg("payable", 5, "p" * 81), Leg("bank", -5)), "party", "at most 80 characters"),
        (transaction(Leg("bank", 5), Leg("bank", -5)), "legs", "add them up"),
        (transaction(Leg("bank", 5), Leg("opening", -4)), "legs", "come to 0.01 EUR, not to zero"),
    ],
)
def test_what_is_malformed_is_refused_before_it_is_posted(wrong, field, words):
    with pytest.raises(Invalid, match=words) as refused:
        posting._refuse_malformed(wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "right",
    [
        transaction(),
        transaction(key="k" * 200, memo="m" * 500),
        transaction(Leg("payable", -LARGEST, "p" * 80), Leg("bank", LARGEST)),
        transaction(Leg("payable", 1, "a"), Leg("payable", -1, "b")),
        transaction(at=datetime(1970, 1, 1, tzinfo=UTC)),
        transaction(at=datetime(2200, 12, 31, tzinfo=UTC)),
        Transaction(key="k", currency="EUR", legs=(), phase="void", settles=ID),
        transaction(*(Leg("payable", 1 if n % 2 else -1, str(n)) for n in range(LEGS_AT_MOST))),
    ],
)
def test_what_is_right_at_the_edge_is_not_refused(right):
    posting._refuse_malformed(right)


def test_what_the_database_refuses_is_said_in_words():
    taken = transaction(Leg("payable", 301, "nova"), Leg("overpaid", -7, "lux"), Leg("bank", -294))
    overdrawn = posting._in_words(taken, "ck_billing_ledger_account_floor")
    assert isinstance(overdrawn, Overdrawn)
    assert (
        str(overdrawn.detail)
        == "There is less than is to be taken: 3.01 EUR of payable nova, 0.07 EUR of overpaid lux."
    )
    assert overdrawn.field == "amount"
    for told, (kind, field) in {
        "only a pending transaction can be settled": (Conflict, "settles"),
        "uq_billing_ledger_transaction_reverses": (Conflict, "reverses"),
        "uq_billing_ledger_transaction_transfer": (Conflict, "transfer"),
        "ck_billing_ledger_account_size": (Invalid, "amount"),
    }.items():
        problem = posting._in_words(taken, told)
        assert isinstance(problem, kind)
        assert problem.field == field
    assert isinstance(posting._in_words(taken, "a void none, and each purpose has a rule"), NotReady)
    assert posting._in_words(taken, "disk I/O error") is None


def row(**more: object) -> SimpleNamespace:
    legs = [["bank", 5, ""], ["opening", -5, ""]]
    said = transaction(legs=tuple(Leg(*leg) for leg in legs))
    facts = {
        "account_id": ID, "id": ID, "key": "k", "digest": said.digest(), "currency": "EUR", "phase": "posted",
        "memo": "", "settles": None, "reverses": None, "transfer": None, "legs": legs, "leg_count": 2,
        "effective_at": AT,
        "recorded_at": AT,
    }  # fmt: skip
    return SimpleNamespace(**facts | more)


def entry(amount: int, purpose: str, party: str = "", currency: str | None = "EUR") -> SimpleNamespace:
    return SimpleNamespace(amount=amount, purpose=purpose, party=party, currency=currency)


ENTRIES = [entry(5, "bank"), entry(-5, "opening")]


def test_a_whole_transaction_has_no_fault():
    assert list(seals._faults_of(row(), ENTRIES)) == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "0 of 2 entries, which come to 0"),
        (ENTRIES[:1], "1 of 2 entries, which come to 5"),
        ([entry(6, "bank"), entry(-5, "opening")], "which come to 1"),
        ([entry(5, "bank", currency="USD"), entry(-5, "opening")], "1 in another currency"),
        ([entry(6, "bank"), entry(-6, "opening")], "its entries are not its legs"),
        ([entry(5, "bank", "x"), entry(-5, "opening")], "its entries are not its legs"),
        ([entry(5, "fees"), entry(-5, "opening")], "its entries are not its legs"),
    ],
)
def test_entries_that_are_not_the_legs_are_named(entries, words):
    assert any(words in fault for fault in seals._faults_of(row(), entries))


@pytest.mark.parametrize(
    "change",
    [
        {"key": "l"}, {"memo": "x"}, {"currency": "USD"}, {"phase": "pending"}, {"settles": ID}, {"reverses": ID},
        {"transfer": ID}, {"recorded_at": AT + timedelta(seconds=1)}, {"effective_at": AT + timedelta(seconds=1)},
    ],
)  # fmt: skip
def test_a_digest_that_is_not_of_the_row_is_named(change):
    assert any("its digest is not of what it says" in fault for fault in seals._faults_of(row(**change), ENTRIES))


@pytest.mark.parametrize("minutes", [-720, 0, 60, 345, 840])
def test_a_digest_may_be_of_the_time_as_the_caller_wrote_it(minutes):
    early = AT - timedelta(days=3)
    local = early.astimezone(timezone(timedelta(minutes=minutes)))
    said = transaction(at=local)
    assert list(seals._faults_of(row(digest=said.digest(), effective_at=early), ENTRIES)) == []


def test_a_chain_is_of_what_came_before_the_number_and_the_digest():
    one, two = sha256(b"1").digest(), sha256(b"2").digest()
    assert seals.link(bytes(32), 1, one) == sha256(bytes(32) + (1).to_bytes(8, "big") + one).digest()
    assert len({seals.link(before, number, of) for before in (one, two) for number in (1, 2) for of in (one, two)}) == 8


def test_beancount_names_and_texts():
    assert export._name("payable", "nova") == "Liabilities:Payable:Nova"
    assert export._name("bank", "") == "Assets:Bank"
    assert export._quoted('a "b"\\\nc') == 'a \\"b\\"\\\\ c'
    leg = SimpleNamespace(
        purpose="bank", party="", amount=-123, currency="EUR", memo="", key="k", transaction_id=ID, effective_at=AT
    )  # fmt: skip
    opened: set[str] = set()
    text = "".join(export._beancount([leg], opened))
    assert text == (
        f'\n1970-01-01 open Assets:Bank\n2026-11-28 * "k"\n  id: "{ID}"\n  Assets:Bank  -1.23 EUR\n'
    )  # fmt: skip
    assert "open" not in "".join(export._beancount([leg], opened))


@pytest.mark.parametrize(
    ("bank", "held", "fractions", "left"), [(100, 30, 0, 70), (0, 0, -2, 2), (5, 0, 9, 5), (-3, 0, 0, -3)]
)
def test_what_is_settled(monkeypatch, bank, held, fractions, left):
    found = {"bank": {"": (bank, held)}, "fractions": {"": (fractions, 0)}}
    monkeypatch.setattr(
        settled, "balances_seen", lambda connection, account, purpose, parties, currency: found[purpose]
    )
    assert settled.settled(None, ID, "EUR") == left  # type: ignore[arg-type]
    if left >= 0:
        settled.refuse_unsettled(None, ID, "EUR", 50)  # type: ignore[arg-type]
    else:
        with pytest.raises(settled.NotSettled, match="Only 0.47 EUR has arrived .* 0.50 EUR is to") as refused:
            settled.refuse_unsettled(None, ID, "EUR", 50)  # type: ignore[arg-type]
        assert refused.value.field == "amount"
