"""The database's URL as a backup reads it, which is as SQLAlchemy reads it for everything else."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from maxbooster.backup.address import address
from maxbooster.errors import SettingsError


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql:///music",
        "postgresql://127.0.0.1/music",
        "postgresql://us:pa%2Fss%40word@[::1]:5433/mu%20sic",
        "postgresql+psycopg://us:a/b#c+d?e@db.example:5432/music?sslmode=verify-full&sslrootcert=/etc/a+b%2Fc.pem",
        "postgresql://us@/music?host=/run/postgresql&connect_timeout=3",
        "sqlite:///music.db",
        "sqlite:////srv/mu%20sic/music#1.db?timeout=3",
    ],
)
def test_it_is_read_as_sqlalchemy_reads_it(url):
    read, expected = address(url), make_url(url)
    assert read.kind == expected.get_backend_name()
    assert (read.name, read.password) == (expected.database or "", expected.password or "")
    server = {"user": expected.username, "host": expected.host, "port": str(expected.port or "")}
    assert read.server == {name: text for name, text in server.items() if text} | expected.query


@pytest.mark.parametrize(
    ("url", "sentence"), [("music", "cannot be read"), ("mysql://a/b", "'mysql' is not supported")]
)
def test_what_is_no_database_of_ours(url, sentence):
    with pytest.raises(SettingsError, match=sentence):
        address(url)
