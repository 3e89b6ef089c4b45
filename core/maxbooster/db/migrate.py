"""Migrations: one namespace and one version table per plugin, run in the order of requirements.

A shared version table breaks as soon as a plugin is uninstalled; with one each, the others go on. A namespace is
migrated in one transaction. On SQLite foreign keys are off meanwhile, because recreating a parent table would
silently cascade its children away; keys and row counts are checked before the COMMIT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, insert, inspect, select, text

from ..errors import Invalid, PluginError, suggestion
from ..plugins.registry import FAILURES, Registry
from .catalog import VERSION_TABLE, columns_of, recorded
from .engine import Database

_ADVISORY_LOCK = 0x6D61_7862
_ENVIRONMENT = Path(__file__).parent / "alembic"


@dataclass(frozen=True)
class Namespace:
    """A plugin's tables: their prefix, and the folder of its migrations."""

    name: str
    folder: Path
    plugin: str

    @property
    def version_table(self) -> str:
        return f"{VERSION_TABLE}{self.name}"


@dataclass(frozen=True)
class Status:
    namespace: str
    current: str | None
    newest: str | None

    @property
    def pending(self) -> bool:
        return self.current != self.newest


class MigrationRefused(Invalid):
    """A migration would lose data or cannot be run; nothing was changed."""

    type = "migration"
    title = "The database was not changed"


def namespaces(registry: Registry) -> list[Namespace]:
    """The namespaces of the enabled plugins, in the order of their requirements."""
    found = []
    for plugin, manifest in registry.enabled():
        if manifest.migrations and plugin.module is not None:
            package = import_module(plugin.module.__name__.partition(".")[0])
            found.append(Namespace(manifest.family, Path(package.__path__[0]) / "migrations", plugin.name))
    return found


def named(found: Sequence[Namespace], name: str) -> Namespace:
    for namespace in found:
        if namespace.name == name:
            return namespace
    names = [namespace.name for namespace in found]
    raise PluginError(f"No enabled plugin {name!r} has tables.{suggestion(name, names)}")


def upgrade(database: Database, found: Sequence[Namespace], **execution_options: Any) -> list[Status]:
    """Bring every namespace to its newest version; returns those that changed, as they were before.

    Raises:
        MigrationRefused: a migration broke a foreign key or lost rows; its namespace is left as it was.
    """
    changed = []
    with _alone(database) as connection:
        for namespace in found:
            before = _status(connection, namespace)
            if before.pending:
                _migrate(connection, namespace, "upgrade", "head", execution_options)
                changed.append(before)
    return changed


def upgrade_enabled(database: Database, registry: Registry) -> list[Status]:
    """Bring every enabled plugin's tables to their newest version; returns those that changed, as they were before.

    A plugin whose migration fails is dropped with what requires it; the others go on, and a later start tries again.
    """
    changed = []
    with _alone(database) as connection:
        for namespace in namespaces(registry):
            if registry.plugins[namespace.plugin].state != "enabled":
                continue
            try:
                before = _status(connection, namespace)
                if before.pending:
                    _migrate(connection, namespace, "upgrade", "head", {})
                    changed.append(before)
                    _forget_failure(connection, namespace)
            except FAILURES as error:
                connection.rollback()
                if namespace.plugin == "core":
                    raise
                reason = f"{type(error).__name__}: {error}"
                _note_failure(connection, namespace, reason)
                registry.drop(namespace.plugin, _failed(reason))
    return changed


def leave_out_failed(database: Database, registry: Registry) -> None:
    """Drop the plugins whose migration was tried and failed: their tables are not what their code expects."""
    with database.reading.connect() as connection:
        if not inspect(connection).has_table(FAILED.name):
            return
        for row in connection.execute(select(FAILED)).all():
            if row.plugin in registry.plugins and registry.plugins[row.plugin].state == "enabled":
                registry.drop(row.plugin, _failed(row.reason))


