"""Addresses that a client claims to have."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import httpx
import pytest
from sqlalchemy import select

from maxbooster.audit.models import AuditPayload
from maxbooster.testing.services import free_port, wait_for_port

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


@pytest.mark.parametrize(("proxies", "address"), [("", "127.0.0.1"), ("10.9.9.9", "127.0.0.1")])
def test_the_server_believes_no_proxy_that_it_was_not_told_of(tmp_path, proxies, address):
    port, log = free_port(), tmp_path / "up.log"
    told = {"DATA": str(tmp_path / "d"), "TRUSTED_PROXIES": proxies, "LOG": "json", "MAIL": f"file://{tmp_path}/mail"}
    environment = os.environ | {f"MAXBOOSTER_{name}": value for name, value in told.items()}
    command = [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"]
    with log.open("wb") as written:
        up = subprocess.Popen(command, env=environment, stderr=written)
    try:
        wait_for_port(port)
        headers = {"x-forwarded-for": "198.51.100.66"}
        answer = httpx.post(f"http://127.0.0.1:{port}{ME}", json=login("nova@example.org"), headers=headers)
        assert answer.status_code == 401
    finally:
        up.terminate()
        up.wait()
    [refused] = [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "request.refused"]
    assert refused["address"] == address
