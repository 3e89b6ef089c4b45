"""What every way for email to leave must do. A provider's tests subclass `MailTransportContract`."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from ..errors import AuthFailed, Invalid, NotReady, UsageError
from ..mail import Mail, MailRefused, MailTransport

SENDER = "Max Booster <noreply@music.example>"
FAULTS = ("busy", "limited", "broken", "hang", "gone", "spam", "huge", "unauthorized")
"""What the other side is told to do: fail for the moment (three ways), never answer, refuse the recipient, refuse the
message, refuse its size, refuse our credentials."""


class MailTransportContract:
    """Give two fixtures: `sending`, which makes a transport whose other side does one of `FAULTS` (or `""`: nothing
    wrong), with a time limit of about a second; and `arrived`, which lists the messages that it took."""

    refuses: tuple[str, ...] = FAULTS
    """Those of the faults that the other side knows."""

    @pytest.fixture
    def sending(self) -> Callable[[str], MailTransport]:
        pytest.fail("Give your test class a fixture `sending`: fault → the transport under test.")

    @pytest.fixture
    def arrived(self) -> Callable[[], list[EmailMessage]]:
        pytest.fail("Give your test class a fixture `arrived`: () → the messages that the other side took.")

    async def test_a_letter_arrives_as_it_was_written(self, sending: Any, arrived: Any) -> None:
        mail = Mail(
            "ann@example.org", "Grüße 🎵", "Plain ü\n", "<p>Rich ü</p>", key="k", sender="Nova & Co",
            unsubscribe="https://music.example/p/stop/abc",
        )  # fmt: skip
        await sending("").send(mail)
        [message] = arrived()
        assert (message["To"], message["Subject"]) == ("ann@example.org", "Grüße 🎵")
        assert (message["From"].addresses[0].display_name, message["From"].addresses[0].addr_spec) == (
            "Nova & Co", "noreply@music.example",
        )  # fmt: skip
        assert message.get_body(("plain",)).get_content().strip() == "Plain ü"
        assert message.get_body(("html",)).get_content().strip() == "<p>Rich ü</p>"
        assert message["List-Unsubscribe"] == "<https://music.example/p/stop/abc>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Auto-Submitted"] == "auto-generated"

    async def test_the_same_letter_sent_again_keeps_its_id(self, sending: Any, arrived: Any) -> None:
        out = sending("")
        for key in ("one", "one", "two"):
            await out.send(Mail("ann@example.org", "S", "T", key=key))
        first, again, other = (message["Message-ID"] for message in arrived())
        assert first == again != other

    @pytest.mark.parametrize("fault", ["busy", "limited", "broken", "hang"])
    async def test_what_fails_for_the_moment_can_be_tried_again(self, sending: Any, arrived: Any, fault: str) -> None:
        if fault not in self.refuses:
            pytest.skip(f"{fault!r} is not in `refuses`: this provider has no such answer")
        with pytest.raises(NotReady) as caught:
            await sending(fault).send(Mail(f"{fault}@example.org", "S", "T"))
        assert caught.value.detail.isprintable()
        assert arrived() == []
        await sending("").send(Mail("ann@example.org", "S", "T"))
        assert len(arrived()) == 1

    @pytest.mark.parametrize(("fault", "field"), [("gone", "to"), ("spam", None), ("huge", None)])
    async def test_what_is_refused_for_good_says_whether_it_is_the_recipient(
        self, sending: Any, arrived: Any, fault: str, field: str | None
    ) -> None:
        if fault not in self.refuses:
            pytest.skip(f"{fault!r} is not in `refuses`: this provider has no such answer")
        with pytest.raises(MailRefused) as caught:
            await sending(fault).send(Mail(f"{fault}@example.org", "S", "T"))
        assert (caught.value.field, caught.value.final, caught.value.detail.isprintable()) == (field, True, True)
        assert arrived() == []

    async def test_credentials_that_are_refused_are_a_persons_to_fix(self, sending: Any, arrived: Any) -> None:
        with pytest.raises(AuthFailed) as caught:
            await sending("unauthorized").send(Mail("ann@example.org", "S", "T"))
        assert "hunter2" not in caught.value.detail
        assert arrived() == []

    async def test_a_line_break_adds_no_header(self, sending: Any) -> None:
        with pytest.raises(Invalid, match="line break"):
            await sending("").send(Mail("ann@example.org", "S\r\nBcc: eve@example.org", "T"))

    async def test_nothing_is_sent_while_a_transaction_is_open(self, app: Any, sending: Any, arrived: Any) -> None:
        from ..db.guard import writing

        out = sending("")
        with writing(), pytest.raises(UsageError):
            await out.send(Mail("ann@example.org", "S", "T"))
        assert arrived() == []
