"""Whether what the platform says to its own services is encrypted where others could listen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import make_url

from .context import Context
from .health import Advice
from .settings import Settings

VERIFIED = ("verify-ca", "verify-full")


async def encrypted(ctx: Context) -> str:
    """
    Raises:
        Advice: something travels in the clear, or to a server whose certificate nobody checks.
    """
    if found := list(in_the_clear(ctx.app.settings, os.environ)):
        raise Advice(" ".join(found))
    return "encrypted, or on this machine"


def in_the_clear(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each connection that leaves this machine unprotected."""
    yield from _database(settings, environment)
    if settings.redis.startswith("redis://") and not _is_here(urlsplit(settings.redis).hostname):
        yield "Redis is reached without TLS; write rediss:// in MAXBOOSTER_REDIS."
    endpoint = environment.get("AWS_ENDPOINT_URL") or environment.get("AWS_ENDPOINT") or ""
    in_clear = endpoint.startswith("http://") and not _is_here(urlsplit(endpoint).hostname)
    if settings.storage.startswith("s3:") and in_clear:
        yield f"The object store is reached without TLS, at {endpoint}; use its https:// address."


def _database(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    url = make_url(settings.database_url)
    host = url.host or str(url.query.get("host", ""))
    if url.get_backend_name() != "postgresql" or _is_here(host) or not host or host.startswith("/"):
        return
    if str(url.query.get("sslmode", environment.get("PGSSLMODE", "prefer"))) not in VERIFIED:
        yield (
            f"PostgreSQL on {host} is reached without checking its certificate; add ?sslmode=verify-full&sslrootcert=…"
            " to MAXBOOSTER_DATABASE (libpq, SSL support)."
        )


def _is_here(host: str | None) -> bool:
    if host in ("localhost", "", None):
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False
