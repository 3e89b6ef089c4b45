"""Payouts by bank transfer: a payment file for the bank, and what the bank then did, line by line."""

from __future__ import annotations

import asyncio
import string
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import delete, update

from maxbooster.audit.models import AuditRow
from maxbooster.doctor import as_rows, diagnose
from maxbooster.testing import drain
from maxbooster_billing.bank_transfer.crosscheck import ANCHORED
from maxbooster_billing.bank_transfer.destination import Destination, plain, read
from maxbooster_billing.bank_transfer.models import BankOrder
from maxbooster_billing.bank_transfer.paying import NOT_SET_UP
from maxbooster_billing.bank_transfer.payment_file import Line, write
from maxbooster_billing.payees.models import Payee
from maxbooster_billing.payouts.models import Payout
from maxbooster_billing.testing import PayoutProviderContract

from .conftest import AT, arrived, balances, sale, verdict

NOVA, LUX = "DE89 3704 0044 0532 0130 00/COBADEFFXXX/Nova Reyes", "NL91ABNA0417164300//Lux Ørsted"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


@pytest.fixture
def app_settings() -> dict[str, str]:
    own = {"iban": "DE02120300000000202051", "bic": "BYLADEM1001", "name": "Harbour Street Records"}
    return {f"billing_bank_transfer__{name}": value for name, value in own.items()}


class TestBankTransfer(PayoutProviderContract):
    provider = "bank_transfer"
    destination = NOVA
    wrong_destination = "DE89370400440532013001//Nova"
    account_settings: ClassVar[dict[str, str]] = {"iban": "DE89370400440532013000", "name": "Quay Street"}

    async def complete(self, app: Any, api: httpx.AsyncClient) -> None:
        assert (await api.post(f"{AT}/bank-transfers/files")).status_code == 201
        for each in (await api.get(f"{AT}/bank-transfers/")).json()["items"]:
            assert (await api.post(f"{AT}/bank-transfers/{each['id']}/executed")).status_code == 202


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ("", "Enter the IBAN of the account"),
        ("DE٨٩370400440532013000//Bad", "the letters A to Z and the digits 0 to 9"),
        (f"DE89370400440532013000//{'ß' * 36}", "which is 72 characters"),
        ("DE89370400440532013001//Nova", "is not an IBAN: the number's checksum or check digit is invalid"),
        ("DE89370400440532013000/COBA/Nova", "'COBA' is not a BIC"),
        ("DE89370400440532013000//", "Write the account holder's name"),
        ("DE89370400440532013000//山田太郎", "in Latin letters"),
        ("DE89370400440532013000//Mʌx", "in Latin letters, as the bank has it: without ʌ"),
        (f"DE89370400440532013000//{'N' * 71}", "has 71 characters; banks take 70"),
    ],
)
def test_a_destination_that_no_bank_would_take_is_refused_in_words(destination, words):
    with pytest.raises(ValueError, match=words):
        read(destination)


def test_a_destination_is_written_one_way_and_shown_without_its_number():
    assert read(NOVA) == Destination("DE89370400440532013000", "COBADEFFXXX", "Nova Reyes")
    assert read(NOVA).shown() == "DE account ending 3000"
    assert read(read(LUX).written()) == read(LUX)


NAMES = st.text("abcXYZéøß -.'", min_size=1, max_size=70).filter(str.strip)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.uuids(), st.integers(1, 99_999_999_999), NAMES),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    )
)
def test_the_same_file_for_the_same_payouts_valid_and_whole(rows):
    lines = [
        Line(id, amount, Destination("NL91ABNA0417164300", "", name.strip()), "Payout") for id, amount, name in rows
    ]
    sender, when = Destination("DE02120300000000202051", "BYLADEM1001", "Harbour"), datetime(2026, 11, 28, tzinfo=UTC)
    made = [write(UUID(int=7), sender, lines, at=when, on=date(2026, 11, 29)) for _ in range(2)]
    assert made[0] == made[1]
    document = etree.fromstring(made[0])
    said = document.iterfind(".//p:CdtTrfTxInf", NS)
    assert [
        (each.findtext(".//p:EndToEndId", namespaces=NS), each.findtext(".//p:Nm", namespaces=NS)) for each in said
    ] == [(line.payout.hex, line.to.holder()) for line in lines]
    assert made[0].isascii()
    total = sum(line.amount for line in lines)
    assert document.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NS) == f"{total // 100}.{total % 100:02}"


