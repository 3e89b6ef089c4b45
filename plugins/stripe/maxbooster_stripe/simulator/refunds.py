"""Refunds: money back to the customer, from the balance of the account that took the charge.

Sources: https://docs.stripe.com/refunds, https://docs.stripe.com/api/refunds, and for what a refund does not do,
https://docs.stripe.com/connect/separate-charges-and-transfers#issue-refunds
"""

from __future__ import annotations

from . import transfers
from .answers import readable
from .balance import book, whole
from .cards import CARDS, Card
from .charges import charge_named
from .clock import HOUR
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .money import positive, shown
from .operations import operation
from .store import Object
from .work import Work, metadata


@operation("refunds.create")
def create(work: Work) -> Object:
    given = work.parameters
    charge = _charge(work)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = positive(given.get("amount", left or charge["amount"]))
    _refundable(work, charge, amount, left)
    refund = work.new(
        "refund",
        "re",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        metadata=metadata({}, given.get("metadata")),
        payment_intent=charge["payment_intent"],
        reason=given.get("reason"),
        receipt_number=None,
        source_transfer_reversal=None,
        status="pending",
        transfer_reversal=None,
    )
    if given.get("reverse_transfer"):
        _reverse_transfer(work, charge, refund)
    if given.get("refund_application_fee"):
        _return_fee(work, charge, amount)
    refunded = charge["amount_refunded"] + amount
    was = {"amount_refunded": charge["amount_refunded"]}
    update(work, None, charge, amount_refunded=refunded, refunded=refunded == charge["amount_captured"])
    pay(work, refund, charge)
    emit(work, "refund.created", refund)
    emit(work, "charge.refunded", charge, was)
    return refund


def _charge(work: Work) -> Object:
    given = work.parameters
    if given.get("charge"):
        return charge_named(work, given["charge"], "charge")
    if not given.get("payment_intent"):
        raise Refusal("One of the following params should be provided for this request: payment_intent or charge.")
    intent = work.get("payment_intent", given["payment_intent"], "payment_intent")
    if intent["latest_charge"] is None or intent["status"] not in ("succeeded", "requires_capture"):
        raise wrong_state(
            "This PaymentIntent does not have a successful charge to refund.", param="payment_intent"
        )
    return work.get("charge", intent["latest_charge"])


