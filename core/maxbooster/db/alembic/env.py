"""The one Alembic environment. `maxbooster.db.migrate` passes the connection and the namespace."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from maxbooster.db.models import Table

attributes = context.config.attributes
prefix: str = attributes["namespace"] + "_"


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    table = name if kind == "table" else parents.get("table_name")
    return kind == "schema" or bool(table and table.startswith(prefix))


def _wanted(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Other plugins' tables are theirs; an index with `info={"dialect": …}` is for that database only."""
    here = attributes["connection"].dialect.name
    return str(name).startswith(prefix) if kind == "table" else item.info.get("dialect", here) == here


def _render(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Our own types are imported from where plugin authors find them."""
    if kind == "type" and type(item).__module__ == "maxbooster.db.types":
        autogenerate.imports.add(f"from maxbooster.plugin import {type(item).__name__}")
        return f"{type(item).__name__}()"
    return False


context.configure(
    connection=attributes["connection"],
    target_metadata=Table.metadata,
    version_table=f"alembic_version_{attributes['namespace']}",
    include_name=_ours,
    include_object=_wanted,
    render_as_batch=attributes["connection"].dialect.name == "sqlite",
    render_item=_render,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
