"""Where a database is: its URL as SQLAlchemy reads it, for what has no time to import SQLAlchemy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from ..db.urls import unreadable, unsupported

DatabaseKind = Literal["sqlite", "postgresql"]
_URL = re.compile(
    r"(?P<kind>\w+)(?:\+\w+)?://"
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<name>[^?]*))?(?:\?(?P<query>.*))?"
)


class Address(Struct, frozen=True):
    kind: DatabaseKind
    name: str
    """Of the database; a file's path with SQLite."""
    server: dict[str, str]
    """libpq's parameters beside the name and the password."""
    password: str = ""

    @property
    def file(self) -> Path:
        return Path(self.name)

    def __str__(self) -> str:
        if self.kind == "sqlite":
            return self.name
        return f"{self.name} on {self.server.get('host', 'this machine')}"


def address(url: str) -> Address:
    """
    Raises:
        SettingsError: it is wrong, or names another kind of database.
    """
    if (found := _URL.fullmatch(url)) is None:
        raise unreadable()
    parts = {part: unquote(text) for part, text in found.groupdict(default="").items() if part != "query"}
    kind: Any = parts["kind"]
    if kind not in get_args(DatabaseKind):
        raise unsupported(kind)
    server = {"user": parts["user"], "host": parts["ipv6"] or parts["host"], "port": parts["port"]}
    given = {name: text for name, text in server.items() if text} | dict(parse_qsl(found["query"] or ""))
    return Address(kind, parts["name"], given, parts["password"])
