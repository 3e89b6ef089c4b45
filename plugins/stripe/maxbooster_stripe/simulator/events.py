"""What happened, as snapshots: stored, listed, and planned for delivery to each endpoint that wants them.

Source: https://docs.stripe.com/api/events
"""

from __future__ import annotations

from typing import Any

from stripe._api_version import _ApiVersion

from .answers import readable, shown
from .store import Object
from .webhooks import plan_deliveries
from .work import Work


def emit(work: Work, type: str, body: Object, previous: dict[str, Any] | None = None) -> None:
    """Note that something happened to an object of this account. `previous`: what changed, as it was before."""
    data: Object = {"object": shown(work, body)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = work.new(
        "event",
        "evt",
        api_version=_ApiVersion.CURRENT,
        data=data,
        pending_webhooks=0,
        request={"id": work.request_id, "idempotency_key": work.idempotency_key},
        type=type,
        _number=work.store.count("event"),
        **({} if work.is_platform else {"account": work.account}),
    )
    event["pending_webhooks"] = plan_deliveries(work, event)
    work.save(event)


def update(work: Work, type: str | None, body: Object, **changes: Any) -> Object:
    """Change an object, save it, and say what changed."""
    previous = {name: body.get(name) for name, value in changes.items() if body.get(name) != value}
    body.update(changes)
    work.save(body)
    if type is not None and previous:
        emit(work, type, body, {name: was for name, was in previous.items() if not name.startswith("_")})
    return body


readable("events", "event", "type", "created")
