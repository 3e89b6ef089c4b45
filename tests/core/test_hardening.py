"""What an attacker tries that no room of its own answers for; docs/security/asvs.csv names these tests."""

from __future__ import annotations

import ast
import asyncio
import base64
import contextlib
import hashlib
import io
import itertools
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

import maxbooster
import maxbooster_setlist
from maxbooster.auth import limits as asking
from maxbooster.auth import throttle
from maxbooster.auth.models import ApiKey, Session, User
from maxbooster.auth.sessions import proving
from maxbooster.db.directory import DirectoryEntry
from maxbooster.errors import SettingsError
from maxbooster.http.assembly import build, description
from maxbooster.http.client import Client
from maxbooster.http.routes import PUBLIC
from maxbooster.observe import logs
from maxbooster.settings import Settings, read
from maxbooster.testing import PASSWORD, make_person, open_browser
from maxbooster.testing.services import free_port, wait_for_port
from maxbooster.web.shell import Shell

from .storage.tus import FILES, upload

CORE = Path(maxbooster.__file__).parent
SETLISTS = "/api/setlist/setlists"
SUMMER = {"title": "Summer", "venue": "Hall", "played_on": "2027-06-01", "songs": []}

NEVER = {
    "eval", "exec", "compile", "execfile", "os.system", "os.popen", "os.execv", "os.spawnv", "subprocess.run",
    "subprocess.Popen", "subprocess.call", "subprocess.check_output", "asyncio.create_subprocess_shell",
    "asyncio.create_subprocess_exec", "pickle", "marshal", "shelve", "dill", "yaml", "ctypes",
    "cryptography.hazmat.primitives.ciphers", "cryptography.hazmat.primitives.asymmetric.padding", "Crypto",
}  # fmt: skip
"""Calls and modules that run text, or that leave the choice of a cipher to whoever writes the line."""
MEANT = {
    "storage/upload.py": {"hashlib.sha1", "hashlib.md5"},  # checksums that tus clients choose: against broken lines
    "auth/breached.py": {"hashlib.sha1"},  # the form in which lists of leaked passwords are published
    "jobs/job.py": {"random"},  # jitter
    "backup/database.py": {"subprocess.run"},  # pg_dump and pg_restore, by lists of arguments
    "cli/serve.py": {"os.execv"},  # itself again, when a job cannot be stopped
    "http/client/hosts.py": {"random"},  # jitter
    "webhooks/endpoints/jobs.py": {"random"},  # jitter
}
NOT_FOR_SECRETS = {"random", "hashlib.md5", "hashlib.sha1", "uuid.uuid1"}
STATEMENTS = {"text", "exec_driver_sql", "literal_column"}
OWN_NAMES = {"db/catalog.py", "db/migrate.py", "db/sqlite.py"}
"""Where a statement is put together, from names of tables and pragmas that stand in the code."""


def _sources() -> Iterator[tuple[str, ast.Module]]:
    """What runs in production: the core and the example, without the testing kit."""
    for package in (CORE, Path(maxbooster_setlist.__file__).parent):
        for file in package.rglob("*.py"):
            name = file.relative_to(package).as_posix()
            if not name.startswith("testing/"):
                yield name, ast.parse(file.read_text("utf-8"))


