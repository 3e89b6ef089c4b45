"""`maxbooster user` and `maxbooster roles`: users by the operator's hand, as somebody at a terminal meets them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from maxbooster.cli import main
from maxbooster.testing import PASSWORD, Person, make_app, open_browser

from .command_line import run

EMAIL = "nova@example.org"


@pytest.fixture
def data(tmp_path, migrated_sqlite) -> Path:
    """A data folder with an empty database in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "maxbooster.db").write_bytes(migrated_sqlite.read_bytes())
    return folder


class Said:
    """What a command answered."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def user(data, monkeypatch, capsys):
    """Run `maxbooster user …` here, through the same door as a terminal does."""

    def command(*arguments: str, typed: str = "", group: str = "user") -> Said:
        monkeypatch.setenv("MAXBOOSTER_DATA", str(data))
        monkeypatch.setattr("sys.argv", ["maxbooster", group, *arguments])
        with CliRunner().isolation(input=typed) as (out, err, _):
            try:
                main()
                code: Any = 0
            except SystemExit as ended:
                code = ended.code
            return Said(code or 0, out.getvalue().decode(), err.getvalue().decode())

    return command


@pytest.fixture
def nova(user) -> Person:
    made = user("create", EMAIL, "--name", "Nova", "--password-stdin", typed=PASSWORD + "\n")
    assert made.code == 0, made.err
    return Person(None, None, EMAIL)


def logged_in(data: Path, person: Person, *paths: str) -> tuple[int, list[Any], str]:
    """Log in through the API; returns the status, the answers at `paths`, and the stored hash."""

    async def visit() -> tuple[int, list[Any], str]:
        async with make_app(data, f"sqlite:///{data}/maxbooster.db", migrated=True, login_floor_ms=1) as app:
            async with open_browser(app) as browser:
                body = {"email": person.email, "password": person.password}
                answer = await browser.post("/api/core/session", json=body)
                found = [(await browser.get(path)).json() for path in paths]
            query = text("SELECT password FROM core_user WHERE email = :email")
            stored = await app.database.read(
                lambda connection: connection.execute(query, {"email": person.email}).scalar()
            )
            return answer.status_code, found, stored or ""

    return asyncio.run(visit())


def test_a_user_is_made_and_logs_in(user, data):
    made = user("create", " Nova@Example.org", "--name", "Nova", "--account", "Nova Records", typed=f"{PASSWORD}\n" * 2)
    assert made.code == 0, made.err
    assert re.search(r"^user [0-9a-f-]{36}  account [0-9a-f-]{36}$", made.out, re.MULTILINE)
    assert PASSWORD not in made.out + made.err
    status, [me], stored = logged_in(data, Person(None, None, EMAIL), "/api/core/session")
    assert (status, me["user"]["name"], me["account"]["name"]) == (200, "Nova", "Nova Records")
    assert (me["account"]["role"], stored[:9]) == ("owner", "$argon2id")


def test_the_password_is_asked_for_twice(user):
    refused = user("create", EMAIL, typed=f"{PASSWORD}\nanother password\n")
    assert (refused.code, "do not match" in refused.out + refused.err) == (130, True)
    assert user("list").out.startswith("There are no users yet")


def test_the_command_makes_the_first_user_of_a_fresh_folder(tmp_path):
    """In a process of its own, and without any other command before it."""
    made = run("user", "create", EMAIL, "--password-hash", bcrypt.hashpw(b"x" * 12, bcrypt.gensalt(10)).decode(),
               "--operator", "admin", data=tmp_path / "data")  # fmt: skip
    assert made.returncode == 0, made.stderr
    listed = run("user", "list", data=tmp_path / "data")
    assert re.fullmatch(r"[0-9a-f-]{36}  nova@example\.org  nova  admin\n", listed.stdout)


def test_everybody_is_logged_out_at_once(user, data):
    for email in (EMAIL, "theo@example.org"):
        user("create", email, "--password-stdin", typed=PASSWORD)
        assert logged_in(data, Person(None, None, email), "/api/core/session")[0] == 200
    assert user("log-out-everybody", typed="n\n").code == 130
    assert user("log-out-everybody", "--yes").out == "2 sessions are ended.\n"
    assert user("log-out-everybody", "--yes").out == "0 sessions are ended.\n"


def test_an_imported_bcrypt_hash_logs_in_and_becomes_argon2id(user, data):
    imported = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    assert user("create", EMAIL, "--password-hash", imported).code == 0
    assert logged_in(data, Person(None, None, EMAIL, "wrong"))[::2] == (401, imported)
    status, _, stored = logged_in(data, Person(None, None, EMAIL))
    assert (status, stored[:9]) == (200, "$argon2id")
    assert logged_in(data, Person(None, None, EMAIL))[0] == 200


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "says"),
    [
        (["create", EMAIL, "--password-stdin"], "short\n", 1, "has 5 characters; use at least 8"),
        (["create", EMAIL, "--password-stdin"], "password123\n", 1, "password"),
        (["create", EMAIL, "--password-stdin"], "", 1, "has 0 characters; use at least 8"),
        (
            ["create", EMAIL, "--password-hash", "5f4dcc3b5aa765d61d8327deb882cf99"],
            "",
            1,
            "neither argon2id nor bcrypt",
        ),
        (["create", EMAIL, "--password-hash", "x", "--password-stdin"], "", 2, "either --password-hash or"),
        (["create", "nova", "--password-stdin"], PASSWORD, 1, "'nova'"),
        (["create", EMAIL, "--operator", "boss"], "", 2, "'boss' is not one of"),
        (["create"], "", 2, "Missing argument 'EMAIL'"),
        (["disable", "nobody@example.org"], "", 1, "Nobody has the e-mail address nobody@example.org."),
        (["enable", "nobody@example.org"], "", 1, "Nobody has the e-mail address nobody@example.org."),
        (["reset", "nobody@example.org"], "", 1, "Nobody has the e-mail address nobody@example.org."),
        (["operator", "nobody@example.org", "admin"], "", 1, "Nobody has the e-mail address nobody@example.org."),
        (["token", "nobody@example.org"], "", 1, "Nobody has the e-mail address nobody@example.org."),
        (["operator", EMAIL, "boss"], "", 2, "'boss' is not one of"),
        (["token", EMAIL, "--days", "0"], "", 2, "0 is not in the range"),
        (["list", "--limit", "0"], "", 2, "0 is not in the range"),
        (["vanish", EMAIL], "", 2, "No such command 'vanish'"),
        (["reset"], "", 2, "Missing argument 'EMAIL'"),
    ],
)
def test_what_is_wrong_is_one_sentence(user, arguments, typed, code, says):
    answer = user(*arguments, typed=typed)
    assert (answer.code, "Traceback" in answer.err) == (code, False)
    assert says in answer.err
    assert user("list").out.startswith("There are no users yet")


def test_an_address_has_one_user(user, nova):
    again = user("create", "NOVA@example.org", "--password-stdin", typed=PASSWORD)
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "taken" in again.err
    assert user("list").out.count("\n") == 1


def test_users_are_listed_by_how_their_address_begins(user, nova):
    user("create", "theo@example.org", "--password-stdin", "--operator", "support", typed=PASSWORD)
    assert [line.split()[1] for line in user("list").out.splitlines()] == [EMAIL, "theo@example.org"]
    assert [line.split()[1:] for line in user("list", "Th").out.splitlines()] == [
        ["theo@example.org", "theo", "support"]
    ]
    assert user("list", "zoe").out.startswith("There are no users whose")
    assert user("list", "--limit", "1").out.count("\n") == 1


def test_a_user_is_disabled_and_enabled(user, nova, data):
    assert user("disable", EMAIL).out == f"{EMAIL} is disabled.\n"
    assert user("list").out.split()[-1] == "disabled"
    assert logged_in(data, nova)[0] == 401
    assert user("enable", EMAIL).out == f"{EMAIL} is enabled.\n"
    assert logged_in(data, nova)[0] == 200


def test_a_reset_makes_the_password_worthless_and_queues_an_email(user, nova, data):
    assert "a worker will send the email" in user("reset", EMAIL, "--second-factor").out
    assert logged_in(data, nova)[0] == 401
    assert "core.mail_proof" in user("list", group="jobs").out


def test_staff_are_made_and_unmade(user, nova, data):
    refused = user("token", EMAIL)
    assert (refused.code, "not a member of staff" in refused.err) == (1, True)
    assert user("operator", EMAIL, "finance").out == f"{EMAIL}: finance\n"
    _, [me], _ = logged_in(data, nova, "/api/core/session")
    assert (me["user"]["operator"], me["accounts"][-1]["role"]) == ("finance", "finance")
    token = user("token", EMAIL, "--days", "2").out.strip()
    assert asked_with(data, token, "/api/core/users", "/api/core/members") == [200, 403]
    assert user("operator", EMAIL, "none").out == f"{EMAIL}: none\n"
    assert asked_with(data, token, "/api/core/users") == [403]
    assert user("token", EMAIL).code == 1


def asked_with(data: Path, token: str, *paths: str) -> list[int]:
    async def ask() -> list[int]:
        async with (
            make_app(data, f"sqlite:///{data}/maxbooster.db", migrated=True) as app,
            open_browser(app) as program,
        ):
            program.headers["authorization"] = f"Bearer {token}"
            return [(await program.get(path)).status_code for path in paths]

    return asyncio.run(ask())


def test_what_the_operator_does_is_recorded_as_nobodys_deed(user, nova, data):
    """The command line knows no person: the user whom it is about did not do it."""
    user("disable", EMAIL)
    user("enable", EMAIL)
    user("operator", EMAIL, "admin")
    token = user("token", EMAIL).out.strip()

    async def read() -> list[dict[str, Any]]:
        async with (
            make_app(data, f"sqlite:///{data}/maxbooster.db", migrated=True) as app,
            open_browser(app) as program,
        ):
            program.headers["authorization"] = f"Bearer {token}"
            return (await program.get("/api/core/audit")).json()["items"]

    changes = [each for each in asyncio.run(read()) if each["action"] == "security.user_changed"]
    assert [(each["after"]["change"], each["actor"]) for each in changes] == [
        ("operator: admin", None),
        ("enabled", None),
        ("disabled", None),
    ]


def test_the_table_of_roles_is_printed_and_changed(user):
    table = user(group="roles").out.splitlines()
    assert table[0].split()[:3] == ["owner", "admin", "manager"]
    [row] = [line for line in table if line.startswith("member.write ")]
    assert row.split()[1:8] == ["✓", "✓", "·", "·", "·", "·", "·"]
    assert user("grant", "manager", "member.write", group="roles").out == "manager now has member.write.\n"
    [row] = [line for line in user(group="roles").out.splitlines() if line.startswith("member.write ")]
    assert row.split()[1:8] == ["✓", "✓", "✓", "·", "·", "·", "·"]
    assert user("revoke", "manager", "member.write", group="roles").code == 0
    assert [line for line in user(group="roles").out.splitlines() if line.startswith("member.write ")] != [row]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["grant", "boss", "file.read"], 1, "There is no role 'boss'"),
        (["grant", "editor", "file.raed"], 1, "Did you mean 'file.read'?"),
        (["revoke", "owner", "file.read"], 1, "keeps what the manifests give it"),
        (["grant", "editor", "user.read"], 1, "for the platform's staff"),
        (["grant", "editor"], 2, "Missing argument 'PERMISSION'"),
        (["steal", "editor", "file.read"], 2, "No such command 'steal'"),
    ],
)
def test_a_wrong_change_of_roles_is_one_sentence(user, arguments, code, says):
    answer = user(*arguments, group="roles")
    assert (answer.code, says in answer.err, "Traceback" in answer.err) == (code, True, False)
