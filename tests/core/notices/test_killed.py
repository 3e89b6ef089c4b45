"""Digests while their process is killed at every step: each notification is told by one digest, and by no other."""

from __future__ import annotations

import email
import re
import subprocess
import sys
from collections import defaultdict
from email.policy import SMTPUTF8

import pytest
from sqlalchemy import update

from maxbooster.notices.models import Notice

from .conftest import told

WORKER = """
import asyncio, os, signal, sys
from pathlib import Path
from maxbooster.notices import delivery, queries
from maxbooster.testing import drain, make_app

data, url, folder, step = sys.argv[1:]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
put, begin = queries.put_into, delivery._begin

async def killed_after_commit(ctx, user):
    await begin(ctx, user)
    die()

def killed_in_commit(*given):
    put(*given)
    die()

async def main():
    if step == "in the commit":
        queries.put_into = killed_in_commit
    if step == "after the commit":
        delivery._begin = killed_after_commit
    async with make_app(Path(data), url, migrated=True, mail=f"file://{folder}", job_lease_s="0.5") as app:
        from maxbooster.app import now
        app.clock = now
        send = app.mail.send
        async def killed_by_sending(mail):
            if step == "after sending":
                await send(mail)
            die()
        if "sending" in step:
            app.mail.send = killed_by_sending
        async with app.unit() as ctx:
            ctx.enqueue(app.jobs["core.gather_digests"])
        await drain(app, timeout_s=60)

asyncio.run(main())
"""


def ended(*given: str) -> int:
    return subprocess.run(given, check=False, timeout=120).returncode


@pytest.mark.slow
async def test_each_notification_is_in_one_digest_whenever_the_process_dies(app, nova, tmp_path):
    folder = tmp_path / "mail"
    for number in range(12):
        await told(app, nova.account, "payout.paid", f"Number {number:02}", to=nova.user)
    due = update(Notice.__table__).where(Notice.__table__.c.digest_at.is_not(None)).values(digest_at=app.clock())
    await app.database.transact(lambda connection: connection.execute(due))
    url = app.settings.database_url
    given = [sys.executable, "-c", WORKER, str(app.settings.data), url, str(folder)]
    for step in ("in the commit", "after the commit", "before sending", "after sending", "after sending"):
        assert ended(*given, step) == -9, step
    assert ended(*given, "on") == 0
    found = defaultdict(set)
    for file in folder.glob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=SMTPUTF8)
        found[message["Message-ID"]].add(tuple(re.findall(r"Number \d\d", message.get_body(("plain",)).get_content())))
    assert [len(texts) for texts in found.values()] == [1], "sent again, it is the same"
    [[numbers]] = found.values()
    assert sorted(numbers) == [f"Number {number:02}" for number in range(12)]