def _named(tree: ast.Module) -> Iterator[str]:
    """Modules that are imported, and functions that are called or passed on, by their dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_nothing_runs_text_as_code_or_picks_a_weak_primitive():
    found = {
        (name, word)
        for name, tree in _sources()
        for word in _named(tree)
        if word in NEVER | NOT_FOR_SECRETS and word not in MEANT.get(name, set())
    }
    assert found == set()


def test_no_statement_is_put_together_from_text():
    """SQL stands in the code as it is sent; values are bound."""
    composed = [
        f"{name}:{call.lineno}"
        for name, tree in _sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and str(getattr(call.func, "id", getattr(call.func, "attr", ""))) in STATEMENTS
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
        and name not in OWN_NAMES
    ]
    assert composed == []


@pytest.mark.parametrize(
    "text", ["Robert'); DROP TABLE core_file;--", '" OR 1=1 --', "</script>\u2028{{7*7}}${7*7}%s{0}"]
)
async def test_what_is_written_is_read_back_and_nothing_else(api, text):
    """Quotes and braces mean nothing to the database, to JSON or to a format string."""
    made = await api.post(SETLISTS, json=SUMMER | {"title": text})
    assert made.status_code == 201
    assert (await api.get(f"{SETLISTS}/{made.json()['id']}")).json()["title"] == text
    assert (await api.get("/api/core/audit", params={"action": text})).json()["items"] == []
    assert len((await api.get("/api/core/audit")).json()["items"]) == 1


async def test_what_an_operation_does_not_take_is_not_taken(api, account):
    """Neither from the body (mass assignment) nor from the query beside it (parameter pollution)."""
    more = {"id": str(account.account), "account_id": str(account.user), "published_at": "2020-01-01T00:00:00Z"}
    for name, value in (more | {"version": 7}).items():
        refused = await api.post(SETLISTS, json=SUMMER | {name: value})
        assert (refused.status_code, refused.json()["field"]) == (422, name)
    made = await api.post(SETLISTS, json=SUMMER, params={"title": "Winter"} | more)
    assert made.json()["id"] != more["id"]
    kept = (await api.get(f"{SETLISTS}/{made.json()['id']}")).json()
    assert (kept["title"], kept["version"], kept["published_at"]) == ("Summer", 1, None)


async def test_other_origins_and_methods_get_nothing(api):
    """No CORS header invites another origin; TRACE echoes nothing; a folder has no listing; only what is meant is
    served."""
    foreign = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for method in ("GET", "OPTIONS"):
        answer = await api.request(method, "/api/core/jobs", headers=foreign)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    traced = await api.request("TRACE", "/api/core/jobs", headers={"x-secret": "echo me"})
    assert (traced.status_code, "echo me" in traced.text) == (405, False)
    folders = ("/static", "/static/", "/static/setlist", "/static/setlist/", "/static/setlist/../../.git", "/.git/HEAD")
    for path in folders:
        assert (await api.get(path)).status_code == 404, path


async def test_a_program_that_was_uploaded_lies_under_ids_and_comes_back_as_bytes(app, api):
    program = b"import os\nos.system('id')\n"
    id = await upload(app, api, program, "../../setlist/static/evil.py")
    got = await api.get(f"{FILES}/{id}/content")
    assert (got.content, got.headers["content-type"]) == (program, "text/plain; charset=utf-8")
    keys = [blob.key async for found in app.store.list("files") for blob in found]
    assert all(re.fullmatch(r"files/[0-9a-f-]{36}/[0-9a-f-]{36}", key) for key in keys)
    assert len(keys) == 1


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The platform behind a real socket."""
    data, port = tmp_path_factory.mktemp("up"), free_port()
    command = [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"]
    up = subprocess.Popen(command, env=os.environ | {"MAXBOOSTER_DATA": str(data)}, stderr=subprocess.DEVNULL)
    wait_for_port(port)
    yield port
    up.kill()
    up.wait()


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 6",
        "Content-Length: 6\r\nContent-Length: 5",
        "Content-Length: +6",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
    ],
)
def test_one_request_cannot_hide_another(port, head):
    """What two readers could cut differently (RFC 9112 §6.3) is answered once at most, and the line is closed."""
    request = f"POST /health/live HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request.encode())
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := line.recv(65536):
                answer += piece
    assert answer.count(b"HTTP/1.1 ") <= 1, answer
    assert b"HTTP/1.1 2" not in answer
    assert b"nothing at this address" not in answer


