"""Going to the provider and coming back, as a browser does."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

from maxbooster.testing import Browser
from tests.core.connections.oidc import OidcServer, sign_in

SECRET = "100% a+secret: of the operator"
START, COMPLETE = "/api/core/sign-in", "/api/core/sign-in/complete"
BORN = "2000-01-01"


async def begin(browser: Browser, provider: str = "quay", **more: Any) -> str:
    started = await browser.post(START, json={"provider": provider} | more)
    assert started.status_code == 201, started.text
    return str(started.json()["url"])


async def finish(browser: Browser, returned: dict[str, str], provider: str = "quay", **other: str) -> Any:
    return await browser.post(COMPLETE, json={"provider": provider} | returned | other)


async def arrive(browser: Browser, name: str, provider: str = "quay", **more: Any) -> dict[str, Any]:
    """What is answered to whoever logged in at the provider as `name`."""
    done = await finish(browser, sign_in(await begin(browser, provider, **more), name), provider)
    assert done.status_code == 200, done.text
    return _noted(browser, done.json())


async def register(browser: Browser, name: str, provider: str = "quay", **more: Any) -> dict[str, Any]:
    answer = await arrive(browser, name, provider, **more)
    assert answer["next"] == "register", answer
    given = {"ticket": answer["ticket"], "name": f"Artist {name}", "born_on": BORN}
    made = await browser.post(f"{START}/register", json=given)
    assert made.status_code == 201, made.text
    return _noted(browser, made.json())


async def go(browser: Browser, path: str, name: str, body: dict[str, Any] | None = None) -> Any:
    """A trip of somebody who is logged in: to connect, to prove or to test."""
    started = await browser.post(path, json=body or {})
    assert started.status_code == 201, started.text
    return await come_back(browser, sign_in(started.json()["url"], name), (body or {}).get("provider"))


async def come_back(browser: Browser, returned: dict[str, str], provider: str | None) -> Any:
    path = "/api/core/session/provider/complete"
    done = await browser.post(path, json={"provider": provider or "quay"} | returned)
    if done.status_code == 200:
        _noted(browser, done.json())
    return done


def _noted(browser: Browser, answer: dict[str, Any]) -> dict[str, Any]:
    if me := answer.get("me"):
        browser.headers["x-csrf-token"] = me["csrf"]
    return answer


def forge(oidc: OidcServer, url: str, name: str, at: int, **claims: Any) -> dict[str, str]:
    """Sign in as `name`, where the provider then signs those claims with a key of its own that it has just made; None
    leaves one out."""
    nonce = parse_qs(urlsplit(url).query)["nonce"][0]
    usual = {
        "iss": oidc.at, "aud": "maxbooster", "sub": name, "iat": at, "exp": at + 600, "nonce": nonce,
        "email": f"{name}@example.org", "email_verified": True, "name": name,
    }  # fmt: skip
    key = jwk.ECKey.generate_key("P-256", {"kid": "own"})
    said = {claim: value for claim, value in (usual | claims).items() if value is not None}
    token = jwt.encode({"alg": "ES256", "kid": "own"}, said, key)
    returned = sign_in(url, name)
    oidc.ask(
        next=[
            {"path": "/token", "fault": "answer", "changed": {"id_token": token}},
            {"path": "/jwks", "fault": "answer", "changed": {"keys": [key.as_dict(private=False)]}},
        ]
    )
    return returned
