"""`maxbooster distribution royalties`: what an operator sees of an account's statements."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.plugin import Conflict
from maxbooster_distribution.commands import distribution

from .test_statements import sold, statement


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    made = CliRunner().invoke(maxbooster, ["account", "create", "Quay Street"], standalone_mode=False)
    account = made.stdout.strip().splitlines()[-1]

    def command(*arguments: str, fails: type | None = None) -> str:
        all_arguments = ["royalties", *arguments, "--account", account]
        done = CliRunner().invoke(distribution, all_arguments, standalone_mode=False)
        if fails is None and done.exception:
            raise done.exception
        assert fails is None or isinstance(done.exception, fails), done.exception
        return done.stdout

    return command


def test_empty_lists_say_so_and_an_import_is_queued(run, tmp_path):
    assert run("list") == "There are no statements yet.\n"
    assert run("suspense") == "Nothing waits in suspense.\n"
    assert json.loads(run("list", "--json")) == []
    file = tmp_path / "september.csv"
    file.write_bytes(statement(sold("QZES92600001", "1.00")))
    taken = json.loads(run("import", str(file), "--source", "spotify", "--json"))
    assert taken["job"]
    assert "importing spotify" in " ".join(run("list").split())
    run("undo", taken["id"], "--reason", "Wrong file", fails=Conflict)
    with pytest.raises(Exception, match="There is no"):
        run("undo", str(uuid4()), "--reason", "Wrong file")
