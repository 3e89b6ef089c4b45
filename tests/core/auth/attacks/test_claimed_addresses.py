"""Addresses that a client claims to have."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import httpx
import pytest
from sqlalchemy import select

from maxbooster.audit.models import AuditPayload

from .tools import DEVICES, ME, login, rows


async def test_an_address_that_the_client_claims_is_not_believed(app, new_browser, nova):
    claimed = dict.fromkeys(("x-forwarded-for", "x-real-ip", "true-client-ip", "client-ip"), "198.51.100.66")
    claimed["forwarded"] = "for=198.51.100.66"
    browser = new_browser()
    browser.headers.update(claimed)
    await browser.log_in(nova)
    [device] = (await browser.get(DEVICES)).json()
    assert device["address"] == "127.0.0.1"
    assert {address for (address,) in await rows(app, select(AuditPayload.address))} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("proxies", "address"), [pytest.param("", "127.0.0.1", marks=pytest.mark.slow), ("10.9.9.9", "127.0.0.1")]
)
def test_the_server_believes_no_proxy_that_it_was_not_told_of(tmp_path, proxies, address):
    log = tmp_path / "up.log"
    told = {"DATA": str(tmp_path / "d"), "TRUSTED_PROXIES": proxies, "LOG": "json", "MAIL": f"file://{tmp_path}/mail"}
    environment = os.environ | {f"MAXBOOSTER_{name}": value for name, value in told.items()}
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as written:
        taken, port = listening.fileno(), listening.getsockname()[1]
        command = [sys.executable, "-m", "maxbooster", "up", "--listen", f"fd://{taken}"]
        up = subprocess.Popen(command, env=environment, stderr=written, pass_fds=[taken])
    try:
        headers = {"x-forwarded-for": "198.51.100.66"}
        url = f"http://127.0.0.1:{port}{ME}"  # who connects waits until the server is up
        answer = httpx.post(url, json=login("nova@example.org"), headers=headers, timeout=100)
        assert answer.status_code == 401
    finally:
        up.terminate()
        up.wait()
    [refused] = [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "request.refused"]
    assert refused["address"] == address
