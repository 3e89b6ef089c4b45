"""`maxbooster sso`, and what the settings of providers may be."""

from __future__ import annotations

import json
import sqlite3
from uuid import UUID

import pytest

from maxbooster.app import App
from maxbooster.errors import SettingsError
from maxbooster.settings import read

from .command_line import run

GOOGLE = {"MAXBOOSTER_SSO_GOOGLE__CLIENT_ID": "id", "MAXBOOSTER_SSO_GOOGLE__CLIENT_SECRET": "s3cret"}


def harbor(**more: str) -> dict[str, str]:
    given = {"issuer": "https://login.harbor.example", "client_id": "id"} | more
    return {f"MAXBOOSTER_SSO_HARBOR__{name.upper()}": value for name, value in given.items()}


@pytest.fixture
def data(tmp_path, migrated_sqlite):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "maxbooster.db").write_bytes(migrated_sqlite.read_bytes())
    return folder


def test_of_google_id_and_secret_are_enough():
    google = App(read(GOOGLE)).identity_providers["google"]
    assert (google.title, google.issuer, google.scopes) == (
        "Google", "https://accounts.google.com", ("openid", "email", "profile"),
    )  # fmt: skip
    assert "s3cret" not in repr(google)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (harbor(client_id=""), "client_id is missing"),
        (harbor(issuer=""), "issuer is missing"),
        (harbor(issuer="http://login.harbor.example"), "must begin with https://"),
        (harbor(issuer="https://login.harbor.example/?x=1"), "is not an address"),
        (harbor(scopes="email"), "must include 'openid'"),
        (harbor(titel="Harbor"), "Did you mean 'title'?"),
        ({"MAXBOOSTER_SSO__CLIENT_ID": "id"}, "does not exist"),
    ],
)
def test_a_wrong_setting_of_a_provider_is_named_at_start(given, said):
    with pytest.raises(SettingsError, match=said.replace("?", r"\?")):
        App(read(given))


def test_a_section_of_the_file_is_a_provider(tmp_path):
    file = tmp_path / "maxbooster.toml"
    file.write_text('[sso.harbor]\ntitle = "Harbor"\nissuer = "https://login.harbor.example"\nclient_id = "id"\n')
    app = App(read({}, file))
    assert [each.title for each in app.identity_providers.values()] == ["Harbor"]
    assert app.leftovers == []


def test_the_operator_sees_what_to_register_and_whether_it_answers(data, oidc):
    quay = {"MAXBOOSTER_SSO_QUAY__ISSUER": oidc.at, "MAXBOOSTER_SSO_QUAY__CLIENT_ID": "maxbooster"}
    listed = json.loads(run("sso", "list", "--json", data=data, **quay).stdout)
    assert [(each["name"], each["redirect_uri"]) for each in listed] == [
        ("quay", "http://127.0.0.1:8080/sign-in/return/quay")
    ]
    asked = oidc.times("/jwks")
    checked = run("sso", "check", data=data, **quay)
    assert (checked.returncode, "ok" in checked.stdout) == (0, True), checked.stderr
    assert oidc.times("/jwks") == asked + 1
    run("doctor", data=data, **quay)
    assert oidc.times("/jwks") == asked + 1, "doctor asks nobody"
    wrong = run("sso", "check", "quay", data=data, **quay | {"MAXBOOSTER_SSO_QUAY__ISSUER": oidc.at + "/none"})
    assert (wrong.returncode, "does not say how to sign in" in wrong.stdout) == (1, True)


def test_the_operator_confirms_a_domain_that_an_account_names_and_no_other(data):
    account = run("account", "create", "Harbour", data=data).stdout.strip()
    unknown = run("sso", "confirm-domain", "harbour.example", "--account", account, data=data)
    assert (unknown.returncode, "its owner adds it first" in unknown.stderr) == (1, True)
    assert "No account says" in run("sso", "domains", data=data).stdout
    off = run("sso", "disable", "--account", account, data=data)
    assert (off.returncode, "set it up first" in off.stderr) == (1, True)


def test_a_domain_that_an_account_named_is_confirmed_once(data):
    account = run("account", "create", "Harbour", data=data).stdout.strip()
    row = (UUID(account).bytes, UUID(int=1).bytes, "harbour.example", 1_700_000_000_000_000)
    with sqlite3.connect(data / "maxbooster.db") as database:
        database.execute(
            "INSERT INTO core_account_domain (account_id, id, domain, created_at) VALUES (?, ?, ?, ?)", row
        )
    database.close()
    assert "waits" in run("sso", "domains", data=data).stdout
    for _ in range(2):
        confirmed = run("sso", "confirm-domain", "Harbour.example", "--account", account, data=data)
        assert (confirmed.returncode, confirmed.stdout) == (0, "harbour.example is confirmed.\n"), confirmed.stderr
    assert "confirmed" in run("sso", "domains", data=data).stdout
