"""How Stripe is spoken: keys, versions, idempotency, lists, expansion, and what goes wrong on purpose."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from stripe._api_version import _ApiVersion

from maxbooster_stripe.simulator import application, money
from maxbooster_stripe.simulator.errors import Refusal

from .conftest import START, Platform, Process


def test_requests_without_a_test_key_are_refused(platform: Platform) -> None:
    """docs.stripe.com/api/authentication: requests without authentication fail; docs.stripe.com/api/errors: 401."""
    answer = httpx.get(f"{platform.process.url}/v1/balance", headers={"Stripe-Version": _ApiVersion.CURRENT})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
    with pytest.raises(stripe.AuthenticationError):
        platform.process.client("sk_live_not_here").v1.balance.retrieve()


def test_the_version_is_sent_and_comes_back(platform: Platform) -> None:
    """docs.stripe.com/api/versioning: the version of a request is set by the Stripe-Version header. The simulator wants
    it sent, because the account's default is not what the SDK was made for."""
    headers = {"Authorization": f"Bearer {platform.key}"}
    answer = httpx.get(f"{platform.process.url}/v1/balance", headers=headers)
    assert (answer.status_code, "API version" in answer.text) == (400, True)
    answer = httpx.get(f"{platform.process.url}/v1/balance", headers={**headers, "Stripe-Version": _ApiVersion.CURRENT})
    assert answer.headers["stripe-version"] == _ApiVersion.CURRENT
    assert answer.headers["request-id"].startswith("req_")


def test_unknown_urls_and_objects_are_a_404(platform: Platform) -> None:
    """docs.stripe.com/api/errors: 404, the requested resource doesn't exist; docs.stripe.com/error-codes#resource-
    missing."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.customers.retrieve("cus_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.request_id.startswith("req_")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        platform.v1.climate.orders.list()


def test_a_key_gives_the_first_answer_again(platform: Platform) -> None:
    """docs.stripe.com/api/idempotent_requests: subsequent requests with the same key return the same result; the status
    and body of the first are saved whether it succeeds or fails."""
    first = platform.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    again = platform.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    assert first.id == again.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.last_response.headers["original-request"] == first.last_response.request_id
    assert len(platform.v1.customers.list().data) == 1
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            platform.paid(1000, "pm_card_visa_chargeDeclined", options={"idempotency_key": "declined"})
    assert len(platform.v1.charges.list().data) == 1


def test_a_key_is_refused_with_other_parameters(platform: Platform) -> None:
    """…: the idempotency layer compares incoming parameters to those of the original request and errors if they're not
    the same."""
    platform.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError) as refused:
        platform.v1.customers.create({"email": "b@example.com"}, {"idempotency_key": "one"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        platform.v1.products.create({"name": "a"}, {"idempotency_key": "one"})


def test_nothing_is_saved_of_parameters_that_fail_validation(platform: Platform) -> None:
    """…: results are only saved after the execution of an endpoint begins; if parameters fail validation, nothing is
    saved, and the request can be retried."""
    with pytest.raises(stripe.InvalidRequestError):
        platform.v1.products.create({}, {"idempotency_key": "one"})
    assert platform.v1.products.create({"name": "A beat"}, {"idempotency_key": "one"}).name == "A beat"


def test_keys_are_forgotten_after_a_day(platform: Platform) -> None:
    """…: keys can be removed once they're at least 24 hours old; a new request is generated if one is reused then."""
    first = platform.v1.customers.create({}, {"idempotency_key": "one"})
    platform.advance(hours=23)
    assert platform.v1.customers.create({}, {"idempotency_key": "one"}).id == first.id
    platform.advance(hours=2)
    assert platform.v1.customers.create({}, {"idempotency_key": "one"}).id != first.id


def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(platform: Platform) -> None:
    seller = platform.seller()
    own = platform.v1.customers.create({}, {"idempotency_key": "one"})
    theirs = platform.v1.customers.create({}, {"idempotency_key": "one", "stripe_account": seller.id})
    assert own.id != theirs.id


def test_of_twenty_requests_at_once_with_one_key_one_is_done(platform: Platform) -> None:
    """…: a request that conflicts with another that is executing concurrently gets no saved result;
    docs.stripe.com/api/ errors: 409, perhaps due to using the same idempotency key."""

    def create(_: int) -> str | int:
        client = platform.process.client(platform.key)
        try:
            return str(client.v1.customers.create({"name": "once"}, {"idempotency_key": "one"}).id)
        except stripe.APIError as conflict:
            return int(conflict.http_status or 0)

    with ThreadPoolExecutor(20) as at_once:
        answers = list(at_once.map(create, range(20)))
    [made] = platform.v1.customers.list().data
    assert set(answers) <= {made.id, 409}
    assert made.id in answers


