"""Stripe's own SDK, carried by the platform's client for calls to other hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import stripe

from maxbooster.plugin import AuthFailed, Context, NotReady, simulated_address, simulator_folder

if TYPE_CHECKING:
    from .settings import StripeSettings

VERSION: Final = "2026-10-28.endive"
"""The API's version for which this connector is written: sent with each call, whatever the account's default is."""
SERVICE: Final = "stripe"
SANDBOX_KEY: Final = "sk_test_sandbox"
WEBHOOK_SECRET: Final = "webhook-secret"
"""A file in the simulator's folder."""
_ANSWER_BYTES = 5_000_000


class _Carried(stripe.HTTPClient):
    """One attempt for each call: what is repeated, and when, is `ctx.http`'s to decide."""

    name = "maxbooster"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        sent = {name: value for name, value in headers.items() if name.lower() != "idempotency-key"}
        options: dict[str, Any] = {"headers": sent, "content": post_data or b"", "max_bytes": _ANSWER_BYTES}
        if key := headers.get("Idempotency-Key"):
            options["idempotency_key"] = key
        response = await self._ctx.http.request(method, url, **options)
        return response.content, response.status_code, response.headers

    async def close_async(self) -> None: ...


async def client(ctx: Context, settings: StripeSettings) -> stripe.StripeClient:
    """Of Stripe, or of what simulates it here.

    Raises:
        AuthFailed: there is no key.
        NotReady: it should be simulated, and the simulator isn't running.
    """
    simulated = await simulated_address(ctx, SERVICE)
    key, url = (SANDBOX_KEY, simulated) if simulated else (settings.key, settings.url)
    if not key:
        raise AuthFailed("Stripe needs a secret key: set MAXBOOSTER_BILLING_STRIPE__KEY, or key in [billing.stripe].")
    return client_at(ctx, key, url)


def client_at(ctx: Context, key: str, url: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key, stripe_version=VERSION, base_addresses={"api": url}, max_network_retries=0, http_client=_Carried(ctx)
    )


async def webhook_secrets(ctx: Context, settings: StripeSettings) -> list[str]:
    """With which Stripe signs, or what simulates it here."""
    if await simulated_address(ctx, SERVICE):
        kept = simulator_folder(ctx, SERVICE) / WEBHOOK_SECRET
        return [kept.read_text("ascii")] if kept.exists() else []
    return [each.strip() for each in settings.webhook_secrets.split(",") if each.strip()]


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Stripe's errors that decide nothing. What it refuses for good, `InvalidRequestError` and `CardError`, passes.

    Raises:
        AuthFailed: the key is wrong, or may not do this.
        NotReady: asking later may help.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise AuthFailed(f"Stripe refused the key: {_said(error)}. Check key in [billing.stripe].") from None
    except stripe.RateLimitError as error:
        raise NotReady(f"Stripe takes no more calls now: {_said(error)}.", retry_after_s=5.0) from None
    except (stripe.APIConnectionError, stripe.IdempotencyError) as error:
        raise NotReady(f"Stripe cannot answer now: {_said(error)}.") from None
    except (stripe.InvalidRequestError, stripe.CardError):
        raise
    except stripe.APIError as error:
        raise NotReady(f"Stripe cannot answer now: {_said(error)}.") from None


def refusal(error: stripe.StripeError) -> str:
    """A sentence for people."""
    return f"Stripe refused it: {_said(error)}."


def _said(error: stripe.StripeError) -> str:
    return (error.user_message or str(error) or "no reason given").rstrip(".")
