"""What steers the simulator, under `/_simulator/`: its clock, faults, webhooks, and what banks and Stripe decide."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from . import accounts, disputes, faults, payouts, refunds, webhooks
from .answers import shown
from .engine import Engine
from .errors import Refusal, missing
from .work import Work

Body = dict[str, Any]
Steer = Callable[[Engine, Body, dict[str, str]], Awaitable[Any]]

_routes: list[tuple[str, re.Pattern[str], Steer]] = []


def route(method: str, path: str) -> Callable[[Steer], Steer]:
    def register(steer: Steer) -> Steer:
        _routes.append((method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), steer))
        return steer

    return register


async def steer(engine: Engine, method: str, path: str, body: Body) -> Any:
    """
    Raises:
        Refusal: nothing there, or what it says.
    """
    for known, pattern, action in _routes:
        if known == method and (match := pattern.fullmatch(path)):
            return await action(engine, body, match.groupdict())
    raise Refusal(f"The simulator has no {method} /_simulator/{path}.", status=404)


@route("GET", "")
async def state(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    def read() -> Body:
        rows = engine.store.execute("SELECT state, count(*) AS count FROM delivery GROUP BY state")
        return {
            "now": engine.clock.now(),
            "runs": engine.clock.runs,
            "webhooks": asdict(webhooks.schedule(engine.store)),
            "faults": faults.listed(engine.store),
            "deliveries": {row["state"]: row["count"] for row in rows},
        }

    return await engine.transaction(read)


@route("POST", "clock")
async def clock(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    """`{"advance_s": 86400}` or `{"to": 1790000000}`."""
    if set(body) not in ({"advance_s"}, {"to"}) or not isinstance(next(iter(body.values())), int):
        raise Refusal("Give either advance_s or to, in whole seconds.")
    to = body["to"] if "to" in body else engine.clock.now() + body["advance_s"]
    if to < engine.clock.now():
        raise Refusal(f"The clock only goes ahead: it is {engine.clock.now()}, got {to}.")
    return {"now": await engine.advance(to)}


@route("POST", "faults")
async def add_fault(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    return {"faults": await engine.transaction(lambda: faults.add(engine.store, body))}


@route("DELETE", "faults")
async def no_faults(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    await engine.transaction(lambda: engine.store.set_setting("faults", []))
    return {"faults": []}


@route("POST", "webhooks")
async def set_schedule(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    return asdict(await engine.transaction(lambda: webhooks.set_schedule(engine.store, body)))


@route("GET", "deliveries")
async def deliveries(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    def read() -> Body:
        rows = engine.store.execute("SELECT * FROM delivery ORDER BY sent_at IS NULL, sent_at, due_at, rank, sequence")
        return {"data": [dict(row) for row in rows]}

    return await engine.transaction(read)


@route("POST", "deliveries/flush")
async def flush(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    return {"attempts": await engine.flush()}


@route("POST", "webhook_endpoints/{id}/rotate")
async def rotate(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    return await _on(engine, path["id"], lambda work: webhooks.rotate(work, path["id"], body.get("expires_in_s", 86400)))


@route("POST", "charges/{id}/dispute")
async def open_dispute(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    """`{"reason": "product_not_received", "amount": 500, "inquiry": false}`, each optional."""
    _only(body, "reason", "amount", "inquiry")
    return await _on(engine, path["id"], lambda work: disputes.open_dispute(work, path["id"], **body))


@route("POST", "disputes/{id}/close")
async def close_dispute(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    _only(body, "outcome")
    return await _on(
        engine, path["id"], lambda work: disputes.close(work, work.get("dispute", path["id"]), body.get("outcome", ""))
    )


@route("POST", "payouts/{id}/fail")
async def fail_payout(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    _only(body, "failure_code")
    code = body.get("failure_code", "account_closed")
    return await _on(engine, path["id"], lambda work: payouts.fail(work, work.get("payout", path["id"]), code))


@route("POST", "refunds/{id}/fail")
async def fail_refund(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    _only(body, "failure_reason")

    def do(work: Work) -> Any:
        refund = work.get("refund", path["id"])
        if refund["status"] != "succeeded" or not refund["balance_transaction"]:
            raise Refusal(f"Refund {path['id']} is {refund['status']}: only succeeded ones can fail.")
        refunds.fail(work, refund, work.get("charge", refund["charge"]), body.get("failure_reason", "unknown"))
        return refund

    return await _on(engine, path["id"], do)


@route("POST", "accounts/{id}/requirements")
async def decide(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    """What is due of an account, until when, or why it is disabled; `{}` lets its own details decide again."""
    return await _on(engine, path["id"], lambda work: accounts.decide(work, path["id"], body))


@route("POST", "dunning")
async def dunning(engine: Engine, body: Body, path: dict[str, str]) -> Any:
    """What becomes of a subscription when all retries failed."""
    if body.get("outcome") not in ("cancel", "unpaid", "past_due"):
        raise Refusal("outcome is one of cancel, unpaid and past_due.", param="outcome")
    await engine.transaction(lambda: engine.store.set_setting("dunning", body["outcome"]))
    return body


async def _on(engine: Engine, id: str, do: Callable[[Work], Any]) -> Any:
    """Do something with the object of that id, in the account that has it."""

    def found() -> Any:
        rows = engine.store.execute("SELECT account FROM object WHERE id = ?", id)
        if not rows:
            raise missing("object", id)
        account = rows[0]["account"]
        work = engine.work(platform_of(engine, account), account)
        return shown(work, do(work))

    return await engine.transaction(found)


def platform_of(engine: Engine, account: str) -> str:
    rows = engine.store.execute("SELECT account FROM object WHERE kind = 'account' AND id = ?", account)
    return str(rows[0]["account"]) if rows else account


def _only(body: Body, *names: str) -> None:
    if unknown := set(body) - set(names):
        raise Refusal(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(names)}.")
