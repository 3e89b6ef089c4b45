"""The texts of the web application in the languages that plugins brought."""

from __future__ import annotations

from ..context import Context
from ..errors import NotFound
from ..http.routes import Routes, get

texts = {
    "en": {
        "core.title": "Max Booster",
        "job.core.check_file": "Checking a file",
        "job.core.clear_blobs": "Tidying up after an upload",
    }
}
"""What the core says for others; the shell's own texts stand in its code."""


@get("/", operation_id="listTranslations", public=True)
async def list_translations(ctx: Context) -> list[str]:
    """The languages that the web application speaks (BCP 47): those into which the shell itself is translated."""
    return sorted(locale for locale, texts in ctx.app.offers.catalogue.items() if "core.title" in texts)


@get("/{locale:str}", operation_id="readTranslations", public=True)
async def read_translations(ctx: Context, locale: str) -> dict[str, str]:
    """Message id → text; what a locale lacks is answered in English."""
    catalogue = ctx.app.offers.catalogue
    if locale not in catalogue:
        raise NotFound(f"There is no translation into {locale!r}; there are {', '.join(sorted(catalogue))}.")
    return catalogue.get("en", {}) | catalogue[locale]


routes = [Routes("/api/core/translations", [list_translations, read_translations])]
