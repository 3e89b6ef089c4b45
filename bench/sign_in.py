"""Signing in by a passkey: the server's time for both requests, beside one bare argon2id verification in the run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from argon2 import PasswordHasher
from tests.core.auth.authenticator import Authenticator

from maxbooster.auth.passwords import Cost
from maxbooster.http.assembly import build
from maxbooster.testing.people import PASSWORD, make_person

from . import places
from .figures import Figure, Pace, percentile
from .site import site

ORIGIN = "http://localhost:8080"
BUDGET_MS = 300
PASSKEY = "/api/core/session/passkey"


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("sign_in") for figure in asyncio.run(_on(*found, pace))]


async def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    """One after another, without a network between: what is left is the server's own time."""
    app = site(data, url)
    async with app.opened(upgrade=True):
        transport = httpx.ASGITransport(build(app), client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
            authenticator = await _with_passkey(app, browser)
            passkeys, hashing, verify = [], [], _verification()
            for number in range(pace.rounds * 40):
                browser.cookies.clear()
                transport.client = (f"10.0.{number // 250}.{number % 250}", 1)
                passkeys.append(await _sign_in(browser, authenticator))
                hashing.append(verify())
    name = f"{kind}: sign-in by passkey, both requests"
    p50, p99 = percentile(passkeys, 0.5), percentile(passkeys, 0.99)
    peer = percentile(hashing, 0.5)
    return [
        Figure(f"{name}, p99", p99, "ms", budget=BUDGET_MS),
        Figure(f"{name}, p50", p50, "ms", peer, note="beside one bare argon2id verification"),
    ]


async def _with_passkey(app: Any, browser: httpx.AsyncClient) -> Authenticator:
    person = await make_person(app)
    login = await browser.post("/api/core/session", json={"email": person.email, "password": PASSWORD})
    headers = {"x-csrf-token": login.json()["csrf"]}
    authenticator = Authenticator(ORIGIN)
    options = (await browser.post("/api/core/profile/passkeys/options", headers=headers)).json()["publicKey"]
    body = {"name": "Phone", "credential": authenticator.create(options)}
    made = await browser.post("/api/core/profile/passkeys", json=body, headers=headers)
    made.raise_for_status()
    return authenticator


async def _sign_in(browser: httpx.AsyncClient, authenticator: Authenticator) -> float:
    began = perf_counter()
    options = (await browser.post(f"{PASSKEY}/options")).json()["publicKey"]
    asked = perf_counter()
    body = {"credential": authenticator.use(options)}
    answered = perf_counter()
    done = await browser.post(PASSKEY, json=body)
    done.raise_for_status()
    return ((asked - began) + (perf_counter() - answered)) * 1000


def _verification() -> Callable[[], float]:
    """What a password takes in hashing alone, at the cost that the platform has."""
    cost = Cost()
    hasher = PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=cost.lanes)
    stored = hasher.hash(PASSWORD)

    def verify() -> float:
        began = perf_counter()
        hasher.verify(stored, PASSWORD)
        return (perf_counter() - began) * 1000

    return verify
