"""What whoever comes by a grant writes: rows of the object that a granted right names, and no others."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, make_transient_to_detached

from maxbooster.audit.models import AuditRow
from maxbooster.audit.trail import audit_faults, seal
from maxbooster.auth.models import Membership
from maxbooster.connections.models import ConnectionRow
from maxbooster.db import new_id
from maxbooster.errors import GrantEnded, NotAllowed, NotFound, UsageError
from maxbooster.grants.models import GrantRow
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import Grantable, Part, Right

from ..rows import Crate, Record, Sleeve, Stacked
from .conftest import ask, owning, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
STACK = ["depot.read", "depot.stack"]
STEP = (Record, "crate_id", "id")


async def stored(owner, model=Sleeve):
    """What an owner has: id → crate."""
    async with owner.app.unit(Identity(owner.person.account, None, frozenset({EVERYTHING})), writable=False) as ctx:
        return {row.id: row.crate_id for row in await ctx.all(select(model))}


async def sleeve_of(owner, crate):
    sleeve = Sleeve(crate_id=crate, record_id=None, note="theirs")
    async with owner.app.unit(Identity(owner.person.account, None, frozenset({EVERYTHING}))) as ctx:
        ctx.add(sleeve)
    return sleeve.id


async def visiting(owner, *rights):
    """Whoever has a link to an owner's crate."""
    return await owner.app.grants.of_link(await owner.link(rights=list(rights or STACK)))


async def test_a_right_that_writes_writes_the_objects_own_rows(nova, stranger):
    token = await nova.link(rights=STACK)
    new = {"crate": str(nova.crate), "record": str(nova.record), "note": "in the sleeve"}
    added = await ask(stranger, f"{nova.crate}/sleeves", token, "POST", json=new)
    assert added.status_code == 201, added.text
    assert await stored(nova) == {UUID(added.json()): nova.crate}
    dropped = await ask(stranger, f"{nova.crate}/sleeves/{added.json()}", token, "DELETE")
    assert dropped.status_code == 204, dropped.text
    assert await stored(nova) == {}


async def test_other_rows_stay_wherever_their_ids_are_put(nova, vera, stranger):
    """Another object of the same account, one of another account, and one that there is not."""
    token = await nova.link(rights=STACK)
    sleeves = [await sleeve_of(nova, nova.other), await sleeve_of(vera, vera.crate)]
    before = [await stored(owner, model) for owner in (nova, vera) for model in (Sleeve, Record)]
    own = str(nova.crate)
    for crate in (nova.other, vera.crate, new_id()):
        for at, body in (
            (own, {"crate": str(crate)}),
            (str(crate), {"crate": str(crate)}),
            (str(crate), {"crate": own}),
        ):
            assert (await ask(stranger, f"{at}/sleeves", token, "POST", json=body)).status_code in (403, 409)
        moved = await ask(stranger, f"{own}/records/{nova.record}?to={crate}", token, "PATCH")
        assert moved.status_code in (403, 409), "out of the object"
    for record in (nova.other_record, vera.record, new_id()):
        body = {"crate": own, "record": str(record)}
        assert (await ask(stranger, f"{own}/sleeves", token, "POST", json=body)).status_code in (403, 409)
        moved = await ask(stranger, f"{own}/records/{record}?to={own}", token, "PATCH")
        assert moved.status_code == 404, "into the object"
    for sleeve in (*sleeves, new_id()):
        assert (await ask(stranger, f"{own}/sleeves/{sleeve}", token, "DELETE")).status_code == 404
    assert [await stored(owner, model) for owner in (nova, vera) for model in (Sleeve, Record)] == before


async def test_a_right_that_only_reads_writes_nothing(nova, stranger):
    token = await nova.link(rights=["depot.read", "depot.copy"])
    new = {"crate": str(nova.crate)}
    assert (await ask(stranger, f"{nova.crate}/sleeves", token, "POST", json=new)).status_code == 403
    assert await stored(nova) == {}


async def test_an_account_writes_by_a_grant_as_far_as_it_may_at_home(app, nova, vera, stranger):
    shared = await nova.share(receiver=str(vera.person.account), rights=STACK)
    at, new = f"{nova.crate}/sleeves", {"crate": str(nova.crate), "note": "by vera"}
    assert (await ask(vera.browser, at, shared["id"], "POST", json=new)).status_code == 201
    assert set((await stored(nova)).values()) == {nova.crate}
    assert await stored(vera) == {}
    async with owning(app, "viewer", vera.person.account) as viewer:
        assert (await ask(viewer.browser, at, shared["id"], "POST", json=new)).status_code == 403
    assert (await ask(stranger, at, shared["id"], "POST", json=new)).status_code == 401
    alone = await vera.browser.patch(f"/api/depot/crates/{nova.crate}/records/{nova.record}?to={nova.crate}")
    assert alone.status_code == 404, "not without the grant"
    assert len(await stored(nova)) == 1


