"""Connected accounts, transfers, payouts and disputes: whose money it is at each moment."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Platform


def test_an_account_may_do_nothing_until_its_requirements_are_met(platform: Platform) -> None:
    """docs.stripe.com/connect/handling-api-verification: currently_due lists what is needed; capabilities stay inactive
    and payouts disabled until it is provided."""
    made = platform.v1.accounts.create(
        {"type": "express", "country": "DE", "capabilities": {"transfers": {"requested": True}}}
    )
    assert (made.charges_enabled, made.payouts_enabled, made.details_submitted) == (False, False, False)
    assert made.capabilities.transfers == "inactive"
    assert "external_account" in made.requirements.currently_due
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.transfers.create({"amount": 100, "currency": "eur", "destination": made.id})
    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_onboarding_is_left_and_resumed_by_a_new_link(platform: Platform) -> None:
    """docs.stripe.com/api/account_links: a link is single-use and expires after a few minutes; visiting it again leads
    to the refresh_url. docs.stripe.com/connect/express-accounts: details are saved as they are given."""
    account = platform.v1.accounts.create({"type": "express", "country": "US"})
    links = {"refresh_url": "http://127.0.0.1/again", "return_url": "http://127.0.0.1/back"}

    def open_link() -> tuple[str, str]:
        link = platform.v1.account_links.create({"account": account.id, "type": "account_onboarding", **links})
        return link.url, httpx.get(link.url).headers["location"]

    link, page = open_link()
    assert httpx.get(link).headers["location"] == links["refresh_url"]
    about = {"first_name": "Nina", "last_name": "Simone", "email": "n@example.com", "born": "1933-02-21"}
    shown = httpx.post(page, data={"step": "about", "url": "https://example.com", **about})
    assert "Where payouts go" in shown.text
    assert links["return_url"] in shown.text
    assert not platform.v1.accounts.retrieve(account.id).details_submitted

    _, page = open_link()
    assert "Where payouts go" in httpx.get(page).text
    assert "Review" in httpx.post(page, data={"step": "bank", "account_number": "000123456789"}).text
    done = httpx.post(page, data={"step": "review"})
    assert done.headers["location"] == links["return_url"]
    account = platform.v1.accounts.retrieve(account.id)
    assert (account.charges_enabled, account.payouts_enabled) == (True, True)
    assert account.requirements.currently_due == []

    expired = platform.v1.account_links.create({"account": account.id, "type": "account_onboarding", **links})
    platform.advance(hours=1)
    assert httpx.get(expired.url).headers["location"] == links["refresh_url"]


def test_an_account_with_something_due_is_disabled_at_its_deadline(platform: Platform) -> None:
    """docs.stripe.com/connect/handling-api-verification: what is not provided by current_deadline becomes past_due and
    disables the account."""
    seller = platform.seller()
    now = platform.advance()
    due = ["individual.verification.document"]
    platform.process.steer(f"accounts/{seller.id}/requirements", currently_due=due, current_deadline=now + 3600)
    assert platform.v1.accounts.retrieve(seller.id).payouts_enabled
    platform.advance(hours=2)
    seller = platform.v1.accounts.retrieve(seller.id)
    assert (seller.payouts_enabled, seller.requirements.disabled_reason) == (False, "requirements.past_due")
    assert seller.requirements.past_due == due
    events = platform.v1.events.list({"type": "account.updated"}, {"stripe_account": seller.id})
    assert events.data[0].account == seller.id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.payouts.create({"amount": 1, "currency": "usd"}, {"stripe_account": seller.id})
    assert refused.value.code == "payouts_not_allowed"
    platform.process.steer(f"accounts/{seller.id}/requirements")
    assert platform.v1.accounts.retrieve(seller.id).payouts_enabled


def test_accounts_are_shut_off_from_each_other(platform: Platform) -> None:
    """docs.stripe.com/connect/authentication: the Stripe-Account header acts on that account's objects; another
    platform's account is a 403."""
    first, second = platform.seller(), platform.seller()
    intent = platform.paid(1000, options={"stripe_account": first.id})
    for options in ({}, {"stripe_account": second.id}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            platform.v1.payment_intents.retrieve(intent.id, {}, options)
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    stranger = platform.process.client("sk_test_stranger")
    with pytest.raises(stripe.PermissionError) as forbidden:
        stranger.v1.balance.retrieve(options={"stripe_account": first.id})
    assert forbidden.value.http_status == 403


def test_a_direct_charge_lands_in_the_seller_s_balance(platform: Platform) -> None:
    """docs.stripe.com/connect/direct-charges: the connected account's balance takes the charge, its fees and refunds;
    the application fee goes to the platform."""
    seller = platform.seller()
    platform.paid(1000, application_fee_amount=100, options={"stripe_account": seller.id})
    assert sum(platform.balance(seller.id)) == 1000 - 59 - 100
    assert sum(platform.balance()) == 100


def test_a_destination_charge_is_paid_for_by_the_platform(platform: Platform) -> None:
    """docs.stripe.com/connect/destination-charges: the charge is the platform's, which pays the Stripe fee; the amount
    is transferred to the destination, less the application fee."""
    seller = platform.seller()
    intent = platform.paid(1000, transfer_data={"destination": seller.id}, application_fee_amount=100)
    assert sum(platform.balance(seller.id)) == 900
    assert sum(platform.balance()) == 1000 - 59 - 1000 + 100
    transfer = platform.v1.transfers.retrieve(intent.latest_charge.transfer, {"expand": ["destination_payment"]})
    assert (transfer.amount, transfer.destination_payment.source_transfer) == (1000, transfer.id)


def test_a_transfer_needs_available_funds(platform: Platform) -> None:
    """docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability: a transfer without
    source_transaction fails if the amount exceeds the platform's available balance; pending funds don't count."""
    seller = platform.seller()
    platform.paid(1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.transfers.create({"amount": 500, "currency": "usd", "destination": seller.id})
    assert refused.value.code == "balance_insufficient"
    platform.advance(days=3)
    platform.v1.transfers.create({"amount": 500, "currency": "usd", "destination": seller.id})
    assert (platform.balance(), platform.balance(seller.id)) == ((441, 0), (500, 0))


def test_a_transfer_of_a_charge_settles_with_the_charge(platform: Platform) -> None:
    """…#transfer-availability: with source_transaction the transfer succeeds regardless of the available balance, and
    its funds become available when the charge's do; together they can't exceed the charge."""
    seller = platform.seller()
    charge = platform.paid(1000, transfer_group="order-1").latest_charge
    transfer = {"currency": "usd", "destination": seller.id, "source_transaction": charge.id}
    made = platform.v1.transfers.create({"amount": 600, **transfer})
    assert made.transfer_group == "order-1"
    assert platform.balance(seller.id) == (0, 600)
    with pytest.raises(stripe.InvalidRequestError, match="cannot exceed"):
        platform.v1.transfers.create({"amount": 401, **transfer})
    with pytest.raises(stripe.InvalidRequestError, match="currency"):
        platform.v1.transfers.create({"amount": 100, **transfer, "currency": "eur"})
    platform.v1.transfers.create({"amount": 400, **transfer})
    platform.advance(days=3)
    assert platform.balance(seller.id) == (1000, 0)
    assert platform.balance() == (-59, 0)
    assert len(platform.v1.transfers.list({"transfer_group": "order-1"}).data) == 2


def test_a_refund_never_reverses_a_separate_transfer(platform: Platform) -> None:
    """docs.stripe.com/connect/separate-charges-and-transfers#issue-refunds: refunding a charge has no impact on
    associated transfers; the platform reconciles by reversing them."""
    seller = platform.seller()
    platform.paid(5000)
    intent = platform.paid(1000)
    charge = intent.latest_charge.id
    platform.v1.transfers.create(
        {"amount": 900, "currency": "usd", "destination": seller.id, "source_transaction": charge}
    )
    platform.v1.refunds.create({"payment_intent": intent.id})
    assert sum(platform.balance(seller.id)) == 900
    with pytest.raises(stripe.InvalidRequestError, match="no associated transfer"):
        platform.v1.refunds.create({"charge": platform.paid(1000).latest_charge.id, "reverse_transfer": True})


def test_a_refund_of_a_destination_charge_reverses_only_when_asked(platform: Platform) -> None:
    """docs.stripe.com/connect/destination-charges#issue-refunds: the platform's balance is debited unless
    reverse_transfer is set, which reverses in proportion to the refund; refund_application_fee likewise."""
    seller = platform.seller()
    platform.paid(5000)
    given = {"transfer_data": {"destination": seller.id}, "application_fee_amount": 100}
    intent = platform.paid(1000, **given)
    platform.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    assert sum(platform.balance(seller.id)) == 900
    platform.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 400, "reverse_transfer": True, "refund_application_fee": True}
    )
    assert sum(platform.balance(seller.id)) == 900 - 500 + 50
    fee = platform.v1.application_fees.retrieve(platform.v1.charges.retrieve(intent.latest_charge.id).application_fee)
    assert fee.amount_refunded == 50


