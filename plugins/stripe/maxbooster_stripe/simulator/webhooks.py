"""Webhook endpoints, and when which event is sent to them: an adversary's schedule, the same for the same seed.

Sources: https://docs.stripe.com/webhooks (retries for up to three days with exponential backoff, no guaranteed order,
duplicates; several signatures while a secret is rolled), https://docs.stripe.com/api/webhook_endpoints
"""

from __future__ import annotations

import hmac
import random
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from stripe._api_version import _ApiVersion

from .answers import readable
from .clock import DAY, HOUR, MINUTE
from .errors import Refusal
from .operations import operation
from .store import Object, Store
from .work import Work, metadata, new_id

RETRIED_FOR = 3 * DAY
_LONGEST_PAUSE = 12 * HOUR
_MOST_ENDPOINTS = 16
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Schedule:
    """How badly the way to the receiver behaves; chances from 0 to 1, times in virtual seconds."""

    seed: int = 0
    duplicate: float = 0.0
    """The event is sent once more, soon after."""
    late_duplicate: float = 0.0
    """…once more after hours, when its snapshot is old."""
    drop: float = 0.0
    """The attempt never arrives, and counts as failed."""
    delay: float = 0.0
    delay_s: int = 10 * MINUTE
    """At most so much later, which also changes the order."""
    shuffle: bool = False
    """What is due at the same time goes in any order."""
    forged: float = 0.0
    """Somebody else sends a body with a wrong signature."""
    stale: float = 0.0
    """The event is sent once more with a signature that is an hour old."""
    skew_s: int = 0
    """How wrong the clock of the signatures is."""
    held: bool = False
    """Nothing is sent until it is flushed or the clock is advanced."""
    parallel: int = 1
    """How many requests are under way at once."""
    timeout_s: float = 10.0


def schedule(store: Store) -> Schedule:
    return Schedule(**(store.setting("schedule") or {}))


def set_schedule(store: Store, given: dict[str, Any]) -> Schedule:
    """
    Raises:
        Refusal: a name that no schedule has.
    """
    if unknown := set(given) - set(asdict(Schedule())):
        raise Refusal(f"A schedule has no {', '.join(sorted(unknown))}. Known: {', '.join(asdict(Schedule()))}.")
    merged = {**asdict(schedule(store)), **given}
    store.set_setting("schedule", merged)
    return Schedule(**merged)


def plan_deliveries(work: Work, event: Object) -> int:
    """Plan what each endpoint gets of the event; how many endpoints want it."""
    endpoints = [one for one in work.on(work.platform).all("webhook_endpoint") if _wants(one, work, event["type"])]
    plan = schedule(work.store)
    for place, endpoint in enumerate(endpoints):
        chance = random.Random(f"{plan.seed}/{event['_number']}/{place}")
        for kind, delay in _sendings(plan, chance):
            _insert(work.store, work.platform, endpoint["id"], event, work.now + delay, _rank(plan, chance), kind)
    return len(endpoints)


def retry_at(plan: Schedule, delivery: Any, now: int) -> int | None:
    """When a failed attempt is repeated; None when three days are over."""
    pause = min(MINUTE * 4 ** (delivery["attempt"] - 1), _LONGEST_PAUSE)
    return now + pause if now + pause - delivery["first_at"] <= RETRIED_FOR else None


def arrives(plan: Schedule, delivery: Any, number: int) -> bool:
    """Whether this attempt gets through."""
    name = f"{plan.seed}/{number}/{delivery['kind']}/{delivery['attempt']}"
    return random.Random(name).random() >= plan.drop or delivery["kind"] == "forged"


def signature(endpoint: Object, kind: str, payload: str, at: int, now: int) -> str:
    """`t=…,v1=…`, with a second v1 while the former secret still counts."""
    secrets = [endpoint["_secret"]]
    if endpoint.get("_former_until", 0) > now:
        secrets.append(endpoint["_former_secret"])
    if kind == "forged":
        secrets = ["whsec_forged"]
    if kind == "stale":
        at -= HOUR
    signed = [hmac.new(s.encode(), f"{at}.{payload}".encode(), "sha256").hexdigest() for s in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in signed)])


