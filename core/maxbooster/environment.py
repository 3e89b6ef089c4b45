"""What a unit of work finds at hand: settings, connectors, clients, files. The Context is one."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import UUID

from .errors import UsageError
from .identity import Identity
from .plugins import kinds
from .plugins.kinds import Connector, Kind
from .rows import Rows
from .settings import AccountSettings, PluginSettings

if TYPE_CHECKING:
    from .app import App
    from .connections.client import Connected
    from .context import Context
    from .documents.renderer import DocumentData
    from .http.client import Client
    from .resources import Resource
    from .secrets import Secrets
    from .simulators import Simulator
    from .storage import Files

T = TypeVar("T")
S = TypeVar("S", bound=PluginSettings)
A = TypeVar("A", bound=AccountSettings)


class Environment(Rows):
    app: App
    identity: Identity | None

    @property
    def _ctx(self) -> Context:
        return cast("Context", self)

    def _refuse_grant(self, what: str) -> None:
        if self.identity is not None and self.identity.grant is not None:
            raise UsageError(f"{what} are no part of what was granted")

    def clock(self) -> datetime:
        """The time (UTC) at this moment, for work that takes long; `now` is when the unit began."""
        return self.app.clock()

    @property
    def data(self) -> Path:
        """The platform's data folder, for what an operator puts there."""
        return self.app.settings.data

    def connectors(self, kind: Kind[T]) -> list[Connector[T]]:
        """Those of a kind that are enabled, by title; one whose object cannot be made now is left out."""
        return kinds.connectors(self.app.registry, kind, self._ctx)

    def connector(self, kind: Kind[T], name: str, *, field: str | None = None) -> Connector[T]:
        """The one of that name. `field`: the input that named it.

        Raises:
            Invalid: there is none; lists those that there are.
            NotReady: its plugin is off (says how to switch it on), or its object cannot be made now.
        """
        return kinds.connector(self.app.registry, kind, name, self._ctx, field=field)

    def simulators(self) -> list[Simulator]:
        """The simulators of outside services that enabled plugins bring."""
        return [simulator for _, simulator in self.app.offers.simulators]

    def why_off(self, plugin: str) -> str | None:
        """Why a plugin takes no part, and what to do, in a sentence; None if it does, or is not installed."""
        return self.app.registry.why_off(plugin)

    def settings(self, kind: type[S]) -> S:
        """A plugin's settings, by their struct."""
        return self.app.settings_of(kind)

    async def account_settings(self, kind: type[A]) -> A | None:
        """What this account has set up with a connector, by their struct; None: nothing yet.

        Raises:
            NotReady: it was set up for another version of the connector, and doesn't fit any more.
        """
        from .connectors.service import account_settings

        self._refuse_grant("settings of connectors")
        return await account_settings(self._ctx, kind)

    @property
    def http(self) -> Client:
        """The client for calls to other hosts. For code of a plugin it calls what the plugin's manifest declares."""
        return self.app.http_of(sys._getframe(1).f_globals.get("__name__", ""))

    async def resource(self, resource: Resource[T]) -> T:
        """What this process holds once of a kind, such as a loaded model; opened now if nobody asked for it before."""
        return await self.app.resources.get(resource)

    async def document(self, template: Path, data: DocumentData) -> bytes:
        """A PDF of a template and of data, which is never code; the same bytes for the same data.

        Raises:
            Invalid: a character cannot be shown; names it.
            TooLarge: it says more than a document can hold.
            NotReady: what renders it isn't installed; says how to install it.
        """
        from .documents.renderer import document

        return await document(self.app, template, data)

    def connection(self, id: UUID) -> Connected:
        """One of the account's logins at outside services, to make calls with."""
        from .connections.client import Connected

        self._refuse_grant("connections")
        return Connected(self._ctx, id)

    @property
    def files(self) -> Files:
        from .storage import Files

        return Files(self._ctx)

    @property
    def secrets(self) -> Secrets:
        from .secrets import Secrets

        self._refuse_grant("secrets")
        return Secrets(self._ctx)
