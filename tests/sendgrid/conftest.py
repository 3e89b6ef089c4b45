"""A process that behaves like SendGrid's API, and a platform that sends through it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest

from maxbooster.testing.services import free_port, wait_for_port

KEY = "SG.hunter2"


class Api:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    @property
    def taken(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]

    def messages(self) -> list[EmailMessage]:
        """As SendGrid would write them."""
        return [_message(each) for each in self.taken]


def _message(taken: dict[str, Any]) -> EmailMessage:
    message = EmailMessage(SMTPUTF8)
    sender = taken["from"]
    message["From"] = Address(sender.get("name", ""), addr_spec=sender["email"])
    message["To"] = taken["personalizations"][0]["to"][0]["email"]
    message["Subject"] = taken["subject"]
    for name, value in taken["headers"].items():
        message[name] = value
    bodies = {each["type"]: each["value"] for each in taken["content"]}
    message.set_content(bodies["text/plain"])
    if "text/html" in bodies:
        message.add_alternative(bodies["text/html"], subtype="html")
    return message


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    port, folder = free_port(), tmp_path_factory.mktemp("sendgrid")
    script = Path(__file__).with_name("api.py")
    process = subprocess.Popen([sys.executable, str(script), str(port), str(folder), KEY])
    wait_for_port(port)
    yield Api(folder, port)
    process.kill()
    process.wait()


@pytest.fixture
def api_of_sendgrid(running: Api) -> Api:
    for path in running.folder.iterdir():
        path.unlink()
    return running
