"""What contract suites of every kind ask of a connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx

from ..app import App
from ..forms import secrets_of
from ..plugins.kinds import Connector, Kind
from ..settings import read

T = TypeVar("T")


def connector_of(kind: Kind[T], plugin: str, data: Path) -> Connector[T]:
    """The connector that an installed plugin is; `data` is a data folder for settings.

    Raises:
        AssertionError: it is not installed, or does not fit; says why.
    """
    app = App(read({"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_EXAMPLES": "true", "MAXBOOSTER_APPROVED": "*"}))
    assert plugin in app.registry.plugins, f"No package that is installed has the entry point {plugin!r}."
    assert app.registry.plugins[plugin].state == "enabled", app.registry.plugins[plugin].reason
    found = [each for each in app.connectors(kind) if each.plugin == plugin]
    assert found, f"{plugin} has no hook {kind.hook}()."
    return found[0]


class ConnectorContract:
    """What connectors of every kind must do. The suite of a kind subclasses it."""

    plugin: ClassVar[str]
    account_settings: ClassVar[dict[str, Any] | None] = None
    """What an account sets up with it, as its form sends it, where its manifest has `account_settings`."""

    async def test_what_an_account_sets_up_is_kept_and_secrets_are_never_shown(
        self, app: Any, api: httpx.AsyncClient
    ) -> None:
        """It leaves the account as a new one."""
        manifest = app.registry.plugins[self.plugin].manifest
        at, form = f"/api/core/connectors/{self.plugin}/settings", manifest.account_settings
        if form is None:
            assert (await api.get(at)).status_code == 404
            return
        given = self.account_settings
        assert given is not None, f"{type(self).__name__} lacks `account_settings`: say what an account sets up."
        saved = await api.put(at, json={"values": given})
        assert saved.status_code == 200, saved.text
        secrets = secrets_of(form) & given.keys()
        read_back = (await api.get(at)).json()
        assert (read_back["state"], read_back["secrets"]) == ("ready", sorted(secrets))
        shown = {name: value for name, value in given.items() if name not in secrets}
        assert shown.items() <= read_back["values"].items()
        for name in secrets:
            assert given[name] not in saved.text, f"{name} is shown."
        assert (await api.put(at, json={"values": shown})).json()["secrets"] == sorted(secrets)
        assert (await api.delete(at)).status_code == 204
        assert (await api.get(at)).json()["state"] == "unset"
