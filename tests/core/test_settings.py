"""Settings: from the environment and one file, every mistake named with the right spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from maxbooster.errors import SettingsError
from maxbooster.settings import PluginSettings, Settings, read


class Colors(PluginSettings, frozen=True, kw_only=True):
    accent: str = "amber"
    depth: int = 8


def test_defaults_are_the_embedded_form(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read({}).decode("core", Settings)
    assert settings.database_url == f"sqlite:///{tmp_path / 'maxbooster-data' / 'maxbooster.db'}"
    assert settings.storage_url == (tmp_path / "maxbooster-data" / "files").as_uri()


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "maxbooster.toml"
    file.write_text('[core]\nlisten = "0.0.0.0:1"\nlog = "json"\n[colors]\ndepth = 10\n')
    sections = read({"MAXBOOSTER_LISTEN": "127.0.0.1:9", "MAXBOOSTER_COLORS__ACCENT": "green"}, file)
    core = sections.decode("core", Settings)
    assert (core.listen, core.log) == ("127.0.0.1:9", "json")
    assert sections.decode("colors", Colors) == Colors(accent="green", depth=10)


def test_a_connectors_section_is_its_own(tmp_path):
    class Dark(Colors, frozen=True, kw_only=True): ...

    file = tmp_path / "maxbooster.toml"
    file.write_text('[colors]\ndepth = 10\n[colors.dark]\naccent = "red"\n')
    sections = read({"MAXBOOSTER_COLORS_DARK__DEPTH": "3"}, file)
    assert sections.decode("colors.dark", Dark) == Dark(accent="red", depth=3)


def test_where_tests_find_their_services_is_no_setting():
    assert read({"MAXBOOSTER_TEST_POSTGRES": "postgresql://there"}).decode("core", Settings).database == ""


def test_lists_in_the_environment_are_separated_by_commas():
    assert read({"MAXBOOSTER_DISABLED": "studio, social.bluesky"}).decode("core", Settings).disabled == (
        "studio",
        "social.bluesky",
    )


@pytest.mark.parametrize(
    ("environment", "content", "says"),
    [
        ({"MAXBOOSTER_DATABSE": "x"}, "", "Did you mean 'database'"),
        ({}, "[core]\nlissten = 1\n", "Did you mean 'listen'"),
        ({"MAXBOOSTER_IN_FLIGHT": "many"}, "", "in_flight"),
        ({}, "listen = 1\n", "outside a section"),
        ({}, "[core\n", "cannot be read"),
        ({}, "[core]\nlisten = \xff\n", "cannot be read"),
    ],
)
def test_every_mistake_is_named(tmp_path, environment, content, says):
    file = tmp_path / "maxbooster.toml"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=says):
        read(environment, file).decode("core", Settings)


def test_a_named_file_that_is_missing_is_an_error():
    with pytest.raises(SettingsError, match="does not exist"):
        read({"MAXBOOSTER_CONFIG": "/nowhere/maxbooster.toml"})


def test_a_section_of_no_plugin_is_named():
    [leftover] = read({"MAXBOOSTER_SETLISTS__X": "1"}).leftovers(["core", "setlist"])
    assert "[setlists]" in leftover
    assert "Did you mean 'setlist'" in leftover


def test_paths_are_paths():
    assert read({"MAXBOOSTER_DATA": "/somewhere"}).decode("core", Settings).data == Path("/somewhere")