def test_a_key_in_flight_is_a_409(platform: Platform) -> None:
    platform.process.steer("faults", kind="delay", operation="customers.create", delay_s=0.5)
    with ThreadPoolExecutor(2) as at_once:
        both = [
            at_once.submit(platform.process.client(platform.key).v1.customers.create, {}, {"idempotency_key": "one"})
            for _ in range(2)
        ]
    [conflict] = [one.exception() for one in both if one.exception()]
    assert isinstance(conflict, stripe.APIError)
    assert (conflict.http_status, conflict.error.code) == (409, "idempotency_key_in_use")
    assert len(platform.v1.customers.list().data) == 1


def test_lists_are_paged_and_paging_by_itself_sees_each_once(platform: Platform) -> None:
    """docs.stripe.com/api/pagination: newest first, limit 1 to 100, starting_after, ending_before, has_more."""
    made = [platform.v1.customers.create({"name": str(place)}).id for place in range(7)][::-1]
    page = platform.v1.customers.list({"limit": 3})
    assert ([one.id for one in page.data], page.has_more) == (made[:3], True)
    after = platform.v1.customers.list({"limit": 3, "starting_after": made[2]})
    assert [one.id for one in after.data] == made[3:6]
    before = platform.v1.customers.list({"limit": 2, "ending_before": made[4]})
    assert ([one.id for one in before.data], before.has_more) == (made[2:4], True)
    assert [one.id for one in platform.v1.customers.list({"limit": 2}).auto_paging_iter()] == made
    for limit in (0, 101):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            platform.v1.customers.list({"limit": limit})
        assert refused.value.param == "limit"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.customers.list({"starting_after": "cus_none"})
    assert refused.value.code == "resource_missing"


def test_lists_are_filtered_by_time_and_by_field(platform: Platform) -> None:
    first = platform.paid(1000).latest_charge
    platform.advance(hours=1)
    second = platform.paid(1000, "pm_card_mastercard").latest_charge
    newer = platform.v1.charges.list({"created": {"gt": first.created}}).data
    older = platform.v1.charges.list({"created": {"lte": first.created}}).data
    of_one = platform.v1.charges.list({"payment_intent": first.payment_intent}).data
    exact = platform.v1.charges.list({"created": second.created}).data
    assert [[one.id for one in found] for found in (newer, older, of_one, exact)] == [
        [second.id], [first.id], [first.id], [second.id],
    ]  # fmt: skip


