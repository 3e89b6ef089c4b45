"""`maxbooster check` finds what would hold up the event loop, and leaves alone what runs beside it."""

from __future__ import annotations

import pytest

from maxbooster.plugins.check import faults

ROUTE = """
@get("/", operation_id="readPapa", public=True)
async def read_papa() -> str:
    {body}

@hookimpl
def register_routes():
    return [Routes("/papas", [read_papa])]
"""


def told(site, assembled, code: str, **files: str) -> list[str]:
    site.install("papa", code, **files)
    return [fault.what for fault in faults(assembled(), of={"papa"})]


@pytest.mark.parametrize(
    ("body", "call", "instead"),
    [
        ("import time; time.sleep(1)", "time.sleep()", "await asyncio.sleep(…)"),
        ("from time import sleep; sleep(1)", "time.sleep()", "await asyncio.sleep(…)"),
        ("import time as t; t.sleep(1)", "time.sleep()", "await asyncio.sleep(…)"),
        ("import requests; return requests.get('https://x').text", "requests.get()", "await ctx.http.request(…)"),
        ("import requests; requests.Session()", "requests.Session()", "await ctx.http.request(…)"),
        ("import httpx; httpx.post('https://x')", "httpx.post()", "await ctx.http.request(…)"),
        ("import urllib.request; urllib.request.urlopen('https://x')", "urllib.request.urlopen()", "ctx.http"),
        ("from urllib.request import urlopen; urlopen('https://x')", "urllib.request.urlopen()", "ctx.http"),
        ("import subprocess; subprocess.run(['ls'])", "subprocess.run()", "await asyncio.create_subprocess_exec(…)"),
        ("import socket; socket.create_connection(('x', 1))", "socket.create_connection()", "open_connection"),
        ("import os; os.system('ls')", "os.system()", "create_subprocess_exec"),
        ("import time; [time.sleep(1) for _ in range(3)]", "time.sleep()", "await asyncio.sleep(…)"),
    ],
)
def test_a_call_that_blocks_is_named_with_its_place_and_its_cure(site, assembled, body, call, instead):
    [what] = told(site, assembled, ROUTE.format(body=body))
    assert what.startswith("read_papa blocks the event loop: made_")
    assert f"_papa/plugin.py:6 calls {call}; write " in what
    assert instead in what


@pytest.mark.parametrize(
    "code",
    [
        "@job('papa.tick')\nasync def tick(ctx): rest()\n@hookimpl\ndef register_jobs(): return [tick]",
        "@on('file.ready', 'papa.hear')\nasync def hear(ctx, facts): rest()\n"
        "@hookimpl\ndef register_subscriptions(): return [hear]",
        "async def ask(ctx): rest()\n@hookimpl\ndef register_health_checks(): return [HealthCheck('papa', ask)]",
        "@hookimpl\nasync def first_steps(ctx):\n    rest()\n    return []",
        "async def between(ctx): rest()\n@hookimpl\nasync def first_steps(ctx): await between(ctx)",
        "@hookimpl\nasync def first_steps(ctx):\n    def inner(): rest()\n    inner()",
        "@hookimpl\nasync def first_steps(ctx):\n    from . import service\n    await service.steps(ctx)",
        "@hookimpl\nasync def first_steps(ctx):\n    from .service import steps\n    await steps(ctx)",
    ],
)
def test_everything_that_runs_on_the_loop_is_looked_at(site, assembled, code):
    helper = "import time\ndef rest(): time.sleep(1)\nasync def steps(ctx): rest()\n"
    [what] = told(site, assembled, f"{helper}{code}", service=helper)
    assert "calls time.sleep(); write await asyncio.sleep(…)" in what


@pytest.mark.parametrize(
    "body",
    [
        "import asyncio, time; await asyncio.to_thread(time.sleep, 1)",
        "import asyncio, time; await asyncio.to_thread(lambda: time.sleep(1))",
        "import asyncio, time\n    def work(): time.sleep(1)\n    await asyncio.to_thread(work)",
        "import asyncio; await asyncio.sleep(1)",
        "import httpx; httpx.AsyncClient()",
        "import time; time.sleep(0)  # noqa: ASYNC251",
        "time = ctx = None; return str(time)",
    ],
)
def test_what_runs_elsewhere_or_is_meant_is_left_alone(site, assembled, body):
    assert told(site, assembled, ROUTE.format(body=body)) == []


def test_functions_that_call_each_other_are_looked_at_once(site, assembled):
    code = "import time\nasync def ping(): await pong()\nasync def pong():\n    time.sleep(1)\n    await ping()\n"
    [what] = told(site, assembled, f"{code}@hookimpl\nasync def first_steps(ctx): await ping()")
    assert what.startswith("first_steps blocks")
