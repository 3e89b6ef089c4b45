"""What must be unique everywhere is claimed once, whoever asks first."""

from __future__ import annotations

import asyncio

from maxbooster.db import directory, new_id
from maxbooster.db.directory import claim_in_directory, release_from_directory
from maxbooster.errors import Conflict


async def test_of_many_accounts_one_gets_a_value_and_may_give_it_back(app):
    accounts = [new_id() for _ in range(20)]

    def claim(account):
        return app.database.write(
            lambda each: claim_in_directory(each, "isrc", "QZES92612345", account, at=app.clock())
        )

    answers = await asyncio.gather(*map(claim, accounts), return_exceptions=True)
    [winner] = [account for account, answer in zip(accounts, answers, strict=True) if answer is None]
    refused = [answer for answer in answers if answer is not None]
    assert [(type(each), each.field) for each in refused] == [(Conflict, "isrc")] * 19
    key = directory.key("isrc", "QZES92612345")
    assert await app.database.fetch(directory.LOOK_UP, hash=key) == [(winner, None)]

    loser = next(account for account in accounts if account != winner)
    for account, left in ((loser, 1), (winner, 0)):
        await app.database.write(
            lambda each, account=account: release_from_directory(each, "isrc", "QZES92612345", account)
        )
        assert len(await app.database.fetch(directory.LOOK_UP, hash=key)) == left
