"""Every night."""

from __future__ import annotations

from maxbooster.plugin import PLATFORM, Context, job, notify

from .service import reconcile, reporting


@job("billing.reconcile", cron="20 4 * * *")
async def reconcile_all(ctx: Context) -> None:
    for provider in await reporting(ctx):
        ctx.enqueue(reconcile_provider, provider.name, key=provider.name, account=PLATFORM)


@job("billing.reconcile_provider", attempts=8, backoff_s=30.0, timeout_s=1_800.0)
async def reconcile_provider(ctx: Context, name: str) -> None:
    for provider in await reporting(ctx):
        if provider.name == name:
            found = await reconcile(ctx, provider)
            if found.differences:
                async with ctx.aside() as after:
                    await _tell(after, provider.title, len(found.differences))


async def _tell(ctx: Context, provider: str, count: int) -> None:
    what = "1 difference" if count == 1 else f"{count} differences"
    text = "`maxbooster billing reconcile` names each line that one of them lacks, or has otherwise."
    await notify(
        ctx, "balance.differs", f"{what} between the ledger and {provider}", text=text, path="/money",
        tone="danger", permission="ledger.seal",
    )  # fmt: skip
