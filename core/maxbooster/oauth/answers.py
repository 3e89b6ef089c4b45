"""What providers answer besides tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..errors import NotReady
from ..http.client import Client

MAX_BYTES = 1_000_000


async def read_json(
    http: Client,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = 20.0,
    public_only: bool = True,
) -> Any:
    """
    Raises:
        AuthFailed: the provider refuses the credentials.
        NotReady: it cannot be reached, or answers something other than JSON.
    """
    accept = {"Accept": "application/json", **(headers or {})}
    answer = await http.request(
        "GET", url, max_bytes=MAX_BYTES, headers=accept, user_supplied=public_only, timeout_s=timeout_s
    )
    try:
        return msgspec.json.decode(http.accepted(answer).content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotReady(f"{answer.url.host} answered something other than JSON; try again later.") from None
