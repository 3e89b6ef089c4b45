"""More than is offered: fields, things of others, traces of what was refused."""

from __future__ import annotations

import json
import re
from uuid import uuid4

from sqlalchemy import select

from maxbooster.audit.models import AuditRow
from maxbooster.auth import identify
from maxbooster.auth.models import ApiKey, Membership, Session
from maxbooster.db.models import PLATFORM
from maxbooster.jobs.models import JobRow
from maxbooster.testing import make_person

from .tools import DEVICES, ME, operations, rows


async def test_no_operation_takes_what_it_did_not_ask_for(app, home, new_browser, monkeypatch):
    """Every operation with a body, as the OpenAPI description shows it, with one thing more."""
    monkeypatch.setattr(identify, "BROWSER_REQUESTS_PER_S", 10_000)
    chosen = {
        "id": str(uuid4()), "account_id": str(PLATFORM), "user_id": str(PLATFORM), "operator": "admin",
        "totp_since": None, "verified": True, "erase_at": None, "disabled_at": None, "password_hash": "x",
    }  # fmt: skip
    staff = new_browser()
    await staff.log_in(await make_person(app, "staff@example.org", operator="admin"))
    staff.note(await staff.post(f"{ME}/account", json={"account": str(PLATFORM)}))
    asked = 0
    for method, path, operation in operations(app, "post", "put", "patch"):
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            continue
        [example] = media["examples"].values()
        for name, value in chosen.items():
            body = example["value"] | {name: value}
            url = re.sub(r"{\w+}", str(uuid4()), path)
            client = staff if path.startswith(("/api/core/users", "/api/core/public-pages")) else home
            answer = await client.request(method, url, json=body)
            assert answer.status_code == 422, (path, name, answer.text)
            assert f"unknown field `{name}`" in answer.text, (path, name, answer.text)
            asked += 1
    assert asked > 15 * len(chosen)
    assert (await home.get(ME)).json()["user"]["operator"] is None


async def test_what_belongs_to_another_answers_like_what_does_not_exist(app, home, new_browser, nova):
    other = await make_person(app, "other@example.org")
    theirs = new_browser()
    await theirs.log_in(other)
    invitation = {"email": "guest@example.org", "role": "artist"}
    invited = (await theirs.post("/api/core/invitations", json=invitation)).json()["id"]
    key = (await theirs.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})).json()["id"]
    [device] = [each["id"] for each in (await theirs.get(DEVICES)).json()]
    [(job,)] = await rows(app, select(JobRow.id).where(JobRow.account_id == other.account).limit(1))
    things = [
        ("DELETE", f"{DEVICES}/{{}}", device, None),
        ("DELETE", "/api/core/keys/{}", key, None),
        ("DELETE", "/api/core/invitations/{}", invited, None),
        ("PATCH", "/api/core/members/{}", other.user, {"role": "viewer"}),
        ("DELETE", "/api/core/members/{}", other.user, None),
        ("GET", "/api/core/jobs/{}", job, None),
        ("POST", "/api/core/jobs/{}/cancel", job, None),
        ("POST", f"{ME}/account", other.account, {"account": str(other.account)}),
    ]
    for method, path, id, body in things:
        nothing = str(uuid4())
        missing = body and json.loads(json.dumps(body).replace(str(id), nothing))
        found = await home.request(method, path.format(id), json=body)
        unknown = await home.request(method, path.format(nothing), json=missing)
        assert (found.status_code, found.text.replace(str(id), nothing)) == (404, unknown.text), path
    assert (await theirs.get(ME)).status_code == 200
    counts = [await rows(app, select(table)) for table in (Session, ApiKey, Membership)]
    assert [len(rows) for rows in counts] == [2, 1, 2]


async def test_what_was_refused_is_not_recorded_as_done(app, home, new_browser):
    other = new_browser()
    await other.log_in(await make_person(app, "other@example.org"))
    [device] = [each["id"] for each in (await other.get(DEVICES)).json()]
    assert (await home.delete(f"{DEVICES}/{device}")).status_code == 404
    revoked = select(AuditRow.id).where(AuditRow.action == "security.session_revoked")
    assert await rows(app, revoked) == []