def rotate(work: Work, id: str, expires_in_s: int) -> Object:
    """A new secret; signatures carry both for so long, at most a day.

    Source: https://docs.stripe.com/webhooks#roll-endpoint-secrets
    """
    if not 0 <= expires_in_s <= DAY:
        raise Refusal(f"A former secret can count for 0 to {DAY} seconds, got {expires_in_s}.")
    endpoint = work.get("webhook_endpoint", id)
    endpoint |= {
        "_former_secret": endpoint["_secret"],
        "_former_until": work.now + expires_in_s,
        "_secret": new_id("whsec", 32),
    }
    work.save(endpoint)
    return {**endpoint, "secret": endpoint["_secret"]}


def _sendings(plan: Schedule, chance: random.Random) -> list[tuple[str, int]]:
    """Every draw is made whatever the settings, so that changing one chance leaves the others' draws as they are."""
    draws = [chance.random() for _ in range(7)]
    delay = int(draws[1] * plan.delay_s) if draws[0] < plan.delay else 0
    found = [("event", delay)]
    if draws[2] < plan.duplicate:
        found.append(("duplicate", delay))
    if draws[3] < plan.late_duplicate:
        found.append(("late_duplicate", delay + HOUR + int(draws[4] * 20 * HOUR)))
    if draws[5] < plan.forged:
        found.append(("forged", delay))
    if draws[6] < plan.stale:
        found.append(("stale", delay))
    return found


def _rank(plan: Schedule, chance: random.Random) -> float:
    drawn = chance.random()
    return drawn if plan.shuffle else 0.0


def _insert(store: Store, platform: str, endpoint: str, event: Object, at: int, rank: float, kind: str) -> None:
    store.execute(
        "INSERT INTO delivery (platform, endpoint, account, event, type, due_at, rank, kind, attempt, first_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, 'planned')",
        platform, endpoint, event.get("account", platform), event["id"], event["type"], at, rank, kind, at,
    )  # fmt: skip


def _wants(endpoint: Object, work: Work, type: str) -> bool:
    if endpoint["status"] != "enabled" or endpoint["_connect"] == work.is_platform:
        return False
    return type in endpoint["enabled_events"] or "*" in endpoint["enabled_events"]


@operation("webhook_endpoints.create")
def create(work: Work) -> Object:
    given = work.parameters
    if len(work.all("webhook_endpoint")) >= _MOST_ENDPOINTS:
        raise Refusal("You have reached the maximum of 16 test webhook endpoints.")
    if given.get("api_version", _ApiVersion.CURRENT) != _ApiVersion.CURRENT:
        raise Refusal(f"The simulator only speaks {_ApiVersion.CURRENT}.", param="api_version")
    connect = given.get("connect", False)
    secret = new_id("whsec", 32)
    made = work.new(
        "webhook_endpoint",
        "we",
        api_version=given.get("api_version"),
        application="ca_simulated" if connect else None,
        description=given.get("description"),
        enabled_events=_wanted(given["enabled_events"]),
        metadata=metadata({}, given.get("metadata")),
        status="enabled",
        url=_loopback(given["url"]),
        _connect=connect,
        _secret=secret,
    )
    return {**made, "secret": secret}


@operation("webhook_endpoints.update")
def change(work: Work) -> Object:
    endpoint = work.get("webhook_endpoint", *work.path.values())
    given = work.parameters
    if "url" in given:
        endpoint["url"] = _loopback(given["url"])
    if "enabled_events" in given:
        endpoint["enabled_events"] = _wanted(given["enabled_events"])
    if "disabled" in given:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"
    endpoint["description"] = given.get("description", endpoint["description"])
    endpoint["metadata"] = metadata(endpoint["metadata"], given.get("metadata"))
    work.save(endpoint)
    return endpoint


@operation("webhook_endpoints.delete")
def delete(work: Work) -> Object:
    endpoint = work.get("webhook_endpoint", *work.path.values())
    work.store.remove(work.account, "webhook_endpoint", endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _wanted(events: list[str]) -> list[str]:
    if not events:
        raise Refusal("You must specify at least one event.", param="enabled_events")
    return events


def _loopback(url: str) -> str:
    """The simulator never sends anything beyond this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise Refusal(
            f"Invalid URL: the simulator delivers to this machine only (127.0.0.1, localhost), got {url}.",
            code="url_invalid",
            param="url",
        )
    return url


readable("webhook_endpoints", "webhook_endpoint")