def test_a_reversal_needs_the_destination_s_balance(platform: Platform) -> None:
    """docs.stripe.com/api/transfer_reversals: it is possible to reverse a transfer only if the destination account has
    enough balance to cover the reversal, and only up to what is left of it."""
    seller = platform.seller()
    platform.paid(2000, "pm_card_bypassPending")
    transfer = platform.v1.transfers.create({"amount": 1000, "currency": "usd", "destination": seller.id})
    with pytest.raises(stripe.InvalidRequestError, match="greater than the amount left"):
        platform.v1.transfers.reversals.create(transfer.id, {"amount": 1001})
    reversal = platform.v1.transfers.reversals.create(transfer.id, {"amount": 300})
    assert (reversal.amount, platform.balance(seller.id)) == (300, (700, 0))
    platform.v1.payouts.create({"amount": 600, "currency": "usd"}, {"stripe_account": seller.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.transfers.reversals.create(transfer.id, {"amount": 101})
    assert refused.value.code == "balance_insufficient"
    transfer = platform.v1.transfers.retrieve(transfer.id)
    assert (transfer.amount_reversed, transfer.reversed, len(transfer.reversals.data)) == (300, False, 1)
    assert [line.type for line in platform.lines(seller.id)] == ["payout", "payment_refund", "payment"]


def test_a_standard_payout_arrives_days_later(platform: Platform) -> None:
    """docs.stripe.com/api/payouts: pending until it is submitted to the bank, in_transit, then paid; more than the
    available balance is refused, and only pending ones can be canceled."""
    seller = platform.seller()
    own = {"stripe_account": seller.id}
    platform.paid(1000, "pm_card_bypassPending", options=own)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.payouts.create({"amount": 942, "currency": "usd"}, own)
    assert refused.value.code == "balance_insufficient"
    payout = platform.v1.payouts.create({"amount": 900, "currency": "usd", "metadata": {"ours": "1"}}, own)
    assert (payout.status, platform.balance(seller.id)) == ("pending", (41, 0))
    platform.advance(days=1)
    assert platform.v1.payouts.retrieve(payout.id, {}, own).status == "in_transit"
    with pytest.raises(stripe.InvalidRequestError, match="only be canceled while"):
        platform.v1.payouts.cancel(payout.id, {}, own)
    platform.advance(days=3)
    assert platform.v1.payouts.retrieve(payout.id, {}, own).status == "paid"
    canceled = platform.v1.payouts.create({"amount": 41, "currency": "usd"}, own)
    assert platform.v1.payouts.cancel(canceled.id, {}, own).status == "canceled"
    assert platform.balance(seller.id) == (41, 0)


def test_an_instant_payout_costs_and_uses_pending_card_funds(platform: Platform) -> None:
    """docs.stripe.com/payouts/instant-payouts: card funds are eligible as soon as the charge completes
    (instant_available), and a fee is taken."""
    seller = platform.seller()
    own = {"stripe_account": seller.id}
    platform.paid(10_000, options=own)
    assert platform.v1.balance.retrieve(options=own).instant_available[0].amount == 9680
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.payouts.create({"amount": 9680, "currency": "usd", "method": "instant"}, own)
    assert refused.value.code == "balance_insufficient"
    payout = platform.v1.payouts.create({"amount": 9000, "currency": "usd", "method": "instant"}, own)
    platform.advance(hours=1)
    assert platform.v1.payouts.retrieve(payout.id, {}, own).status == "paid"
    assert sum(platform.balance(seller.id)) == 9680 - 9000 - 90


def test_a_payout_that_fails_brings_the_money_back(platform: Platform) -> None:
    """docs.stripe.com/connect/testing#account-numbers: 000111111116 fails with no_account; docs.stripe.com/api/payouts:
    a payout can fail after it was paid."""
    seller = platform.seller(external_account=_bank("000111111116"))
    own = {"stripe_account": seller.id}
    platform.paid(1000, "pm_card_bypassPending", options=own)
    payout = platform.v1.payouts.create({"amount": 900, "currency": "usd"}, own)
    platform.advance(days=4)
    payout = platform.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction", "destination"]}, own)
    assert (payout.status, payout.failure_code, payout.destination.status) == ("failed", "no_account", "errored")
    assert payout.failure_balance_transaction.net == 900
    assert platform.balance(seller.id) == (941, 0)

    other = platform.seller()
    own = {"stripe_account": other.id}
    platform.paid(1000, "pm_card_bypassPending", options=own)
    late = platform.v1.payouts.create({"amount": 900, "currency": "usd"}, own)
    platform.advance(days=4)
    assert platform.process.steer(f"payouts/{late.id}/fail", failure_code="account_closed")["status"] == "failed"
    assert platform.balance(other.id) == (941, 0)


def _bank(number: str) -> dict[str, str]:
    return {"object": "bank_account", "country": "US", "currency": "usd", "account_number": number,
            "routing_number": "110000000"}  # fmt: skip


def test_a_daily_schedule_pays_out_by_itself(platform: Platform) -> None:
    """docs.stripe.com/connect/manage-payout-schedule: by default accounts are paid out daily; interval manual stops
    it."""
    daily = platform.seller(settings={"payouts": {"schedule": {"interval": "daily"}}})
    manual = platform.seller()
    for seller in (daily, manual):
        platform.paid(1000, options={"stripe_account": seller.id})
    platform.advance(days=4)
    [payout] = platform.v1.payouts.list({}, {"stripe_account": daily.id}).data
    assert (payout.amount, payout.automatic) == (941, True)
    assert platform.v1.payouts.list({}, {"stripe_account": manual.id}).data == []


def test_a_dispute_takes_the_money_and_a_fee_from_the_platform(platform: Platform) -> None:
    """docs.stripe.com/connect/disputes: for destination and separate charges the disputed amount and fee are debited
    from the platform's balance; transfers stay. docs.stripe.com/testing#disputes: losing_evidence loses."""
    seller = platform.seller()
    charge = platform.paid(1000, "pm_card_createDispute").latest_charge.id
    platform.v1.transfers.create(
        {"amount": 900, "currency": "usd", "destination": seller.id, "source_transaction": charge}
    )
    platform.advance(hours=1)
    [dispute] = platform.v1.disputes.list({"charge": charge}).data
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1000)
    assert sum(platform.balance()) == 1000 - 59 - 900 - 1000 - 1500
    assert sum(platform.balance(seller.id)) == 900
    assert platform.v1.charges.retrieve(charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_disputed"
    _respond(platform, dispute.id, "losing_evidence")
    assert platform.v1.disputes.retrieve(dispute.id).status == "lost"
    assert len(platform.v1.disputes.retrieve(dispute.id).balance_transactions) == 1


def test_a_dispute_that_is_won_reinstates_the_amount(platform: Platform) -> None:
    """docs.stripe.com/disputes/how-disputes-work: a won dispute returns the amount; docs.stripe.com/testing#disputes:
    winning_evidence wins."""
    platform.paid(1000, "pm_card_createDisputeProductNotReceived")
    platform.advance(hours=1)
    [dispute] = platform.v1.disputes.list({}).data
    letter = BytesIO(b"sent on Monday")
    letter.name = "letter.txt"
    log = platform.v1.files.create({"purpose": "dispute_evidence", "file": letter})
    staged = platform.v1.disputes.update(
        dispute.id, {"evidence": {"shipping_documentation": log.id, "customer_name": "A fan"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    _respond(platform, dispute.id, "winning_evidence")
    dispute = platform.v1.disputes.retrieve(dispute.id)
    assert (dispute.status, [line.net for line in dispute.balance_transactions]) == ("won", [-2500, 1000])
    assert sum(platform.balance()) == 941 - 1500
    types = [event.type for event in platform.events() if "dispute" in event.type]
    assert types[:2] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert types[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def _respond(platform: Platform, id: str, evidence: str) -> None:
    answer = platform.v1.disputes.update(id, {"evidence": {"uncategorized_text": evidence}})
    assert answer.status == "under_review"
    with pytest.raises(stripe.InvalidRequestError, match="cannot submit evidence"):
        platform.v1.disputes.update(id, {"evidence": {"uncategorized_text": "more"}})
    platform.advance(hours=1)


def test_a_dispute_without_an_answer_is_lost_at_its_deadline(platform: Platform) -> None:
    """docs.stripe.com/disputes/responding: evidence can't be submitted after due_by, and the dispute is then lost."""
    charge = platform.paid(1000).latest_charge.id
    dispute = platform.process.steer(f"charges/{charge}/dispute", reason="duplicate", amount=400)
    assert (dispute["amount"], sum(platform.balance())) == (400, 941 - 400 - 1500)
    platform.advance(days=22)
    found = platform.v1.disputes.retrieve(dispute["id"])
    assert (found.status, found.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_takes_nothing_until_it_escalates(platform: Platform) -> None:
    """docs.stripe.com/disputes/how-disputes-work#inquiries: funds aren't withdrawn for inquiries unless they escalate,
    and the charge can be refunded meanwhile."""
    platform.paid(5000)
    charge = platform.paid(1000, "pm_card_createDisputeInquiry").latest_charge.id
    platform.advance(hours=1)
    [dispute] = platform.v1.disputes.list({"charge": charge}).data
    assert (dispute.status, dispute.is_charge_refundable, dispute.balance_transactions) == (
        "warning_needs_response", True, [],
    )  # fmt: skip
    platform.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
    platform.advance(hours=1)
    assert platform.v1.disputes.retrieve(dispute.id).status == "needs_response"


def test_an_account_with_money_cannot_be_deleted(platform: Platform) -> None:
    """docs.stripe.com/api/accounts/delete: accounts can be deleted when all balances are zero."""
    seller = platform.seller()
    platform.paid(1000, options={"stripe_account": seller.id})
    with pytest.raises(stripe.InvalidRequestError, match="balance is not zero"):
        platform.v1.accounts.delete(seller.id)
    empty: Any = platform.v1.accounts.create({"type": "express"})
    assert platform.v1.accounts.delete(empty.id).deleted
    assert empty.id not in [one.id for one in platform.v1.accounts.list().auto_paging_iter()]
