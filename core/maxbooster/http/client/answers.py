"""What an answer says besides its content: whether it is one, how long to wait, how large it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import time

import httpx

from ...errors import AuthFailed, Invalid, NotReady, Problem, TooLarge, UsageError


class Unreachable(NotReady):
    """No answer: no connection, a time limit, or a connection cut off."""

    type = "unreachable"
    title = "The service cannot be reached"


class Refused(Problem):
    """An outside service answers, but not what was asked; `answered` is its status, if there was one."""

    status = 502
    type = "refused-outside"
    title = "The outside service refused the request"


def accepted(response: httpx.Response) -> httpx.Response:
    """The response, if it is not an error.

    Raises:
        AuthFailed: 401 or 403; a person has to connect the service again.
        NotReady: 429 or 5xx; it may work later.
        Refused: any other 4xx; the same call will not work later either.
    """
    status, host = response.status_code, response.url.host
    if status < 400:
        return response
    if status in (401, 403):
        raise AuthFailed(f"{host} refused the credentials ({status}): connect it again.", answered=status)
    if status == 429 or status >= 500:
        pause = pause_s(response)
        raise NotReady(f"{host} cannot answer now ({status}): try later.", retry_after_s=pause, answered=status)
    raise Refused(f"{host} refused the request ({status}): it has to be changed.", answered=status)


@asynccontextmanager
async def within(timeout_s: float, host: str) -> AsyncIterator[asyncio.Timeout]:
    """httpx's errors in our words. Nothing of a URL but its host is named, and no header."""
    deadline = asyncio.timeout(timeout_s)
    try:
        async with deadline:
            yield deadline
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise Invalid(f"{host} leads to an address that is not http or https.", field="url") from None
    except httpx.LocalProtocolError:  # its text quotes headers
        raise UsageError(f"the call to {host} is not valid HTTP: look at its headers and body") from None
    except httpx.DecodingError as error:
        raise Refused(f"{host} sent a body that cannot be decoded.") from error
    except (httpx.TransportError, TimeoutError) as error:
        if isinstance(error, TimeoutError) and not deadline.expired():
            raise  # the caller's own
        raise Unreachable(f"{host} {_failure(error, timeout_s)}; try again later.") from error


def _failure(error: Exception, timeout_s: float) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "did not accept a connection in time"
    if isinstance(error, httpx.ConnectError):
        return f"could not be reached: {error}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"did not answer within {timeout_s:g} s"
    return "broke the connection off"


async def read_whole(response: httpx.Response, max_bytes: int, host: str) -> httpx.Response:
    """The response with its body, counted as it comes.

    Raises:
        TooLarge: the body has more than `max_bytes`.
    """
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(f"{host} sent more than the {max_bytes} bytes that are allowed here.")
    headers = response.headers.copy()
    for undone in ("Content-Encoding", "Transfer-Encoding"):
        headers.pop(undone, None)
    return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)


LONGEST_PAUSE_S = 24 * 3600.0


def pause_s(response: httpx.Response) -> float | None:
    """Seconds until the host wants to hear from us again, at most a day; None if it did not say, or does not mind.

    From Retry-After of a 429 or 503 (RFC 9110 §10.2.3: seconds or a date), or else from a used-up rate limit.
    """
    pause = _retry_after_s(response.headers) if response.status_code in (429, 503) else None
    pause = pause if pause is not None else _until_reset_s(response.headers)
    return pause if pause is None else min(pause, LONGEST_PAUSE_S)


def _retry_after_s(headers: httpx.Headers) -> float | None:
    value = headers.get("Retry-After", "").strip()
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _until_reset_s(headers: httpx.Headers) -> float | None:
    """From `X-RateLimit-…`, `X-Rate-Limit-…` or `RateLimit-…` headers, or from `RateLimit`.

    The last two are draft-ietf-httpapi-ratelimit-headers, before and since its 7th edition.
    """
    for prefix in ("X-RateLimit-", "X-Rate-Limit-", "RateLimit-"):
        if headers.get(prefix + "Remaining", "").strip() == "0":
            return _reset_s(headers.get(prefix + "Reset", ""))
    pauses = [
        _reset_s(reset[2]) or 0.0
        for quota in _quotas(headers.get("RateLimit", ""))
        if _USED_UP.search(quota) and (reset := _RESET.search(quota))
    ]
    return max(pauses, default=None)


_USED_UP = re.compile(r"\b(remaining|r)=0\b")
_RESET = re.compile(r"\b(reset|t)=([0-9]+)")


def _quotas(limit: str) -> list[str]:
    """`limit=10, remaining=0, reset=30` was one; since the 8th edition each is `"name";r=0;t=30`."""
    return [limit] if "remaining=" in limit else limit.split(",")


def _reset_s(value: str) -> float | None:
    """Hosts write seconds from now, or since 1970 (what would be over thirty years); then also parts of seconds."""
    reset = _number(value.strip())
    if reset is None or reset < 1e9:
        return reset
    for _ in ("milli", "micro", "nano"):
        reset = reset / 1000 if reset >= 1e12 else reset
    return max(0.0, reset - time())


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) else None
