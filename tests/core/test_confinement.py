"""What is kept apart: panels in frames, the files around the platform, and what the database lets it do."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from maxbooster.http.client import Unreachable
from maxbooster.observe import logs
from maxbooster.plugins.page_calls import page_calls
from maxbooster.testing import make_app, open_api
from maxbooster.web.shell import Shell

ROOT = Path(__file__).parents[2]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _directives(policy: str) -> dict[str, str]:
    return dict(each.strip().partition(" ")[::2] for each in policy.split(";"))


@SQLITE
async def test_a_frame_has_no_origin_and_reaches_built_files_alone(app, api):
    if not Shell().is_built:
        pytest.skip("the web application is not built; run `make web`")
    answer = await api.get("/frame", headers={"host": "localhost:8080"})
    policy = _directives(answer.headers["content-security-policy"])
    assert policy["sandbox"] == "allow-scripts"
    assert policy["default-src"] == "'none'"
    sources = " ".join(policy[name] for name in policy if name.endswith("-src")).split()
    known = {"'none'", "localhost:8080/static/", "data:", "blob:"}
    assert {each for each in sources if not each.startswith("'sha256-")} == known
    assert (policy["form-action"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'self'")
    assert policy["require-trusted-types-for"] == "'script'"
    forged = await api.get("/frame", headers={"host": "localhost;script-src *"})
    assert "script-src *" not in forged.headers.get("content-security-policy", "")


@SQLITE
@pytest.mark.parametrize("page", ["/login", "/frame"])
async def test_the_page_and_its_frames_take_their_colors_from_the_same_tokens(api, page):
    if not Shell().is_built:
        pytest.skip("the web application is not built; run `make web`")
    links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', (await api.get(page)).text)
    sheets = [(await api.get(link)).text for link in links]
    assert any("--mb-ground" in sheet for sheet in sheets)


@SQLITE
async def test_the_frame_of_the_example_may_call_its_own_familys_operations_alone(tmp_path, database_url):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "plugins.toml").write_text('disabled = []\n[pages]\nsetlist = "frame"\n', "utf-8")
    async with make_app(tmp_path / "data", database_url, migrated=True) as app, open_api(app) as browser:
        assert app.registry.plugins["setlist"].is_framed
        calls = page_calls(app, "setlist")
        assert "GET /api/setlist/setlists/{setlist_id}" in calls
        assert {call.split("/")[2] for call in calls} == {"setlist"}
        assert (await browser.get("/api/core/panels")).status_code == 401


@SQLITE
@pytest.mark.parametrize(
    "path",
    ["/.git/HEAD", "/static/.git/HEAD", "/static/core/../../../../.git/HEAD", "/static/setlist/%2e%2e/plugin.py"],
)
async def test_the_source_repository_and_code_are_not_served(api, path):
    answer = await api.get(path)
    assert answer.status_code in (400, 404)
    assert not answer.text.startswith(("ref:", '"""'))


@SQLITE
async def test_a_call_that_fails_is_logged_with_host_and_reason(app, capsys):
    logs.configure(level="warning")
    with pytest.raises(Unreachable):
        await app.http.request("POST", "http://127.0.0.1:9/?token=hunter2")
    [line] = [each for each in capsys.readouterr().err.splitlines() if "outbound.failed" in each]
    assert "127.0.0.1:9" in line
    assert "could not be reached" in line
    assert "hunter2" not in line


@SQLITE
async def test_an_error_of_ours_is_logged_with_its_stack(app, api, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("out of tune")

    logs.configure(level="error")
    monkeypatch.setattr(app.database, "read", broken)
    answer = await api.get("/api/core/jobs")
    assert answer.status_code == 500
    written = capsys.readouterr().err
    logs.configure(level="warning")
    assert "ZeroDivisionError: out of tune" in written
    assert "Traceback" in written
    assert answer.headers["x-request-id"] in written


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_platform_serves_as_a_database_user_who_can_make_no_table(database_url, tmp_path):
    """The grants are those of the documentation."""
    page = (ROOT / "docs" / "security" / "communications.md").read_text("utf-8")
    grants = page.partition("```sql\n")[2].partition("```")[0]
    role = f"lesser_{tmp_path.name[-8:].replace('-', '_')}".lower()
    url = make_url(database_url)
    with psycopg.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database, autocommit=True
    ) as owner:
        owner.execute(f'CREATE ROLE "{role}" LOGIN'.encode())
        try:
            for grant in filter(None, map(str.strip, grants.split(";"))):
                owner.execute(grant.replace("maxbooster_app", f'"{role}"').encode())
            lesser = url.set(username=role).render_as_string(hide_password=False)
            async with make_app(tmp_path / "data", lesser, migrated=True) as app:
                async with app.unit() as ctx:
                    await ctx.secrets.put("kept", "by a lesser user")
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await app.database.transact(lambda connection: connection.execute(text("CREATE TABLE x (y int)")))
        finally:
            owner.execute(f'DROP OWNED BY "{role}"'.encode())
            owner.execute(f'DROP ROLE "{role}"'.encode())
