"""The command line, as a self-hoster meets it: right words, right exit status, never a traceback."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import bcrypt
import pytest

from maxbooster.cli import run as command
from maxbooster.testing.services import free_port, wait_for_port

from .command_line import run

HEAVY = {"torch", "numpy", "pandas", "scipy", "duckdb", "pedalboard", "textual", "pydantic", "aiohttp", "boto3"}


HASH = bcrypt.hashpw(b"correct horse battery", bcrypt.gensalt(10)).decode()


def in_a_process(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAXBOOSTER_")}
    return subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments],
        env=given | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_EXAMPLES": "true"},
        capture_output=True,
        text=True,
        timeout=60,
        cwd=data.parent,
        check=False,
    )


@pytest.mark.slow
def test_the_first_five_minutes(tmp_path):
    data = tmp_path / "data"
    made = in_a_process("account", "create", "Nova", data=data)
    assert made.returncode == 0, made.stderr
    account = made.stdout.strip()
    token = in_a_process("account", "token", account, "--permission", "job.read", "--days", "2", data=data)
    assert token.stdout.startswith("mbk_"), token.stderr
    assert account in in_a_process("account", "list", data=data).stdout
    assert in_a_process("db", "status", data=data).returncode == 0
    assert in_a_process("doctor", data=data).returncode == 0
    assert "fit together" in in_a_process("check", data=data).stdout
    assert in_a_process("audit", "verify", data=data).stdout == "Every chain is intact.\n"
    schema = json.loads(in_a_process("openapi", data=data).stdout)
    assert schema["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "says"),
    [
        (["upp"], {}, 2, "Did you mean 'up'"),
        (["jobs", "show", "123"], {}, 2, "not a valid UUID"),
        (["jobs", "show", "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7"], {}, 1, "Migrations are pending"),
        (["plugins", "disable", "cor"], {}, 1, "Did you mean 'core'"),
        (["plugins", "disable", "core"], {}, 1, "cannot be disabled"),
        (["doctor"], {"MAXBOOSTER_DATABSE": "x"}, 1, "Did you mean 'database'"),
        (["db", "status"], {"MAXBOOSTER_DATABASE": "mysql://x"}, 1, "not supported"),
        (["db", "status"], {"MAXBOOSTER_DATABASE": "postgresql://postgres@127.0.0.1:1/x"}, 1, "cannot be used"),
        (["db", "upgrade"], {"MAXBOOSTER_DATA": "/proc/nowhere"}, 1, "cannot be written"),
        (["db", "downgrade", "setlst", "base"], {}, 1, "Did you mean 'setlist'"),
        (["serve", "--listen", "127.0.0.1:0"], {}, 1, "Migrations are pending"),
        (["worker"], {"MAXBOOSTER_DATABASE": "postgresql://postgres@127.0.0.1:1/x"}, 1, "does not answer"),
        (["up", "--listen", "nowhere"], {}, 1, "is not an address"),
        (["up", "--listen", "127.0.0.1:0"], {"MAXBOOSTER_STORAGE": "ftp://x"}, 1, "ftp"),
        (["up", "--listen", "127.0.0.1:0"], {"MAXBOOSTER_CONFIG": "/nowhere.toml"}, 1, "does not exist"),
        (["account", "token", "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7"], {}, 1, "Migrations are pending"),
        (["secrets", "rotate"], {"MAXBOOSTER_SECRET_KEYS": "short"}, 1, "not a Fernet key"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path, arguments, environment, status, says):
    answer = run(*arguments, data=tmp_path / "data", **environment)
    assert (answer.returncode, "Traceback" in answer.stderr) == (status, False), answer.stderr
    assert says in answer.stderr + answer.stdout


def test_plugins_are_switched_off_and_on(tmp_path):
    data = tmp_path / "data"

    def states() -> dict[str, str]:
        rows = json.loads(run("plugins", "list", "--json", data=data).stdout)
        return {row["name"]: row["state"] for row in rows}

    assert states()["setlist"] == "enabled"
    assert "setlist" in run("--help", data=data).stdout
    refused = run("plugins", "disable", "setlist", data=data)
    assert refused.returncode == 0, refused.stderr
    assert states()["setlist"] == "disabled"
    assert "setlist" not in run("--help", data=data).stdout
    assert "/api/setlist" not in run("openapi", data=data).stdout
    shown = run("plugins", "enable", "setlist", data=data)
    assert "setlist.write" in shown.stdout
    assert states()["setlist"] == "enabled"
    pinned = run("plugins", "enable", "setlist", data=data, MAXBOOSTER_DISABLED="setlist")
    assert (pinned.returncode, "core.disabled" in pinned.stderr) == (1, True)


def test_removing_data_asks_first(tmp_path):
    data = tmp_path / "data"
    run("account", "create", "Nova", data=data)
    asked = run("db", "downgrade", "core", "base", data=data, typed="n\n")
    assert asked.returncode != 0
    assert "may lose them" in asked.stdout
    assert run("account", "list", data=data).stdout.count("Nova") == 1


def _serving(data: Path, *arguments: str, **environment: str) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "maxbooster", *arguments, "--listen", f"127.0.0.1:{port}"],
        env=os.environ | {"MAXBOOSTER_DATA": str(data)} | environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return process, port


def _ready(port: int) -> bool:
    wait_for_port(port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready") as answer:
        return bool(json.load(answer)["ready"])


class Up(NamedTuple):
    pid: int
    port: int
    data: Path
    mail: Path


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """`maxbooster up`, ready within thirty seconds, however busy the machine; it ends when it is told to."""
    folder = tmp_path_factory.mktemp("up")
    began = time.monotonic()
    process, port = _serving(folder / "data", "up", MAXBOOSTER_MAIL=(folder / "mail").as_uri())
    try:
        assert _ready(port)
        assert time.monotonic() - began < 30
        yield Up(process.pid, port, folder / "data", folder / "mail")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()


def test_a_second_up_on_the_data_folder_and_an_address_in_use(up):
    second = run("up", "--listen", f"127.0.0.1:{free_port()}", data=up.data)
    assert second.returncode == 1
    assert f"process {up.pid}, at 127.0.0.1:{up.port}" in second.stderr
    taken = run("serve", "--listen", f"127.0.0.1:{up.port}", data=up.data)
    assert (taken.returncode, "another program listens there" in taken.stderr) == (1, True)


def test_links_in_emails_follow_the_address_that_is_listened_on(up):
    body = json.dumps(
        {"email": "ann@example.org", "password": "correct horse battery", "name": "Ann", "born_on": "1990-01-01"}
    ).encode()
    at = f"http://127.0.0.1:{up.port}/api/core/registration"
    urllib.request.urlopen(urllib.request.Request(at, body, {"content-type": "application/json"})).close()
    until = time.monotonic() + 20
    while not (found := list(up.mail.glob("*.eml"))):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert f"http://127.0.0.1:{up.port}/verify#" in found[0].read_text().replace("=\n", "")


@pytest.mark.slow
def test_up_starts_again_after_kill(tmp_path):
    for _ in range(2):
        process, port = _serving(tmp_path / "data", "up")
        assert _ready(port)
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["account", "list"], "There are no accounts yet"),
        (["user", "list"], "There are no users yet"),
        (["user", "list", "nobody@example.org"], "There are no users whose email address starts with"),
        (["jobs", "list", "--state", "dead"], "There are no jobs in the state dead."),
        (["db", "upgrade"], "Everything is up to date."),
    ],
)
def test_an_empty_list_says_so(tmp_path, capsys, monkeypatch, arguments, says):
    for name in [name for name in os.environ if name.startswith("MAXBOOSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    assert command(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert command(arguments) == 0
    assert capsys.readouterr().out.startswith(says)
    assert command([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    "arguments",
    [["account", "list"], ["user", "list"], ["jobs", "list"], ["plugins", "list"], ["db", "status"], ["roles"],
     ["audit", "verify"], ["check"], ["doctor"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_listed_or_shown_is_json_on_request(tmp_path, capsys, monkeypatch, arguments):
    for name in [name for name in os.environ if name.startswith("MAXBOOSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    assert command(["user", "create", "ann@example.org", "--password-hash", HASH]) == 0
    capsys.readouterr()
    assert command([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) or arguments in (["jobs", "list"], ["check"])


@pytest.mark.slow
def test_several_web_processes_share_an_address(tmp_path):
    data = tmp_path / "data"
    assert run("db", "upgrade", data=data).returncode == 0
    process, port = _serving(data, "serve", "--processes", "2")
    try:
        wait_for_port(port)
        until = time.monotonic() + 15
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").close()
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_help_is_cheap_and_imports_nothing_that_it_does_not_need(tmp_path):
    script = (
        "import sys, maxbooster.cli as c\nsys.argv = ['maxbooster', '--help']\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True,
        env=os.environ | {"MAXBOOSTER_DATA": str(tmp_path / "data")},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    modules = {name.partition(".")[0] for name in answer.stderr.splitlines()}
    assert not modules & ({"litestar", "sqlalchemy", "httpx", "alembic", "uvicorn"} | HEAVY)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.8


def test_the_core_imports_no_heavy_library():
    script = (
        "import sys, maxbooster.http.assembly, maxbooster.jobs.worker, maxbooster.cli.serve\n"
        "print('\\n'.join(sorted(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in answer.stdout.splitlines()} & HEAVY


@pytest.mark.parametrize(
    ("transport", "says"), [("file", "The email was written to a file"), ("console", "The email was only printed")]
)
def test_a_test_email_is_sent(tmp_path, monkeypatch, capsys, transport, says):
    """Without a database, and as a real one would be."""
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MAXBOOSTER_MAIL", (tmp_path / "mail").as_uri() if transport == "file" else "console:")
    assert command(["mail", "test", "ann@EXAMPLE.org"]) == 0
    printed = capsys.readouterr().out
    assert says in printed
    email = next((tmp_path / "mail").glob("*.eml")).read_text() if transport == "file" else printed
    for expected in ("ann@example.org", "Test email from Max Booster", "Email from http://127.0.0.1:8080 works."):
        assert expected in email
    assert not (tmp_path / "data").exists()
