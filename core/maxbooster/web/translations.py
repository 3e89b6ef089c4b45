"""The texts of the web application in the languages that plugins brought."""

from __future__ import annotations

from ..context import Context
from ..errors import NotFound
from ..http.routes import Routes, get
from ..mail import texts as emails
from ..public import texts as strangers

texts = {
    "en": {
        "core.title": "Max Booster",
        **strangers.english,
        **emails.english,
        "job.core.join_list": "Adding somebody to a mailing list",
        "job.core.mail_confirmation": "Asking somebody to confirm their sign-up",
        "job.core.prune_audience": "Removing unconfirmed sign-ups",
        "job.core.mail_test": "Sending a test email",
        "job.core.send_mailing": "Sending an email to a list",
        "job.core.build_search": "Indexing for search",
        "job.core.check_file": "Checking a file",
        "job.core.clear_blobs": "Cleaning up after an upload",
        "job.core.prune_sign_ins": "Removing unfinished sign-ins",
        "job.core.renew_connection": "Renewing a connection",
        "job.core.renew_connections": "Looking for connections to renew",
        "job.core.erase_people": "Looking for accounts to erase",
        "job.core.erase_person": "Erasing an account",
        "job.core.mail_notice": "Sending an email",
        "job.core.mail_letter": "Sending an email",
        "job.core.send_email": "Sending an email",
        "job.core.tell_mailbox": "Telling somebody that their email came back",
        "job.core.email_notice": "Emailing a notification",
        "job.core.email_digest": "Emailing a digest",
        "job.core.gather_digests": "Looking for digests to send",
        "job.core.push_notice": "Sending a notification to devices",
        "job.core.push_to_device": "Sending a notification to a device",
        "job.core.push_test": "Sending a test to a device",
        "job.core.prune_devices": "Removing logged-out devices",
        "job.core.mail_proof": "Sending an email",
        "job.core.prune": "Removing old jobs",
        "job.core.announce_event": "Looking for webhooks to send",
        "job.core.deliver_webhook": "Sending a webhook",
        "job.core.prune_webhooks": "Removing old webhooks",
        "job.core.retry_webhook": "Sending a webhook again",
        "job.core.prune_access": "Removing expired sessions and links",
        "job.core.sweep_blobs": "Cleaning up stored files",
        "job.core.sweep_files": "Cleaning up unfinished uploads",
        "audit.account.created": "Account created",
        "audit.account.entered": "Account opened by support",
        "audit.account.renamed": "Account renamed",
        "audit.account.switched": "Switched to this account",
        "audit.connection.closed": "Service disconnected",
        "audit.connection.created": "Service connected",
        "audit.connection.lost": "Connection to a service lost",
        "audit.connection.renamed": "Connection renamed",
        "audit.connection.renewed": "Service connected again",
        "audit.contact.imported": "Contacts imported",
        "audit.contact.removed": "Contact removed",
        "audit.list.created": "Mailing list created",
        "audit.mailing.canceled": "Email to a list canceled",
        "audit.mailing.created": "Email to a list queued",
        "audit.page.taken_down": "Public page turned off by the operator",
        "audit.page.restored": "Public page allowed again by the operator",
        "audit.address.updated": "Postal address of email changed",
        "audit.suppression.created": "Address added to those that get no email",
        "audit.file.announced": "Upload started",
        "audit.file.ready": "File uploaded",
        "audit.file.rejected": "File rejected",
        "audit.file.removed": "File deleted",
        "audit.file.stored": "File saved",
        "audit.file.claimed": "File used for something that not everybody may see",
        "audit.job.canceled": "Job canceled",
        "audit.job.retried": "Job retried",
        "audit.keys.created": "Secret key created",
        "audit.keys.dropped": "Old secret keys removed",
        "audit.keys.unwrapped": "Secret keys moved out of the key service",
        "audit.keys.wrapped": "Secret keys wrapped by the key service",
        "audit.link.created": "Short link created",
        "audit.link.updated": "Short link changed",
        "audit.link.deleted": "Short link deleted",
        "audit.account.factor_required": "Two-factor authentication of members required, or no longer",
        "audit.sso.updated": "Sign-in provider of the account set up",
        "audit.sso.switched": "Sign-in provider of the account turned on or off",
        "audit.sso.deleted": "Sign-in provider of the account removed",
        "audit.sso.tested": "Sign-in provider of the account tested",
        "audit.sso.domain_added": "Email domain added",
        "audit.sso.domain_deleted": "Email domain removed",
        "audit.sso.domain_confirmed": "Email domain confirmed by the operator",
        "audit.security.identity_changed": "Login at a provider connected or disconnected",
        "audit.key.created": "API key created",
        "audit.member.invited": "Member invited",
        "audit.member.uninvited": "Invitation withdrawn",
        "audit.mailbox.complained": "Email reported as spam",
        "audit.mailbox.reachable": "Email address confirmed again",
        "audit.mailbox.undeliverable": "Email came back",
        "audit.notification.stopped": "Notification emails stopped by a link",
        "audit.role.changed": "Role changed",
        "audit.user.renamed": "Name changed",
        "audit.security.email_changed": "Email address changed",
        "audit.security.key_changed": "API key created or revoked",
        "audit.security.logged_in": "Signed in",
        "audit.security.login_refused": "Sign-in refused",
        "audit.security.member_changed": "Team member changed",
        "audit.security.password_changed": "Password changed",
        "audit.security.refresh_reused": "Access token reused and revoked",
        "audit.security.registered": "Signed up",
        "audit.security.second_factor_changed": "Two-factor authentication changed",
        "audit.security.session_revoked": "Signed out",
        "audit.security.user_changed": "User changed by staff",
        "audit.connector.set_up": "Connector set up",
        "audit.connector.removed": "Connector settings removed",
        "audit.grant.created": "Shared with somebody",
        "audit.grant.revoked": "Sharing stopped",
        "audit.grant.accepted": "Shared object accepted",
        "audit.grant.declined": "Shared object declined",
        "audit.webhook.changed": "Webhook changed",
        "audit.webhook.created": "Webhook added",
        "audit.webhook.deleted": "Webhook deleted",
        "audit.webhook.disabled": "Webhook disabled",
        "audit.webhook.opened": "Body of a received webhook read",
        "audit.webhook.replayed": "Received webhook replayed",
        "audit.webhook.resent": "Webhook resent",
        "audit.webhook.secret_rotated": "Webhook secret rotated",
        "event.file.ready": "File uploaded",
        "event.page.taken_down": "Public page turned off by the operator",
        "notice.page.taken_down": "“{title}” was turned off by the operator",
        "notice.page.restored": "“{title}” can be published again",
        "notice.webhook.disabled": "The webhook to {host} was disabled",
        "notice.connection.lost": "{provider} is disconnected",
        "notice.mail.undeliverable": "Email to {email} came back",
        "notice.job.dead": "“{job}” failed",
    },
    "de": strangers.german,
}
"""What the core says for others. The shell's own texts are in its code."""


@get("/", operation_id="listTranslations", public=True)
async def list_translations(ctx: Context) -> list[str]:
    """The languages of the web application (BCP 47): those into which the shell itself is translated."""
    return sorted(locale for locale, texts in ctx.app.offers.catalog.items() if "core.title" in texts)


@get("/{locale:str}", operation_id="getTranslations", public=True)
async def read_translations(ctx: Context, locale: str) -> dict[str, str]:
    """Message id → text; what a locale lacks is answered in English."""
    catalog = ctx.app.offers.catalog
    if locale not in catalog:
        raise NotFound(f"There is no translation into {locale!r}; there are {', '.join(sorted(catalog))}.")
    return catalog.get("en", {}) | catalog[locale]


routes = [Routes("/api/core/translations", [list_translations, read_translations])]
