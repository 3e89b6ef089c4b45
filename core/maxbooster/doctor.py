"""What `maxbooster doctor` does: connect to what is there, creating nothing, and ask every check."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from .app import App
from .data_keys.service import wrapped_keyring
from .db.engine import Database
from .errors import NotReady, Problem
from .health import Absent, HealthResult, Unexamined, examine
from .http.client import Client
from .keyring import existing_keyring
from .settings import read
from .storage.store import Store


async def diagnose(environment: Mapping[str, str] = os.environ) -> list[HealthResult]:
    """Every finding, in the order in which a person would fix them."""
    try:
        app = App(read(environment))
    except Problem as problem:
        return [HealthResult("settings", False, problem.detail)]
    async with connected(app) as findings:
        return [*findings, *await examine(app)]


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[list[HealthResult]]:
    """`app` with the resources that exist; what does not is a finding, and absent for the checks."""
    findings = [_data_folder(app.settings.data)]

    def opened(attribute: str, title: str, connect: Callable[[], Any]) -> None:
        try:
            setattr(app, attribute, connect())
        except Problem as problem:
            setattr(app, attribute, Absent(problem.detail))
            findings.append(HealthResult(title, False, problem.detail))

    opened("database", "database", lambda: _database(app))
    opened("store", "files", lambda: _store(app.settings.storage_url))
    app.http = Client(app.settings)
    if not app.settings.key_service:
        opened("keyring", "secret keys", lambda: existing_keyring(app.settings))
    else:
        await _unwrapped(app, findings)
    try:
        yield findings
    finally:
        await app.http.close()
        if isinstance(app.database, Database):
            await app.database.close()


async def _unwrapped(app: App, findings: list[HealthResult]) -> None:
    try:
        app.keyring = await wrapped_keyring(app)
    except (Unexamined, DBAPIError) as error:  # the database is told about by other checks
        app.keyring = Absent(str(error))  # type: ignore[assignment]
    except Problem as problem:
        app.keyring = Absent(problem.detail)  # type: ignore[assignment]
        findings.append(HealthResult("secret keys", False, problem.detail))


def _data_folder(folder: Path) -> HealthResult:
    path = folder.resolve()
    if not path.exists():
        return HealthResult("data folder", False, f"{path} does not exist yet; `maxbooster up` creates it.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return HealthResult("data folder", False, f"{path} cannot be written by this user; change its permissions.")
    if path.stat().st_mode & 0o007:
        return HealthResult(
            "data folder", True, f"Every user of this machine can look into {path}; run `chmod o= {path}`."
        )
    return HealthResult("data folder", True, value=str(path))


def _database(app: App) -> Database:
    try:
        url = make_url(app.settings.database_url)
    except ArgumentError:
        return Database(app.settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise NotReady(f"The database {url.database} does not exist; `maxbooster db upgrade` creates it.")
    return Database(app.settings.database_url, threads=2)


def _store(url: str) -> Store:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme == "file" and not folder.is_dir():
        raise NotReady(
            f"The files folder {folder} does not exist. Restore it from a backup; on a new installation"
            " `maxbooster up` creates it."
        )
    return Store(url)


def as_rows(findings: list[HealthResult]) -> list[dict[str, str | None]]:
    """For programs: `state` is ok, advice or missing."""
    return [{"name": each.name, "state": state(each), "value": each.value, "reason": each.reason} for each in findings]


def state(finding: HealthResult) -> str:
    if not finding.ok:
        return "missing"
    return "advice" if finding.reason else "ok"
