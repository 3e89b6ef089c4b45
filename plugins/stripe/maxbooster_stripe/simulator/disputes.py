"""Disputes: the money goes at once, and comes back only if the dispute is won.

Sources: https://docs.stripe.com/disputes/how-disputes-work, https://docs.stripe.com/connect/disputes (for destination and
separate charges the platform is debited), https://docs.stripe.com/testing#disputes (evidence that wins and loses)
"""

from __future__ import annotations

from typing import Any

from .answers import readable
from .balance import book, fee_detail
from .cards import CARDS
from .charges import charge_named
from .clock import DAY, MINUTE, midnight
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .money import dispute_fee
from .operations import operation
from .store import Object
from .work import Work, metadata

_TEXTS = ("access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal",
          "customer_email_address", "customer_name", "customer_purchase_ip", "duplicate_charge_explanation",
          "duplicate_charge_id", "product_description", "refund_policy_disclosure", "refund_refusal_explanation",
          "service_date", "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number",
          "uncategorized_text")  # fmt: skip
_FILES = ("cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation",
          "receipt", "refund_policy", "service_documentation", "shipping_documentation",
          "uncategorized_file")  # fmt: skip
_MOST_TEXT = 150_000
_RESPONSE_DAYS = 20
_REASONS = {"bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated", "debit_not_authorized",
            "duplicate", "fraudulent", "general", "incorrect_account_details", "insufficient_funds", "noncompliant",
            "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized"}  # fmt: skip
_OPEN = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}
_VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalate"}
_REVIEW_TAKES = MINUTE


@falls_due("dispute.open")
def _by_card(work: Work, charge: str) -> None:
    found = work.get("charge", charge)
    wants = CARDS[found["_number"]].afterwards
    if wants and not found["disputed"] and not found["refunded"]:
        open_dispute(work, charge, "fraudulent" if wants == "inquiry" else wants, inquiry=wants == "inquiry")


