"""What an answer says besides its content: how long to wait, how large it is, why there was none."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from time import time

import httpx

from ...errors import NotReady, Problem, TooLarge


class Unreachable(NotReady):
    """No answer: no connection, a time limit, or a connection cut off."""

    type = "unreachable"
    title = "The service cannot be reached"


class Refused(Problem):
    """An outside service answers, but not what was asked; `answered` is its status, if there was one."""

    status = 502
    type = "refused-outside"
    title = "The outside service refused the request"


def pause_s(response: httpx.Response) -> float | None:
    """Seconds until the host wants to hear from us again; None if it did not say, or does not mind.

    From Retry-After of a 429 or 503 (RFC 9110 §10.2.3: seconds or a date), or else from a used-up rate limit.
    """
    pause = _retry_after_s(response.headers) if response.status_code in (429, 503) else None
    return pause if pause is not None else _until_reset_s(response.headers)


def _retry_after_s(headers: httpx.Headers) -> float | None:
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (_aware(date) - datetime.now(UTC)).total_seconds())


def _until_reset_s(headers: httpx.Headers) -> float | None:
    """Of `X-RateLimit-*`, `X-Rate-Limit-*` and `RateLimit-*`, else of `RateLimit` (draft-ietf-httpapi-ratelimit-headers)."""
    for prefix in ("X-RateLimit-", "X-Rate-Limit-", "RateLimit-"):
        if headers.get(prefix + "Remaining", "").strip() == "0":
            return _reset_s(headers.get(prefix + "Reset", ""))
    limits = headers.get("RateLimit", "")
    if re.search(r"\b(remaining|r)=0\b", limits) and (reset := re.search(r"\b(?:reset|t)=(\d+)", limits)):
        return _reset_s(reset[1])
    return None


def _reset_s(value: str) -> float | None:
    """Hosts write seconds from now, or seconds since 1970 (anything over thirty years)."""
    try:
        reset = float(value)
    except ValueError:
        return None
    return max(0.0, reset - time() if reset > 1e9 else reset) if isfinite(reset) else None


def _aware(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)


async def read_whole(response: httpx.Response, max_bytes: int, host: str) -> httpx.Response:
    """The response with its decoded body, counted as it comes, so that a small archive cannot fill the memory.

    Raises:
        TooLarge: the body has more than `max_bytes`.
    """
    body = bytearray()
    announced = response.headers.get("Content-Length", "")
    too_large = announced.isdecimal() and int(announced) > max_bytes and response.request.method != "HEAD"
    async for chunk in response.aiter_bytes():
        body += chunk
        if too_large or len(body) > max_bytes:
            raise TooLarge(f"{host} sent more than {max_bytes} bytes.")
    kept = [pair for pair in response.headers.multi_items() if pair[0] not in ("content-encoding", "transfer-encoding")]
    return httpx.Response(
        response.status_code, headers=kept, content=bytes(body), request=response.request, extensions=response.extensions
    )


def why(error: Exception, timeout_s: float) -> str:
    """What became of a call without an answer. Nothing of the URL but its host is ever named."""
    if isinstance(error, httpx.ConnectTimeout):
        return "did not accept a connection in time."
    if isinstance(error, httpx.ConnectError):
        return f"could not be reached: {error}."
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"did not answer within {timeout_s:g} s."
    return "broke the connection off."
