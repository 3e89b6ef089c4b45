"""Tables of plugins that are not enabled: what they hold on people is exported and erased all the same.

At each start every enabled plugin's tables are described in one table, so that they can still be read when their
plugin is switched off, broken or uninstalled. A table that was never described is taken for what its columns say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, MetaData, String, delete, func, insert, inspect, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from ..connectors.models import ConnectorSettingsRow
from ..errors import PluginError
from ..privacy import PersonalData, is_owned, table_of
from ..search.models import SearchEntry
from .migrate import FAILED, MigrationRefused
from .models import Reference, Table
from .types import Id, Json, UtcTime

if TYPE_CHECKING:
    from ..plugins.contributions import Contributions
    from ..plugins.registry import Registry
    from .engine import Database

_TYPES: Mapping[str, type[Any]] = {"Id": Id, "UtcTime": UtcTime, "Json": Json}


class KnownTable(Reference, Table):
    """A plugin's table, as its plugin described it when it last ran."""

    __tablename__ = "core_known_table"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    description: Mapped[Any] = mapped_column(Json)


class Description(Struct, frozen=True):
    owned: bool
    types: dict[str, str]
    """Columns of our own types, which the database itself does not know."""
    by: str | None = None
    erase: Any = "row"
    why: str = ""
    secret: tuple[str, ...] = ()
    of_account: str | None = None


def remember(connection: Connection, offers: Contributions) -> None:
    """Keep the descriptions of the enabled plugins' tables."""
    known = _known(connection)
    fresh = {name: each for name, each in _described(offers).items() if known.get(name) != each}
    if fresh:
        connection.execute(delete(KnownTable).where(KnownTable.name.in_(fresh)))
        rows = [{"name": name, "description": msgspec.to_builtins(each)} for name, each in fresh.items()]
        connection.execute(insert(KnownTable), rows)


def is_remembered(connection: Connection, offers: Contributions) -> bool:
    known = _known(connection)
    return all(known.get(name) == each for name, each in _described(offers).items())


def held(connection: Connection, offers: Contributions) -> tuple[list[Any], list[PersonalData]]:
    """Every table that may hold something on people, and what is declared of it, enabled or not."""
    tables: list[Any] = list(offers.tables)
    declared = list(offers.personal_data)
    for table, description in _left(connection, offers):
        tables.append(table)
        said = (description.by, description.of_account)
        if any(said) or description.erase == "keep" or description.secret:
            declared.append(
                PersonalData(
                    table=table,
                    by=description.by,
                    erase=description.erase,
                    why=description.why or "declared when its plugin last ran",
                    secret=description.secret,
                    of_account=description.of_account,
                )
            )
    return tables, declared


def orphans(connection: Connection, registry: Registry) -> dict[str, list[str]]:
    """Family → tables, of plugins that are not installed."""
    installed = {name.partition(".")[0] for name in registry.plugins}
    found: dict[str, list[str]] = {}
    for name in _plugin_tables(connection):
        if (family := name.partition("_")[0]) not in installed:
            found.setdefault(family, []).append(name)
    return found


def tables_of(connection: Connection, family: str) -> dict[str, int]:
    """A family's tables in the database, and how many rows each holds."""
    names = [name for name in _plugin_tables(connection) if name.startswith(f"{family}_")]
    return {
        name: connection.execute(select(func.count()).select_from(CoreTable(name, MetaData()))).scalar_one()
        for name in names
    }


def rows_left(connection: Connection, name: str) -> dict[str, int]:
    """The same, and how many accounts have set up something with a connector."""
    settings = select(func.count()).select_from(ConnectorSettingsRow).where(set_up_with(name))
    return {**tables_of(connection, name), "settings": connection.execute(settings).scalar_one()}


def set_up_with(name: str) -> ColumnElement[bool]:
    """What accounts have set up with connectors of a family, or with one."""
    plugin = ConnectorSettingsRow.plugin
    return (plugin == name) | plugin.startswith(f"{name}.", autoescape=True)


def purge(database: Database, registry: Registry, family: str) -> list[str]:
    """Remove the tables of a family that is not enabled, and what accounts have set up with it or a connector of that
    name; returns the tables' names.

    Raises:
        PluginError: the family or connector is enabled, or is the core.
        MigrationRefused: another plugin's rows refer to them.
    """
    if family == "core" or any(family in (manifest.family, manifest.name) for _, manifest in registry.enabled()):
        raise PluginError(f"{family!r} is enabled: `maxbooster plugins disable {family}` first.")
    with database.lock.alone(), database.engine.begin() as connection:
        names = list(tables_of(connection, family))
        version = f"alembic_version_{family}"
        metadata = MetaData()
        metadata.reflect(connection, only=lambda name, _: name in (*names, version), resolve_fks=False)
        try:
            metadata.drop_all(connection)
        except DBAPIError as error:
            raise MigrationRefused(f"{family}: another plugin's tables refer to these; remove those first.") from error
        connection.execute(delete(KnownTable).where(KnownTable.name.in_(names)))
        connection.execute(delete(ConnectorSettingsRow).where(set_up_with(family)))
        connection.execute(delete(SearchEntry).where(SearchEntry.searchable.startswith(f"{family}.")))
        if inspect(connection).has_table(FAILED.name):
            connection.execute(delete(FAILED).where(FAILED.c.plugin == family))
    return names


def _described(offers: Contributions) -> dict[str, Description]:
    declared = {each.table: each for each in offers.personal_data}
    return {
        table_of(model).name: _describe(model, declared.get(model))
        for model in offers.tables
        if not table_of(model).name.startswith("core_")
    }


def _describe(model: type[Any], declared: PersonalData | None) -> Description:
    columns = table_of(model).columns
    types = {each.name: type(each.type).__name__ for each in columns if type(each.type).__name__ in _TYPES}
    if declared is None:
        return Description(is_owned(model), types)
    erase = declared.erase if isinstance(declared.erase, str) else msgspec.to_builtins(dict(declared.erase))
    return Description(is_owned(model), types, declared.by, erase, declared.why, declared.secret, declared.of_account)


def _known(connection: Connection) -> dict[str, Description]:
    rows = connection.execute(select(KnownTable.name, KnownTable.description))
    return {row.name: msgspec.convert(row.description, Description) for row in rows}


def _left(connection: Connection, offers: Contributions) -> Iterator[tuple[CoreTable, Description]]:
    """Tables that no enabled plugin answers for, as they are in the database."""
    enabled = {table_of(model).name for model in offers.tables}
    left = [name for name in _plugin_tables(connection) if name not in enabled]
    if not left:
        return
    known, metadata = _known(connection), MetaData()
    for name in left:
        description = known.get(name) or _guessed(connection, name)
        table = CoreTable(name, metadata, autoload_with=connection, resolve_fks=False)
        for column, kind in description.types.items():
            table.columns[column].type = _TYPES[kind]()
        table.info["owned"] = description.owned
        yield table, description


def _guessed(connection: Connection, name: str) -> Description:
    columns = [column["name"] for column in inspect(connection).get_columns(name)]
    ids = [column for column in columns if column in ("id", "account_id", "user_id", "actor") or column.endswith("_by")]
    by = next((column for column in ids if column in ("user_id", "actor")), None)
    return Description("account_id" in columns, dict.fromkeys(ids, "Id"), by)


def _plugin_tables(connection: Connection) -> Sequence[str]:
    others = ("core_", "alembic_version", FAILED.name, "sqlite_")
    return sorted(name for name in inspect(connection).get_table_names() if not name.startswith(others))