IN_SEPA = set(string.ascii_letters + string.digits + "/-?:().,'+ ")


@pytest.mark.parametrize(
    ("name", "written"),
    [("Əli Məmmədov", "Eli Memmedov"), ("Łukasz Żółć", "Lukasz Zolc"), ("Ørsted & Söhne", "Orsted + Sohne")],
)
def test_names_are_written_in_the_letters_that_sepa_takes(name, written):
    """EPC217-08; letters that it does not name as ICAO Doc 9303-3 has them."""
    assert read(f"DE89370400440532013000//{name}").holder() == written


def test_every_latin_letter_is_written_in_sepas_letters_or_refused():
    for letter in map(chr, range(0x2C00)):
        try:
            holder = read(f"DE89370400440532013000//A{letter}b").holder()
        except ValueError:
            continue
        assert set(holder) <= IN_SEPA, letter


def test_what_is_written_for_the_payee_has_only_sepas_letters():
    assert set(plain("Max_Booster #1 *payout* – “May”")) <= IN_SEPA


def test_more_than_a_sepa_transfer_carries_is_refused():
    line = Line(UUID(int=1), 100_000_000_000, read(NOVA), "Payout")
    with pytest.raises(ValueError, match=r"at most 999,999,999\.99 EUR, not 1,000,000,000\.00"):
        write(UUID(int=7), read(LUX), [line], at=datetime(2026, 11, 28, tzinfo=UTC), on=date(2026, 11, 29))


@pytest.fixture
async def payees(api: httpx.AsyncClient, poster: Any) -> list[str]:
    ids = []
    for name, destination, amount in (("Nova", NOVA, 1250), ("Lux", LUX, 800)):
        new = {"name": name, "provider": "bank_transfer", "destination": destination}
        made = await api.post(f"{AT}/payees", json=new)
        assert made.status_code == 201, made.text
        ids.append(made.json()["id"])
        await poster(sale(f"to {name}", amount, ids[-1]))
        await poster(arrived(f"for {name}", amount))
    return ids


async def requested(api: httpx.AsyncClient, payees: list[str]) -> None:
    for number, payee in enumerate(payees):
        wanted = {"payee": payee, "currency": "EUR", "key": str(number)}
        assert (await api.post(f"{AT}/payouts", json=wanted)).status_code == 202


async def test_payouts_go_into_one_file_and_end_line_by_line(app, api, payees):
    await requested(api, payees)
    await drain(app)
    assert {each["state"] for each in (await api.get(f"{AT}/payouts")).json()["items"]} == {"sent"}
    made = await api.post(f"{AT}/bank-transfers/files")
    assert (made.status_code, made.json()["lines"], made.json()["total"]) == (201, 2, 2050), made.text
    place = f"{AT}/bank-transfers/files/{made.json()['id']}"
    first, again = [(await api.get(place)).content for _ in range(2)]
    assert first == again
    assert b"DE89370400440532013000" in first
    nothing = await api.post(f"{AT}/bank-transfers/files")
    assert (nothing.status_code, nothing.json()["detail"]) == (409, "No payout by bank transfer is waiting.")
    orders = {each["name"]: each["id"] for each in (await api.get(f"{AT}/bank-transfers/")).json()["items"]}
    assert (await api.post(f"{AT}/bank-transfers/{orders['Nova Reyes']}/executed")).status_code == 202
    failed = f"{AT}/bank-transfers/{orders['Lux Ørsted']}/failed"
    assert (await api.post(failed, json={"reason": " "})).status_code in (400, 422)
    assert (await api.post(failed, json={"reason": "Account closed"})).status_code == 202
    assert (await api.post(failed, json={"reason": "Account closed"})).status_code == 409
    await drain(app)
    rows = {each["payee_name"]: each for each in (await api.get(f"{AT}/payouts")).json()["items"]}
    assert {name: (row["state"], row["reason"]) for name, row in rows.items()} == {
        "Nova": ("paid", ""), "Lux": ("failed", "Account closed"),
    }  # fmt: skip
    assert rows["Nova"]["destination"] == "DE account ending 3000"
    found = await balances(api)
    assert (found["payable", payees[0]], found["payable", payees[1]]) == ((0, 0), (800, 0))
    assert found["bank", ""] == (800, 0)
    assert (await verdict(app)).ok


