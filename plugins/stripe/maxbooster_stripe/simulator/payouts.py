"""Payouts from an account's balance to its bank.

Sources: https://docs.stripe.com/api/payouts, https://docs.stripe.com/payouts/instant-payouts,
https://docs.stripe.com/connect/testing#account-numbers (numbers whose payouts fail)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .accounts import connected, platform_account
from .answers import readable
from .balance import available, book, fee_detail, instant_available, insufficient
from .clock import DAY, MINUTE, midnight
from .due import falls_due
from .errors import Refusal, missing, wrong_state
from .events import emit, update
from .money import currency, instant_payout_fee, positive
from .operations import operation
from .store import Object
from .work import Work, metadata

_FAILING = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
_REASONS = {
    "no_account": "The bank account could not be located.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "debit_not_authorized": "Debit transactions are not approved on the bank account.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "could_not_process": "The bank could not process this payout.",
}
_TRAVELS = 2 * DAY
_INSTANT_TRAVELS = 10 * MINUTE


@operation("payouts.create")
def create(work: Work) -> Object:
    given = work.parameters
    given.get("source_type")
    made = pay_out(
        work,
        positive(given["amount"]),
        currency(given["currency"]),
        method=given.get("method", "standard"),
        destination=given.get("destination"),
    )
    return update(
        work,
        None,
        made,
        description=given.get("description"),
        metadata=metadata({}, given.get("metadata")),
        statement_descriptor=given.get("statement_descriptor"),
    )


def pay_out(
    work: Work,
    amount: int,
    code: str,
    *,
    method: str = "standard",
    destination: str | None = None,
    automatic: bool = False,
) -> Object:
    """
    Raises:
        Refusal: the account may not, has no such bank account, or not so much.
    """
    account = platform_account(work) if work.is_platform else connected(work, work.account)
    if not account["payouts_enabled"]:
        raise Refusal("Payouts are currently disabled for this account.", code="payouts_not_allowed")
    bank = _bank(work, code, destination)
    fee = _instant_fee(work, bank, amount, code) if method == "instant" else 0
    if method == "standard" and available(work, code) < amount:
        raise insufficient(
            "You have insufficient funds in your Stripe account for this transfer. Your ACH balance is too low. You can "
            "use the the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).",
            param="amount",
        )
    arrives = work.now + (_INSTANT_TRAVELS if method == "instant" else _TRAVELS)
    payout = work.new(
        "payout",
        "po",
        amount=amount,
        application_fee=None,
        application_fee_amount=None,
        arrival_date=arrives if method == "instant" else midnight(arrives),
        automatic=automatic,
        balance_transaction=None,
        currency=code,
        description="STRIPE PAYOUT" if automatic else None,
        destination=bank["id"],
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata={},
        method=method,
        original_payout=None,
        payout_method=None,
        reconciliation_status="in_progress" if automatic else "not_applicable",
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="pending",
        trace_id=None,
        type="bank_account",
        _number=bank["_number"],
    )
    details = [fee_detail(fee, code)] if fee else []
    payout["balance_transaction"] = book(
        work, "payout", -amount, code, payout["id"], fee=fee, fee_details=details, description="STRIPE PAYOUT"
    )
    work.save(payout)
    emit(work, "payout.created", payout)
    work.plan(work.now + (MINUTE if method == "instant" else midnight(work.now) - work.now), "payout.send", payout["id"])
    return payout


def _bank(work: Work, code: str, id: str | None) -> Object:
    if id is not None:
        bank = work.find("bank_account", id)
        if bank is None:
            raise missing("external account", id, "destination", status=400)
        if bank["currency"] != code:
            raise Refusal(f"The external account {id} takes {bank['currency']}, not {code}.", param="destination")
        return bank
    banks = [one for one in work.all("bank_account", currency=code) if one["default_for_currency"]]
    if not banks:
        raise Refusal(f"Sorry, you don't have any external accounts in that currency ({code}).", param="currency")
    return banks[0]


def _instant_fee(work: Work, bank: Object, amount: int, code: str) -> int:
    if "instant" not in bank["available_payout_methods"]:
        raise Refusal(
            f"The external account {bank['id']} does not support Instant Payouts.",
            code="instant_payouts_unsupported",
            param="method",
        )
    fee = instant_payout_fee(amount)
    if instant_available(work, code) < amount + fee:
        raise insufficient(
            f"You have insufficient instant available funds in your Stripe account: {amount} and a fee of {fee} {code} "
            f"are more than {instant_available(work, code)}.",
            param="amount",
        )
    return fee


@falls_due("payout.send")
def _send(work: Work, id: str) -> None:
    payout = work.get("payout", id)
    if payout["status"] != "pending":
        return
    update(work, "payout.updated", payout, status="in_transit")
    work.plan(payout["arrival_date"], "payout.arrive", id)


@falls_due("payout.arrive")
def _arrive(work: Work, id: str) -> None:
    payout = work.get("payout", id)
    if payout["status"] != "in_transit":
        return
    if payout["_number"] in _FAILING:
        fail(work, payout, _FAILING[payout["_number"]])
        return
    update(work, None, payout, status="paid")
    if payout["automatic"]:
        update(work, None, payout, reconciliation_status="completed")
    emit(work, "payout.paid", payout, {"status": "in_transit"})


def fail(work: Work, payout: Object, code: str) -> Object:
    """The bank sends the money back; a paid payout can still fail for days.

    Raises:
        Refusal: a reason that Stripe does not know, or a payout that has failed or was canceled.
    """
    if code not in _REASONS:
        raise Refusal(f"No failure code {code}. Known: {', '.join(_REASONS)}.", param="failure_code")
    if payout["status"] in ("failed", "canceled"):
        raise wrong_state(f"Payout {payout['id']} is {payout['status']} already.")
    was = {"status": payout["status"]}
    fee = work.get("balance_transaction", payout["balance_transaction"])["fee"]
    details = [fee_detail(-fee, payout["currency"])] if fee else []
    back = book(
        work, "payout_failure", payout["amount"], payout["currency"], payout["id"], fee=-fee, fee_details=details
    )
    update(
        work, None, payout,
        status="failed", failure_code=code, failure_message=_REASONS[code], failure_balance_transaction=back,
    )  # fmt: skip
    if bank := work.find("bank_account", payout["destination"]):
        update(work, "account.external_account.updated", bank, status="errored")
    emit(work, "payout.failed", payout, was)
    return payout


@operation("payouts.cancel")
def cancel(work: Work) -> Object:
    payout = work.get("payout", *work.path.values())
    if payout["status"] != "pending":
        raise wrong_state(
            f"Payouts can only be canceled while they are pending; {payout['id']} is {payout['status']}.",
            code="payout_not_cancelable" if payout["status"] == "in_transit" else None,
        )
    fee = work.get("balance_transaction", payout["balance_transaction"])["fee"]
    details = [fee_detail(-fee, payout["currency"])] if fee else []
    back = book(
        work, "payout_cancel", payout["amount"], payout["currency"], payout["id"], fee=-fee, fee_details=details
    )
    update(work, None, payout, status="canceled", failure_balance_transaction=back)
    emit(work, "payout.canceled", payout, {"status": "pending"})
    return payout


@operation("payouts.update")
def change(work: Work) -> Object:
    payout = work.get("payout", *work.path.values())
    labels = metadata(payout["metadata"], work.parameters.get("metadata"))
    return update(work, "payout.updated", payout, metadata=labels)


@falls_due("payouts.daily")
def _daily(work: Work, platform: str) -> None:
    """Each midnight, accounts that are paid daily get what is available."""
    own = replace(work, account=platform, platform=platform)
    for account in own.all("account"):
        if account["settings"]["payouts"]["schedule"]["interval"] == "daily" and account["payouts_enabled"]:
            _pay_whole_balance(own.on(account["id"]))
    own.plan(work.now + DAY, "payouts.daily", platform)


def _pay_whole_balance(work: Work) -> None:
    codes: list[Any] = [one["currency"] for one in work.all("bank_account") if one["default_for_currency"]]
    for code in codes:
        if (amount := available(work, code)) > 0:
            pay_out(work, amount, code, automatic=True)


readable("payouts", "payout", "destination", "status", "created", "arrival_date")
