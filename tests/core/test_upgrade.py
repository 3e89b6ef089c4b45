"""What an earlier version wrote is there after the upgrade. The fixture holds what `maxbooster demo` of 0.1.0 left: an
account with a release that is live, a master, statements, a ledger, payees that were paid, on SQLite and PostgreSQL.

`upgrade/README.md` says how one is made."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from maxbooster.db.urls import checked
from maxbooster.testing import services

FIXTURES = Path(__file__).parent / "upgrade"
VERSIONS = sorted({path.name.partition("-")[0] for path in FIXTURES.glob("*.gz")})


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request) -> str:
    return request.param


@pytest.fixture(params=VERSIONS)
def earlier(request, kind: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with a database that an earlier version left."""
    for url in _restored(FIXTURES / f"{request.param}-{kind}.gz", kind, tmp_path):
        data = tmp_path / "data"
        data.mkdir(exist_ok=True)
        shutil.copy(FIXTURES / f"{request.param}-{kind}.key", data / "secret.key")
        yield os.environ | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": url}


def _restored(packed: Path, kind: str, folder: Path) -> Iterator[str]:
    content = gzip.decompress(packed.read_bytes())
    if kind == "sqlite":
        (folder / "maxbooster.db").write_bytes(content)
        yield f"sqlite:///{folder / 'maxbooster.db'}"
        return
    try:
        server = services.postgres()
        psql = services.binary("psql")
    except services.Missing as missing:
        pytest.skip(f"PostgreSQL tests skipped: {missing}")
    url = services.create_database(server)
    subprocess.run(
        [psql, "--quiet", "--set", "ON_ERROR_STOP=1", url], input=content, stdout=subprocess.DEVNULL, check=True
    )
    yield url
    services.drop_database(server, url)


def maxbooster(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def contents(url: str) -> dict[str, int]:
    """Table → rows, of everything that is not the platform's own bookkeeping of the schema."""
    engine = create_engine(checked(url))
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            return {
                name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                for name in names
                if not name.startswith(("alembic_version", "core_known", "core_search", "core_job"))
            }
    finally:
        engine.dispose()


@pytest.mark.slow
def test_what_an_earlier_version_wrote_is_there_after_the_upgrade(earlier):
    url = earlier["MAXBOOSTER_DATABASE"]
    before = contents(url)
    assert before["distribution_release"] == 1
    assert before["billing_ledger_transaction"] > 5
    assert "→" in maxbooster(earlier, "db", "upgrade")
    after = contents(url)
    assert {name: rows for name, rows in before.items() if after.get(name, rows) < rows} == {}
    assert before.keys() - after.keys() == set()
    maxbooster(earlier, "audit", "verify")
    maxbooster(earlier, "billing", "verify")
    assert maxbooster(earlier, "user", "list")
