"""Something is offered by email: whoever has the address accepts it, and nobody learns whether anybody has it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from maxbooster.grants.models import GrantRow
from maxbooster.testing import drain

from .conftest import GRANTS, ask, owning

pytestmark = pytest.mark.asyncio(loop_scope="module")


def anybody() -> str:
    return f"{uuid4().hex}@example.org"


async def offers(owner):
    return (await owner.browser.get(f"{GRANTS}/offers")).json()


async def accept(owner, id):
    return await owner.browser.post(f"{GRANTS}/offers/{id}/accept")


async def test_whoever_has_the_address_accepts_it_for_their_account(app, nova, vera, stranger):
    shared = await nova.share(email=vera.person.email.upper())
    assert shared["url"] is None
    [offer] = await offers(vera)
    assert (offer["id"], offer["kind_title"], await offers(nova)) == (shared["id"], "Crate", [])
    assert "title" not in offer
    assert (await ask(vera.browser, str(nova.crate), shared["id"])).status_code == 410
    assert {each["id"]: each["state"] for each in await nova.listed()}[shared["id"]] == "offered"

    assert (await accept(vera, shared["id"])).status_code == 204
    assert (await ask(vera.browser, str(nova.crate), shared["id"])).status_code == 200
    assert (await accept(vera, shared["id"])).status_code == 404
    found = {each["id"]: each for each in await nova.listed()}[shared["id"]]
    assert (found["state"], found["email"], found["receiver"]) == (
        "active", vera.person.email, str(vera.person.account),
    )  # fmt: skip
    assert await offers(vera) == []
    for side in (nova, vera):
        told = (await side.browser.get("/api/core/audit")).json()["items"]
        assert "grant.accepted" in {each["action"] for each in told}


async def test_an_address_that_nobody_has_is_answered_and_written_to_just_the_same(app, nova, vera):
    known, unknown = await nova.share(email=vera.person.email), await nova.share(email=(nobody := anybody()))
    assert known.keys() == unknown.keys()
    listed = {each["id"]: each for each in await nova.listed()}
    differ = {"id", "email", "created_at", "expires_at"}
    assert [{k: v for k, v in listed[each["id"]].items() if k not in differ} for each in (known, unknown)] == [
        {k: v for k, v in listed[known["id"]].items() if k not in differ}
    ] * 2
    await drain(app)
    emails = {mail.to: mail for mail in app.mail.sent if "wants to share something" in mail.subject}
    assert emails[nobody].text == emails[vera.person.email].text
    assert "/shared" in emails[nobody].text


async def test_nobody_else_accepts_it(app, nova, vera):
    shared = await nova.share(email=anybody())
    assert (await accept(vera, shared["id"])).status_code == 404
    assert (await accept(vera, uuid4())).status_code == 404
    own = await nova.share(email=nova.person.email)
    refused = await accept(nova, own["id"])
    assert (refused.status_code, refused.json()["detail"].partition(";")[0]) == (409, "This account has it already")
    offered = await nova.share(email=vera.person.email)
    async with owning(app, "viewer", vera.person.account) as viewer:
        assert (await accept(viewer, offered["id"])).status_code == 403
    assert (await vera.browser.delete(f"{GRANTS}/received/{offered['id']}")).status_code == 204
    assert (await accept(vera, offered["id"])).status_code == 404


@pytest.mark.parametrize("end", ["revoked", "over"])
async def test_what_has_ended_is_offered_no_more(app, nova, vera, end):
    shared = await nova.share(email=vera.person.email)
    if end == "revoked":
        await nova.revoke(shared["id"])
    else:
        over = update(GrantRow).where(GrantRow.id == UUID(shared["id"])).values(expires_at=app.clock())
        await app.database.transact(lambda connection: connection.execute(over))
    assert shared["id"] not in [each["id"] for each in await offers(vera)]


async def test_what_is_no_address_or_too_much_is_refused(app, nova, vera):
    for more, field in (
        ({"email": "nova"}, None),
        ({"email": anybody(), "receiver": str(vera.person.account)}, "email"),
    ):
        refused = await nova.browser.post(
            GRANTS, json={"kind": "depot.crate", "object_id": str(nova.crate), "rights": ["depot.read"]} | more
        )
        assert refused.status_code == 422
        assert field is None or refused.json()["field"] == field
    email = anybody()
    for _ in range(3):
        await nova.share(email=email)
    await nova.share(429, email=email)


async def test_a_link_token_cannot_be_made_of_an_offer(app, nova, stranger):
    shared = await nova.share(email=anybody())
    for grant in (shared["id"], f"mbg_{shared['id']}"):
        assert (await ask(stranger, str(nova.crate), grant)).status_code in (401, 410)
