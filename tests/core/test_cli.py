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
from pathlib import Path

import bcrypt
import pytest

from maxbooster.cli import run as command
from maxbooster.testing.services import free_port, wait_for_port

HEAVY = {"torch", "numpy", "pandas", "scipy", "duckdb", "pedalboard", "textual", "pydantic", "aiohttp", "boto3"}


HASH = bcrypt.hashpw(b"correct horse battery", bcrypt.gensalt(10)).decode()


def run(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAXBOOSTER_")}
    return subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments],
        env=given | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_EXAMPLES": "true"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=data.parent,
        check=False,
    )


def test_the_first_five_minutes(tmp_path):
    data = tmp_path / "data"
    made = run("account", "create", "Nova", data=data)
    assert made.returncode == 0, made.stderr
    account = made.stdout.strip()
    token = run("account", "token", account, "--permission", "job.read", "--days", "2", data=data)
    assert token.stdout.startswith("mbk_"), token.stderr
    assert account in run("account", "list", data=data).stdout
    assert run("db", "status", data=data).returncode == 0
    assert run("doctor", data=data).returncode == 0
    assert "fit together" in run("check", data=data).stdout
    assert run("audit", "verify", data=data).stdout == "Every chain is intact.\n"
    schema = json.loads(run("openapi", data=data).stdout)
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
        (["serve"], {}, 1, "Migrations are pending"),
        (["worker"], {"MAXBOOSTER_DATABASE": "postgresql://postgres@127.0.0.1:1/x"}, 1, "does not answer"),
        (["up", "--listen", "nowhere"], {}, 1, "is not an address"),
        (["up"], {"MAXBOOSTER_STORAGE": "ftp://x"}, 1, "ftp"),
        (["up"], {"MAXBOOSTER_CONFIG": "/nowhere.toml"}, 1, "does not exist"),
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
    asked = subprocess.run(
        [sys.executable, "-m", "maxbooster", "db", "downgrade", "core", "base"],
        env=os.environ | {"MAXBOOSTER_DATA": str(data)}, input="n\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode != 0
    assert "may lose them" in asked.stdout
    assert run("account", "list", data=data).stdout.count("Nova") == 1


def _serving(data: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "maxbooster", *arguments, "--listen", f"127.0.0.1:{port}"],
        env=os.environ | {"MAXBOOSTER_DATA": str(data)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return process, port


def test_two_up_on_one_data_folder_and_the_address_in_use(tmp_path):
    """The second says who has it and ends; after kill -9 the next one starts. The public address is the real one."""
    data = tmp_path / "data"
    process, port = _serving(data, "up")
    try:
        wait_for_port(port)
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").close()
        second = run("up", "--listen", f"127.0.0.1:{free_port()}", data=data)
        assert second.returncode == 1
        assert f"process {process.pid}, at 127.0.0.1:{port}" in second.stderr
        taken = run("serve", "--listen", f"127.0.0.1:{port}", data=data)
        assert (taken.returncode, "another program listens there" in taken.stderr) == (1, True)
    finally:
        process.kill()
        process.wait()
    again, port = _serving(data, "up")
    try:
        wait_for_port(port)
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").close()
    finally:
        again.send_signal(signal.SIGTERM)
        assert again.wait(20) == 0


def test_links_in_emails_follow_the_address_that_is_listened_on(tmp_path):
    data, mail = tmp_path / "data", tmp_path / "mail"
    port = free_port()
    environment = os.environ | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_MAIL": mail.as_uri()}
    process = subprocess.Popen(
        [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"],
        env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_port(port)
        body = json.dumps(
            {"email": "ann@example.org", "password": "correct horse battery", "name": "Ann", "born_on": "1990-01-01"}
        ).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/core/registration", body, {"content-type": "application/json"}
        )
        urllib.request.urlopen(asked).close()
        until = time.monotonic() + 20
        while not (found := list(mail.glob("*.eml"))):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert f"http://127.0.0.1:{port}/verify#" in found[0].read_text().replace("=\n", "")
    finally:
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


def test_up_is_ready_soon_and_ends_when_told(tmp_path):
    began = time.monotonic()
    process, port = _serving(tmp_path / "data", "up")
    try:
        wait_for_port(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready") as answer:
            assert json.load(answer)["ready"]
        assert time.monotonic() - began < 10
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    finally:
        process.kill()


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
