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

import pytest

from maxbooster.testing.services import free_port, wait_for_port

HEAVY = {"torch", "numpy", "pandas", "scipy", "duckdb", "pedalboard", "textual", "pydantic", "aiohttp", "boto3"}


def run(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAXBOOSTER_")}
    return subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments],
        env=given | {"MAXBOOSTER_DATA": str(data)} | environment,
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
    assert run("audit", "verify", data=data).stdout == "Every chain is whole.\n"
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


def test_doctor_says_what_is_missing(tmp_path):
    answer = run("doctor", data=tmp_path / "data", MAXBOOSTER_DATABASE="postgresql://postgres@127.0.0.1:1/x")
    assert answer.returncode == 1
    assert "MISSING" in answer.stdout
    assert "does not answer" in answer.stdout


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
