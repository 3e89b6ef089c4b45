"""`maxbooster links`."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import create_link
from maxbooster.testing import make_app
from tests.core.command_line import run


def test_links_are_listed_and_one_that_does_harm_is_deleted(tmp_path):
    data = tmp_path / "data"
    account = run("account", "create", "Nova", data=data).stdout.strip()
    assert run("links", "list", "--account", account, data=data).stdout == "This account has no short links.\n"

    async def make() -> None:
        database = f"sqlite:///{data / 'maxbooster.db'}"
        owner = Identity(UUID(account), None, frozenset({EVERYTHING}))
        async with make_app(data, database, migrated=True) as app, app.unit(owner) as ctx:
            await create_link(ctx, "https://example.org/tour", "Tour \x1b[31m")

    asyncio.run(make())
    [link] = json.loads(run("links", "list", "--account", account, "--json", data=data).stdout)
    assert (link["target"], link["clicks"], link["enabled"]) == ("https://example.org/tour", 0, True)
    shown = run("links", "list", "--account", account, data=data).stdout
    assert shown.startswith(f"{link['url']}  on         0  https://example.org/tour  Tour")
    assert "\x1b" not in shown
    deleted = run("links", "delete", f"{link['url']}/", data=data)
    assert deleted.stdout == f"{link['url']} leads nowhere any more; it led to https://example.org/tour\n"
    assert run("links", "list", "--account", account, data=data).stdout == "This account has no short links.\n"
    again = run("links", "delete", link["url"], data=data)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"There is no short link {link['url'][-7:]!r}." in again.stderr
