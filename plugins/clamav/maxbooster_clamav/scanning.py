"""What becomes of a file: clean, refused, held, or let through with a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter

from maxbooster.plugin import NotReady

from .clamd import Clamd, Verdict
from .events import FileInfected
from .settings import ClamavSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, StoredFile

SCANS = Counter("maxbooster_clamav_scans", "Files looked at, by outcome", ["outcome"])


async def refusal(ctx: Context, file: StoredFile) -> str | None:
    """Why the file is refused.

    Raises:
        NotReady: nobody knows, and the file is to wait.
    """
    settings = ctx.settings(ClamavSettings)
    if not settings.address:
        return None
    if file.size > settings.scan_limit_bytes:
        return _too_large(ctx, file, settings)
    try:
        verdict = await Clamd(settings.address, settings.timeout_s).scan(ctx.files.read(file))
    except NotReady as problem:
        if settings.unavailable == "hold":
            SCANS.labels("held").inc()
            raise
        _mark(ctx, file, problem.detail)
        return None
    return _judged(ctx, file, settings, verdict)


def _judged(ctx: Context, file: StoredFile, settings: ClamavSettings, verdict: Verdict) -> str | None:
    if verdict.is_too_large:
        return _too_large(ctx, file, settings)
    if not verdict.signature:
        SCANS.labels("clean").inc()
        return None
    SCANS.labels("infected").inc()
    ctx.emit(FileInfected(file.id, file.name, verdict.signature, file.sha256 or ""))
    ctx.audit("clamav.infected", f"core_file:{file.id}", after={"name": file.name, "signature": verdict.signature})
    return f"The virus scanner found {verdict.signature} in this file. Check the computer that it comes from."


def _too_large(ctx: Context, file: StoredFile, settings: ClamavSettings) -> str | None:
    if settings.too_large == "pass":
        _mark(ctx, file, "The file is larger than what is scanned.")
        return None
    SCANS.labels("too-large").inc()
    return (
        f"The file has {file.size / 1e6:,.0f} MB, which is more than is scanned for viruses here. Upload a smaller one,"
        " or ask whoever runs this server to raise the limit."
    )


def _mark(ctx: Context, file: StoredFile, why: str) -> None:
    SCANS.labels("passed-unscanned").inc()
    ctx.audit("clamav.passed_unscanned", f"core_file:{file.id}", after={"name": file.name, "why": why})
