"""`maxbooster audience`."""

from __future__ import annotations

import json

from tests.core.command_line import run


def test_lists_and_contacts_are_made_shown_and_removed(tmp_path):
    data = tmp_path / "data"
    account = run("account", "create", "Nova", data=data).stdout.strip()

    def audience(*arguments: str):
        return run("audience", arguments[0], "--account", account, *arguments[1:], data=data)

    assert audience("lists").stdout == "This account has no mailing lists.\n"
    id = audience("create-list", "Newsletter", "--sender", "Nova").stdout.strip()
    file = tmp_path / "fans.csv"
    file.write_text("email,name\nann@fans.example,Ann \x1b[31m\nben@fans.example,Ben\nnobody,\n")
    imported = audience("import", id, str(file), "--source", "Shows").stdout
    assert "2 refused (2 unreadable)." in imported
    assert "line 4: nobody: " in imported
    assert "\x1b" not in imported
    assert audience("list").stdout.split()[1::4][:1] == ["confirmed"]
    assert "confirmed      1  waiting     0  Newsletter  (Nova)" in audience("lists").stdout
    shown = json.loads(audience("show", "BEN@fans.example", "--json").stdout)
    assert [each["method"] for each in shown["consent"]] == ["import"]
    text = tmp_path / "news.txt"
    text.write_text("Out now.")
    assert "postal address" in audience("send", id, str(text), "--subject", "Out", "--once", "out").stderr
    assert audience("address", "--set", r"Nova\n1 Quay Street").stdout == "Nova\n1 Quay Street\n"
    assert audience("send", id, str(text), "--subject", "Out", "--once", "out").stdout.startswith(
        "The email is queued: "
    )
    assert "no more email" in audience("suppress", "ben@fans.example", "--reason", "complained").stdout
    assert audience("remove", "ben@fans.example").stdout == "The contact was removed.\n"
    gone = audience("remove", "ben@fans.example")
    assert (gone.returncode, "There is no contact" in gone.stderr) == (1, True)
    again = audience("import", id, str(file), "--source", "Shows").stdout
    assert "They complained about email from you." in again
