"""Everything that SendGrid adds to the platform: a way for email to leave, and to hear what became of it.

A connector of the core in a distribution of its own: uninstalled, nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, PluginSettings, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import Context, Job, MailTransport, Settings, WebhookSource


class SendGridSettings(PluginSettings, kw_only=True, frozen=True):
    key: str = ""
    """An API key that may send mail (`SG.…`)."""
    event_key: str = ""
    """The verification key of the signed event webhook. Without it no event is believed."""
    url: str = "https://api.sendgrid.com"
    """`https://api.eu.sendgrid.com` for subusers in the European Union."""
    timeout_s: float = 30.0


manifest = Manifest(
    name="core.sendgrid",
    version="0.1.0",
    title="SendGrid",
    settings=SendGridSettings,
    hosts=("api.sendgrid.com", "api.eu.sendgrid.com"),
    hosts_from_settings=("url",),
)


@hookimpl
def mail_transport(settings: Settings, ctx: Context) -> MailTransport | None:
    """Where `core.mail` is `sendgrid:`."""
    if settings.mail.partition(":")[0] != "sendgrid":
        return None
    from .transport import SendGrid

    return SendGrid(ctx, settings.mail_from, ctx.settings(SendGridSettings))


@hookimpl
def webhook_source() -> WebhookSource:
    """What became of messages; the signature is checked with the verification key."""
    from .events import source

    return source


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .events import note_event

    return [note_event]


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {
        "en": {
            "job.webhook:core.sendgrid": "Reading events from SendGrid",
            "job.core.note_sendgrid_event": "Noting what became of an email",
        }
    }
