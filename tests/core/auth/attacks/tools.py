"""Where the attacks go, with whom, and what they look at."""

from __future__ import annotations

from typing import Any

from maxbooster.http.assembly import build, description
from maxbooster.testing import PASSWORD

ME = "/api/core/session"
TOKENS = "/api/core/tokens"
DEVICES = "/api/core/devices"
PROFILE = "/api/core/profile"
REGISTRATION = "/api/core/registration"
RESET = "/api/core/password-reset"
WRONG = "not the right password"
OTHER = "seven kites over quiet fjords"
EVIL = "evil.example"
ASTER = {"email": "aster@example.org", "password": PASSWORD, "name": "Aster", "born_on": "2000-01-31"}
KINDS = ("register", "reset", "email", "invitation")
"""Of links in emails."""


def login(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


async def rows(app, statement) -> list[Any]:
    return await app.database.read(lambda connection: connection.execute(statement).all())


def operations(app, *methods: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of the core's operations."""
    paths = description(build(app))["paths"]
    return [
        (method, path, operation)
        for path, offered in paths.items()
        for method, operation in offered.items()
        if path.startswith("/api/core") and (not methods or method in methods)
    ]


async def bearer(browser, token: str) -> int:
    return (await browser.get(ME, headers={"authorization": f"Bearer {token}"})).status_code


async def refreshed(browser, token: str) -> int:
    return (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": token})).status_code


class Links:
    """How each kind of link is got by email, and followed."""

    def __init__(self, home, browser, link_to) -> None:
        self._home, self.browser, self._link_to = home, browser, link_to

    async def ask(self, kind: str) -> str:
        to = "nova@example.org" if kind == "reset" else ASTER["email"]
        match kind:
            case "register":
                await self.browser.post(REGISTRATION, json=ASTER)
            case "reset":
                await self.browser.post(RESET, json={"email": to})
            case "email":
                await self._home.post(f"{PROFILE}/email", json={"email": to})
            case "invitation":
                await self._home.post("/api/core/invitations", json={"email": to, "role": "artist"})
        return await self._link_to(to)

    async def follow(self, kind: str, token: str) -> int:
        told = {name: ASTER[name] for name in ("password", "name", "born_on")}
        path, more = {
            "register": (f"{REGISTRATION}/verify", {"password": ASTER["password"]}),
            "reset": (f"{RESET}/confirm", {"password": OTHER}),
            "email": (f"{PROFILE}/email/confirm", {}),
            "invitation": (f"{REGISTRATION}/join", told),
        }[kind]
        return (await self.browser.post(path, json={"token": token} | more)).status_code
