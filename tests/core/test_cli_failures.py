"""Whatever goes wrong in a command is one sentence and a documented exit status, never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from maxbooster.cli import failures, maxbooster
from maxbooster.cli import run as run_here

DOCUMENTED = {0, 1, 2}
NOBODY = "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7"
LONG_RUNNING = {"up", "serve", "worker", "demo"}


def _walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _walk(found, (*path, name))


COMMANDS = [pytest.param(path, command, id=" ".join(path)) for path, command in _walk(maxbooster)]


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and nothing of the tests' own settings."""
    for name in [name for name in os.environ if name.startswith("MAXBOOSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MAXBOOSTER_EXAMPLES", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _is_told(capsys: pytest.CaptureFixture[str], status: int) -> str:
    out, err = capsys.readouterr()
    assert status in DOCUMENTED, (status, err)
    assert "Traceback" not in out + err
    assert status != 1 or err.strip() or out.strip(), "it failed without a word"
    return out + err


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_every_command_explains_wrong_arguments(path, command, surroundings, capsys):
    status = run_here([*path, "--no-such-option"])
    assert status == 2
    assert f"`maxbooster {' '.join(path)} --help`" in _is_told(capsys, status)
    required = [each for each in command.params if isinstance(each, click.Argument) and each.required]
    if required:
        assert run_here([*path]) == 2
        assert "Missing" in _is_told(capsys, 2)
    too_many = run_here([*path, *["x"] * (len(command.params) + 1)])
    assert too_many == 2
    _is_told(capsys, too_many)


@pytest.mark.parametrize(("path", "command"), [each for each in COMMANDS if each.values[0][0] not in LONG_RUNNING])
def test_every_command_explains_arguments_that_mean_nothing_here(path, command, surroundings, capsys):
    """Right in form, but there is no such thing, and no database either."""
    given = [_plausible(each, surroundings) for each in command.params if isinstance(each, click.Argument)]
    options = [
        word
        for each in command.params
        if isinstance(each, click.Option) and each.required
        for word in (each.opts[0], _plausible(each, surroundings))
    ]
    _is_told(capsys, run_here([*path, *given, *options]))


def _plausible(parameter: click.Parameter, folder: Path) -> str:
    match parameter.type:
        case click.types.UUIDParameterType():
            return NOBODY
        case click.Choice() as choice:
            return str(choice.choices[0])
        case click.Path():
            file = folder / "some file.txt"
            file.write_bytes(b"\xff\xfe not what you expect")
            return str(file)
    return "nobody@example.org"


def _file_as_data(folder: Path, environment: dict[str, str]) -> None:
    (folder / "a file").write_text("")
    environment["MAXBOOSTER_DATA"] = str(folder / "a file")


def _folder_below_a_file(folder: Path, environment: dict[str, str]) -> None:
    (folder / "a file").write_text("")
    environment["MAXBOOSTER_DATA"] = str(folder / "a file" / "data")


def _locked_folder(folder: Path, environment: dict[str, str]) -> None:
    environment["MAXBOOSTER_DATA"] = "/proc/1/nowhere"


def _key_that_is_none(folder: Path, environment: dict[str, str]) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "secret.key").write_bytes(b"\xff\xff")


def _broken_switches(folder: Path, environment: dict[str, str]) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "plugins.toml").write_bytes(b"\xff\xff")


def _no_database(folder: Path, environment: dict[str, str]) -> None:
    (folder / "not a database").write_bytes(b"x" * 5000)
    environment["MAXBOOSTER_DATABASE"] = f"sqlite:///{folder / 'not a database'}"


def _set(**variables: str) -> Callable[[Path, dict[str, str]], None]:
    def change(folder: Path, environment: dict[str, str]) -> None:
        environment.update({f"MAXBOOSTER_{name.upper()}": value for name, value in variables.items()})

    return change


