"""`maxbooster check`: does everything that the plugins contribute fit together?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

from msgspec import Struct
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Mapper

from .. import privacy
from ..db import migrate
from ..db.models import Local, Owned, Reference, Table
from ..http.excerpt import callable_by
from ..http.page_parameters import Cursor, Limit
from ..http.routes import SAFE
from ..paging import Page
from .blocking import Search
from .contracting import REASON, contracting
from .manifest import Panel, PanelExtension
from .page_calls import operations
from .registry import FAILURES

if TYPE_CHECKING:
    from ..app import App


@dataclass(frozen=True)
class Fault:
    plugin: str
    what: str


def faults(app: App, of: Collection[str] | None = None) -> list[Fault]:
    """Everything that is wrong, a sentence each; empty when all fits. `of`: with these plugins alone, which is quicker
    to find. That the application can be put together shows when it is."""
    found = [Fault(each.name, str(each.reason)) for each in app.registry.plugins.values() if each.state == "broken"]
    found += [fault for check in _CHECKS for fault in check(app)]
    found += _blocking(app, of)
    return found if of is None else [fault for fault in found if fault.plugin in of]


def _permissions(app: App) -> Iterator[Fault]:
    known = set(app.offers.permissions)
    for plugin, routes in app.offers.routes:
        for handler in routes.handlers:
            permission = handler.opt.get("permission")
            if permission not in known | {"public"}:
                yield Fault(plugin, f"{handler.operation_id} needs {permission!r}, which no manifest declares")
    for plugin, panel in app.offers.panels:
        for permission in (*panel.permissions, *(each for action in panel.actions for each in action.permissions)):
            if permission not in known:
                yield Fault(plugin, f"panel {panel.id!r} needs {permission!r}, which no manifest declares")
    for plugin, extension in app.offers.panel_extensions:
        for permission in extension.permissions:
            if permission not in known:
                yield Fault(plugin, f"extension {extension.id!r} needs {permission!r}, which no manifest declares")
    for purpose in app.offers.file_purposes.values():
        if purpose.permission not in known:
            plugin = purpose.name.partition(".")[0]
            yield Fault(plugin, f"files of {purpose.name!r} need {purpose.permission!r}, which no manifest declares")


def _pages(app: App) -> Iterator[Fault]:
    """A route that answers a page takes what leads from one to the next."""
    for plugin, routes in app.offers.routes:
        for handler in routes.handlers:
            hints = get_type_hints(unwrap(handler.fn), include_extras=True)
            answer = hints.pop("return", None)
            if Page not in (answer, get_origin(answer)):
                continue
            if answer is Page or not issubclass(get_args(answer)[0], Struct):
                yield Fault(plugin, f"{handler.operation_id} answers {answer}: say which struct its items are, Page[…]")
            for name, wanted in (("cursor", Cursor), ("limit", Limit)):
                if hints.get(name) != wanted:
                    took = f"{name}: {hints[name]}" if name in hints else f"no {name}"
                    wants = f"write {name}: {name.title()}"
                    yield Fault(plugin, f"{handler.operation_id} answers a Page and takes {took}; {wants}")


def _grantables(app: App) -> Iterator[Fault]:
    """What routes open to grants is declared, and needs a right that can be granted; to write, one that writes."""
    for plugin, routes in app.offers.routes:
        for handler in routes.handlers:
            for kind in handler.opt.get("grantable") or {}:
                grantable, permission = app.offers.grantables.get(kind), handler.opt["permission"]
                if grantable is None or permission not in grantable.permissions:
                    yield Fault(
                        plugin, f"{handler.operation_id} is grantable as {kind!r}, which offers no {permission!r}"
                    )
                elif not handler.http_methods <= SAFE and not any(
                    right.writes for right in grantable.held(frozenset({permission}))
                ):
                    yield Fault(
                        plugin,
                        f"{handler.operation_id} is grantable as {kind!r} and does not only read, but its right"
                        f" {permission!r} writes nothing: say Right(…, writes=(Table,))",
                    )
    for grantable in app.offers.grantables.values():
        for table in (part.table for part in grantable.parts):
            if not issubclass(table, Owned):
                yield Fault(grantable.name.partition(".")[0], f"{table.__name__} of {grantable.name!r} is not Owned")


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
    for plugin, panel in app.offers.panels:
        family = plugin.partition(".")[0]
        yield from _element(app, plugin, f"panel {panel.id!r}", panel)
        if not panel.route.startswith("/"):
            yield Fault(plugin, f"panel {panel.id!r}: its route {panel.route!r} must begin with '/'")
        for action in panel.actions:
            if not action.id.startswith(f"{family}."):
                yield Fault(plugin, f"panel {panel.id!r}: its action {action.id!r} must begin with '{family}.'")
            path = action.path.partition("?")[0]
            if path != panel.route and not path.startswith(f"{panel.route}/"):
                yield Fault(
                    plugin, f"panel {panel.id!r}: the action {action.id!r} leads to {path!r}, not below {panel.route}"
                )


def _panel_extensions(app: App) -> Iterator[Fault]:
    points = app.offers.extension_points
    for plugin, extension in app.offers.panel_extensions:
        yield from _element(app, plugin, f"extension {extension.id!r}", extension)
        if extension.point not in points and not _is_off(app, plugin, extension.point.partition(".")[0]):
            near = get_close_matches(extension.point, points, n=3, cutoff=0.5) or sorted(points)
            yield Fault(
                plugin,
                f"extension {extension.id!r}: there is no extension point {extension.point!r}; there is "
                + (", ".join(repr(each) for each in near) or "none"),
            )


def _is_off(app: App, plugin: str, family: str) -> bool:
    """Whether a family is installed and off, or absent and the plugin says that it may be."""
    if family in app.registry.plugins:
        return family not in app.registry.on
    manifest = app.registry.plugins[plugin].manifest
    return manifest is not None and family in manifest.answers


def _element(app: App, plugin: str, name: str, shown: Panel | PanelExtension) -> Iterator[Fault]:
    """The custom element of a panel or an extension, and the module that defines it."""
    family = plugin.partition(".")[0]
    if not shown.tag.startswith(f"mb-{family}-"):
        yield Fault(plugin, f"{name}: its tag {shown.tag!r} must begin with 'mb-{family}-'")
    folder = dict(app.offers.static).get(plugin)
    if folder is None or not _is_within(folder, shown.module):
        yield Fault(plugin, f"{name}: there is no module {shown.module!r} in its static folder")


def _is_within(folder: Path, module: str) -> bool:
    file = (folder / module).resolve()
    return file.is_relative_to(folder.resolve()) and file.is_file()


def _page_operations(app: App) -> Iterator[Fault]:
    """What pages call of others exists, and is theirs to call."""
    known = operations(app)
    for plugin, manifest in app.registry.enabled():
        for operation in manifest.operations:
            if operation not in known:
                yield Fault(plugin.name, f"operations names {operation!r}, which no route answers")
            elif (family := known[operation].partition(".")[0]) not in callable_by(plugin.name, app.registry):
                yield Fault(plugin.name, f"operations names {operation!r} of {family!r}, which it doesn't require")


def _console_views(app: App) -> Iterator[Fault]:
    operations = {str(handler.operation_id) for _, routes in app.offers.routes for handler in routes.handlers}
    for plugin, view in app.offers.console_views:
        for operation in (view.operation, *view.actions.values()):
            if operation not in operations:
                yield Fault(plugin, f"console view {view.id!r} calls {operation!r}, which no route answers")


def _public_pages(app: App) -> Iterator[Fault]:
    from ..public import rendering

    for plugin, page in app.offers.public_pages:
        try:
            rendering.loaded(page.template)
            rendering.policy(page.styles)
            if page.embed is not None:
                rendering.loaded(page.embed.template)
                rendering.policy(page.embed.styles)
        except FAILURES as error:
            yield Fault(plugin, f"public page {page.area!r}: {type(error).__name__}: {error}")


def _translations(app: App) -> Iterator[Fault]:
    """A language has every text, or all of what strangers read."""
    for plugin, offered in app.offers.translations:
        english = set(offered.get("en", {}))
        strangers = {each for each in english if each.partition(".")[2].startswith("page_")}
        for locale, texts in offered.items():
            wrong = (strangers if strangers.issuperset(texts) else english) ^ set(texts)
            if wrong:
                yield Fault(plugin, f"translation {locale!r} and 'en' differ in {', '.join(sorted(wrong))}")


def _migrations(app: App) -> Iterator[Fault]:
    written: dict[str, list[str]] = {}
    with_migrations = {namespace.name for namespace in migrate.namespaces(app.registry)}
    for namespace in migrate.namespaces(app.registry):
        if not any(namespace.folder.glob("*.py")):
            yield Fault(namespace.name, f"it promises migrations, but {namespace.folder} has none")
        for file in namespace.folder.glob("*.py"):
            written.setdefault(namespace.name, []).append(source := file.read_text("utf-8"))
            yield from _foreign_tables(namespace.name, source, file.name)
            for step in contracting(source):
                yield Fault(
                    namespace.name,
                    f"migration {file.name} does {step}: processes of the version before would fail while they still"
                    " run. Expand first, and contract in a later release; if nothing that is released needs it, say"
                    f' so: {REASON} = "…"',
                )
    for table in (mapper.local_table for mapper in Table.registry.mappers if mapper.class_ in app.offers.tables):
        family = str(table).partition("_")[0]
        if family not in with_migrations:
            yield Fault(family, f"table {table} has no migrations: set migrations=True in the manifest")
        elif not any(f'"{table}"' in source for source in written.get(family, ())):
            yield Fault(family, f'table {table} is in no migration: run `maxbooster db revision {family} "What it is"`')


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


def _blocking(app: App, of: Collection[str] | None) -> Iterator[Fault]:
    """What runs on the event loop must not hold it up."""
    search = Search()
    for handler in map(unwrap, _on_the_loop(app)):
        owner = app.registry.owner_of(handler.__module__) or "core"
        for each in search.blocking_calls(handler) if of is None or owner in of else ():
            yield Fault(
                owner,
                f"{handler.__name__} blocks the event loop: {each.place} calls {each.call}; write {each.instead}",
            )


def _on_the_loop(app: App) -> Iterator[Callable[..., Any]]:
    offers = app.offers
    yield from (handler.fn for _, routes in offers.routes for handler in routes.handlers)
    yield from (job.handler for job in offers.jobs.values())
    yield from (subscription.listener for _, subscription in offers.subscriptions)
    yield from (check.ask for _, check in offers.health_checks)
    for plugin, _ in app.registry.enabled():
        yield from (each for each in vars(plugin.module).values() if hasattr(each, "maxbooster_impl"))


def _table(family: str, mapper: Mapper[Any]) -> Iterator[Fault]:
    """Owned, reference or local; and the account leads every key of what is owned."""
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
    _pages,
    _grantables,
    _commands,
    _panels,
    _panel_extensions,
    _page_operations,
    _console_views,
    _public_pages,
    _translations,
    _migrations,
    _tables,
    _personal_data,
    _hooks,
]
