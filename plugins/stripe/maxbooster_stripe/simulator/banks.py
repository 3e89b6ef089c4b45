"""The bank accounts that payouts go to.

Source: https://docs.stripe.com/api/external_accounts
"""

from __future__ import annotations

from typing import Any

from .errors import Refusal, missing
from .events import update
from .money import currency
from .store import Object
from .work import Work, new_id

COUNTRIES = {
    "AT": "eur", "AU": "aud", "BE": "eur", "CA": "cad", "CH": "chf", "DE": "eur", "DK": "dkk", "ES": "eur",
    "FI": "eur", "FR": "eur", "GB": "gbp", "IE": "eur", "IT": "eur", "JP": "jpy", "NL": "eur", "NO": "nok",
    "NZ": "nzd", "PL": "pln", "PT": "eur", "SE": "sek", "SG": "sgd", "US": "usd",
}  # fmt: skip
_INSTANT_COUNTRIES = {"AT", "AU", "BE", "CA", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "NZ", "PT",
                      "SE", "SG", "US"}  # fmt: skip


_TOKENS = {"btok_us_verified": ("US", "000123456789"), "btok_us": ("US", "000123456789")}


def make_default(work: Work, account: Object, bank: Object) -> None:
    for one in work.all("bank_account", currency=bank["currency"]):
        work.save({**one, "default_for_currency": one["id"] == bank["id"]})
    bank["default_for_currency"] = True
    list_banks(work, account)


def new_bank(work: Work, account: Object, given: Any) -> Object:
    if isinstance(given, str):
        if given not in _TOKENS:
            raise missing("token", given, "external_account", status=400)
        country, number = _TOKENS[given]
        given = {"country": country, "account_number": number}
    if given.get("object", "bank_account") != "bank_account":
        raise Refusal("The simulator pays out to bank accounts, not to cards.", param="external_account")
    country = given["country"]
    if country not in COUNTRIES:
        raise Refusal(f"Country '{country}' is unknown.", code="country_unsupported", param="external_account[country]")
    code = currency(given.get("currency") or COUNTRIES[country])
    made = work.new(
        "bank_account",
        "ba",
        account=account["id"],
        account_holder_name=given.get("account_holder_name"),
        account_holder_type=given.get("account_holder_type"),
        account_type=None,
        available_payout_methods=["standard", *(["instant"] if country in _INSTANT_COUNTRIES else [])],
        bank_name="STRIPE TEST BANK",
        country=country,
        currency=code,
        default_for_currency=not work.all("bank_account", currency=code),
        fingerprint=new_id("f", 16)[2:],
        last4=given["account_number"][-4:],
        metadata={},
        routing_number=given.get("routing_number"),
        status="new",
        _number=given["account_number"],
    )
    list_banks(work, account)
    return made


def list_banks(work: Work, account: Object) -> None:
    update(work.on(work.platform), None, account, external_accounts={
        **account["external_accounts"], "data": work.all("bank_account"),
    })  # fmt: skip