FAILED = Table("migration_failure", MetaData(), Column("plugin", String(80), primary_key=True), Column("reason", Text))
"""Plugins whose migration failed, for processes that only look (`serve`, `worker`)."""


def _note_failure(connection: Connection, namespace: Namespace, reason: str) -> None:
    FAILED.create(connection, checkfirst=True)
    _forget_failure(connection, namespace)
    connection.execute(insert(FAILED).values(plugin=namespace.plugin, reason=reason))


def _forget_failure(connection: Connection, namespace: Namespace) -> None:
    if inspect(connection).has_table(FAILED.name):
        connection.execute(delete(FAILED).where(FAILED.c.plugin == namespace.plugin))


def _failed(reason: str) -> str:
    return (
        "its migration failed, and its tables are as they were; the next `maxbooster db upgrade` or `up` tries again"
        f" ({reason})"
    )


def downgrade(database: Database, namespace: Namespace, revision: str) -> None:
    """Take a namespace back to an earlier version; `base` removes its tables.

    Raises:
        MigrationRefused: there is no such version.
    """
    with _alone(database) as connection:
        _migrate(connection, namespace, "downgrade", revision, {})
        if revision == "base":
            connection.execute(text(f"DROP TABLE IF EXISTS {namespace.version_table}"))
            connection.commit()


def status(database: Database, found: Sequence[Namespace]) -> list[Status]:
    with database.reading.connect() as connection:
        versions = recorded(connection.exec_driver_sql, connection.dialect.name)
    return [Status(each.name, versions.get(each.name), _newest_of(each)) for each in found]


def knows(namespace: Namespace, revision: str) -> bool:
    """Whether a version is among a namespace's migrations: what a later release wrote is not."""
    return any(each.revision == revision for each in _scripts(namespace).walk_revisions())


def unmigrated(database: Database, models: Iterable[type[Any]]) -> dict[type[Any], str]:
    """Mapped class → what of it the database lacks: its table, or the first of its columns."""
    with database.reading.connect() as connection:
        columns = columns_of(connection)
    lacking: dict[type[Any], str] = {}
    for model in models:
        table = inspect(model).local_table
        if table.name not in columns:
            lacking[model] = f"the table {table.name}"
        elif gone := [column.name for column in table.columns if column.name not in columns[table.name]]:
            lacking[model] = f"the column {table.name}.{gone[0]}"
    return lacking


def rows_of(database: Database, namespace: Namespace) -> int:
    """How many rows a namespace's tables hold: what removing it would lose."""
    with database.reading.connect() as connection:
        return sum(count for table, count in _counts(connection).items() if table.startswith(f"{namespace.name}_"))


def new_revision(database: Database, namespace: Namespace, message: str) -> Path:
    """Write the migration from the newest version to what the mapped classes say now; returns its file.

    Raises:
        MigrationRefused: the database is not at the newest version.
    """
    scripts = _scripts(namespace)
    number = f"{len(list(scripts.walk_revisions())) + 1:04d}"
    namespace.folder.mkdir(exist_ok=True)
    with _alone(database) as connection:
        config = _config(namespace)
        config.attributes |= {"connection": connection, "namespace": namespace.name}
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        try:
            made = command.revision(config, message, autogenerate=True, rev_id=f"{namespace.name}_{number}")
        except CommandError as error:
            raise MigrationRefused(f"{namespace.name}: {error} Run `maxbooster db upgrade` first.") from error
    path = Path(made.path)  # type: ignore[union-attr]
    path.write_text(_tidied(path.read_text("utf-8")), "utf-8")
    return path


def _tidied(source: str) -> str:
    """Without Alembic's remarks, and with one import of our types, as a linter wants it."""
    types = sorted(set(re.findall(r"^from maxbooster\.plugin import (\w+)$", source, re.MULTILINE)))
    lines = [line for line in source.splitlines() if not line.startswith(("    # ### ", "from maxbooster.plugin"))]
    if types:
        after = lines.index("from alembic import op") + 1
        lines[after:after] = ["", f"from maxbooster.plugin import {', '.join(types)}"]
    return "\n".join(lines) + "\n"


