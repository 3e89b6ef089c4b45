"""Transfers from the platform's balance to connected accounts, and their reversals.

Sources: https://docs.stripe.com/connect/separate-charges-and-transfers, https://docs.stripe.com/api/transfers,
https://docs.stripe.com/api/transfer_reversals
"""

from __future__ import annotations

from .accounts import connected
from .answers import page, readable
from .balance import available, book, fee_detail, insufficient, whole
from .charges import charge_named
from .errors import Refusal, missing, wrong_state
from .events import emit, update
from .money import currency, positive
from .operations import operation
from .store import Object
from .work import Work, list_of, metadata


@operation("transfers.create")
def create(work: Work) -> Object:
    given = work.parameters
    code = currency(given["currency"])
    if "amount" not in given:
        raise Refusal("Missing required param: amount.", code="parameter_missing", param="amount")
    source = charge_named(work, given["source_transaction"], "source_transaction") if _has_source(work) else None
    given.get("source_type")
    return transfer(
        work,
        positive(given["amount"]),
        code,
        given["destination"],
        source=source,
        group=given.get("transfer_group"),
        description=given.get("description"),
        labels=metadata({}, given.get("metadata")),
    )


def _has_source(work: Work) -> bool:
    return "source_transaction" in work.parameters


def transfer(
    work: Work,
    amount: int,
    code: str,
    destination: str,
    *,
    source: Object | None = None,
    group: str | None = None,
    description: str | None = None,
    labels: dict[str, str] | None = None,
    fee: int = 0,
) -> Object:
    """Move money to a connected account: at once from what is available, or with a charge's money when that settles.

    Raises:
        Refusal: the account may not receive it, the balance does not cover it, or the charge has not so much left.
    """
    account = connected(work, destination, "destination")
    if account["capabilities"].get("transfers") != "active":
        raise Refusal(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            param="destination",
        )
    at = work.now
    if source is not None:
        at = _settled(work, source, amount, code)
        group = _group_of(work, source, group)
    elif available(work, code) < amount:
        raise insufficient(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available "
            "balance by creating Charges using the 4000000000000077 test card."
        )
    sent = work.new(
        "transfer",
        "tr",
        amount=amount,
        amount_reversed=0,
        balance_transaction=None,
        currency=code,
        description=description,
        destination=destination,
        destination_payment=None,
        metadata=labels or {},
        reversed=False,
        source_transaction=source["id"] if source else None,
        source_type="card",
        transfer_group=group,
    )
    sent["reversals"] = list_of(f"/v1/transfers/{sent['id']}/reversals", [])
    sent["balance_transaction"] = book(work, "transfer", -amount, code, sent["id"], available_on=at)
    sent["destination_payment"] = _received(work.on(destination), sent, at, fee)
    work.save(sent)
    emit(work, "transfer.created", sent)
    return sent


def _settled(work: Work, charge: Object, amount: int, code: str) -> int:
    """When the charge's money is available, which is when the transfer's is."""
    if not charge["captured"] or charge["balance_transaction"] is None:
        raise wrong_state(f"The charge {charge['id']} has not succeeded, so its funds cannot be transferred.")
    if charge["currency"] != code:
        raise Refusal(
            f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the same as the "
            f"transfer currency ({code})",
            param="currency",
        )
    sent = sum(one["amount"] - one["amount_reversed"] for one in work.all("transfer", source_transaction=charge["id"]))
    if sent + amount > charge["amount_captured"]:
        raise wrong_state(
            f"Cannot transfer {amount}: transfers using {charge['id']} as a source_transaction cannot exceed its "
            f"amount of {charge['amount_captured']} ({sent} already transferred)."
        )
    return int(work.get("balance_transaction", charge["balance_transaction"])["available_on"])


def _group_of(work: Work, charge: Object, group: str | None) -> str:
    """A charge and the transfers of its money are in one group."""
    if group and charge["transfer_group"] and group != charge["transfer_group"]:
        raise Refusal(
            f"The transfer_group {group} does not match the source_transaction's: {charge['transfer_group']}.",
            param="transfer_group",
        )
    group = group or charge["transfer_group"] or f"group_{charge['id']}"
    if charge["transfer_group"] is None:
        charge["transfer_group"] = group
        work.save(charge)
    return group


