"""`maxbooster billing transfers`: what whoever keeps the bank account does in a terminal."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import click
import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.plugin import Conflict, Context, Invalid, NotFound, in_account
from maxbooster_billing.bank_transfer.models import WAITING, BankOrder
from maxbooster_billing.commands import billing

OWN = {"IBAN": "DE02120300000000202051", "NAME": "Harbour Street Records"}


@pytest.fixture
def account(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    for name, value in OWN.items():
        monkeypatch.setenv(f"MAXBOOSTER_BILLING_BANK_TRANSFER__{name}", value)
    made = CliRunner().invoke(maxbooster, ["account", "create", "Quay Street"], standalone_mode=False)
    return made.output.strip().splitlines()[-1]


@pytest.fixture
def run(account):
    def command(*arguments: str, fails: type | None = None) -> str:
        done = CliRunner().invoke(billing, ["transfers", *arguments, "--account", account], standalone_mode=False)
        if fails is None and done.exception:
            raise done.exception
        assert fails is None or isinstance(done.exception, fails), done.exception
        return done.stdout

    return command


async def wait(ctx: Context, amount: int) -> str:
    order = BankOrder(
        currency="EUR", amount=amount, destination="NL91ABNA0417164300//Ada Marrow", statement="Payout",
        state=WAITING, ordered_at=ctx.now,
    )  # fmt: skip
    ctx.add(order)
    return str(order.id)


def test_a_file_is_created_once_and_its_transfers_end_as_the_bank_says(account, run, tmp_path):
    for empty in ("list", "totals"):
        assert run(empty) == "There are no bank transfers yet.\n"
    assert run("files") == "There are no payment files yet.\n"
    run("create-file", fails=Conflict)
    first, second = (in_account(UUID(account), wait, amount) for amount in (74_250, 35_775))
    assert "waiting" in run("totals")
    assert "1100.25 EUR" in run("totals")

    out = tmp_path / "payouts.xml"
    run("create-file", "--out", str(out))
    [file] = json.loads(run("files", "--json"))
    assert (file["lines"], file["open"]) == (2, 2)
    assert run("download", file["id"]).encode() == out.read_bytes()

    run("rejected", first, "--reason", "AC04: account closed")
    run("rejected", first, "--reason", "AC04: account closed", fails=Conflict)
    assert run("executed", "--file", file["id"]).startswith("1 marked as executed")
    run("executed", second, fails=Conflict)
    assert "1 executed, 1 failed" in run("files")
    assert "Ada Marrow, NL account ending 4300: AC04: account closed" in run("list", "--file", file["id"])
    run("executed", str(uuid4()), fails=NotFound)
    run("executed", fails=click.UsageError)


def test_the_operator_is_told_what_to_set(run, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN", "")
    with pytest.raises(Invalid, match="Enter the IBAN of the account. Set MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN"):
        run("create-file")