async def test_the_audit_trail_says_by_which_grant_and_who(nova, vera, stranger):
    by_link = await nova.share(rights=STACK)
    by_account = await nova.share(receiver=str(vera.person.account), rights=STACK)
    for client, grant in ((stranger, token_of(by_link)), (vera.browser, by_account["id"])):
        await ask(client, f"{nova.crate}/sleeves", grant, "POST", json={"crate": str(nova.crate)})
    entries = (await nova.browser.get("/api/core/audit", params={"action": "depot.stacked"})).json()["items"]
    assert [(entry["grant"], entry["actor"]) for entry in entries] == [
        (by_account["id"], str(vera.person.user)),
        (by_link["id"], None),
    ]
    [shared, *_] = (await nova.browser.get("/api/core/audit", params={"action": "grant.created"})).json()["items"]
    assert shared["grant"] is None
    await nova.app.database.transact(seal)
    assert await nova.app.database.read(lambda connection: audit_faults(connection, nova.person.account)) == []


@pytest.mark.parametrize("end", ["revoked", "expired", "left", "demoted"])
async def test_a_write_that_runs_when_it_ends_is_not_committed(app, nova, vera, end):
    async with owning(app, "artist", nova.person.account) as giver:
        shared = await giver.share(rights=STACK)
        visitor = await app.grants.of_link(token_of(shared))
        membership = Membership.user_id == giver.person.user
        grant = GrantRow.id == UUID(shared["id"])
        change = {
            "expired": update(GrantRow).where(grant).values(expires_at=app.clock() - timedelta(seconds=1)),
            "left": delete(Membership).where(membership),
            "demoted": update(Membership).where(membership).values(role="viewer"),
        }
        with pytest.raises(GrantEnded):
            async with app.unit(visitor) as ctx:
                ctx.add(Sleeve(crate_id=giver.crate, record_id=None, note=end))
                ctx.audit("depot.stacked", "crate:1")
                if end == "revoked":
                    await giver.revoke(shared["id"])
                else:
                    await app.database.transact(lambda connection: connection.execute(change[end]))
        assert await stored(giver) == {}
        with pytest.raises(GrantEnded):
            async with app.unit(visitor) as ctx:
                ctx.audit("depot.stacked", "crate:1")
        of_action = select(AuditRow.id).where(AuditRow.action == "depot.stacked")
        own = of_action.where(AuditRow.account_id == giver.person.account)
        assert await app.database.read(lambda connection: connection.execute(own).all()) == []


async def test_once_revoking_was_answered_nothing_is_written_however_many_race(nova, stranger):
    """Each write is there before the answer to the revocation, or never."""
    shared = await nova.share(rights=STACK)

    async def write(number):
        body = {"crate": str(nova.crate), "note": str(number)}
        return (await ask(stranger, f"{nova.crate}/sleeves", token_of(shared), "POST", json=body)).status_code

    async def stop():
        await asyncio.sleep(0)
        await nova.revoke(shared["id"])
        return len(await stored(nova))

    answered, *statuses = await asyncio.gather(stop(), *(write(number) for number in range(20)))
    assert set(statuses) <= {201, 410}
    assert len(await stored(nova)) == answered == statuses.count(201)


async def test_whoever_revokes_it_waits_for_a_write_that_is_being_committed(app, nova):
    """Otherwise the write could be there only after they were told that it has ended."""
    if app.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    shared = await nova.share(rights=STACK)
    visitor = await app.grants.of_link(token_of(shared))
    waited = []

    def revoke(_):
        with app.database.engine.connect() as other:
            other.exec_driver_sql("SET lock_timeout = '20ms'")
            try:
                other.execute(update(GrantRow).where(GrantRow.id == UUID(shared["id"])).values(revoked_at=app.clock()))
            except OperationalError:
                waited.append(True)
            other.invalidate()

    event.listen(app.database.engine, "commit", revoke)
    try:
        async with app.unit(visitor) as ctx:
            ctx.add(Sleeve(crate_id=nova.crate, record_id=None, note="just in time"))
    finally:
        event.remove(app.database.engine, "commit", revoke)
    assert waited == [True]


