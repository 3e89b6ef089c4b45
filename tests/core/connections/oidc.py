"""A real OpenID provider's process, a plugin that connects to it, and people who sign in there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from maxbooster.testing.services import free_port, wait_for_port

PROGRAM = Path(__file__).with_name("provider.mjs")
ROOT = Path(__file__).parents[3]
NAME = "quay.cloud"
RETURN = f"/connections/return/{NAME}"

PLUGIN = """
from typing import Annotated
from msgspec import Meta

class QuayKey(Struct, frozen=True, kw_only=True):
    key: Annotated[str, Meta(min_length=3, extra_json_schema={{"title": "Key", "format": "password"}})]

async def whose(ctx, typed):
    if typed.key == "wrong":
        raise AuthFailed("Quay refuses this key.")
    return Holder(f"owner of {{typed.key[-3:]}}")

@hookimpl
async def oauth_provider(ctx):
    login = OAuthLogin(
        authorize_url="{at}/auth", token_url="{at}/token", revoke_url="{at}/token/revocation", userinfo_url="{at}/me",
        jwks_url="{at}/jwks", issuer="{at}", returns_issuer=True, client_id="maxbooster",
        client_secret="100% a+secret: of the operator", scopes=("openid", "profile", "offline_access"),
        authorize_parameters={{"prompt": "consent"}}, rotates=True, lifetime_s=1800, timeout_s=1.0,
        refusals=("invalid_grant", "190"),
    )
    plain = OAuthLogin(
        authorize_url="{at}/auth", token_url="{at}/token", userinfo_url="{at}/me", client_id="",
    )
    return [
        Provider(name="quay.cloud", title="Quay Cloud", login=login, url="https://quay.example/apps"),
        Provider(name="quay.unset", title="Quay Unset", login=plain),
        Provider(name="quay.keys", title="Quay Keys", login=KeyLogin(form=QuayKey, check=whose), hosts=("{host}",)),
        Provider(name="harbor.cloud", title="Not Quay's", login=plain),
    ]
"""


class OidcServer:
    """The provider. `ask` steers it: see `provider.mjs`."""

    def __init__(self, port: int) -> None:
        self.at = f"http://127.0.0.1:{port}"

    @property
    def plugin(self) -> str:
        return PLUGIN.format(at=self.at, host=urlsplit(self.at).netloc)

    def ask(self, **wanted: Any) -> dict[str, int]:
        """How often each path was asked so far."""
        answer = httpx.request("POST" if wanted else "GET", f"{self.at}/control", json=wanted or None, verify=False)
        counted: dict[str, int] = answer.json()
        return counted

    def fail(self, path: str, *faults: str) -> None:
        self.ask(next=[{"path": path, "fault": fault} for fault in faults])

    def answer_with(self, path: str, **changed: Any) -> None:
        """The next answer of a path has these fields; None: it has not."""
        self.ask(next=[{"path": path, "fault": "answer", "changed": changed}])

    def times(self, path: str) -> int:
        return self.ask().get(path, 0)


@contextmanager
def running(*origins: str) -> Iterator[OidcServer]:
    """A provider that sends browsers back to those origins."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    node = shutil.which("node", path=path)
    if node is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        pytest.skip("connections are not tried against a real provider: Node or oidc-provider is missing (`make web`)")
    port = free_port()
    process = subprocess.Popen(
        [node, str(PROGRAM), str(port), *(origin + RETURN for origin in origins)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_port(port, timeout_s=30)
        yield OidcServer(port)
    finally:
        process.kill()
        process.wait()


def sign_in(url: str, name: str) -> dict[str, str]:
    """Log in at the provider and agree; what the browser is sent back with."""
    with httpx.Client(verify=False) as browser:
        answer = browser.get(url)
        for _ in range(20):
            if answer.next_request is not None:
                target = urljoin(str(answer.url), answer.headers["location"])
                if "/return/" in target:
                    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                answer = browser.get(target)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action is not None, answer.text
            assert prompt is not None, answer.text
            given = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = browser.post(urljoin(str(answer.url), action[1]), data=given)
    raise AssertionError(f"the provider never sent {name} back")