def _written(form: str, event: str, **facts: object) -> list[str]:
    """What the log writes in a form, as lines."""
    with contextlib.redirect_stderr(io.StringIO()) as written:
        logs.configure(form=form)
        structlog.get_logger("maxbooster").warning(event, **facts)
    logs.configure(level="warning")
    return written.getvalue().splitlines()


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_entry_is_one_line_in_utc_without_secrets(form):
    forged = "x\r\n2026-01-01T00:00:00Z [info] login.succeeded user=admin"
    facts = {"path": forged, "api_token": "mbt_hunter2", "Authorization": "Bearer hunter2", "new_password": "hunter2"}
    [line] = _written(form, "request.failed", **facts)
    assert "hunter2" not in line
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line)
    if form == "json":
        entry = json.loads(line)
        assert (entry["event"], entry["level"], entry["path"]) == ("request.failed", "warning", forged)
        assert datetime.fromisoformat(entry["timestamp"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_connectors_call_follows_no_redirect(status):
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        there = f"HTTP/1.1 {status} Elsewhere\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(there.encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    client = Client(Settings())
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    assert (await client.request("GET", url)).status_code == status
    assert len(seen) == 1
    await client.close()
    server.close()


ANSWERS = (
    "/health/live",
    "/health/ready",
    "/metrics",
    "/schema/openapi.json",
    "/api/core/jobs",
    "/api/nowhere",
    "/static/x",
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("app_settings", [{"public_url": "https://music.example"}, {}], ids=["tls", "clear"])
async def test_every_answer_says_what_browsers_may_do_with_it(app, api):
    """Also errors, of ours and of routing, and a plugin's files, which frames without an origin load as well."""
    asked = [("GET", path) for path in (*ANSWERS, "/static/setlist/overview.js")]
    for method, path in [*asked, ("TRACE", "/api/core/jobs"), ("POST", SETLISTS), ("POST", "/api/core/session")]:
        answer = await api.request(method, path)
        built = answer.status_code == 200 and path.startswith("/static/")
        expected = HEADERS | ({"cross-origin-resource-policy": "cross-origin"} if built else {})
        assert expected.items() <= dict(answer.headers).items(), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert ("strict-transport-security" in answer.headers) == app.settings.origin.startswith("https:"), path
        if path.startswith("/api"):
            assert answer.headers["cache-control"] == "no-store", path
    if app.settings.origin.startswith("https:"):
        assert int(answer.headers["strict-transport-security"].partition(";")[0].partition("=")[2]) >= 365 * 86_400


@pytest.mark.parametrize("app_settings", [{"public_url": "https://music.example", "in_flight": 1}])
async def test_so_does_the_answer_of_a_server_that_is_too_busy(app, api):
    app.traffic.in_flight = 1
    answer = await api.get("/api/core/jobs")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "strict-transport-security" in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_page_runs_our_scripts_alone_and_cannot_be_framed(tmp_path):
    entries = {name: {"file": "x.js"} for name in ("src/shell/main.ts", "src/lit.ts", "src/ui/index.ts")}
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    shell = Shell(tmp_path)
    policy = dict(rule.split(" ", 1) for rule in shell.policy.split("; "))
    [inline] = re.findall(r'<script type="importmap">(.*?)</script>', shell.html(build="b", session=False))
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert policy["script-src"] == f"'self' 'sha256-{digest}' 'wasm-unsafe-eval'"
    for rule, value in {
        "default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
        "form-action": "'self'", "style-src": "'self'", "require-trusted-types-for": "'script'",
    }.items():  # fmt: skip
        assert policy[rule] == value


WEB = Path(__file__).parents[2] / "core" / "web" / "src"
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafe(HTML|SVG|MathML|Static)|\beval\(|new Function"
)


def _web_sources() -> dict[str, str]:
    found = {file.name: file.read_text("utf-8") for file in WEB.rglob("*.ts") if not file.name.endswith(".test.ts")}
    assert len(found) > 20
    return found


def test_the_page_never_makes_markup_or_code_from_text():
    """Lit's templates set people's words as text; nothing goes round them but a mailing's preview, whose HTML the
    server makes of Markdown, without any of its author's own (tests/core/audience/test_composing.py)."""
    assert [name for name, source in _web_sources().items() if SINKS.search(source)] == ["audience-write.ts"]


def test_password_fields_mask_and_take_what_is_pasted_or_kept_by_a_password_manager():
    named = re.compile(r'name: "(?:password|current)"(.*?)\}', re.DOTALL)
    fields = [(name, found) for name, source in _web_sources().items() for found in named.findall(source)]
    assert len(fields) >= 7
    for name, found in fields:
        assert 'type: "password"' in found, name
        assert re.search(r'autocomplete: "(current|new)-password"', found), name
    assert not [name for name, source in _web_sources().items() if re.search(r"@paste|onpaste|\"paste\"", source)]


async def test_answers_hold_no_hash_and_no_secret_of_a_row(app):
    """What operations answer, by the types that write it: nothing of a mapped row that its reader has no use for."""
    described = description(build(app))
    answers = json.dumps(
        [
            media.get("schema", {})
            for operations in described["paths"].values()
            for operation in operations.values()
            for response in operation["responses"].values()
            for media in response.get("content", {}).values()
        ]
    )
    schemas, waiting, seen = described["components"]["schemas"], _named_schemas(answers), set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting |= _named_schemas(json.dumps(schemas[name]))
    assert len(seen) > 20
    shown = {(name, field) for name in seen for field in schemas[name].get("properties", {})}
    assert not [each for each in shown if each[1] in ("password", "hash", "salt", "totp_secret", "totp_step")]


def _named_schemas(text: str) -> set[str]:
    return set(re.findall(r"#/components/schemas/([\w.-]+)", text))


def test_a_fresh_data_folder_is_its_owners_alone(tmp_path):
    data = tmp_path / "data"
    command = [sys.executable, "-m", "maxbooster", "db", "upgrade"]
    subprocess.run(command, env=os.environ | {"MAXBOOSTER_DATA": str(data)}, check=True, capture_output=True)
    assert (data / "maxbooster.db").exists()
    assert data.stat().st_mode & 0o077 == 0


def test_the_settings_bring_no_credentials_along_and_errors_repeat_none():
    fresh = Settings()
    assert (fresh.database, fresh.redis, fresh.storage, fresh.secret_keys) == ("", "", "", ())
    wrong = {"MAXBOOSTER_DATABASE": "postgresql://me:hunter2@db/x", "MAXBOOSTER_TOKEN_MINUTES": "hunter2"}
    with pytest.raises(SettingsError) as caught:
        read(wrong, Path(os.devnull)).decode("core", Settings)
    assert "hunter2" not in str(caught.value)


def test_escape_sequences_do_not_reach_the_terminal_and_nothing_secret_hides_inside():
    [line] = _written("text", "request.failed", path="/\x1b[2J\x9b", sent={"body": {"password": "hunter2"}})
    assert not re.search(r"[\x1b\x9b]\[?2J", line)
    assert "hunter2" not in line


README = (CORE.parents[1] / "docs" / "security" / "README.md").read_text("utf-8")


def test_the_limits_stand_in_the_documentation_as_they_are():
    limits = (proving.PER_ADDRESS, proving.PER_EMAIL, proving.PER_DEVICE, *vars(asking).values())
    known = {
        f"| `{each.name}` | {each.burst} | {each.per_s:g} |" for each in limits if isinstance(each, throttle.Limit)
    }
    assert len(known) == 14
    assert set(re.findall(r"^\| `[a-z]+\.?[a-z]*` \| \d+ \| \d+ \|", README, re.MULTILINE)) == known


async def test_every_way_in_stands_in_the_documentation(app):
    """An operation that gives something by which one is in, and needs nothing of the kind."""
    public = {
        handler.operation_id
        for route in build(app).routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("permission") == PUBLIC and handler.operation_id
    }
    section = README.partition("## Ways in")[2].partition("\n## ")[0]
    rows = "".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == public


DOCUMENTS = ("identity.md", "self-hosting.md", "security/README.md")


def test_every_setting_stands_in_the_documentation():
    documents = "".join((CORE.parents[1] / "docs" / name).read_text("utf-8") for name in DOCUMENTS)
    rows = " ".join(line.split("|")[1] for line in documents.splitlines() if line.startswith("| `"))
    documented = set(re.findall(r"`(\w+)`", rows))
    assert [field for field in Settings.__struct_fields__ if field not in documented] == []


async def test_a_fresh_installation_lets_nobody_in(app):
    for kept in (User, Session, ApiKey, DirectoryEntry):
        assert await app.database.read(lambda connection, kept=kept: connection.execute(select(kept)).all()) == []


@pytest.mark.parametrize("app_settings", [{"mail": "memory:", "login_floor_ms": 1}])
async def test_tokens_hold_256_random_bits(app):
    nova = await make_person(app)
    tokens: list[str] = []
    for _ in range(4):
        async with open_browser(app) as browser:
            await browser.log_in(nova)
            made = await browser.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})
            client = await browser.post("/api/core/tokens", json={"email": nova.email, "password": PASSWORD})
            tokens += [browser.cookies["mb_session"], made.json()["key"], client.json()["refresh_token"]]
    bare = [token.removeprefix("mbk_").removeprefix("mbr_") for token in tokens]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in bare)
    for one, other in itertools.combinations(bare, 2):
        assert sum(a == b for a, b in zip(one, other, strict=True)) < 15