async def test_no_payout_is_in_two_files(app, api, payees):
    await requested(api, payees)
    await drain(app)
    answers = await asyncio.gather(*(api.post(f"{AT}/bank-transfers/files") for _ in range(10)))
    assert [each.status_code for each in answers].count(201) == 1, {each.status_code for each in answers}
    assert len((await api.get(f"{AT}/bank-transfers/files")).json()["items"]) == 1


async def test_a_payment_file_is_executed_as_a_whole_but_for_what_the_bank_rejected(app, api, payees):
    await requested(api, payees)
    await drain(app)
    waiting = {"state": "waiting", "currency": "EUR", "transfers": 2, "amount": 2050}
    assert (await api.get(f"{AT}/bank-transfers/totals")).json() == [waiting]
    file = (await api.post(f"{AT}/bank-transfers/files")).json()
    assert (file["open"], file["executed"], file["failed"]) == (2, 0, 0)
    assert (await api.get(f"{AT}/bank-transfers/?transfer_state=waiting")).json()["items"] == []
    of_file = (await api.get(f"{AT}/bank-transfers/?file={file['id']}&transfer_state=filed")).json()["items"]
    orders = {each["name"]: each["id"] for each in of_file}
    rejected = {"reason": "AC04: closed account number"}
    assert (await api.post(f"{AT}/bank-transfers/{orders['Lux Ørsted']}/failed", json=rejected)).status_code == 202
    whole = f"{AT}/bank-transfers/files/{file['id']}/executed"
    done = await api.post(whole)
    assert (done.status_code, done.json()) == (202, {"transfers": 1})
    assert (await api.post(whole)).status_code == 409
    await drain(app)
    [shown] = (await api.get(f"{AT}/bank-transfers/files")).json()["items"]
    assert (shown["open"], shown["executed"], shown["failed"]) == (0, 1, 1)
    assert (await api.get(f"{AT}/bank-transfers/totals")).json() == [
        {"state": "executed", "currency": "EUR", "transfers": 1, "amount": 1250},
        {"state": "failed", "currency": "EUR", "transfers": 1, "amount": 800},
    ]
    rows = {
        each["payee_name"]: (each["state"], each["reason"]) for each in (await api.get(f"{AT}/payouts")).json()["items"]
    }
    assert rows == {"Nova": ("paid", ""), "Lux": ("failed", "AC04: closed account number")}
    memos = {each["memo"] for each in (await api.get(f"{AT}/ledger/entries")).json()["entries"]}
    assert "Payout to Nova: Bank transfer, DE account ending 3000" in memos
    assert (await verdict(app)).ok


async def test_an_order_that_cannot_be_written_does_not_block_the_others_and_can_be_rejected(app, api, payees):
    """Such as one that was entered before its number was found wrong."""
    await requested(api, payees)
    await drain(app)
    orders = {each["name"]: each["id"] for each in (await api.get(f"{AT}/bank-transfers/")).json()["items"]}
    id = UUID(orders["Lux Ørsted"])
    for table in (BankOrder, Payout):
        wrong = update(table).where(table.id == id).values(destination="DE٨٩370400440532013000//Bad")
        await app.database.transact(lambda connection, wrong=wrong: connection.execute(wrong))
    made = await api.post(f"{AT}/bank-transfers/files")
    assert (made.status_code, made.json()["lines"], made.json()["total"]) == (201, 1, 1250), made.text
    [left] = made.json()["left_out"]
    assert (left["id"], left["name"]) == (orders["Lux Ørsted"], "Bad")
    assert "is not an IBAN" in left["reason"]
    again = await api.post(f"{AT}/bank-transfers/files")
    assert (again.status_code, "The one to Bad" in again.json()["detail"]) == (409, True)
    [waiting] = (await api.get(f"{AT}/bank-transfers/?transfer_state=waiting")).json()["items"]
    assert waiting["destination"] == "an account that no bank transfer reaches"
    place = f"{AT}/bank-transfers/{waiting['id']}"
    assert (await api.post(f"{place}/executed")).status_code == 409
    assert (await api.post(f"{place}/failed", json={"reason": "Not an account"})).status_code == 202
    await drain(app)
    rows = {
        each["payee_name"]: (each["state"], each["reason"]) for each in (await api.get(f"{AT}/payouts")).json()["items"]
    }
    assert rows["Lux"] == ("failed", "Not an account")
    assert (await balances(api))["payable", payees[1]] == (800, 0)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("UPDATE billing_bank_order SET state = 'waiting' WHERE amount = 1250", "it is waiting, its payout is paid"),
        ("UPDATE billing_bank_order SET amount = 12500 WHERE amount = 1250", "its payout of 1250 EUR"),
        ("UPDATE billing_bank_order SET destination = 'NL91//X' WHERE amount = 1250", "different accounts"),
        ("DELETE FROM billing_bank_order WHERE amount = 1250", "its payout is paid, and there is no such transfer"),
        ("UPDATE billing_bank_file SET content = 'OTHER'", "its content is not what it was"),
        ("UPDATE billing_bank_file SET total = total + 1", "it says 2 transfers of 2051, 2 of 2050 are in it"),
        ("DELETE FROM billing_bank_order; DELETE FROM billing_bank_file", "it was made, as the audit trail was told"),
        ("UPDATE billing_bank_order SET id = (SELECT file_id FROM billing_bank_order LIMIT 1) WHERE amount = 800",
         "there is no such payout"),
    ],
)  # fmt: skip
async def test_verify_finds_a_transfer_or_a_file_that_was_tampered_with(app, api, payees, deed, words):
    await requested(api, payees)
    await drain(app)
    file = (await api.post(f"{AT}/bank-transfers/files")).json()
    assert (await api.post(f"{AT}/bank-transfers/files/{file['id']}/executed")).status_code == 202
    assert (await verdict(app)).ok
    await drain(app)
    assert (await verdict(app)).ok

    def tamper(connection: Any) -> None:
        other = "X'00'" if connection.dialect.name == "sqlite" else "decode('00', 'hex')"
        for each in deed.replace("'OTHER'", other).split("; "):
            connection.exec_driver_sql(each)

    await app.database.transact(tamper)
    found = await verdict(app)
    assert any(words in fault for fault in found.faults), found.faults
    assert not any("could not be finished" in fault for fault in found.faults), found.faults


