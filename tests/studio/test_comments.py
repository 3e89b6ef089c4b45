"""Comments on a master: of its team, and of those with whom it is shared, who write nothing else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from maxbooster.auth.models import Account
from maxbooster.db import new_id
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster_studio.masters.models import MasterComment

from .conftest import AT

pytestmark = pytest.mark.asyncio(loop_scope="module")
SAID = {"text": "The vocal is too loud here.", "author": "Rina", "at_s": 2.5}
READ, COMMENT = "studio.read", "studio.comment"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(known):
    """A member of the account that has the master, at their browser."""
    account = known.identity.account
    nova = await make_person(known.app, f"{new_id().hex}@example.org", account=account)
    named = insert(Account).values(id=account, name="Nova", created_at=known.app.clock())
    await known.app.database.transact(lambda connection: connection.execute(named))
    async with open_browser(known.app) as browser:
        await browser.log_in(nova)
        yield browser


@pytest.fixture
def comments(known):
    return f"{AT}/masters/{known.made['id']}/comments"


@asynccontextmanager
async def visiting(known, owner, *rights):
    """Whoever has a new link to the master, and its grant."""
    new = {"kind": "studio.master", "object_id": known.made["id"], "rights": rights}
    shared = (await owner.post("/api/core/grants", json=new)).json()
    async with open_api(known.app) as visitor:
        visitor.headers["maxbooster-grant"] = shared["url"].partition("#")[2]
        yield visitor, shared["id"]


async def test_a_reviewer_comments_on_a_place_and_the_team_hears_of_it(known, owner, comments):
    async with visiting(known, owner, READ, COMMENT) as (reviewer, grant):
        review = (await reviewer.get(comments.replace("comments", "review"))).json()
        assert review["may_comment"] is True
        said = await reviewer.post(comments, json=SAID)
        assert said.status_code == 201, said.text
        assert said.json() | SAID == said.json()
        [seen] = [each for each in (await owner.get(comments)).json() if each["id"] == said.json()["id"]]
        assert (seen["by_visitor"], seen["may_delete"]) == (True, True)
        await drain(known.app)
        [notice, *_] = (await owner.get("/api/core/notices")).json()["notices"]
        assert (notice["kind"], notice["text"]) == ("master.commented", SAID["text"])
        [entry, *_] = (await owner.get("/api/core/audit", params={"action": "master.commented"})).json()["items"]
        assert (entry["grant"], entry["actor"], entry["after"]["author"]) == (grant, None, "Rina")
        assert (await reviewer.delete(f"{comments}/{said.json()['id']}")).status_code == 204
        assert said.json()["id"] not in {each["id"] for each in (await owner.get(comments)).json()}


async def test_comments_come_as_in_the_sound(owner, comments):
    for at_s in (3.0, None, 1.0):
        await owner.post(comments, json=SAID | {"at_s": at_s, "author": "Nova"})
    found = [each["at_s"] for each in (await owner.get(comments)).json()]
    assert found == sorted(found, key=lambda at_s: -1 if at_s is None else at_s)


async def test_a_visitor_deletes_their_own_comments_alone(known, owner, comments):
    by_team = (await owner.post(comments, json=SAID)).json()["id"]
    async with (
        visiting(known, owner, READ, COMMENT) as (one, _),
        visiting(known, owner, READ, COMMENT) as (other, _),
    ):
        by_other = (await other.post(comments, json=SAID)).json()["id"]
        for theirs in (by_team, by_other):
            assert (await one.delete(f"{comments}/{theirs}")).status_code == 403
        assert (await one.delete(f"{comments}/{new_id()}")).status_code == 404
        marked = {each["id"]: each["may_delete"] for each in (await other.get(comments)).json()}
        assert (marked[by_team], marked[by_other]) == (False, True)
    assert (await owner.delete(f"{comments}/{by_other}")).status_code == 204


async def test_whoever_may_only_listen_reads_the_comments_and_adds_none(known, owner, comments):
    async with visiting(known, owner, READ) as (listener, _):
        assert (await listener.get(comments)).status_code == 200
        assert (await listener.post(comments, json=SAID)).status_code == 403
        for each in (await listener.get(comments)).json():
            assert each["may_delete"] is False
            assert (await listener.delete(f"{comments}/{each['id']}")).status_code == 403
        assert (await listener.get(comments.replace("comments", "review"))).json()["may_comment"] is False


async def test_no_other_master_is_commented_on_and_nothing_after_the_link_ended(known, owner, comments):
    other = f"{AT}/masters/{new_id()}/comments"
    async with visiting(known, owner, READ, COMMENT) as (reviewer, grant):
        assert (await reviewer.post(other, json=SAID)).status_code == 403
        assert (await reviewer.patch(f"{AT}/masters/{known.made['id']}", json={"title": "Mine"})).status_code == 403
        assert (await owner.delete(f"/api/core/grants/{grant}")).status_code == 204
        assert (await reviewer.post(comments, json=SAID)).status_code == 410
    rows = select(MasterComment.master_id).distinct()
    stored = await known.app.database.read(lambda connection: connection.execute(rows).scalars().all())
    assert set(stored) <= {UUID(known.made["id"])}


async def test_an_account_comments_as_its_member(known, owner, comments):
    vera = await make_person(known.app, f"{new_id().hex}@example.org")
    new = {"kind": "studio.master", "object_id": known.made["id"], "rights": [READ, COMMENT]}
    shared = (await owner.post("/api/core/grants", json=new | {"receiver": str(vera.account)})).json()
    async with open_browser(known.app) as browser:
        await browser.log_in(vera)
        assert (await browser.post(comments, json=SAID)).status_code == 404, "not without the grant"
        said = await browser.post(comments, json=SAID, headers={"maxbooster-grant": shared["id"]})
        assert said.status_code == 201, said.text
    [entry, *_] = (await owner.get("/api/core/audit", params={"action": "master.commented"})).json()["items"]
    assert (entry["actor"], entry["grant"]) == (str(vera.user), shared["id"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"text": "  "}, "text"), ({"author": " "}, "author"), ({"at_s": 6.5}, "at_s"), ({"at_s": -1}, None)],
)
async def test_a_comment_that_says_nothing_or_is_nowhere_is_refused(owner, comments, wrong, field):
    answer = await owner.post(comments, json=SAID | wrong)
    assert answer.status_code in (400, 422)
    assert field is None or answer.json()["field"] == field


async def test_a_master_has_so_many_comments_and_no_more(owner, comments, monkeypatch):
    there = len((await owner.get(comments)).json())
    monkeypatch.setattr("maxbooster_studio.masters.comments.MOST_PER_MASTER", there + 1)
    assert [(await owner.post(comments, json=SAID)).status_code for _ in range(2)] == [201, 409]


async def test_comments_go_with_their_master(studio, song):
    made = await studio.master((await studio.bring(song))["id"])
    at = f"{AT}/masters/{made['id']}"
    assert (await studio.api.post(f"{at}/comments", json=SAID)).status_code == 201
    assert (await studio.api.delete(at)).status_code == 204
    left = select(MasterComment.id).where(MasterComment.master_id == UUID(made["id"]))
    assert await studio.app.database.read(lambda connection: connection.execute(left).all()) == []