def _status(connection: Connection, namespace: Namespace) -> Status:
    context = MigrationContext.configure(connection, opts={"version_table": namespace.version_table})
    return Status(namespace.name, context.get_current_revision(), _newest_of(namespace))


def _newest_of(namespace: Namespace) -> str | None:
    files = tuple(sorted((file.name, file.stat().st_mtime_ns) for file in namespace.folder.glob("*.py")))
    return _newest(namespace, files)


@lru_cache(maxsize=64)
def _newest(namespace: Namespace, files: tuple[tuple[str, int], ...]) -> str | None:
    """Read once for as long as the files stay: Alembic imports every migration to find the last."""
    return _scripts(namespace).get_current_head()


def _config(namespace: Namespace) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(namespace.folder))
    config.set_main_option("path_separator", "newline")
    return config


def _scripts(namespace: Namespace) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(namespace))


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One migrating process at a time."""
    with database.lock.alone(), database.migrating() as connection:
        if database.is_sqlite:
            yield connection
            return
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield connection
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})


def _migrate(
    connection: Connection, namespace: Namespace, direction: str, revision: str, execution_options: dict[str, Any]
) -> None:
    config = _config(namespace)
    config.attributes |= {"connection": connection.execution_options(**execution_options), "namespace": namespace.name}
    with _transaction(connection, namespace):
        try:
            getattr(command, direction)(config, revision)
        except CommandError as error:
            raise MigrationRefused(f"{namespace.name}: {error}") from error


@contextmanager
def _transaction(connection: Connection, namespace: Namespace) -> Iterator[None]:
    """The autocommit connection's own transaction, by hand; on SQLite without foreign keys, checked at its end."""
    sqlite = connection.dialect.name == "sqlite"
    run = connection.exec_driver_sql
    if sqlite:
        run("PRAGMA foreign_keys=OFF")
    run("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        before = _counts(connection) if sqlite else {}
        foreign = _foreign(connection, namespace)
        yield
        if gone := foreign - _foreign(connection, namespace):
            raise MigrationRefused(f"{namespace.name}: {', '.join(sorted(gone))} would be gone, which is not its own")
        if sqlite:
            _refuse_losses(connection, namespace, before)
        run("COMMIT")
    except BaseException:
        run("ROLLBACK")
        raise
    finally:
        if sqlite:
            run("PRAGMA foreign_keys=ON")


def _foreign(connection: Connection, namespace: Namespace) -> set[str]:
    """Everybody else's tables."""
    return {name for name in inspect(connection).get_table_names() if not _is_of(name, namespace)}


def _is_of(table: str, namespace: Namespace) -> bool:
    return table.startswith((f"{namespace.name}_", "_alembic_tmp_")) or table == namespace.version_table


def _counts(connection: Connection) -> dict[str, int]:
    tables = [name for name in inspect(connection).get_table_names() if not name.startswith("alembic_version_")]
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in tables}


def _refuse_losses(connection: Connection, namespace: Namespace, before: dict[str, int]) -> None:
    """
    Raises:
        MigrationRefused: a reference points to nothing, or another plugin's table lost rows.
    """
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise MigrationRefused(
            f"{namespace.name}: rows of {broken[0][0]} would refer to rows of {broken[0][2]} that are gone"
        )
    allowed = _losing(namespace)
    for table, count in _counts(connection).items():
        if count < before.get(table, 0) and table not in allowed:
            raise MigrationRefused(
                f"{namespace.name}: {table} would lose {before[table] - count} of {before[table]} rows;"
                f" a migration that means it says `loses_rows_of = ({table!r},)`"
            )


def _losing(namespace: Namespace) -> set[str]:
    revisions = _scripts(namespace).walk_revisions()
    return {table for script in revisions for table in getattr(script.module, "loses_rows_of", ())}
