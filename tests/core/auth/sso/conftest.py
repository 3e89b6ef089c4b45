"""A platform at which people sign in through a real OpenID provider's process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.connections.oidc import OidcServer

from .trips import SECRET


@pytest.fixture
def sso_settings() -> dict[str, Any]:
    """What a test sets besides; override it."""
    return {}


@pytest.fixture
def app_settings(oidc: OidcServer, sso_settings: dict[str, Any]) -> dict[str, Any]:
    quay = {"sso_quay__issuer": oidc.at, "sso_quay__client_id": "maxbooster", "sso_quay__client_secret": SECRET}
    return {"mail": "memory:", "login_floor_ms": 1, "sso_quay__title": "Quay"} | quay | sso_settings
