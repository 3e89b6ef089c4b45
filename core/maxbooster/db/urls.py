"""The database's URL."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .address import CONNECT_S, unreadable, unsupported


def checked(given: str) -> URL:
    """The URL with the driver that we use.

    Raises:
        SettingsError: it is wrong, or names another kind of database.
    """
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