def open_dispute(
    work: Work, charge_id: str, reason: str = "fraudulent", amount: int | None = None, inquiry: bool = False
) -> Object:
    """The cardholder's bank disputes a charge: its money and a fee are taken, unless it only inquires.

    Raises:
        Refusal: no captured charge of this account, disputed already, more than was charged, or no such reason.
    """
    if reason not in _REASONS:
        raise Refusal(f"No dispute reason {reason}. Known: {', '.join(sorted(_REASONS))}.", param="reason")
    charge = charge_named(work, charge_id, "charge")
    if not charge["captured"] or charge["disputed"]:
        raise wrong_state(f"Charge {charge_id} cannot be disputed: it is not captured, or is disputed already.")
    amount = amount or charge["amount_captured"]
    if amount > charge["amount_captured"]:
        raise Refusal(f"Cannot dispute {amount} of {charge['amount_captured']}.", param="amount")
    dispute = work.new(
        "dispute",
        "du",
        amount=amount,
        balance_transactions=[],
        charge=charge_id,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={name: None for name in (*_TEXTS, *_FILES)} | {"enhanced_evidence": {}},
        evidence_details={
            "due_by": midnight(work.now + _RESPONSE_DAYS * DAY) - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        network_reason_code="10.4",
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {"brand": "visa", "case_type": "inquiry" if inquiry else "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    update(work, None, charge, disputed=True)
    if not inquiry:
        _withdraw(work, dispute)
    emit(work, "charge.dispute.created", dispute)
    if not inquiry:
        emit(work, "charge.dispute.funds_withdrawn", dispute)
    work.plan(dispute["evidence_details"]["due_by"], "dispute.deadline", dispute["id"])
    return dispute


def _withdraw(work: Work, dispute: Object) -> None:
    code, fee = dispute["currency"], dispute_fee(dispute["currency"])
    detail = {**fee_detail(fee, code), "description": "Dispute fee"}
    _booked(work, dispute, -dispute["amount"], "dispute", fee, [detail])


def _booked(
    work: Work, dispute: Object, amount: int, category: str, fee: int = 0, details: list[Object] | None = None
) -> None:
    id = book(
        work, "adjustment", amount, dispute["currency"], dispute["id"],
        fee=fee, fee_details=details or [], category=category, description=f"Chargeback of {dispute['charge']}",
    )  # fmt: skip
    line = work.get("balance_transaction", id)
    update(work, None, dispute, balance_transactions=[*dispute["balance_transactions"], line])


@operation("disputes.update")
def change(work: Work) -> Object:
    dispute = work.get("dispute", *work.path.values())
    given = work.parameters
    update(work, None, dispute, metadata=metadata(dispute["metadata"], given.get("metadata")))
    evidence = given.get("evidence")
    submits = given.get("submit", True)
    if evidence:
        _respondable(work, dispute)
        _file(work, dispute, evidence)
    emit(work, "charge.dispute.updated", dispute)
    if submits and dispute["evidence_details"]["has_evidence"] and dispute["status"].endswith("needs_response"):
        _submit(work, dispute)
    return dispute


def _respondable(work: Work, dispute: Object) -> None:
    if dispute["evidence_details"]["past_due"] or not dispute["status"].endswith("needs_response"):
        raise wrong_state(
            f"You cannot submit evidence for dispute {dispute['id']}: its status is {dispute['status']}. Evidence can be "
            "submitted once, before the deadline."
        )


def _file(work: Work, dispute: Object, evidence: Any) -> None:
    merged = dict(dispute["evidence"])
    for name, value in evidence.items():
        if name not in (*_TEXTS, *_FILES):
            raise Refusal(f"The simulator has no evidence of the kind {name}.", param=f"evidence[{name}]")
        if name in _FILES and value:
            if work.get("file", value, f"evidence[{name}]")["purpose"] != "dispute_evidence":
                raise Refusal("The file's purpose must be dispute_evidence.", param=f"evidence[{name}]")
        merged[name] = value or None
    if sum(len(merged[name] or "") for name in _TEXTS) > _MOST_TEXT:
        raise Refusal("The combined character count of all evidence may not exceed 150000.", param="evidence")
    filed = any(merged[name] for name in (*_TEXTS, *_FILES))
    details = {**dispute["evidence_details"], "has_evidence": filed}
    update(work, None, dispute, evidence=merged, evidence_details=details)


def _submit(work: Work, dispute: Object) -> None:
    details = dispute["evidence_details"]
    status = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
    update(
        work, "charge.dispute.updated", dispute,
        status=status, evidence_details={**details, "submission_count": details["submission_count"] + 1},
    )  # fmt: skip
    if dispute["evidence"]["uncategorized_text"] in _VERDICTS:
        work.plan(work.now + _REVIEW_TAKES, "dispute.decide", dispute["id"])


@falls_due("dispute.decide")
def _decide(work: Work, id: str) -> None:
    dispute = work.get("dispute", id)
    verdict = _VERDICTS[dispute["evidence"]["uncategorized_text"]]
    if dispute["status"] not in _OPEN:
        return
    if verdict == "escalate" and dispute["status"].startswith("warning"):
        update(work, None, dispute, status="needs_response", is_charge_refundable=False)
        _withdraw(work, dispute)
        emit(work, "charge.dispute.updated", dispute)
        emit(work, "charge.dispute.funds_withdrawn", dispute)
    else:
        close(work, dispute, "lost" if verdict == "lost" else "won")


@falls_due("dispute.deadline")
def _deadline(work: Work, id: str) -> None:
    dispute = work.get("dispute", id)
    if dispute["status"].endswith("needs_response"):
        details = {**dispute["evidence_details"], "past_due": True}
        update(work, None, dispute, evidence_details=details)
        close(work, dispute, "lost")


def close(work: Work, dispute: Object, outcome: str) -> Object:
    """
    Raises:
        Refusal: closed already, or an outcome other than `won` and `lost`.
    """
    if outcome not in ("won", "lost"):
        raise Refusal(f"A dispute is won or lost, not {outcome}.", param="outcome")
    if dispute["status"] not in _OPEN:
        raise wrong_state(f"This dispute is already closed: {dispute['id']} is {dispute['status']}.")
    was = {"status": dispute["status"]}
    inquiry = dispute["status"].startswith("warning")
    update(work, None, dispute, status="warning_closed" if inquiry else outcome)
    if outcome == "won" and not inquiry:
        _booked(work, dispute, dispute["amount"], "dispute_reversal")
        emit(work, "charge.dispute.funds_reinstated", dispute)
    emit(work, "charge.dispute.closed", dispute, was)
    return dispute


@operation("disputes.close")
def accept(work: Work) -> Object:
    """Whoever closes a dispute accepts that it is lost."""
    return close(work, work.get("dispute", *work.path.values()), "lost")


@operation("files.create")
def upload(work: Work) -> Object:
    """
    Raises:
        Refusal: no file, or a larger one than evidence may be.
    """
    name, content = work.files.get("file", ("", b""))
    if not content:
        raise Refusal("Missing required param: file.", code="parameter_missing", param="file")
    if len(content) > 5_000_000:
        raise Refusal("The file is larger than 5 MB.", param="file")
    work.parameters.get("file")
    made = work.new(
        "file",
        "file",
        expires_at=None,
        filename=name,
        purpose=work.parameters["purpose"],
        size=len(content),
        title=None,
        type=name.rpartition(".")[2] or None,
        url=None,
    )
    del made["livemode"]
    work.save(made)
    return made


readable("disputes", "dispute", "charge", "payment_intent", "created")
readable("files", "file", "purpose", "created")
