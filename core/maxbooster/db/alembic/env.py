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
    include_object=lambda item, name, kind, *_: kind != "table" or str(name).startswith(prefix),
    render_as_batch=attributes["connection"].dialect.name == "sqlite",
    render_item=_render,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
