"""Hearing what became of messages: the signed event webhook
(https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).

A webhook is a list of events. Each is noted once by its `sg_event_id`, in whichever lists it comes.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from maxbooster.plugin import (
    Context,
    IncomingWebhook,
    MailEvent,
    Malformed,
    ProviderEvent,
    ReceivedWebhook,
    WebhookRefused,
    WebhookSource,
    job,
    record_mail_event,
    refuse_stale,
)

from .plugin import SendGridSettings

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"
_DROPPED: Final = {"Bounced Address": "bounced", "Invalid": "bounced", "Spam Reporting Address": "complained"}
"""What SendGrid did not even try, by its reason; others say nothing of the address."""
_LONGEST_ID: Final = 100


async def read(ctx: Context, webhook: IncomingWebhook) -> ProviderEvent:
    timestamp = webhook.headers.get(_TIMESTAMP, "")
    _verify(ctx.settings(SendGridSettings).event_key, webhook.headers.get(_SIGNATURE, ""), timestamp, webhook.body)
    refuse_stale(timestamp, webhook.at)
    return ProviderEvent(sha256(b"\0".join(sorted(_ids(webhook.body)))).hexdigest(), "events")


def _verify(key: str, signature: str, timestamp: str, body: bytes) -> None:
    """ECDSA over the timestamp and the body as it came.

    Raises:
        WebhookRefused: it was not SendGrid that signed it, or we do not know its key.
    """
    if not key:
        raise WebhookRefused("No verification key is set: set MAXBOOSTER_CORE_SENDGRID__EVENT_KEY.")
    if not signature or not timestamp:
        raise WebhookRefused(f"A webhook needs the headers {_SIGNATURE} and {_TIMESTAMP}.")
    try:
        public = load_der_public_key(b64decode(key, validate=True))
    except ValueError:
        raise WebhookRefused("The verification key that is set is none; copy it from SendGrid again.") from None
    if not isinstance(public, EllipticCurvePublicKey):
        raise WebhookRefused("The verification key that is set is not of an elliptic curve; copy it from SendGrid.")
    try:
        public.verify(b64decode(signature, validate=True), timestamp.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise WebhookRefused("The signature is wrong: it was made with another key, or the body was changed.") from None


def _events(body: bytes) -> list[dict[str, Any]]:
    """
    Raises:
        Malformed: it is not a list of events.
    """
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Malformed("SendGrid's events are a list of objects.")
    return found


def _ids(body: bytes) -> Iterator[bytes]:
    for event in _events(body):
        id = event.get("sg_event_id")
        if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_ID:
            raise Malformed(f"An event has an sg_event_id of 1 to {_LONGEST_ID} characters.")
        yield id.encode()


async def handle(ctx: Context, webhook: ReceivedWebhook) -> None:
    for event in _events(webhook.body):
        meant = meaning(event)
        if meant is not None:
            ctx.enqueue(note_event, meant, once=event["sg_event_id"], key=meant.email)


@job("core.note_sendgrid_event", attempts=8)
async def note_event(ctx: Context, event: MailEvent) -> None:
    """One at a time for each address."""
    await record_mail_event(ctx, event)


def meaning(event: dict[str, Any]) -> MailEvent | None:
    """In our words; None: it says nothing of a mailbox (`processed`, `open`, `click`)."""
    email, reason = str(event.get("email", ""))[:254], str(event.get("reason") or event.get("response") or "")[:500]
    reference = str(event.get("reference", ""))[:200]
    outcome = _outcome(event)
    if outcome is None or not email:
        return None
    return MailEvent(outcome=outcome, email=email, reason=reason, reference=reference)


def _outcome(event: dict[str, Any]) -> Any:
    match event.get("event"):
        case "delivered":
            return "delivered"
        case "deferred":
            return "deferred"
        case "bounce":  # `blocked` is for now, `bounce` for good
            return "deferred" if event.get("type") == "blocked" else "bounced"
        case "dropped":
            return _DROPPED.get(str(event.get("reason", "")))
        case "spamreport":
            return "complained"
    return None


source = WebhookSource(read, handle)