async def test_rows_that_were_moved_away_meanwhile_are_not_written(app, nova):
    """It was the object's when it was read, and is not when it is written."""
    visitor = await visiting(nova)
    with pytest.raises(NotAllowed, match="not shared with you"):
        async with app.unit(visitor) as ctx:
            record = await ctx.get(Record, nova.record)
            record.title = "changed"
            moved = update(Record).where(Record.id == nova.record).values(crate_id=nova.other)
            await app.database.transact(lambda connection: connection.execute(moved))
    async with app.unit(Identity(nova.person.account, None, frozenset({EVERYTHING})), writable=False) as ctx:
        assert (await ctx.get(Record, nova.record)).title != "changed"


async def test_a_locked_row_is_written_in_the_same_bounds(app, nova):
    visitor = await visiting(nova)
    async with app.unit(visitor) as ctx:
        (await ctx.lock(Record, nova.record)).title = "renamed"
        with pytest.raises(NotFound):
            await ctx.lock(Record, nova.other_record)
    with pytest.raises(NotAllowed):
        async with app.unit(visitor) as ctx:
            (await ctx.lock(Record, nova.record)).crate_id = nova.other
    async with app.unit(visitor, writable=False) as ctx:
        assert (await ctx.get(Record, nova.record)).title == "renamed"


async def add(ctx, row):
    ctx.add(row)


async def steal(ctx, nova):
    ctx.add(Sleeve(crate_id=nova.crate, record_id=None, note=select(GrantRow.label).scalar_subquery()))


async def rename(ctx, nova):
    (await ctx.get(Crate, nova.crate)).room = "attic"


async def drop_record(ctx, nova):
    ctx.delete(await ctx.get(Record, nova.record))


async def put_in(ctx, nova):
    crate = await ctx.first(select(Crate).where(Crate.id == nova.crate).options(joinedload(Crate.records)))
    crate.records.append(Record(title="new"))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (rename, "does not write Crate"),
        (lambda ctx, nova: add(ctx, Crate(name="new", room=None)), "does not write Crate"),
        (lambda ctx, nova: add(ctx, GrantRow(kind="depot.crate", object_id=nova.other)), "does not write GrantRow"),
        (lambda ctx, nova: add(ctx, ConnectionRow()), "does not write ConnectionRow"),
        (
            lambda ctx, nova: add(ctx, Sleeve(crate_id=nova.crate, note=select(Crate.name).scalar_subquery())),
            "SQL as a",
        ),
        (lambda ctx, nova: add(ctx, Record(crate=Crate(name="new"), title="x")), "does not write Crate"),
        (drop_record, "test_sleeve refers to Record"),
        (put_in, "does not write Crate"),
    ],
)
async def test_a_handler_that_writes_more_than_its_right_names_fails(app, nova, write, words):
    before = await stored(nova, Record)
    visitor = await visiting(nova)
    with pytest.raises(UsageError, match=words):
        async with app.unit(visitor) as ctx:
            await write(ctx, nova)
    assert await stored(nova, Record) == before


async def test_a_right_may_write_the_object_itself_and_not_what_hangs_on_it(app, nova):
    visitor = await visiting(nova, "depot.read", "depot.label", "depot.stack")
    async with app.unit(visitor) as ctx:
        (await ctx.get(Crate, nova.crate)).room = "attic"
    async with app.unit(visitor) as ctx:
        assert (await ctx.get(Crate, nova.crate)).room == "attic"
    for write, words in ((take_out, "a relationship would change other rows"), (burn, "refers to Crate")):
        with pytest.raises(UsageError, match=words):
            async with app.unit(visitor) as ctx:
                await write(ctx, nova)


async def take_out(ctx, nova):
    crate = await ctx.first(select(Crate).where(Crate.id == nova.crate).options(joinedload(Crate.records)))
    crate.records.clear()


async def burn(ctx, nova):
    ctx.delete(await ctx.get(Crate, nova.crate))