BROKEN = {
    "mail": (_set(mail="smpt://mail.example"), "the transport 'smpt'"),
    "mail sender": (_set(mail_from="nobody"), "nobody"),
    "log level": (_set(log_level="loud"), "'loud' is not one of debug, info"),
    "log form": (_set(log="xml"), "'xml'"),
    "a number": (_set(in_flight="many"), "in_flight is 'many'"),
    "no threads": (_set(database_threads="0"), "database_threads is '0'"),
    "no lease": (_set(job_lease_s="nan"), "job_lease_s"),
    "public address": (_set(public_url="music.example"), "'music.example'"),
    "public address with a path": (_set(public_url="https://music.example/there"), "without a path"),
    "redis": (_set(redis="http://127.0.0.1"), "redis://"),
    "storage": (_set(storage="ftp://x"), "ftp://x"),
    "listen": (_set(listen="nowhere"), "'nowhere' is not an address"),
    "a port that is none": (_set(listen="127.0.0.1:99999"), "not an address"),
    "an address of another machine": (_set(listen="192.0.2.1:8080"), "does not have that address"),
    "secret key": (_set(secret_keys="short"), "Key 1 in MAXBOOSTER_SECRET_KEYS"),
    "secret key in another script": (_set(secret_keys="schlüssel"), "Key 1"),
    "not UTF-8": (_set(mail_from="caf\udce9"), "MAXBOOSTER_MAIL_FROM"),
    "data is a file": (_file_as_data, "is a file"),
    "data is below a file": (_folder_below_a_file, "is a file"),
    "data cannot be written": (_locked_folder, "cannot be"),
    "key file": (_key_that_is_none, "secret.key"),
    "switches": (_broken_switches, "plugins.toml"),
    "database file": (_no_database, "not a database"),
    "database server": (_set(database="postgresql://postgres@127.0.0.1:1/x"), "database"),
    "database kind": (_set(database="mysql://x"), "not supported"),
}


@pytest.fixture
def broken(request: pytest.FixtureRequest, surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Surroundings broken in the way that the parameter names; answers what should be said about them."""
    breaking, says = BROKEN[request.param]
    environment = {"MAXBOOSTER_LISTEN": "127.0.0.1:0"}
    breaking(surroundings, environment)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    return says


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_broken_surroundings_are_one_sentence(broken, capsys):
    """`up` meets them all; it ends by itself, because none of them lets it start."""
    status = run_here(["up"])
    said = _is_told(capsys, status)
    assert status != 0
    assert broken in said


@pytest.mark.parametrize(("path", "command"), [each for each in COMMANDS if each.values[0][0] not in LONG_RUNNING])
@pytest.mark.parametrize("broken", ["data is a file", "mail", "database file"], indirect=True)
def test_every_command_meets_broken_surroundings_with_a_sentence(broken, path, command, surroundings, capsys):
    given = [_plausible(each, surroundings) for each in command.params if isinstance(each, click.Argument)]
    _is_told(capsys, run_here([*path, *given]))


def test_a_port_in_use_is_named(surroundings, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status = run_here(["up", "--listen", f"127.0.0.1:{taken.getsockname()[1]}"])
        assert f"127.0.0.1:{taken.getsockname()[1]}: another program listens there" in _is_told(capsys, status)
    assert status == 1


def _process(*arguments: str | bytes, folder: Path, **streams: object) -> subprocess.CompletedProcess[bytes]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("MAXBOOSTER_")}
    environment = given | {"MAXBOOSTER_DATA": str(folder / "data")}
    streams.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [sys.executable, "-m", "maxbooster", *arguments],
        env=environment, stderr=subprocess.PIPE, timeout=60, check=False, **streams,
    )  # fmt: skip


def test_a_full_disk_below_the_output(tmp_path):
    with open("/dev/full", "wb") as full:
        ended = _process("secrets", "new-key", folder=tmp_path, stdout=full)
    assert ended.returncode == 1
    assert ended.stderr.decode() == f"Error: The output cannot be written: {os.strerror(errno.ENOSPC)}.\n"


def test_nobody_reads_on(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    ended = _process("secrets", "new-key", folder=tmp_path, stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_no_output_and_no_standard_error_at_all(tmp_path):
    command = f"{sys.executable} -m maxbooster secrets new-key >&- 2>&-"
    environment = os.environ | {"MAXBOOSTER_DATA": str(tmp_path / "data")}
    assert subprocess.run(command, shell=True, env=environment, timeout=60, check=False).returncode == 0


def test_an_argument_that_is_not_utf8(tmp_path):
    ended = _process("studio", "analyze", b"caf\xe9.wav", folder=tmp_path)
    assert ended.returncode == 2
    assert b"caf\\udce9.wav is not UTF-8" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_terminal_that_knows_few_characters(tmp_path, migrated_sqlite, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(migrated_sqlite, tmp_path / "data" / "maxbooster.db")
    ended = _process("roles", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert rb"\u2713" in ended.stdout


def test_a_defect_is_named_and_asks_for_a_report():
    failure = failures.explain(ZeroDivisionError("division by zero"))
    assert failure.status == failures.DEFECT
    assert "ZeroDivisionError: division by zero" in failure.text
    grouped = failures.explain(ExceptionGroup("several", [PermissionError(errno.EACCES, "Permission denied", "/x")]))
    assert grouped.text.startswith("Error: /x cannot be used: Permission denied.")