def test_what_cannot_be_expanded_is_refused(platform: Platform) -> None:
    """docs.stripe.com/api/expanding_objects: only ids of objects can be expanded, four levels deep, in lists by
    data."""
    platform.paid(1000)
    [intent] = platform.v1.payment_intents.list({"expand": ["data.latest_charge"]}).data
    assert intent.latest_charge.paid
    for path in ("amount_of_love", "latest_charge.a", "a.b.c.d.e"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            platform.v1.payment_intents.retrieve(intent.id, {"expand": [path]})


def test_metadata_has_limits_and_keys_can_be_unset(platform: Platform) -> None:
    """docs.stripe.com/api/metadata: 50 keys, names of 40 and values of 500 characters; an empty value unsets a key."""
    customer = platform.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    left = platform.v1.customers.update(customer.id, {"metadata": {"a": ""}}).metadata
    assert left.to_dict() == {"b": "2"}
    many = {str(place): "x" for place in range(50)}
    for bad in ({"k" * 41: "v"}, {"k": "v" * 501}, many):
        with pytest.raises(stripe.InvalidRequestError):
            platform.v1.customers.update(customer.id, {"metadata": bad})


@pytest.mark.parametrize("body", ["a[b=1", "a]=1", "a=1&a[b]=2", "[]=1", "a" + "[b]" * 20 + "=1", b"\xff\xfe"])
def test_bodies_that_are_no_forms_are_refused(platform: Platform, body: Any) -> None:
    headers = {
        "Authorization": f"Bearer {platform.key}",
        "Stripe-Version": _ApiVersion.CURRENT,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = httpx.post(f"{platform.process.url}/v1/customers", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "error_before", "rate_limit", "lock_timeout"])
def test_the_sdk_tries_again_and_it_is_done_once(platform: Platform, kind: str) -> None:
    """docs.stripe.com/error-low-level: the SDK retries connection errors, 409s, 429s with Stripe-Should-Retry and 5xx
    under the same idempotency key."""
    client = platform.process.client(platform.key, retries=2)
    platform.process.steer("faults", kind=kind, operation="customers.create")
    retried = kind not in ("rate_limit", "lock_timeout")
    if retried:
        client.v1.customers.create({})
    else:
        with pytest.raises(stripe.RateLimitError):
            client.v1.customers.create({})
    assert len(platform.v1.customers.list().data) == (1 if retried else 0)


def test_a_500_after_doing_is_the_answer_of_its_key(platform: Platform) -> None:
    """docs.stripe.com/idempotency: same result for the same key, including 500 errors; docs.stripe.com/error-low-level:
    treat the result of a 500 as indeterminate."""
    platform.process.steer("faults", kind="error_after", operation="customers.create")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            platform.v1.customers.create({"name": "done"}, {"idempotency_key": "one"})
        assert failed.value.http_status == 500
    assert [one.name for one in platform.v1.customers.list().data] == ["done"]


def test_faults_strike_as_told(platform: Platform) -> None:
    platform.process.steer("faults", kind="error_before", operation="products.*", skip=1, times=2)
    outcomes = []
    for _ in range(5):
        try:
            platform.v1.products.create({"name": "x"})
            outcomes.append("done")
        except stripe.APIError:
            outcomes.append("failed")
    assert outcomes == ["done", "failed", "failed", "done", "done"]
    unknown = httpx.post(f"{platform.process.url}/_simulator/faults", json={"kind": "gremlin"})
    assert (unknown.status_code, "Known: error_before" in unknown.text) == (400, True)


def test_another_site_s_form_cannot_steer(platform: Platform) -> None:
    answer = httpx.post(f"{platform.process.url}/_simulator/clock", data={"advance_s": "1"})
    assert answer.status_code == 415


def test_the_clock_only_goes_ahead(platform: Platform) -> None:
    answer = httpx.post(f"{platform.process.url}/_simulator/clock", json={"advance_s": -1})
    assert answer.status_code == 400


async def test_the_async_sdk_is_answered_the_same(platform: Platform) -> None:
    client = platform.process.client(platform.key)
    addresses: Any = {"api": platform.process.url}
    client = stripe.StripeClient(platform.key, base_addresses=addresses, http_client=stripe.HTTPXClient())
    made = await asyncio.gather(*(client.v1.customers.create_async({"name": str(n)}) for n in range(5)))
    listed = await client.v1.customers.list_async({"limit": 2})
    found = [one.id async for one in listed.auto_paging_iter()]
    assert sorted(found) == sorted(one.id for one in made)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.retrieve_async("cus_none")


def test_state_survives_kill_9(alone: Platform) -> None:
    alone.paid(1000)
    customer = alone.v1.customers.create({"name": "kept"}, {"idempotency_key": "one"})
    now = alone.advance(hours=1)
    alone.process.kill()
    alone.process.start()
    alone.client = alone.process.client(alone.key)
    assert alone.v1.customers.create({"name": "kept"}, {"idempotency_key": "one"}).id == customer.id
    assert alone.balance() == (0, 941)
    assert alone.process.look()["now"] == now


def test_a_folder_is_served_by_one_process(alone: Platform) -> None:
    second = Process(alone.process.folder, "--start-at", START)
    assert second.url == ""
    second.kill()


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "::1", "8080"])
def test_it_listens_on_this_machine_only(tmp_path: Path, listen: str) -> None:
    refused = Process(tmp_path, "--listen", listen)
    assert refused.url == ""
    refused.kill()


async def test_it_is_an_asgi_application_too(tmp_path: Path) -> None:
    app = application(tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        headers = {"Authorization": "Bearer sk_test_mounted", "Stripe-Version": _ApiVersion.CURRENT}
        answer = await client.get("/v1/balance", headers=headers)
        assert (answer.status_code, answer.json()["object"]) == (200, "balance")


def test_isk_and_ugx_are_counted_in_hundredths_and_have_none():
    """https://docs.stripe.com/currencies#special-cases: “ISK … to charge 5 ISK, provide an amount value of 500”."""
    assert (money.shown(500_000, "isk"), money.shown(500_000, "ugx")) == ("5,000 ISK", "5,000 UGX")
    assert money.charged_amount(500_000, "ugx") == 500_000
    with pytest.raises(Refusal, match="must end in 00, got 550"):
        money.charged_amount(550, "isk")