async def test_a_payment_file_without_a_digest_is_said_not_to_be_verified(app, api, payees):
    await requested(api, payees)
    await drain(app)
    file = (await api.post(f"{AT}/bank-transfers/files")).json()["id"]
    assert (await verdict(app)).unverified == []
    forget = delete(AuditRow).where(AuditRow.action == ANCHORED)
    await app.database.transact(lambda connection: connection.execute(forget) and None)
    found = await verdict(app)
    assert found.ok
    [sentence] = found.unverified
    assert sentence.endswith(f"payment file {file}: no digest was kept of its content.")


async def test_a_payment_file_whose_digest_alone_is_gone_is_a_fault(app, api, account, payees):
    made = []
    for key in ("first", "second"):
        wanted = {"payee": payees[0], "currency": "EUR", "amount": 100, "key": key}
        assert (await api.post(f"{AT}/payouts", json=wanted)).status_code == 202
        await drain(app)
        made.append((await api.post(f"{AT}/bank-transfers/files")).json()["id"])
    forget = delete(AuditRow).where(AuditRow.action == ANCHORED, AuditRow.object.contains(made[1]))
    await app.database.transact(lambda connection: connection.execute(forget) and None)
    found = await verdict(app)
    assert [each for each in found.faults if f"{made[1]}: the audit trail was told of files before it" in each]


NOT_IN_USD = "Bank transfers here are SEPA transfers, which are in EUR only, not in USD."


async def test_a_payee_owed_another_currency_is_told_before_anything_is_set_aside(app, api, poster, payees):
    await poster(sale("usd", 500, payees[0], currency="USD"))
    await poster(arrived("usd arrived", 500, currency="USD"))
    owed = {each["currency"]: each for each in (await api.get(f"{AT}/payees/{payees[0]}")).json()["owed"]}
    assert owed["EUR"]["not_payable"] == ""
    assert NOT_IN_USD in owed["USD"]["not_payable"]
    wanted = {"payee": payees[0], "currency": "USD", "amount": 500}
    for path, body in (("payouts/quote", wanted), ("payouts", wanted | {"key": "usd"})):
        refused = await api.post(f"{AT}/{path}", json=body)
        assert (refused.status_code, refused.json()["field"]) == (409, "currency")
        assert refused.json()["type"] == "urn:maxbooster:problem:other-currency"
        assert refused.json()["detail"].startswith(f"Nova can't be paid: {NOT_IN_USD} Choose another payment method")
    assert (await api.get(f"{AT}/payouts")).json()["items"] == []
    assert (await api.get(f"{AT}/payees/{payees[0]}")).json()["owed"][1]["held"] == 0


