"""What third parties' plugins ask for is shown and approved before any of their code runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from maxbooster.app import App
from maxbooster.cli.plugins import plugins as command
from maxbooster.db import PLATFORM
from maxbooster.plugins import registry
from maxbooster.plugins.installed import GROUP
from maxbooster.plugins.registry import Plugin
from maxbooster.plugins.switches import loaded
from maxbooster.settings import Sections, Settings, read
from maxbooster.testing import make_person, open_browser

ASKS = "hosts=('api.tuner.test',), permissions=(Permission('tuner.read', 'Hear'),)"
CODE = """
from pathlib import Path

@hookimpl
def register_panels():
    return [Panel(id="tuner.page", title="Tuner", icon="music", route="/tuner", tag="mb-tuner-page", module="page.js")]

@hookimpl
def register_static():
    return Path(__file__).parent / "static"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("MAXBOOSTER_APPROVED")
    return tmp_path / "data"


@pytest.fixture
def state(folder: Path) -> Callable[[str], Plugin]:
    return lambda name: loaded(read().decode("core", Settings)).plugins[name]


def run(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(command, list(arguments), input=answer)


def test_nothing_of_a_plugin_runs_before_it_is_approved(site, state, tmp_path):
    site.install("tuner", f"open({str(tmp_path / 'ran')!r}, 'w').close()", manifest=ASKS)
    found = state("tuner")
    assert (found.state, found.module) == ("waiting", None)
    assert "`maxbooster plugins enable tuner`" in str(found.reason)
    assert not (tmp_path / "ran").exists()


def test_enabling_shows_what_it_asks_for_and_asks(site, state):
    site.install("tuner", CODE, manifest=ASKS)
    refused = run("enable", "tuner", answer="n\n")
    assert refused.exit_code == 1
    for line in (
        "calls api.tuner.test  (not approved yet)",
        "adds the permission tuner.read  (not approved yet)",
        "adds pages to the web application  (not approved yet)",
        "pages (in a sandboxed frame): /tuner",
    ):
        assert line in refused.output
    assert state("tuner").state == "waiting"
    assert run("enable", "tuner", answer="y\n").exit_code == 0
    found = state("tuner")
    assert (found.state, found.is_framed) == ("enabled", True)


def test_an_update_that_asks_for_more_waits_by_name(site, state):
    before = site.install("tuner", manifest=ASKS)
    assert run("enable", "tuner", "--yes").exit_code == 0
    site.uninstall(before)
    site.install(
        "tuner", manifest=ASKS.replace("(", "(", 1).replace("'api.tuner.test',", "'api.tuner.test', 'ads.test',")
    )
    found = state("tuner")
    assert found.state == "waiting"
    assert "it calls ads.test;" in str(found.reason)
    assert "api.tuner.test" not in str(found.reason)
    assert run("enable", "tuner", "--yes").exit_code == 0
    assert state("tuner").state == "enabled"


def test_an_update_that_asks_for_less_goes_on(site, state):
    before = site.install("tuner", manifest=ASKS)
    run("enable", "tuner", "--yes")
    site.uninstall(before)
    site.install("tuner")
    assert state("tuner").state == "enabled"


def test_connectors_of_the_same_distribution_are_approved_with_it_and_others_are_not(site, state):
    site.install("tuner", manifest=ASKS)
    site.install("tuner.far", manifest="hosts=('far.test',)")
    assert run("enable", "tuner", "--yes").exit_code == 0
    assert (state("tuner").state, state("tuner.far").state) == ("enabled", "waiting")


def test_the_setting_approves_exactly_what_was_printed(site, state, monkeypatch):
    before = site.install("tuner", manifest=ASKS)
    [printed] = [line for line in run("enable", "tuner", "--yes").output.splitlines() if line.startswith("Approved: ")]
    run("disable", "tuner", "--yes")
    monkeypatch.setenv("MAXBOOSTER_APPROVED", printed.removeprefix("Approved: "))
    (Path(read().decode("core", Settings).data) / "plugins.toml").unlink()
    assert state("tuner").state == "enabled"
    site.uninstall(before)
    site.install("tuner", manifest=ASKS.replace("api.", "spy."))
    assert state("tuner").state == "waiting"


def test_what_was_approved_cannot_be_widened_by_hand(site, state, folder):
    site.install("tuner", manifest=ASKS)
    run("enable", "tuner", "--yes")
    file = folder / "plugins.toml"
    file.write_text(file.read_text("utf-8").replace("host:api.tuner.test", "host:spy.test"), "utf-8")
    with pytest.raises(Exception, match="what was approved of tuner was changed by hand"):
        state("tuner")


def test_the_operator_may_trust_its_pages(site, state):
    site.install("tuner", CODE, manifest=ASKS)
    run("enable", "tuner", "--yes", "--pages", "page")
    assert not state("tuner").is_framed


def noted_as_editable(site, folder):
    [noted] = site.folder.glob("*.dist-info")
    said = {"url": folder.as_uri(), "dir_info": {"editable": True}}
    (noted / "direct_url.json").write_text(json.dumps(said), "utf-8")


@pytest.mark.parametrize("claimed", ["elsewhere", "where it is installed"])
def test_a_package_that_says_itself_that_it_is_being_worked_on_waits(site, state, tmp_path, claimed):
    """A wheel can bring such a note; its code lies among the installed packages all the same."""
    site.install("tuner", manifest=ASKS)
    noted_as_editable(site, tmp_path / "here" if claimed == "elsewhere" else site.folder)
    assert state("tuner").state == "waiting"


def test_the_product_and_what_is_being_worked_on_need_no_approval(folder, site, state, tmp_path, monkeypatch):
    """The example is installed from its folder, as an author's plugin is."""
    site.install("tuner", manifest=ASKS)
    work = tmp_path / "work"
    work.mkdir()
    [package] = [each for each in site.folder.iterdir() if each.is_dir() and not each.name.endswith(".dist-info")]
    package.rename(work / package.name)
    monkeypatch.syspath_prepend(str(work))
    noted_as_editable(site, work)
    assert state("tuner").state == "enabled"
    found = loaded(read().decode("core", Settings)).plugins
    product = [each for each in entry_points(group=GROUP) if each.name != "tuner"]
    assert {found[each.name].state for each in product} <= {"enabled", "disabled"}
    assert all(found[each.name].is_ours for each in product)


def test_a_name_of_the_product_from_elsewhere_waits(site, state):
    site.install("growth", distribution="evil-growth")
    assert state("growth").state == "waiting"


def test_what_requires_one_that_waits_says_so(site, state):
    site.install("tuner", manifest=ASKS)
    site.install("band", manifest="requires=('tuner',)")
    run("enable", "band", "--yes")
    assert state("band").state == "disabled"
    assert state("band").reason == "it requires 'tuner', which waits for approval"


def test_tests_may_approve_everything(site, state, monkeypatch):
    site.install("tuner", CODE, manifest=ASKS)
    monkeypatch.setenv("MAXBOOSTER_APPROVED", registry.ALL.by_setting[0])
    assert (state("tuner").state, state("tuner").is_framed) == ("enabled", False)


async def test_staff_see_what_each_plugin_asks_for_and_who_approved_it(site, state, monkeypatch, database_url):
    before = site.install("tuner", manifest=ASKS)
    monkeypatch.setenv("SUDO_USER", "ada")
    assert run("enable", "tuner", "--yes").exit_code == 0
    site.uninstall(before)
    site.install("tuner", CODE, manifest=ASKS.replace("api.", "ads."))
    site.install("band")
    found = await _reviewed(database_url)
    tuner = found["tuner"]
    assert (tuner["state"], tuner["approved"], tuner["approved_by"]) == ("waiting", "operator", "ada")
    assert datetime.fromisoformat(tuner["approved_at"]) <= datetime.now(UTC)
    assert tuner["pages"] == "frame"
    assert {"description": "calls ads.tuner.test", "is_approved": False} in tuner["asks"]
    assert {"description": "adds the permission tuner.read", "is_approved": True} in tuner["asks"]
    assert tuner["no_longer"] == ["calls api.tuner.test"]
    assert (found["band"]["approved"], found["band"]["asks"]) == (None, [])
    assert (found["core"]["approved"], found["core"]["pages"]) == ("installation", "page")


OPTIONAL = {"second_factor": "optional"}


async def _reviewed(database_url: str) -> dict[str, Any]:
    """As staff see it from the platform's account, and from nowhere else."""
    sections = {"core": {"database": database_url, "data": str(read().decode("core", Settings).data)} | OPTIONAL}
    async with App(Sections(sections)).opened(upgrade=True) as app:
        person = await make_person(app, "staff@example.org", operator="support")
        async with open_browser(app) as browser:
            await browser.log_in(person)
            assert (await browser.get("/api/core/plugin-approvals")).status_code == 403
            browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
            answer = await browser.get("/api/core/plugin-approvals")
    return {each["name"]: each for each in answer.json()}
