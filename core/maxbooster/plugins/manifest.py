"""What a plugin says about itself before any of its code runs."""

from __future__ import annotations

import re
from typing import Any, Literal

from msgspec import Struct

API = 1
"""The version of `maxbooster.plugin`. A manifest names the version that it was written for."""

ROLES = ("owner", "admin", "manager", "artist", "editor", "viewer")
"""What a member can be in an account, from the most to the least."""
PERSON = "person"
"""The role of everybody who is logged in, in whichever account."""
OPERATORS = ("admin", "support", "finance", "moderator")
"""What a member of the platform's staff can be."""

_NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)?")
_PERMISSION = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Permission(Struct, frozen=True):
    """The right to do one thing, named `area.action` (`release.submit`).

    `roles` hold it in their account (`person`: everybody who is logged in), `operators` are the staff who hold it,
    until an operator changes the table (`maxbooster roles`).
    """

    name: str
    help: str
    roles: tuple[str, ...] = ("owner", "admin", "manager")
    operators: tuple[str, ...] = ()
    across: bool = False
    """Whether it is a right to work in other accounts (`ctx.enter`): a label's in its sub-accounts, staff's in all."""

    def __post_init__(self) -> None:
        if not _PERMISSION.fullmatch(self.name):
            raise ValueError(f"permission {self.name!r}: use 'area.action', lower case")
        for role in self.roles:
            if role not in (*ROLES, PERSON):
                raise ValueError(
                    f"permission {self.name!r} is for the role {role!r}; there are {', '.join(ROLES)}, {PERSON}"
                )
        for role in self.operators:
            if role not in OPERATORS:
                raise ValueError(f"permission {self.name!r} is for {role!r}; operators are {', '.join(OPERATORS)}")


class Command(Struct, frozen=True):
    """A command of the command line: its name and one-line help, and where the click command lies."""

    name: str
    help: str
    target: str
    """`package.module:attribute`, imported only when the command runs."""


class PanelAction(Struct, frozen=True, kw_only=True):
    """Something to do on a panel, offered in the command palette to those who hold its permissions."""

    id: str
    """`<family>.<what>`; a translation of its title is the text `action.<id>`."""
    title: str
    """What it does, as a button says it: “New release”."""
    path: str
    """Where it is done: an address of the panel, which may ask for it (`/money?do=add-payee`)."""
    icon: str = "plus"
    """The name of a Lucide icon."""
    permissions: tuple[str, ...] = ()
    """Beside the panel's own."""


class Panel(Struct, frozen=True, kw_only=True):
    """A page of the web application: one custom element in one JavaScript module (design: Web)."""

    id: str
    title: str
    icon: str
    """The name of a Lucide icon."""
    route: str
    tag: str
    """The custom element's name: `mb-<plugin>-<name>`."""
    module: str
    """The JavaScript module's path below the plugin's static folder."""
    permissions: tuple[str, ...] = ()
    actions: tuple[PanelAction, ...] = ()
    order: int = 50
    """Where it stands in the navigation, which follows the work: 20 create, 30 release, 40 royalties, 50 money,
    60 promote, 90 examples."""
    api: int = API
    offline: bool = False
    """Whether what it read last stays on the person's device and is shown, with its time, while there is no
    connection. Not for what others who use the device must not find: money, addresses of people."""


class ExtensionPoint(Struct, frozen=True, kw_only=True):
    """A place on a page where other plugins show something of their own: `<mb-extension-point name=…>`."""

    name: str
    """`<family>.<place>`."""
    help: str
    """Where it is, and what belongs there."""
    context: dict[str, str] = {}
    """What its extensions are told: field → what it is."""


class PanelExtension(Struct, frozen=True, kw_only=True):
    """What a plugin shows on another's page: one custom element in one JavaScript module, as a panel."""

    id: str
    title: str
    """Names it where it cannot be shown."""
    point: str
    """The extension point where it is shown; where that belongs to a family that is off, it is not shown."""
    tag: str
    """The custom element's name: `mb-<plugin>-<name>`."""
    module: str
    """The JavaScript module's path below the plugin's static folder."""
    permissions: tuple[str, ...] = ()
    """Beside those of the page."""
    order: int = 50
    """Where it stands among others at the same point."""
    api: int = API


class ConsoleView(Struct, frozen=True, kw_only=True):
    """A table of the operator's console, as data, so that it works against a remote server."""

    id: str
    title: str
    operation: str
    """The `operation_id` that answers the rows."""
    columns: tuple[str, ...]
    actions: dict[str, str] = {}
    """Key → `operation_id` called with the selected row's `id`."""


class Manifest(Struct, frozen=True, kw_only=True):
    """The first thing read of a plugin; every other import waits until the plugin is wanted.

    `name` is a family (`studio`) or a connector in it (`social.bluesky`). Tables, settings and routes
    live under the family's name.
    """

    name: str
    version: str
    title: str
    api: int = API
    requires: tuple[str, ...] = ()
    """Names of plugins that must be enabled, and are set up first."""
    answers: tuple[str, ...] = ()
    """Names of families whose hooks it implements where they are on; those of one that is off or absent are skipped."""
    hookspecs: tuple[str, ...] = ()
    """Modules whose hookspecs other plugins may implement."""
    example: bool = False
    """Whether it is there for plugin authors to read; off unless the setting `core.examples` is on."""
    areas: tuple[str, ...] = ()
    """Further words that its names may begin with, beside the family's (`release` of `release.submit`). Only the
    product's own families claim any."""
    permissions: tuple[Permission, ...] = ()
    settings: type[Any] | None = None
    """A `Settings` struct: the TOML section `[<name>]`."""
    account_settings: type[Any] | None = None
    """An `AccountSettings` struct of a connector: what each account sets up with it, by a form."""
    hosts: tuple[str, ...] = ()
    """Network hosts that it calls: `api.example.com`, `*.example.com`. `ctx.http` calls no others."""
    hosts_from_settings: tuple[str, ...] = ()
    """Fields of its settings whose address or host it calls, such as the URL of a server of the operator's own."""
    hosts_from_people: bool = False
    """Whether it also calls what accounts and people name: a server of their own. By `ctx.http` such calls say
    `user_supplied`, and reach public addresses only."""
    commands: tuple[Command, ...] = ()
    migrations: bool = False
    """Whether the plugin's package has a folder `migrations/` with Alembic versions."""
    operations: tuple[str, ...] = ()
    """What its pages call of the API beside their own family's, by `operation_id`. In a sandboxed frame that is all
    that they can."""
    trust: Literal["page", "frame"] = "page"
    """Whether its panels run in the page or in a sandboxed frame. The operator may frame either."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"plugin name {self.name!r}: use 'family' or 'family.connector', lower case")
        from ..settings import AccountSettings, PluginSettings
        from .hosts import refuse_unknown_hosts

        if self.settings is not None and not issubclass(self.settings, PluginSettings):
            raise ValueError(f"settings {self.settings!r}: subclass PluginSettings")
        refuse_unknown_hosts(self.hosts, self.hosts_from_settings, self.settings)
        if self.account_settings is not None and not issubclass(self.account_settings, AccountSettings):
            raise ValueError(f"account_settings {self.account_settings!r}: subclass AccountSettings")

    @property
    def family(self) -> str:
        return self.name.partition(".")[0]