async def test_everything_else_is_closed_to_a_unit_that_writes(app, nova):
    """Functions, jobs, files, secrets, other units, and events that no right names, or about something else."""
    visitor = await visiting(nova)
    async with app.unit(visitor) as ctx:
        for refused in (
            lambda: ctx.write(lambda connection: None),
            lambda: ctx.read(lambda connection: None),
            lambda: ctx.files.put("take.wav", b"RIFF"),
            lambda: ctx.files.remove(new_id()),
        ):
            with pytest.raises(UsageError):
                await refused()
        job = next(iter(app.jobs.values()))
        for refused in (
            lambda: ctx.enqueue(job),
            lambda: ctx.reindex(Crate, nova.other),
            lambda: ctx.emit(Stacked(str(nova.other), 1)),
            lambda: ctx.emit(Burned(str(nova.crate))),
            lambda: ctx.secrets,
            lambda: ctx.connection(new_id()),
        ):
            with pytest.raises(UsageError):
                refused()
        with pytest.raises(UsageError):
            async with ctx.aside():
                pass
        ctx.emit(Stacked(str(nova.crate), 1))
    reading = await visiting(nova, "depot.read", "depot.copy")
    async with app.unit(reading) as ctx:
        with pytest.raises(UsageError):
            ctx.emit(Stacked(str(nova.crate), 1))


class Burned(Stacked, frozen=True, tag="crate.burned"):
    number: int = 0


ROWS = st.sampled_from(["own", "other", "theirs"])
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ROWS, st.none() | ROWS),
        st.tuples(st.just("move"), ROWS, ROWS),
        st.tuples(st.just("drop"), ROWS, st.none()),
    ),
    min_size=1,
    max_size=4,
)


async def test_whatever_a_unit_by_a_grant_does_only_the_objects_rows_change(app, nova, vera):
    """Rows are put into the unit as if they had been read: nothing but the write itself can refuse them."""
    crates = {"own": nova.crate, "other": nova.other, "theirs": vera.crate}
    records = {"own": nova.record, "other": nova.other_record, "theirs": vera.record}
    visitor, loop = await visiting(nova), asyncio.get_running_loop()

    @given(ACTIONS)
    @settings(max_examples=30, deadline=None, database=None)
    def holds(actions):
        asyncio.run_coroutine_threadsafe(attempt(actions), loop).result()

    async def attempt(actions):
        sleeves = {place: await sleeve_of(vera if place == "theirs" else nova, crates[place]) for place in crates}
        before = (await stored(nova)) | (await stored(vera))
        harmless = all(place == "own" and (more in (None, "own")) for _, place, more in actions)
        gone = set()
        try:
            async with app.unit(visitor) as ctx:
                for action, place, more in actions:
                    if action == "add":
                        ctx.add(Sleeve(crate_id=crates[place], record_id=more and records[more], note="x"))
                    elif sleeves[place] not in gone:
                        row = await smuggled(ctx, sleeves[place], crates[place])
                        if action == "drop":
                            ctx.delete(row)
                            gone.add(sleeves[place])
                        else:
                            row.crate_id, row.note = crates[more], "moved"
        except Exception:
            assert not harmless, actions
            assert (await stored(nova)) | (await stored(vera)) == before
            return
        after = (await stored(nova)) | (await stored(vera))
        outside = {id: crate for id, crate in before.items() if crate != nova.crate}
        assert {id: crate for id, crate in after.items() if crate != nova.crate} == outside

    await asyncio.to_thread(holds)


async def smuggled(ctx, id, crate):
    """A row that the unit holds although it never read it."""
    session = ctx._unit._session or ctx._unit._open_session(ctx._unit._database.reading)
    row = Sleeve(account_id=ctx.account, id=id, crate_id=crate, record_id=None, note="theirs")
    held = session.identity_map.get(session.identity_key(Sleeve, (ctx.account, id)))
    if held is not None:
        return held
    make_transient_to_detached(row)
    session.add(row)
    return row


@pytest.mark.parametrize(
    ("parts", "files", "words"),
    [
        ((Part(Crate),), None, "Record is written"),
        ((Part(Crate), Part(Record, "id", (Sleeve, "crate_id", "record_id"))), None, "Record is written"),
        ((Part(Crate), Part(Record, "crate_id"), Part(Sleeve, "id", STEP)), None, "leads to other rows"),
        ((Part(Crate), Part(Record, "crate_id")), (Record, "crate_id", "title"), "leads to other rows"),
    ],
)
async def test_rights_that_could_widen_what_they_open_are_refused(parts, files, words):
    rights = (Right("depot.stack", "Stack records", writes=(Record,)),)
    with pytest.raises(ValueError, match=words):
        Grantable(name="depot.crate", title="Crate", rights=rights, parts=parts, files=files, load_title=stored)
