"""Every night."""

from __future__ import annotations

from datetime import timedelta

from maxbooster.plugin import PLATFORM, Context, job, notify

from .service import reconcile, reporting

SETTLES_WITHIN = timedelta(minutes=15)


@job("billing.reconcile", cron="20 4 * * *")
async def reconcile_all(ctx: Context) -> None:
    for provider in await reporting(ctx):
        ctx.enqueue(reconcile_provider, provider.name, False, key=provider.name, account=PLATFORM)


@job("billing.reconcile_provider", attempts=8, backoff_s=30.0, timeout_s=1_800.0)
async def reconcile_provider(ctx: Context, name: str, again: bool) -> None:
    """What differs is looked at once more before staff hear of it: by then whatever was being settled is."""
    for provider in await reporting(ctx):
        if provider.name == name:
            found = await reconcile(ctx, provider)
            if found.differences:
                async with ctx.aside() as after:
                    if again:
                        await _tell(after, provider.title, len(found.differences))
                    else:
                        after.enqueue(reconcile_provider, name, True, key=name, at=ctx.now + SETTLES_WITHIN)


async def _tell(ctx: Context, provider: str, count: int) -> None:
    what = "1 difference" if count == 1 else f"{count} differences"
    text = "`maxbooster billing reconcile` names each line that one of them lacks, or has otherwise."
    await notify(
        ctx, "balance.differs", f"{what} between the ledger and {provider}", text=text, path="/money",
        tone="danger", permission="balance.review",
    )  # fmt: skip
