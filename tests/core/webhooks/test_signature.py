"""Signatures as others make them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import IncomingWebhook, WebhookRefused, new_webhook_secret, signed_headers, verify_standard

from .conftest import SECRET

NOW = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNED = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of the Standard Webhooks libraries' own tests (standard-webhooks/standard-webhooks, libraries/python)."""


def arrived(headers, body=BODY, at=NOW) -> IncomingWebhook:
    return IncomingWebhook(headers=headers, query={}, body=body, at=at)


def test_it_signs_and_reads_as_the_specification_does():
    assert signed_headers(SIGNED["webhook-id"], BODY, [SECRET], NOW) == SIGNED
    assert verify_standard(arrived(SIGNED), [SECRET]) == SIGNED["webhook-id"]


@given(body=st.binary(max_size=200), id=st.from_regex(r"[A-Za-z0-9_]{1,40}", fullmatch=True))
def test_any_of_the_secrets_will_do_and_no_other(body, id):
    old, new, foreign = new_webhook_secret(), new_webhook_secret(), new_webhook_secret()
    sent = arrived(signed_headers(id, body, [new, old], NOW), body)
    for secret in (old, new):
        assert verify_standard(sent, [secret]) == id
    with pytest.raises(WebhookRefused):
        verify_standard(sent, [foreign])


DOCS = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
CASES = {
    "ours": (timedelta(), BODY, True),
    "rotated": (timedelta(), BODY, True),
    "changed": (timedelta(), BODY + b" ", False),
    "old": (timedelta(minutes=6), BODY, False),
}


def documented(language: str) -> str:
    [code] = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    return str(code)


def sent(case: str) -> tuple[str, dict[str, str], bytes, bool]:
    """Secret, headers, the body that arrives, and whether it is to be believed."""
    age, body, right = CASES[case]
    secret = new_webhook_secret()
    secrets = [new_webhook_secret(), secret] if case == "rotated" else [secret]
    return secret, signed_headers("msg_1", BODY, secrets, datetime.now(UTC) - age), body, right


@pytest.mark.parametrize("case", CASES)
def test_what_the_documentation_verifies_with_in_python(case):
    told: dict[str, Any] = {}
    exec(documented("python"), told)
    secret, headers, body, right = sent(case)
    assert told["verify"](secret, headers, body) is right


@pytest.mark.parametrize("case", CASES)
def test_what_the_documentation_verifies_with_in_javascript(case, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("the JavaScript of docs/webhooks.md was not run: there is no Node")
    secret, headers, body, right = sent(case)
    call = f"verify({json.dumps(secret)}, {json.dumps(headers)}, Buffer.from({json.dumps(body.decode())}))"
    program = tmp_path / "verify.mjs"
    program.write_text(f"{documented('javascript')}\nconsole.log({call});\n", "utf-8")
    said = subprocess.run([node, program], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.strip() == str(right).lower()