def _refundable(work: Work, charge: Object, amount: int, left: int) -> None:
    if not charge["paid"] or not charge["captured"]:
        raise wrong_state(f"Charge {charge['id']} has not been captured: cancel its PaymentIntent instead.")
    if charge["refunded"]:
        raise wrong_state(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    disputes = work.all("dispute", charge=charge["id"])
    if any(not one["is_charge_refundable"] and one["status"] != "won" for one in disputes):
        raise wrong_state(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if amount > left:
        code = charge["currency"]
        raise Refusal(
            f"Refund amount ({shown(amount, code)}) is greater than unrefunded amount on charge "
            f"({shown(left, code)})",
            param="amount",
        )


def _reverse_transfer(work: Work, charge: Object, refund: Object) -> None:
    """Take the refund's part of the charge back from the destination, in proportion."""
    if charge.get("transfer") is None:
        raise Refusal(
            "Cannot reverse the transfer of a charge that has no associated transfer: only destination charges do.",
            param="reverse_transfer",
        )
    sent = work.get("transfer", charge["transfer"])
    after = charge["amount_refunded"] + refund["amount"]
    part = sent["amount"] * after // charge["amount_captured"] - sent["amount_reversed"]
    if part > 0:
        reversal = transfers.reverse(work, sent, part, refund=refund["id"])
        refund["transfer_reversal"] = reversal["id"]


def _return_fee(work: Work, charge: Object, amount: int) -> None:
    if charge["application_fee"] is None:
        raise Refusal("The charge has no application fee to refund.", param="refund_application_fee")
    platform = work.on(work.platform)
    fee = platform.get("application_fee", charge["application_fee"])
    after = charge["amount_refunded"] + amount
    part = fee["amount"] * after // charge["amount_captured"] - fee["amount_refunded"]
    if part <= 0:
        return
    returned = platform.new(
        "fee_refund", "fr", amount=part, balance_transaction=None, currency=fee["currency"], fee=fee["id"], metadata={}
    )
    returned["balance_transaction"] = book(
        platform, "application_fee_refund", -part, fee["currency"], returned["id"]
    )
    platform.save(returned)
    seller = work.on(fee["account"])
    book(seller, "application_fee_refund", part, fee["currency"], returned["id"])
    listed = {**fee["refunds"], "data": [returned, *fee["refunds"]["data"]]}
    done = fee["amount_refunded"] + part
    update(platform, None, fee, amount_refunded=done, refunded=done == fee["amount"], refunds=listed)
    emit(platform, "application_fee.refunded", fee)


def pay(work: Work, refund: Object, charge: Object) -> None:
    """Pay it from the balance; it waits while the balance does not cover it."""
    if whole(work, refund["currency"]) < refund["amount"]:
        update(work, None, refund, status="pending", pending_reason="insufficient_funds")
        work.plan(work.now + HOUR, "refund.pay", refund["id"])
        return
    settled = work.get("balance_transaction", charge["balance_transaction"])["available_on"]
    booked = book(work, "refund", -refund["amount"], refund["currency"], refund["id"], available_on=settled)
    refund.pop("pending_reason", None)
    card = CARDS.get(charge["_number"], Card())
    status = "pending" if card.refund == "late" else "succeeded"
    update(work, None, refund, status=status, balance_transaction=booked)
    if card.refund != "succeeds":
        work.plan(work.now + HOUR, "refund.settle", refund["id"])


@falls_due("refund.pay")
def _try_again(work: Work, id: str) -> None:
    refund = work.get("refund", id)
    if refund["status"] != "pending":
        return
    pay(work, refund, work.get("charge", refund["charge"]))
    if refund["balance_transaction"]:
        emit(work, "refund.updated", refund, {"status": "pending"})
        emit(work, "charge.refund.updated", refund, {"status": "pending"})


@falls_due("refund.settle")
def _settle(work: Work, id: str) -> None:
    """The bank has taken the refund, or sent it back."""
    refund = work.get("refund", id)
    charge = work.get("charge", refund["charge"])
    was = {"status": refund["status"]}
    if refund["status"] == "canceled":
        return
    if CARDS.get(charge["_number"], Card()).refund == "late":
        update(work, None, refund, status="succeeded")
    else:
        fail(work, refund, charge, "expired_or_canceled_card")
        return
    emit(work, "refund.updated", refund, was)
    emit(work, "charge.refund.updated", refund, was)


def fail(work: Work, refund: Object, charge: Object, reason: str) -> None:
    """The money comes back to the balance, and the charge counts as unrefunded again."""
    was = {"status": refund["status"]}
    back = book(work, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    update(work, None, refund, status="failed", failure_reason=reason, failure_balance_transaction=back)
    left = charge["amount_refunded"] - refund["amount"]
    update(work, "charge.updated", charge, amount_refunded=left, refunded=False)
    emit(work, "refund.failed", refund, was)
    emit(work, "charge.refund.updated", refund, was)


@operation("refunds.update")
def change(work: Work) -> Object:
    refund = work.get("refund", *work.path.values())
    labels = metadata(refund["metadata"], work.parameters.get("metadata"))
    return update(work, "refund.updated", refund, metadata=labels)


@operation("refunds.cancel")
def cancel(work: Work) -> Object:
    refund = work.get("refund", *work.path.values())
    if refund["status"] != "requires_action":
        raise wrong_state(f"Refund {refund['id']} has a status of {refund['status']} and cannot be canceled.")
    return update(work, "refund.updated", refund, status="canceled")


readable("refunds", "refund", "charge", "payment_intent", "created")
