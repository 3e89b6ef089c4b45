"""Webhooks: signed, and as unreliable as a network can be, the same way for the same seed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import stripe

from .conftest import START, Platform, Process, Receiver


def endpoint(platform: Platform, receiver: Receiver, *types: str, connect: bool = False) -> Any:
    given = {"url": receiver.url, "enabled_events": list(types) or ["*"], "connect": connect}
    return platform.v1.webhook_endpoints.create(given)


def test_events_are_signed_snapshots(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#verify-manually: Stripe-Signature holds t and v1, HMAC-SHA256 of t.body by the
    endpoint's secret, which only its creation shows."""
    made = endpoint(alone, receiver, "customer.created")
    customer = alone.v1.customers.create({"name": "a"})
    alone.v1.customers.update(customer.id, {"name": "b"})
    alone.process.steer("deliveries/flush")
    [(header, body)] = receiver.taken
    event = stripe.Webhook.construct_event(body, header, made.secret)
    assert (event.type, event.data.object["name"]) == ("customer.created", "a")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, "whsec_other")
    assert "secret" not in alone.v1.webhook_endpoints.retrieve(made.id)
    assert alone.v1.events.retrieve(event.id).pending_webhooks == 0


def test_events_of_connected_accounts_go_to_connect_endpoints(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/connect/webhooks: Connect endpoints get the events of connected accounts, with a top-level
    account; account endpoints get the platform's own."""
    endpoint(alone, receiver, "payment_intent.succeeded", connect=True)
    seller = alone.seller()
    alone.paid(1000)
    alone.paid(1000, options={"stripe_account": seller.id})
    alone.process.steer("deliveries/flush")
    assert [event["account"] for event in receiver.events] == [seller.id]


def test_a_failed_delivery_is_tried_for_three_days(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#behaviors: Stripe attempts to deliver for up to three days with an exponential back
    off."""
    receiver.answers = [500] * 100
    endpoint(alone, receiver, "customer.created")
    alone.v1.customers.create({})
    alone.advance(days=5)
    attempts = alone.process.look("deliveries")["data"]
    times = [one["sent_at"] for one in attempts]
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses == sorted(pauses)
    assert len(pauses) >= 5
    assert times[-1] - times[0] <= 3 * 86400
    assert {one["state"] for one in attempts} == {"failed"}
    assert len(receiver.taken) == len(attempts)


def test_a_retry_stops_once_it_arrives(alone: Platform, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    endpoint(alone, receiver, "customer.created")
    alone.v1.customers.create({})
    alone.advance(days=4)
    assert [one["status"] for one in alone.process.look("deliveries")["data"]] == [500, 503, 200]


def test_a_disabled_endpoint_gets_no_more(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#behaviors: if an endpoint is disabled or deleted, future retries of that event are
    prevented."""
    receiver.answers = [500] * 100
    made = endpoint(alone, receiver, "customer.created")
    alone.v1.customers.create({})
    alone.advance(hours=1)
    before = len(receiver.taken)
    alone.v1.webhook_endpoints.update(made.id, {"disabled": True})
    alone.v1.customers.create({})
    alone.advance(days=4)
    assert len(receiver.taken) == before


def test_while_a_secret_is_rolled_both_sign(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#roll-endpoint-secrets: until the old secret expires, at most 24 hours later, one
    signature is generated for each secret."""
    made = endpoint(alone, receiver, "customer.created")
    rolled = alone.process.steer(f"webhook_endpoints/{made.id}/rotate", expires_in_s=3600)
    alone.v1.customers.create({})
    alone.process.steer("deliveries/flush")
    header, body = receiver.taken[-1]
    assert header.count("v1=") == 2
    for secret in (made.secret, rolled["secret"]):
        stripe.Webhook.construct_event(body, header, secret)
    alone.advance(hours=2)
    alone.v1.customers.create({})
    alone.process.steer("deliveries/flush")
    header, body = receiver.taken[-1]
    assert header.count("v1=") == 1
    stripe.Webhook.construct_event(body, header, rolled["secret"])


def test_forged_and_stale_ones_do_not_verify(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#replay-attacks: timestamps older than the tolerance of five minutes are rejected."""
    made = endpoint(alone, receiver, "customer.created")
    alone.process.steer("webhooks", forged=1.0, stale=1.0, held=True)
    alone.v1.customers.create({})
    assert receiver.taken == []
    alone.process.steer("deliveries/flush")
    outcomes = []
    for header, body in receiver.taken:
        try:
            stripe.Webhook.construct_event(body, header, made.secret)
            outcomes.append("good")
        except stripe.SignatureVerificationError:
            outcomes.append("refused")
    assert sorted(outcomes) == ["good", "refused", "refused"]


def test_every_event_arrives_at_least_once_through_a_storm(alone: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks#best-practices: duplicates happen and order is not guaranteed."""
    endpoint(alone, receiver, "customer.created")
    storm = {"seed": 7, "duplicate": 0.5, "late_duplicate": 0.3, "drop": 0.3, "delay": 0.5, "shuffle": True}
    alone.process.steer("webhooks", held=True, parallel=4, **storm)
    made = [alone.v1.customers.create({}).id for _ in range(20)]
    receiver.answers = [500, 200, 503]
    alone.advance(days=4)
    arrived = [event["data"]["object"]["id"] for event in receiver.events]
    assert set(arrived) == set(made)
    assert len(arrived) > len(made)
    first = list(dict.fromkeys(arrived))
    assert first != made


def test_the_same_seed_gives_the_same_schedule(tmp_path: Path, receiver: Receiver) -> None:
    def storm(name: str, seed: int) -> list[tuple[Any, ...]]:
        process = Process(tmp_path / name, "--start-at", START)
        platform = Platform(process, process.client("sk_test_same"), "sk_test_same")
        process.steer(
            "webhooks", seed=seed, duplicate=0.3, drop=0.3, delay=0.5, late_duplicate=0.2, shuffle=True, held=True
        )
        endpoint(platform, receiver)
        for _ in range(8):
            platform.paid(1000)
        platform.advance(days=4)
        found = process.look("deliveries")["data"]
        process.kill()
        names = ("type", "kind", "attempt", "due_at", "sent_at", "state")
        return [tuple(one[name] for name in names) for one in found]

    first, again, other = storm("a", 1), storm("b", 1), storm("c", 2)
    assert first == again
    assert first != other


def test_while_the_clock_runs_all_goes_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    process = Process(tmp_path / "running")
    platform = Platform(process, process.client("sk_test_running"), "sk_test_running")
    endpoint(platform, receiver, "customer.created")
    platform.v1.customers.create({})
    assert receiver.came.wait(10)
    process.kill()


@pytest.mark.parametrize("url", ["http://example.com/hook", "ftp://127.0.0.1/", "http://10.0.0.1/"])
def test_nothing_is_sent_beyond_this_machine(platform: Platform, url: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert refused.value.code == "url_invalid"


def test_sixteen_endpoints_are_the_most(platform: Platform, receiver: Receiver) -> None:
    """docs.stripe.com/webhooks: you can register up to 16 webhook endpoints."""
    for _ in range(16):
        endpoint(platform, receiver, "payout.paid")
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16"):
        endpoint(platform, receiver, "payout.paid")
