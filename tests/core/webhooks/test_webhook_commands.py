"""`maxbooster webhooks`."""

from __future__ import annotations

import json
from uuid import UUID

from tests.core.command_line import run

NOBODY = "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7"


def test_add_test_and_look_after_a_webhook(tmp_path):
    data = tmp_path / "data"
    account = run("account", "create", "Nova", data=data).stdout.strip()

    def webhooks(*arguments: str):
        done = run("webhooks", *arguments, "--json", data=data, MAXBOOSTER_OUTBOUND_PRIVATE="true")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    added = webhooks("add", "--account", account, "http://127.0.0.1:9/hook", "--event", "payout.paid")
    assert added["secret"].startswith("whsec_")
    [listed] = webhooks("list", "--account", account)
    assert (listed["id"], listed["events"], "secret" in listed) == (added["id"], ["payout.paid"], False)
    sent = webhooks("test", "--account", account, added["id"])
    [row] = webhooks("deliveries", "--account", account, "--state", "pending")
    assert (row["id"], row["event"]) == (sent["delivery"], "webhook.test")
    assert webhooks("attempts", "--account", account, row["id"]) == []
    assert UUID(webhooks("resend", "--account", account, row["id"])["delivery"]) == UUID(row["id"])
    assert webhooks("inbox", "--state", "failed") == []
    for command in ("replay", "body"):
        unknown = run("webhooks", command, NOBODY, data=data)
        assert (unknown.returncode, "There is no webhook" in unknown.stderr) == (1, True)
    refused = run("webhooks", "add", "--account", account, "https://127.0.0.1/", data=data)
    assert (refused.returncode, "not public" in refused.stderr) == (1, True)
