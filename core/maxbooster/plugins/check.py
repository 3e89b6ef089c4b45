"""`maxbooster check`: does everything that the plugins contribute fit together?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Mapper

from .. import privacy
from ..db import migrate
from ..db.models import Local, Owned, Reference, Table
from .registry import FAILURES

if TYPE_CHECKING:
    from ..app import App


@dataclass(frozen=True)
class Fault:
    plugin: str
    what: str


def faults(app: App) -> list[Fault]:
    """Everything that is wrong, a sentence each; empty when all fits."""
    from ..http.assembly import build

    build(app)
    broken = [Fault(each.name, str(each.reason)) for each in app.registry.plugins.values() if each.state == "broken"]
    return broken + [fault for check in _CHECKS for fault in check(app)]


def _permissions(app: App) -> Iterator[Fault]:
    known = set(app.offers.permissions)
    for plugin, routes in app.offers.routes:
        for handler in routes.handlers:
            permission = handler.opt.get("permission")
            if permission not in known | {"public"}:
                yield Fault(plugin, f"{handler.operation_id} needs {permission!r}, which no manifest declares")
    for plugin, panel in app.offers.panels:
        for permission in panel.permissions:
            if permission not in known:
                yield Fault(plugin, f"panel {panel.id!r} needs {permission!r}, which no manifest declares")


def _commands(app: App) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for plugin, manifest in app.registry.enabled():
        for command in manifest.commands:
            if command.name in owner:
                yield Fault(plugin.name, f"command {command.name!r} is {owner[command.name]}'s")
            owner[command.name] = plugin.name
            module, _, attribute = command.target.partition(":")
            try:
                getattr(import_module(module), attribute)
            except FAILURES as error:
                yield Fault(plugin.name, f"command {command.name!r} cannot be imported: {error}")


def _panels(app: App) -> Iterator[Fault]:
    static = dict(app.offers.static)
    for plugin, panel in app.offers.panels:
        family = plugin.partition(".")[0]
        if not panel.tag.startswith(f"mb-{family}-"):
            yield Fault(plugin, f"panel {panel.id!r}: its tag {panel.tag!r} must begin with 'mb-{family}-'")
        folder = static.get(plugin)
        if folder is None or not (folder / panel.module).is_file():
            yield Fault(plugin, f"panel {panel.id!r}: there is no module {panel.module!r} in its static folder")


def _console_views(app: App) -> Iterator[Fault]:
    operations = {str(handler.operation_id) for _, routes in app.offers.routes for handler in routes.handlers}
    for plugin, view in app.offers.console_views:
        for operation in (view.operation, *view.actions.values()):
            if operation not in operations:
                yield Fault(plugin, f"console view {view.id!r} calls {operation!r}, which no route answers")


def _translations(app: App) -> Iterator[Fault]:
    for plugin, offered in app.offers.translations:
        english = set(offered.get("en", {}))
        for locale, texts in offered.items():
            if wrong := english ^ set(texts):
                yield Fault(plugin, f"translation {locale!r} and 'en' differ in {', '.join(sorted(wrong))}")


def _migrations(app: App) -> Iterator[Fault]:
    with_migrations = {namespace.name for namespace in migrate.namespaces(app.registry)}
    for namespace in migrate.namespaces(app.registry):
        if not any(namespace.folder.glob("*.py")):
            yield Fault(namespace.name, f"it promises migrations, but {namespace.folder} has none")
        for file in namespace.folder.glob("*.py"):
            yield from _foreign_tables(namespace.name, file.read_text("utf-8"), file.name)
    for table in (mapper.local_table for mapper in Table.registry.mappers if mapper.class_ in app.offers.tables):
        family = str(table).partition("_")[0]
        if family not in with_migrations:
            yield Fault(family, f"table {table} has no migrations: set migrations=True in the manifest")


def _foreign_tables(namespace: str, source: str, name: str) -> Iterator[Fault]:
    """A migration touches its own plugin's tables only."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        first = node.args[0]
        if node.func.attr in ("create_table", "drop_table", "batch_alter_table", "rename_table", "add_column") and (
            isinstance(first, ast.Constant) and not str(first.value).startswith(f"{namespace}_")
        ):
            yield Fault(namespace, f"migration {name} touches {first.value!r}, which is not its own table")


def _tables(app: App) -> Iterator[Fault]:
    families = {
        plugin.module.__name__.partition(".")[0]: manifest.family
        for plugin, manifest in app.registry.enabled()
        if plugin.module is not None
    }
    registered = set(app.offers.tables)
    for mapper in Table.registry.mappers:
        model = mapper.class_
        family = families.get(model.__module__.partition(".")[0])
        if family is None:
            continue
        if not model.__tablename__.startswith(f"{family}_"):
            yield Fault(family, f"{model.__name__}: its table {model.__tablename__!r} must be named {family}_…")
        if model not in registered:
            yield Fault(family, f"{model.__name__} is mapped but not in register_tables()")
        yield from _table(family, mapper)


def _personal_data(app: App) -> Iterator[Fault]:
    for table in privacy.undeclared(app.offers.tables, app.offers.personal_data):
        family = table.partition("_")[0]
        yield Fault(family, f"table {table} may hold personal data: say how it is erased in register_personal_data()")


def _hooks(app: App) -> Iterator[Fault]:
    """A function named like a hook is meant as one."""
    known = {name for name in vars(app.registry.hooks.hook) if getattr(app.registry.hooks.hook, name).spec}
    for plugin, manifest in app.registry.enabled():
        if not manifest.hookspecs:
            for name in known & set(vars(plugin.module)):
                if not hasattr(vars(plugin.module)[name], "maxbooster_impl"):
                    yield Fault(plugin.name, f"{name} is named like a hook but lacks @hookimpl")


def _table(family: str, mapper: Mapper[Any]) -> Iterator[Fault]:
    """Owned, reference or local; and the account leads every key of what is owned (K-02)."""
    model, table = mapper.class_, cast(CoreTable, mapper.local_table)
    for relation in mapper.relationships:
        if relation.lazy != "raise":
            yield Fault(family, f"{model.__name__}.{relation.key}: declare relationships with lazy='raise'")
    if issubclass(model, Local | Reference):
        return
    if not issubclass(model, Owned) and next(iter(table.primary_key)).name not in ("account_id", "id"):
        yield Fault(family, f"{table.name} is neither Owned nor Reference nor Local")
    if issubclass(model, Owned):
        for columns in _keys(table):
            if columns[0] != "account_id":
                yield Fault(family, f"{table.name}: the key ({', '.join(columns)}) must begin with account_id")


def _keys(table: CoreTable) -> Iterator[list[str]]:
    yield [column.name for column in table.primary_key]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [column.name for column in index.columns]


_CHECKS: list[Callable[[App], Iterator[Fault]]] = [
    _permissions,
    _commands,
    _panels,
    _console_views,
    _translations,
    _migrations,
    _tables,
    _personal_data,
    _hooks,
]