async def test_more_than_a_transfer_carries_is_told_before_anything_is_set_aside(api, payees):
    wanted = {"payee": payees[0], "currency": "EUR", "amount": 100_000_000_000}
    for path, body in (("payouts/quote", wanted), ("payouts", wanted | {"key": "all"})):
        refused = await api.post(f"{AT}/{path}", json=body)
        assert (refused.status_code, refused.json()["field"]) == (409, "amount"), refused.text
        assert refused.json()["type"] == "urn:maxbooster:problem:over-limit"
        assert "at most 999,999,999.99 EUR, not 1,000,000,000.00. Pay it in parts." in refused.json()["detail"]
    assert (await api.get(f"{AT}/payouts")).json()["items"] == []


async def test_an_account_that_no_sepa_transfer_reaches_is_refused_when_it_is_entered(api):
    new = {"name": "Ada", "provider": "bank_transfer", "destination": "TR330006100519786457841326//Ada"}
    refused = await api.post(f"{AT}/payees", json=new)
    assert (refused.status_code, refused.json()["field"]) == (422, "destination")
    assert "SEPA transfers don't reach accounts in TR" in refused.json()["detail"]


class TestWithoutAnAccountOfOnesOwn:
    @pytest.fixture
    def app_settings(self) -> dict[str, str]:
        return {}

    WORDS = NOT_SET_UP

    async def test_nobody_chooses_a_bank_transfer(self, api):
        new = {"name": "Nova", "provider": "bank_transfer", "destination": NOVA}
        refused = await api.post(f"{AT}/payees", json=new)
        assert (refused.status_code, refused.json()["detail"]) == (422, self.WORDS)

    async def test_who_chose_it_before_is_told_before_anything_is_set_aside(self, app, api, poster):
        payee = (await api.post(f"{AT}/payees", json={"name": "Nova"})).json()["id"]
        await poster(sale("sale", 1250, payee))
        await poster(arrived("arrived", 1250))
        chosen = update(Payee).where(Payee.id == UUID(payee)).values(provider="bank_transfer", destination=NOVA)
        await app.database.transact(lambda connection: connection.execute(chosen))
        wanted = {"payee": payee, "currency": "EUR", "amount": 1250}
        for path, body in (("payouts/quote", wanted), ("payouts", wanted | {"key": "1"})):
            refused = await api.post(f"{AT}/{path}", json=body)
            assert (refused.status_code, refused.json()["detail"]) == (409, f"Nova can't be paid: {self.WORDS}")
        assert (await api.get(f"{AT}/payouts")).json()["items"] == []

    async def test_whoever_creates_a_payment_file_reads_no_name_of_a_setting(self, api):
        refused = await api.post(f"{AT}/bank-transfers/files")
        assert (refused.status_code, refused.json()["detail"]) == (409, self.WORDS)
        assert (await api.get(f"{AT}/bank-transfers/set-up")).json() == {"missing": self.WORDS}

    @pytest.mark.parametrize(
        ("set_to", "state", "words"),
        [
            ({}, "advice", "Set MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN, __BIC and __NAME"),
            ({"iban": "DE00"}, "missing", "'DE00' is not an IBAN"),
            ({"iban": "DE02120300000000202051", "bic": "BYLADEM1001", "name": "Harbour"}, "ok", "account ending 2051"),
        ],
    )
    async def test_doctor_says_what_is_not_set(self, tmp_path, set_to, state, words):
        given = {f"MAXBOOSTER_BILLING_BANK_TRANSFER__{name.upper()}": value for name, value in set_to.items()}
        found = {each["name"]: each for each in as_rows(await diagnose({"MAXBOOSTER_DATA": str(tmp_path)} | given))}
        transfers = found["bank transfers"]
        assert (transfers["state"], words in (transfers["reason"] or transfers["value"] or "")) == (state, True)


async def test_what_moves_no_money_is_offered_only_where_services_are_simulated(api):
    assert "test" not in {each["name"] for each in (await api.get(f"{AT}/providers")).json()}
    named = await api.post(f"{AT}/payees", json={"name": "Nova", "provider": "test", "destination": "accept"})
    assert (named.status_code, named.json()["field"]) == (422, "provider")


class TestInTheSandbox:
    @pytest.fixture
    def app_settings(self) -> dict[str, Any]:
        return {"sandbox__enabled": "true"}

    async def test_hook_payments_simulated(self, api):
        names = {each["name"] for each in (await api.get(f"{AT}/providers")).json()}
        assert {"bank_transfer", "test"} <= names
