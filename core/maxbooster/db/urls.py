"""The database's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL

CONNECT_S = 10
"""How long to wait for a PostgreSQL server that does not answer, unless the URL says `connect_timeout`."""


def checked(given: str) -> URL:
    """The URL with the driver that we use.

    Raises:
        SettingsError: it is wrong, or names another kind of database.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given)
    except ArgumentError as error:
        raise unreadable() from error
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite")
        case "postgresql":
            waits = {"connect_timeout": str(CONNECT_S)} if "connect_timeout" not in url.query else {}
            return url.set(drivername="postgresql+psycopg").update_query_dict(waits)
        case other:
            raise unsupported(other)


def unreadable() -> SettingsError:
    return SettingsError(
        "The database URL cannot be read; write sqlite:///path or postgresql://user:password@host/name.",
        field="core.database",
    )


def unsupported(kind: str) -> SettingsError:
    return SettingsError(
        f"The database {kind!r} is not supported; use sqlite:///path or postgresql://…", field="core.database"
    )