def _received(work: Work, sent: Object, at: int, fee: int) -> str:
    """The payment that the connected account sees, less the platform's fee."""
    empty_details = {name: None for name in ("address", "email", "name", "phone", "tax_id")}
    names = ("application", "application_fee", "application_fee_amount", "calculated_statement_descriptor", "customer",
             "description", "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "outcome",
             "payment_intent", "payment_method", "payment_method_details", "receipt_email", "receipt_number",
             "receipt_url", "review", "shipping", "source", "statement_descriptor", "statement_descriptor_suffix",
             "transfer_data")  # fmt: skip
    payment = work.new(
        "charge",
        "py",
        **{name: None for name in names},
        amount=sent["amount"],
        amount_captured=sent["amount"],
        amount_refunded=0,
        balance_transaction=None,
        billing_details=empty_details,
        captured=True,
        currency=sent["currency"],
        disputed=False,
        fraud_details={},
        metadata={},
        paid=True,
        refunded=False,
        source_transfer=sent["id"],
        status="succeeded",
        transfer_group=sent["transfer_group"],
    )
    details = [fee_detail(fee, sent["currency"], "application_fee", "ca_simulated")] if fee else []
    payment["application_fee_amount"] = fee or None
    payment["balance_transaction"] = book(
        work, "payment", sent["amount"], sent["currency"], payment["id"],
        fee=fee, fee_details=details, available_on=at,
    )  # fmt: skip
    work.save(payment)
    emit(work, "payment.created", payment)
    return str(payment["id"])


@operation("transfers.reversals.create")
def create_reversal(work: Work) -> Object:
    sent = work.get("transfer", *work.path.values())
    given = work.parameters
    amount = positive(given.get("amount", sent["amount"] - sent["amount_reversed"]))
    given.get("refund_application_fee")
    return reverse(work, sent, amount, given.get("description"), metadata({}, given.get("metadata")))


def reverse(
    work: Work,
    sent: Object,
    amount: int,
    description: str | None = None,
    labels: dict[str, str] | None = None,
    refund: str | None = None,
) -> Object:
    """Take money back from the destination account.

    Raises:
        Refusal: more than is left of the transfer, or than the destination has.
    """
    left = sent["amount"] - sent["amount_reversed"]
    if amount > left:
        raise Refusal(
            f"The reversal amount ({amount}) is greater than the amount left to reverse on {sent['id']} ({left}).",
            param="amount",
        )
    seller = work.on(sent["destination"])
    if whole(seller, sent["currency"]) < amount:
        raise insufficient(
            f"Insufficient funds: the destination account {sent['destination']} does not have enough balance to cover "
            f"the reversal of {amount} {sent['currency']}.",
            param="amount",
        )
    taken, payment = _taken_back(seller, sent, amount)
    at = work.get("balance_transaction", sent["balance_transaction"])["available_on"]
    reversal = work.new(
        "transfer_reversal",
        "trr",
        amount=amount,
        balance_transaction=None,
        currency=sent["currency"],
        destination_payment_refund=taken["id"],
        metadata=labels or {},
        source_refund=refund,
        transfer=sent["id"],
    )
    reversal["balance_transaction"] = book(
        work, "transfer_refund", amount, sent["currency"], reversal["id"], available_on=at, description=description
    )
    work.save(reversal)
    taken["source_transfer_reversal"] = reversal["id"]
    seller.save(taken)
    emit(seller, "charge.refunded", payment)
    listed = {**sent["reversals"], "data": [reversal, *sent["reversals"]["data"]]}
    reversed_now = sent["amount_reversed"] + amount
    update(work, None, sent, amount_reversed=reversed_now, reversed=reversed_now == sent["amount"], reversals=listed)
    emit(work, "transfer.reversed", sent, {"amount_reversed": reversed_now - amount})
    return reversal


def _taken_back(work: Work, sent: Object, amount: int) -> tuple[Object, Object]:
    payment = work.get("charge", sent["destination_payment"])
    at = work.get("balance_transaction", payment["balance_transaction"])["available_on"]
    taken = work.new(
        "refund",
        "pyr",
        amount=amount,
        balance_transaction=None,
        charge=payment["id"],
        currency=sent["currency"],
        metadata={},
        payment_intent=None,
        reason=None,
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded",
        transfer_reversal=None,
    )
    taken["balance_transaction"] = book(
        work, "payment_refund", -amount, sent["currency"], taken["id"], available_on=at
    )
    work.save(taken)
    refunded = payment["amount_refunded"] + amount
    update(work, None, payment, amount_refunded=refunded, refunded=refunded == payment["amount"])
    return taken, payment


@operation("transfers.update")
def change(work: Work) -> Object:
    sent = work.get("transfer", *work.path.values())
    given = work.parameters
    return update(
        work,
        "transfer.updated",
        sent,
        metadata=metadata(sent["metadata"], given.get("metadata")),
        description=given.get("description", sent["description"]),
    )


@operation("transfers.reversals.retrieve")
def reversal(work: Work) -> Object:
    found = work.get("transfer_reversal", work.path["id"])
    if found["transfer"] != work.path["transfer"]:
        raise missing("transfer_reversal", work.path["id"])
    return found


@operation("transfers.reversals.list")
def reversals(work: Work) -> Object:
    sent = work.get("transfer", work.path["id"])
    return page(work, "transfer_reversal", {}, transfer=sent["id"])


readable("transfers", "transfer", "destination", "transfer_group", "created")
