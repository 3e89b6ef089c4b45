"""The simulator as a process of its own, and who talks to it: Stripe's SDK, and the connector of an app.

Each key is a platform of its own there, so tests share a process unless they move its clock."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from .shapes import wrong

START = "2026-01-01T00:00:00+00:00"
OWN_CLOCK = pytest.mark.parametrize("shop", ["own clock"], indirect=True)
"""For a test that moves the clock of the simulator that the app talks to."""


class Process:
    """A simulator process, which can be killed and started again with the same state."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "maxbooster_stripe.simulator", "--folder", str(self.folder), *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def steer(self, path: str, **body: Any) -> Any:
        answer = httpx.post(f"{self.url}/_simulator/{path}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, path: str = "") -> Any:
        return httpx.get(f"{self.url}/_simulator/{path}").json()

    def client(self, key: str, retries: int = 0) -> stripe.StripeClient:
        addresses: Any = {"api": self.url, "files": self.url}
        return stripe.StripeClient(
            key, base_addresses=addresses, max_network_retries=retries, http_client=CheckedClient()
        )


class CheckedClient(stripe.RequestsClient):
    """Every answer that a test gets is compared with what the SDK declares."""

    def request(self, method: Any, url: Any, headers: Any, post_data: Any = None) -> Any:
        body, status, sent = super().request(method, url, headers, post_data)
        if status == 200:
            assert wrong(json.loads(body)) == []
        return body, status, sent


@dataclass
class Platform:
    """A platform of a test's own, at the shared simulator."""

    process: Process
    client: stripe.StripeClient
    key: str

    @property
    def v1(self) -> Any:
        return self.client.v1

    def advance(self, **unit: int) -> int:
        seconds = unit.get("days", 0) * 86400 + unit.get("hours", 0) * 3600 + unit.get("seconds", 0)
        now: int = self.process.steer("clock", advance_s=seconds)["now"]
        return now

    def paid(self, amount: int = 1000, method: str = "pm_card_visa", code: str = "usd", **more: Any) -> Any:
        """A payment that went through."""
        options = more.pop("options", {})
        automatic = {"enabled": True, "allow_redirects": "never"}
        given = {"amount": amount, "currency": code, "payment_method": method, "confirm": True, **more}
        given |= {"automatic_payment_methods": automatic, "expand": ["latest_charge.balance_transaction"]}
        return self.v1.payment_intents.create(given, options)

    def seller(self, **more: Any) -> Any:
        """A connected account that may do everything."""
        given = {
            "type": "express",
            "country": "US",
            "email": "seller@example.com",
            "business_type": "individual",
            "business_profile": {"url": "https://example.com"},
            "individual": {
                "first_name": "Nina",
                "last_name": "Simone",
                "email": "seller@example.com",
                "dob": {"day": 21, "month": 2, "year": 1933},
            },
            "external_account": "btok_us_verified",
            "tos_acceptance": {"date": 1, "ip": "127.0.0.1"},
            "capabilities": {"transfers": {"requested": True}, "card_payments": {"requested": True}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
        }
        return self.v1.accounts.create(given | more)

    def balance(self, account: str | None = None, code: str = "usd") -> tuple[int, int]:
        """Available and pending."""
        options = {"stripe_account": account} if account else {}
        found = self.v1.balance.retrieve(options=options)
        sums = [{line.currency: line.amount for line in part}.get(code, 0) for part in (found.available, found.pending)]
        return sums[0], sums[1]

    def lines(self, account: str | None = None) -> list[Any]:
        """All balance transactions, newest first."""
        options = {"stripe_account": account} if account else {}
        return list(self.v1.balance_transactions.list({"limit": 100}, options).auto_paging_iter())

    def price(self, amount: int = 1000, interval: str | None = "month", code: str = "usd", **more: Any) -> Any:
        recurring = {"recurring": {"interval": interval}} if interval else {}
        given = {"currency": code, "unit_amount": amount, "product_data": {"name": "Pro"}, **recurring, **more}
        return self.v1.prices.create(given)

    def customer(self, method: str | None = "pm_card_visa") -> Any:
        made = self.v1.customers.create({"email": "fan@example.com", "name": "A fan"})
        if method:
            attached = self.v1.payment_methods.attach(method, {"customer": made.id})
            settings = {"default_payment_method": attached.id}
            made = self.v1.customers.update(made.id, {"invoice_settings": settings})
        return made

    def events(self, *types: str) -> list[Any]:
        """Oldest first."""
        found = [
            one for one in self.v1.events.list({"limit": 100}).auto_paging_iter() if one.type in types or not types
        ]
        return found[::-1]


@pytest.fixture(scope="package")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("stripe"), "--start-at", START)
    yield process
    process.kill()


@pytest.fixture(scope="package")
def simulator_in_real_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("stripe"))
    yield process
    process.kill()


@pytest.fixture
def platform(simulator: Process) -> Platform:
    return _platform_at(simulator)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Platform]:
    """A platform at a simulator of its own, whose clock and deliveries nobody else moves."""
    process = Process(tmp_path / "stripe", "--start-at", START)
    yield _platform_at(process)
    process.kill()


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """What the app's connector talks to, and what a test sees there with Stripe's SDK."""
    if getattr(request, "param", None) != "own clock":
        yield _platform_at(request.getfixturevalue("simulator_in_real_time"))
        return
    process = Process(tmp_path / "stripe")
    yield _platform_at(process)
    process.kill()


def _platform_at(process: Process) -> Platform:
    key = f"sk_test_{secrets.token_hex(12)}"
    return Platform(process, process.client(key), key)


@pytest.fixture
def app_settings(shop: Platform) -> dict[str, Any]:
    return {
        "billing_stripe__url": shop.process.url, "billing_stripe__key": shop.key, "billing_stripe__currencies": "USD",
        "billing__checkout_provider": "stripe", "billing_stripe__webhook_secrets": "whsec_old, whsec_new",
    }  # fmt: skip


@dataclass
class Receiver:
    """Takes webhooks; `answers` says with which status, one after the other, then 200."""

    url: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)
    """Signature header and body."""
    answers: list[int] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.taken]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.taken.append((self.headers["Stripe-Signature"], body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            receiver.came.set()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    yield receiver
    server.shutdown()
    server.server_close()
