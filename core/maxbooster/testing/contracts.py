"""What every plugin and every page must do, for third parties' tests too.

    class TestPractice(PluginContract):
        plugin = "practice"

Run with the fixtures of `maxbooster[testing]`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from ..app import App
from ..plugins.check import faults
from ..settings import read
from .app import open_api


class PluginContract:
    """Subclass it, and say which plugin."""

    plugin: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def assembled(cls, tmp_path_factory: pytest.TempPathFactory) -> App:
        data = tmp_path_factory.mktemp("data")
        return App(read({"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_EXAMPLES": "true", "MAXBOOSTER_APPROVED": "*"}))

    def test_it_is_enabled(self, assembled: App) -> None:
        found = assembled.registry.plugins
        assert self.plugin in found, f"No package that is installed has the entry point {self.plugin!r}."
        assert found[self.plugin].state == "enabled", found[self.plugin].reason

    def test_it_fits_together_with_the_rest(self, assembled: App) -> None:
        family = self.plugin.partition(".")[0]
        assert [each.what for each in faults(assembled, of={self.plugin, family})] == []


class PanelContract(PluginContract):
    """The same for a plugin that brings a page, or something on a page of others."""

    async def test_its_pages_are_served_and_define_their_elements(self, app: Any) -> None:
        offered = (*app.offers.panels, *app.offers.panel_extensions)
        panels = [panel for plugin, panel in offered if plugin == self.plugin]
        assert panels, f"{self.plugin} brings no panel: return one from register_panels()."
        async with open_api(app) as browser:
            for panel in panels:
                module = await browser.get(f"/static/{self.plugin}/{panel.module}")
                assert module.status_code == 200
                assert "javascript" in module.headers["content-type"]
                assert panel.tag in module.text, f"{panel.module} does not define <{panel.tag}>."
