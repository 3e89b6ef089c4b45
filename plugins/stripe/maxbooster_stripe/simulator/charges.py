"""Charges: what taking a payment does to balances, and the money that it sends on to connected accounts.

Sources: https://docs.stripe.com/api/charges, https://docs.stripe.com/connect/charges (direct, destination and separate
charges; who pays the fees), https://docs.stripe.com/connect/direct-charges#collect-fees
"""

from __future__ import annotations

from .answers import includable, readable
from .balance import book, fee_detail, settles_on
from .cards import CARDS, Card, message
from .clock import MINUTE
from .errors import Refusal, missing
from .events import emit, update
from .money import card_fee, debit_fee
from .operations import operation
from .store import Object
from .work import Work, list_of, metadata


def succeed(work: Work, intent: Object, method: Object, captured: bool = True) -> Object:
    """A charge that the bank approved; its money is booked once it is captured."""
    charge = _new(work, intent, method, status="succeeded", paid=True)
    if captured:
        capture(work, charge, intent, intent["amount"])
    else:
        emit(work, "charge.succeeded", charge)
    return charge


def fail(work: Work, intent: Object, method: Object, code: str, decline_code: str | None) -> Object:
    charge = _new(
        work,
        intent,
        method,
        status="failed",
        paid=False,
        failure_code=code,
        failure_message=message(code, decline_code),
        outcome={
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "declined_by_network",
            "reason": decline_code or code,
            "risk_level": "normal",
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
    )
    emit(work, "charge.failed", charge)
    return charge


def capture(work: Work, charge: Object, intent: Object, amount: int) -> None:
    """Book the money, minus fees; send a destination charge's part on; plan what its card is known for."""
    card = CARDS.get(charge["_number"], Card())
    at = work.now if card.available_at_once else settles_on(work)
    code = charge["currency"]
    fee = debit_fee(amount) if "sepa_debit" in charge["payment_method_details"] else card_fee(amount, code)
    details = [fee_detail(fee, code)]
    own_share = min(intent.get("application_fee_amount") or 0, amount)
    direct = not work.is_platform
    if own_share and direct:
        details.append(fee_detail(own_share, code, "application_fee", "ca_simulated"))
        fee += own_share
    booked = book(
        work, "charge", amount, code, charge["id"],
        fee=fee, fee_details=details, available_on=at, description=charge["description"],
    )  # fmt: skip
    authorized_before = charge["_authorized"]
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": booked, "_authorized": True}
    if own_share:
        _earn(work, charge, own_share, at)
    if intent.get("transfer_data"):
        _send_on(work, charge, intent, amount, own_share)
    work.save(charge)
    emit(work, "charge.captured" if authorized_before else "charge.succeeded", charge)
    if card.afterwards:
        work.plan(work.now + MINUTE, "dispute.open", charge["id"])


def _new(work: Work, intent: Object, method: Object, **outcome: object) -> Object:
    details = {"card": _card_details(method)} if method["type"] == "card" else {"sepa_debit": _debit_details(method)}
    waits = intent["capture_method"] == "manual"
    charge: Object = {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None if work.is_platform else "ca_simulated",
        "application_fee": None,
        "application_fee_amount": intent.get("application_fee_amount"),
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SIMULATED",
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "metadata": intent["metadata"],
        "on_behalf_of": intent["on_behalf_of"],
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {**details, "type": method["type"]},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "transfer_data": intent["transfer_data"],
        "transfer_group": intent["transfer_group"],
        "_number": method["_number"],
        "_authorized": waits,
    }
    made = work.new("charge", "ch", **(charge | outcome))
    return update(work, None, made, receipt_url=f"{work.origin}/receipts/{work.account}/{made['id']}")


def _card_details(method: Object) -> Object:
    card = method["card"]
    return {
        **{name: card[name] for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint")},
        **{name: card[name] for name in ("funding", "last4", "wallet", "regulated_status")},
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "network_token": None,
        "three_d_secure": None,
        "amount_authorized": None,
        "authorization_code": None,
    }


def _debit_details(method: Object) -> Object:
    debit = method["sepa_debit"]
    return {
        **{name: debit[name] for name in ("bank_code", "branch_code", "country", "fingerprint", "last4")},
        "expected_debit_date": None,
        "mandate": None,
    }


def _earn(work: Work, charge: Object, amount: int, at: int) -> None:
    """The platform's fee, taken from what the seller gets."""
    seller = work.account if not work.is_platform else (charge["transfer_data"] or {}).get("destination")
    code = charge["currency"]
    platform = work.on(work.platform)
    fee = platform.new(
        "application_fee",
        "fee",
        account=seller,
        amount=amount,
        amount_refunded=0,
        application="ca_simulated",
        balance_transaction=None,
        charge=charge["id"],
        currency=code,
        fee_source={"charge": charge["id"], "type": "charge"},
        originating_transaction=charge["id"],
        refunded=False,
    )
    fee["refunds"] = list_of(f"/v1/application_fees/{fee['id']}/refunds", [])
    fee["balance_transaction"] = book(platform, "application_fee", amount, code, fee["id"], available_on=at)
    platform.save(fee)
    charge["application_fee"] = fee["id"]
    emit(platform, "application_fee.created", fee)


def _send_on(work: Work, charge: Object, intent: Object, amount: int, own_share: int) -> None:
    from .transfers import transfer

    data = intent["transfer_data"]
    part = min(data.get("amount") or amount, amount)
    group = charge["transfer_group"] or f"group_{intent['id']}"
    sent = transfer(work, part, charge["currency"], data["destination"], source=charge, group=group, fee=own_share)
    charge |= {"transfer": sent["id"], "transfer_group": group}


@includable("charge", "refunds")
def _refunds(work: Work, charge: Object) -> Object:
    refunds = work.all("refund", charge=charge["id"])[::-1]
    return list_of(f"/v1/charges/{charge['id']}/refunds", refunds)


@operation("charges.update")
def change(work: Work) -> Object:
    charge = work.get("charge", *work.path.values())
    given = work.parameters
    if "transfer_group" in given and charge["transfer_group"] not in (None, given["transfer_group"]):
        raise Refusal("You cannot change the transfer_group once it has been set.", param="transfer_group")
    names = ("description", "receipt_email", "transfer_group", "fraud_details", "shipping")
    changes = {name: given[name] for name in names if name in given}
    changes["metadata"] = metadata(charge["metadata"], given.get("metadata"))
    return update(work, "charge.updated", charge, **changes)


def charge_named(work: Work, id: str, param: str) -> Object:
    charge = work.find("charge", id)
    if charge is None:
        raise missing("charge", id, param, status=400)
    return charge


readable("charges", "charge", "customer", "payment_intent", "transfer_group", "created")
readable("application_fees", "application_fee", "charge", "created")
