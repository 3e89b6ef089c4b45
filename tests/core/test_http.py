"""The HTTP surface: who may, and what a wrong request is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import msgspec
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator, FormatChecker
from litestar import Litestar, Request
from litestar.exceptions import ValidationException
from sqlalchemy import select, text

from maxbooster.auth.keys.service import create, revoke
from maxbooster.auth.models import ApiKey
from maxbooster.errors import PluginError
from maxbooster.http.assembly import build, description, refuse_undeclared, serving
from maxbooster.http.problems import on_http
from maxbooster.http.routes import Routes, get, post
from maxbooster.plugin import Context, Struct
from maxbooster.testing import open_api

PROBLEM = "application/problem+json"


class Note(Struct):
    text: str
    loud: int = 1


@post("/notes", operation_id="writeNote", public=True)
async def write_note(ctx: Context, data: Note) -> Note:
    ctx.audit("note.written", "note:1")
    return data


@get("/sloppy", operation_id="sloppy", public=True)
async def sloppy(ctx: Context) -> str:
    ctx.audit("a.b", "c:d")
    return "never"


@get("/secret-failure", operation_id="secretFailure", public=True)
async def secret_failure() -> str:
    raise RuntimeError("SELECT password FROM somewhere")


@get("/unserialisable", operation_id="unserialisable", public=True)
async def unserialisable() -> dict[str, object]:
    return {"value": object()}


@post("/half", operation_id="half", public=True)
async def half(ctx: Context) -> dict[str, object]:
    ctx.audit("half.done", "half:1")
    return {"value": object()}


@get("/slow", operation_id="slow", public=True)
async def slow() -> str:
    await asyncio.sleep(0.3)
    return "done"


@pytest.fixture
def app_settings():
    return {"body_limit_bytes": 2000, "in_flight": 5}


@pytest_asyncio.fixture
async def site(app):
    app.offers.routes.append(
        ("core", Routes("/test", [write_note, sloppy, secret_failure, unserialisable, half, slow]))
    )
    async with open_api(app) as client:
        yield client


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ({"content": b'{"text": '}, 400, "truncated"),
        ({"content": b'{"text": "\xff\xfe"}'}, 400, ""),
        ({"content": b'{"text": 5}'}, 422, "Expected `str`"),
        ({"content": b"{}"}, 422, "text"),
        ({"content": b'{"text": "' + b"x" * 5000 + b'"}'}, 413, "larger"),
        ({"content": b"\x00\x01\x02"}, 400, ""),
        ({"content": b""}, 422, ""),
    ],
)
async def test_a_body_that_cannot_be_used_is_explained(site, request_, status, words):
    answer = await site.post("/test/notes", headers={"content-type": "application/json"}, **request_)
    assert answer.headers["content-type"] == PROBLEM, answer.text
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert answer.headers["x-request-id"]


async def test_the_wrong_field_is_named(site):
    answer = await site.post("/test/notes", json={"text": "a", "loud": "very"})
    assert (answer.status_code, answer.json()["field"]) == (422, "loud")


@pytest.mark.parametrize(
    ("body", "field"),
    [(b'{"loud": 1}', "text"), (b"{}", "text"), (b"", None), (b"[]", None), (b'{"text": null}', "text")],
)
async def test_a_field_that_is_missing_is_named(site, body, field):
    answer = await site.post("/test/notes", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    assert answer.json()["detail"].startswith(("Object missing", "Expected", "The request has no body"))


async def test_a_parameter_that_is_missing_is_named(api):
    answer = await api.get("/api/core/search")
    assert (answer.status_code, answer.json()["field"]) == (422, "words")
    assert answer.json()["detail"] == "The query parameter 'words' is missing."


async def test_a_get_that_writes_is_our_fault_and_writes_nothing(site, app, account):
    answer = await site.get("/test/sloppy")
    assert answer.status_code == 500
    audit = text("SELECT count(*) FROM core_audit")
    assert await app.database.read(lambda connection: connection.execute(audit).scalar()) == 0


async def test_an_answer_that_cannot_be_written_leaves_nothing_half_done(site, app):
    answer = await site.post("/test/half")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "object" not in answer.text
    audit = text("SELECT count(*) FROM core_audit")
    assert await app.database.read(lambda connection: connection.execute(audit).scalar()) == 0


@pytest.mark.parametrize("path", ["/test/secret-failure", "/test/unserialisable"])
async def test_nothing_of_the_inside_leaves_with_an_error(site, path):
    answer = await site.get(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    id = answer.headers["x-request-id"]
    assert (answer.json()["request_id"], id in answer.json()["detail"]) == (id, True)
    for word in ("SELECT", "password", "Traceback", "object at", "RuntimeError"):
        assert word not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/test/../../etc/passwd", 404),
        ("GET", "/static/core/../../../etc/passwd", 404),
        ("PUT", "/test/notes", 405),
        ("GET", "/api/core/jobs/not-a-uuid", 404),
    ],
)
async def test_wrong_addresses_are_problems_too(site, method, path, status):
    answer = await site.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


async def test_beyond_the_limit_requests_are_refused_at_once_and_health_is_not(site):
    answers = await asyncio.gather(*(site.get("/test/slow") for _ in range(20)), site.get("/health/live"))
    statuses = sorted(answer.status_code for answer in answers[:-1])
    assert statuses == [200] * 5 + [503] * 15
    assert answers[-1].status_code == 200
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["type"] == "urn:maxbooster:problem:overloaded"


async def test_permissions_decide(app, account):
    path = "/api/core/jobs"
    async with open_api(app) as nobody:
        answer = await nobody.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        for wrong in ("Bearer", "Bearer nonsense", "Basic abc", "Bearer \t"):
            assert (await nobody.get(path, headers={"authorization": wrong})).status_code == 401
    async with open_api(app, account.account, "job.control file.read") as limited:
        answer = await limited.get(path)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "This needs the permission “See jobs” (job.read)."
    async with open_api(app, account.account, "job.read") as allowed:
        assert (await allowed.get(path)).status_code == 200


async def test_permissions_have_titles_for_people_and_the_plugin_that_they_belong_to(app, account):
    async with open_api(app, account.account, "plugin.read") as api:
        found = {each["name"]: each for each in (await api.get("/api/core/permissions")).json()}
    assert found.keys() == app.policy.permissions.keys()
    key = {"name": "key.read", "title": "See API keys", "plugin": "core", "plugin_title": "Core"}
    assert (found["key.read"], found["payout.request"]["plugin_title"]) == (key, "Billing")
    assert [name for name, each in found.items() if each["title"] == name] == []


async def test_what_can_be_done_on_a_page_is_offered_to_whoever_may(app, account):
    async def offered(permissions):
        async with open_api(app, account.account, f"plugin.read ledger.read {permissions}") as api:
            panels = (await api.get("/api/core/panels")).json()
        [money] = [each["panel"] for each in panels if each["panel"]["id"] == "billing.money"]
        return [each["id"] for each in money["actions"]]

    assert await offered("") == []
    assert await offered("payee.write") == ["billing.add_payee"]
    assert await offered("payee.write ledger.write") == ["billing.add_payee", "billing.record_payment"]


async def test_tokens_expire_and_are_revoked_within_a_second(app, account, clock):
    async def status(token: str) -> int:
        async with open_api(app) as client:
            return (await client.get("/api/core/jobs", headers={"authorization": f"Bearer {token}"})).status_code

    everything = frozenset({"*"})
    short, long = [
        await app.database.write(
            lambda connection, lifetime=lifetime: create(
                connection, account.account, everything, at=clock(), lifetime=lifetime
            )
        )
        for lifetime in (timedelta(minutes=1), None)
    ]
    assert (await status(short), await status(long)) == (200, 200)
    clock.advance(minutes=2)
    assert (await status(short), await status(long)) == (401, 200)
    [key] = await app.database.read(
        lambda connection: connection.execute(select(ApiKey.id).where(ApiKey.expires_at.is_(None))).scalars().all()
    )
    assert await app.database.write(lambda connection: revoke(connection, account.account, key))
    await asyncio.sleep(1.1)
    assert await status(long) == 401


async def test_the_schema_names_every_operation_once_and_documents_its_errors(app):
    schema = build(app).openapi_schema.to_schema()
    assert schema["openapi"] == "3.1.0"
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) > 10
    for operation in operations:
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")) and operation["operationId"] != "getReadiness":
                assert list(response["content"]) == [PROBLEM], (operation["operationId"], status)


async def test_every_answer_and_every_body_has_an_example(app):
    schema = description(build(app))
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    described = [
        (operation["operationId"], media)
        for operation in operations
        for part in [*operation["responses"].values(), operation.get("requestBody", {})]
        for name, media in part.get("content", {}).items()
        if "json" in name
    ]
    assert len(described) > 60
    for operation, media in described:
        [example, *_] = media["examples"].values()
        whole = media["schema"] | {"components": schema["components"]}
        assert list(Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(example["value"])) == [], (
            operation
        )


def test_a_route_must_declare_who_may():
    with pytest.raises(TypeError, match="declare either"):
        get("/x", operation_id="x")
    with pytest.raises(TypeError, match="declare either"):
        get("/x", operation_id="x", permission="a.b", public=True)

    from litestar import get as bare

    @bare("/bare")
    async def undeclared() -> str:
        return ""

    with pytest.raises(PluginError, match="neither a permission nor public"):
        refuse_undeclared(Litestar([undeclared], openapi_config=None))


async def test_health_says_what_is_missing(app, account, tmp_path):
    async with open_api(app) as client:
        ready = await client.get("/health/ready")
        assert ready.status_code == 200, ready.text
        from maxbooster.db import migrate

        namespace = migrate.named(migrate.namespaces(app.registry), "setlist")
        await asyncio.to_thread(migrate.downgrade, app.database, namespace, "base")
        answer = await client.get("/health/ready")
        assert answer.status_code == 503
        [missing] = [check for check in answer.json()["checks"] if not check["ok"] and check["name"] == "migrations"]
        assert "setlist" in missing["reason"]
        assert "maxbooster db upgrade" in missing["reason"]


async def test_a_lost_commit_is_an_error_answer_not_a_lie(app, site, monkeypatch):
    """The commit happens before the answer leaves: if it fails, the client hears of it."""
    from sqlalchemy.exc import OperationalError

    async def broken(function):
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    monkeypatch.setattr(app.database, "write", broken)
    answer = await site.post("/test/notes", json={"text": "a"})
    assert answer.status_code == 500
    assert "COMMIT" not in answer.text


async def test_the_schema_is_served(app):
    transport = httpx.ASGITransport(serving(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/schema/openapi.json")).json()["info"]["title"] == "Max Booster"


@pytest.mark.parametrize(
    ("message", "field", "words"),
    [
        ("Expected `array` of length >= 1", "permissions", "Choose at least one permission."),
        ("Expected `array` of length >= 2", "shares", "Choose at least 2 shares."),
        ("Expected `array` of length <= 100", "shares", "There are too many shares; at most 100 are taken."),
        ("Expected `str` of length >= 1", "name", "Enter the name."),
        ("Expected `str` of length <= 200", "items[0].file_name", "Enter at most 200 characters for the file name."),
        (
            "Expected `str` matching regex '^[A-Z]{3}'",
            "currency",
            "The currency must look like this: EUR.",
        ),
        ("Expected `str` of length >= 1", "words", "Enter the words."),
        (
            r"Expected `str` matching regex '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])\Z'",
            "from_month",
            "The from month must look like this: 2026-11.",
        ),
        ("Expected `str` matching regex '^[a-z]+'", "layout", "Check the layout: its form isn't right."),
        ("Expected `int` >= 1", "amount", "The amount must be at least 1."),
    ],
)
def test_what_people_get_wrong_in_a_form_is_said_without_the_decoders_words(message, field, words):
    said = f"{message} - at `$.{field}`"
    answer = on_http(Request({"type": "http"}), ValidationException(detail=said, extra=[{"message": said}]))
    problem = msgspec.json.decode(answer.content)
    assert (problem["detail"], problem["field"]) == (words, field)
