"""Who types docs/distribution/outlets.md as it stands gets an outlet that works, and gets rid of it again."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from maxbooster.testing import make_app, open_api, with_services
from maxbooster_distribution.outlets.outlet import FLAC, JPEG, Requirements
from maxbooster_distribution.testing import made_release
from tests.contract.site import note_installed

from .conftest import SANDBOX, until

GUIDE = Path(__file__).parents[2] / "docs" / "distribution" / "outlets.md"


def blocks() -> list[str]:
    """What the page shows: the project, the connector, its test, an operator's settings."""
    return re.findall(r"```(?:toml|python)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def follow(folder: Path) -> None:
    """Write the page's files, and what `pip install` would note of them."""
    project, connector, test, _ = blocks()
    for path, text in {
        folder / "pyproject.toml": project,
        folder / "maxbooster_quay" / "__init__.py": "",
        folder / "maxbooster_quay" / "connector.py": connector,
        folder / "tests" / "test_quay.py": test,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    note_installed(folder)
    importlib.invalidate_caches()


def uninstall(folder: Path) -> None:
    """What `pip uninstall` removes."""
    shutil.rmtree(folder / "maxbooster_quay")
    shutil.rmtree(folder / "maxbooster_quay-0.1.0.dist-info")
    importlib.invalidate_caches()


@pytest.fixture
def folder(tmp_path, monkeypatch, migrated_sqlite):
    folder = tmp_path / "quay"
    follow(folder)
    (folder / "data").mkdir()
    shutil.copy(migrated_sqlite, folder / "data" / "maxbooster.db")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "maxbooster_quay"]:
        del sys.modules[name]


@pytest.fixture
def run(folder):
    """A command of the page, typed in its folder."""
    environment = os.environ | {"PYTHONPATH": str(folder), "MAXBOOSTER_DATA": str(folder / "data")}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def maxbooster(run):
    return lambda *command: run("-c", "from maxbooster.cli import main; main()", *command)


@asynccontextmanager
async def served(folder, account):
    """The next start: an app in sandbox mode, and a client of it."""
    url = f"sqlite:///{folder / 'data' / 'maxbooster.db'}"
    async with (
        make_app(folder / "data", url, migrated=True, **SANDBOX) as app,
        with_services(app),
        open_api(app, account.account) as api,
    ):
        yield app, api


async def outlets(api):
    return {each["name"]: each for each in (await api.get("/api/distribution/outlets")).json()["outlets"]}


@pytest.mark.slow
async def test_the_page_leads_to_an_outlet_that_takes_releases_and_goes_without_trace(folder, maxbooster, account):
    assert re.search(r"distribution\.quay +0\.1\.0 +enabled +Quay Radio", maxbooster("plugins", "list"))
    asked = Requirements(audio=(FLAC,), cover=(JPEG,), cover_min_px=2000)
    async with served(folder, account) as (app, api):
        quay = (await outlets(api))["quay"]
        assert (quay["title"], quay["ready"], quay["sandbox"]) == ("Quay Radio", True, True)
        at = await made_release(app, api, account, asked)
        assert (await api.post(f"{at}/submit", json={"outlets": ["quay"]})).status_code == 201
        assert (await until(app, api, at, "live"))["words"] == "Ready on Quay Radio · goes live Jun 4, 2027"
        assert (await api.post(f"{at}/takedown", json={"outlets": ["quay"]})).status_code == 201
        assert (await until(app, api, at, "down"))["words"] == "Taken down from Quay Radio"
        assert len(list((folder / "data" / "sandbox" / "outlets").glob("quay/*/N_*/BatchComplete_*.xml"))) == 2

    settings = folder / "maxbooster.toml"
    settings.write_text(blocks()[-1], "utf-8")
    maxbooster("plugins", "disable", "distribution.quay")
    await gone(folder, account, at, (503, "`maxbooster plugins enable distribution.quay`"))
    maxbooster("plugins", "enable", "distribution.quay")
    settings.unlink()
    uninstall(folder)
    assert "plugins fit together" in maxbooster("check")
    await gone(folder, account, at, (422, "There is no store 'quay'"))


async def gone(folder, account, at, why):
    """It is no store any more; what was delivered stays in the history."""
    async with served(folder, account) as (_, api):
        assert "quay" not in await outlets(api)
        refused = await api.post(f"{at}/submit", json={"outlets": ["quay"]})
        status, words = why
        assert (refused.status_code, words in refused.json()["detail"]) == (status, True)
        kept = (await api.get(f"{at}/deliveries")).json()["deliveries"]
        assert [(each["outlet"], each["what"]) for each in kept] == [("quay", "takedown"), ("quay", "insert")]
        assert "quay" not in (await api.get("/api/core/plugins")).text


REACHED = """
from maxbooster.plugin import assembled
from maxbooster_quay.connector import outlet
endpoint = outlet().endpoint(assembled().settings_of(outlet().settings))
print(endpoint.address, endpoint.username, endpoint.party_id)
"""


def test_the_operators_settings_lead_to_the_outlet(folder, run):
    (folder / "maxbooster.toml").write_text(blocks()[-1], "utf-8")
    assert run("-c", REACHED).split() == ["sftp://sftp.quay.example:22/", "quay-street", "PADPIDA2026010102L"]


@pytest.mark.slow
def test_the_pages_own_test_passes(run):
    said = run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said
    assert "skipped" not in said
