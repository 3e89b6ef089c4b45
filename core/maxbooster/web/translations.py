"""The texts of the web application in the languages that plugins brought."""

from __future__ import annotations

from ..context import Context
from ..errors import NotFound
from ..http.routes import Routes, get

texts = {
    "en": {
        "core.title": "Max Booster",
        "job.core.check_file": "Checking a file",
        "job.core.clear_blobs": "Cleaning up after an upload",
        "job.core.erase_people": "Looking for accounts to erase",
        "job.core.erase_person": "Erasing an account",
        "job.core.mail_notice": "Sending an email",
        "job.core.mail_proof": "Sending an email",
        "job.core.prune": "Removing old jobs",
        "job.core.prune_access": "Removing expired sessions and links",
        "job.core.sweep_blobs": "Cleaning up stored files",
        "job.core.sweep_files": "Cleaning up unfinished uploads",
        "audit.account.created": "Account created",
        "audit.account.entered": "Account opened by support",
        "audit.account.renamed": "Account renamed",
        "audit.account.switched": "Switched to this account",
        "audit.file.announced": "Upload started",
        "audit.file.ready": "File uploaded",
        "audit.file.rejected": "File rejected",
        "audit.file.removed": "File deleted",
        "audit.file.stored": "File saved",
        "audit.job.cancelled": "Job canceled",
        "audit.job.retried": "Job retried",
        "audit.key.created": "API key created",
        "audit.member.invited": "Member invited",
        "audit.member.uninvited": "Invitation withdrawn",
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
        "notice.job.dead": "“{job}” failed",
    }
}
"""What the core says for others. The shell's own texts are in its code."""


@get("/", operation_id="listTranslations", public=True)
async def list_translations(ctx: Context) -> list[str]:
    """The languages of the web application (BCP 47): those into which the shell itself is translated."""
    return sorted(locale for locale, texts in ctx.app.offers.catalogue.items() if "core.title" in texts)


@get("/{locale:str}", operation_id="readTranslations", public=True)
async def read_translations(ctx: Context, locale: str) -> dict[str, str]:
    """Message id → text; what a locale lacks is answered in English."""
    catalogue = ctx.app.offers.catalogue
    if locale not in catalogue:
        raise NotFound(f"There is no translation into {locale!r}; there are {', '.join(sorted(catalogue))}.")
    return catalogue.get("en", {}) | catalogue[locale]


routes = [Routes("/api/core/translations", [list_translations, read_translations])]
