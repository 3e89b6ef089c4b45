"""Payouts by bank transfer: a payment file for the bank, and what the bank then did, line by line."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from maxbooster.testing import drain
from maxbooster_billing.bank_transfer.destination import Destination, read
from maxbooster_billing.bank_transfer.payment_file import Line, write
from maxbooster_billing.plugin import NewPayout, request_payout
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

    async def complete(self, app: Any, api: httpx.AsyncClient) -> None:
        assert (await api.post(f"{AT}/bank-transfers/files")).status_code == 201
        for each in (await api.get(f"{AT}/bank-transfers/")).json():
            assert (await api.post(f"{AT}/bank-transfers/{each['id']}/executed")).status_code == 202


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ("", "'Nothing' is not an IBAN"),
        ("DE89370400440532013001//Nova", "is not an IBAN: the number's checksum or check digit is invalid"),
        ("DE89370400440532013000/COBA/Nova", "'COBA' is not a BIC"),
        ("DE89370400440532013000//", "Write the account holder's name"),
        ("DE89370400440532013000//山田太郎", "in Latin letters"),
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
    st.lists(st.tuples(st.uuids(), st.integers(1, 10**11), NAMES), min_size=1, max_size=5, unique_by=lambda row: row[0])
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
    ] == [(line.payout.hex, line.to.name) for line in lines]
    total = sum(line.amount for line in lines)
    assert document.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NS) == f"{total // 100}.{total % 100:02}"


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
    assert {each["state"] for each in (await api.get(f"{AT}/payouts")).json()} == {"sent"}
    made = await api.post(f"{AT}/bank-transfers/files")
    assert (made.status_code, made.json()["lines"], made.json()["total"]) == (201, 2, 2050), made.text
    place = f"{AT}/bank-transfers/files/{made.json()['id']}"
    first, again = [(await api.get(place)).content for _ in range(2)]
    assert first == again
    assert b"DE89370400440532013000" in first
    nothing = await api.post(f"{AT}/bank-transfers/files")
    assert (nothing.status_code, nothing.json()["detail"]) == (409, "No payout by bank transfer is waiting.")
    orders = {each["name"]: each["id"] for each in (await api.get(f"{AT}/bank-transfers/")).json()}
    assert (await api.post(f"{AT}/bank-transfers/{orders['Nova Reyes']}/executed")).status_code == 202
    failed = f"{AT}/bank-transfers/{orders['Lux Ørsted']}/failed"
    assert (await api.post(failed, json={"reason": " "})).status_code in (400, 422)
    assert (await api.post(failed, json={"reason": "Account closed"})).status_code == 202
    assert (await api.post(failed, json={"reason": "Account closed"})).status_code == 409
    await drain(app)
    rows = {each["payee_name"]: each for each in (await api.get(f"{AT}/payouts")).json()}
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
    assert len((await api.get(f"{AT}/bank-transfers/files")).json()) == 1


async def test_another_currency_than_euros_is_owed_as_before(app, account, api, poster, payees):
    await poster(sale("usd", 500, payees[0], currency="USD"))
    await poster(arrived("usd arrived", 500, currency="USD"))
    async with app.unit(account) as ctx:
        await request_payout(ctx, NewPayout(UUID(payees[0]), "USD", "usd"))
    await drain(app)
    [row] = (await api.get(f"{AT}/payouts")).json()
    assert (row["state"], row["reason"]) == ("failed", "Bank transfers are paid in EUR, not in USD.")


class TestWithoutAnAccountOfOnesOwn:
    @pytest.fixture
    def app_settings(self) -> dict[str, str]:
        return {}

    async def test_the_operator_is_told_what_to_set(self, app, api, payees):
        await requested(api, payees)
        await drain(app)
        refused = await api.post(f"{AT}/bank-transfers/files")
        assert refused.status_code == 422
        assert "MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN" in refused.json()["detail"]


async def test_what_moves_no_money_is_offered_only_where_services_are_simulated(api):
    assert [each["name"] for each in (await api.get(f"{AT}/providers")).json()] == ["bank_transfer"]
    named = await api.post(f"{AT}/payees", json={"name": "Nova", "provider": "test", "destination": "accept"})
    assert (named.status_code, named.json()["field"]) == (422, "provider")


class TestInTheSandbox:
    @pytest.fixture
    def app_settings(self) -> dict[str, Any]:
        return {"sandbox__enabled": "true"}

    async def test_hook_payments_simulated(self, api):
        names = {each["name"] for each in (await api.get(f"{AT}/providers")).json()}
        assert names == {"bank_transfer", "test"}
