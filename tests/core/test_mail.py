"""Mail: whole messages or none, no smuggled headers, one spelling per address."""

from __future__ import annotations

import email
import re
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.db import guard
from maxbooster.errors import Invalid, NotReady, Problem, SettingsError, UsageError
from maxbooster.mail import Mail, MailTransport, Memory, address, compose, transport, unknown

SENDER = "Max Booster <noreply@music.example>"
MAIL = Mail("ann@example.org", "Grüße 🎵 from the studio", "Hello,\nhttps://music.example/verify#secret\n")


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=SMTPUTF8)


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


async def test_a_file_holds_the_message_as_a_mail_program_reads_it(tmp_path):
    out = transport((tmp_path / "new folder").as_uri(), SENDER)
    await out.send(MAIL)
    [path] = (tmp_path / "new folder").iterdir()
    message = read(path)
    assert path.suffix == ".eml"
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, MAIL.to, MAIL.subject)
    assert text_of(message) == MAIL.text
    assert message.get_body(("html",)) is None
    assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
    assert message["Message-ID"].endswith("@music.example>")
    assert not message.defects
    assert path.stat().st_mode & 0o077 == 0


async def test_html_stands_beside_the_text(tmp_path):
    await transport(tmp_path.as_uri(), SENDER).send(Mail("ann@example.org", "S", "plain ü", "<p>rich ü</p>"))
    [path] = tmp_path.iterdir()
    message = read(path)
    assert message.get_content_type() == "multipart/alternative"
    assert (text_of(message).strip(), text_of(message, "html").strip()) == ("plain ü", "<p>rich ü</p>")


async def test_files_sort_by_time_and_no_two_are_the_same(tmp_path):
    out = transport(tmp_path.as_uri(), SENDER)
    for number in range(20):
        await out.send(Mail("ann@example.org", str(number), ""))
    messages = [read(path) for path in sorted(tmp_path.iterdir())]
    assert [message["Subject"] for message in messages] == [str(number) for number in range(20)]
    assert len({message["Message-ID"] for message in messages}) == 20


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
)
def test_any_subject_and_text_arrive(subject, text):
    written = compose(Mail("ann@example.org", subject, text), SENDER, datetime.now(UTC)).as_bytes()
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))
    message = email.message_from_bytes(written, policy=SMTPUTF8)
    assert " ".join(message["Subject"].split()) == " ".join(subject.split())
    assert text_of(message).rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("to", ["jörg@example.org", "Jörg <ann@example.org>", "ann@localhost", "o'neill@example.org"])
def test_names_of_any_script_can_be_written_to(to):
    written = compose(Mail(to, "Ü", "Ü"), "Müsic <noreply@music.example>", datetime.now(UTC)).as_bytes()
    message = email.message_from_bytes(written, policy=SMTPUTF8)
    assert (message["To"], message["Subject"], message["From"]) == (to, "Ü", "Müsic <noreply@music.example>")
    assert written.partition(b"\r\n\r\n")[0].isascii() == (to != "jörg@example.org")


LARGE = "x" * 100_000


async def test_a_write_that_fails_leaves_nothing_and_can_be_repeated(tmp_path):
    out = transport(tmp_path.as_uri(), SENDER)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(NotReady, match="File too large"):
            await out.send(Mail("ann@example.org", "S", LARGE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
    await out.send(Mail("ann@example.org", "S", LARGE))
    assert len(list(tmp_path.glob("*.eml"))) == 1


KILLED_HALF_WAY = """
import asyncio, resource, signal, sys
from maxbooster.mail import Mail, transport
out = transport(sys.argv[1], "noreply@music.example")
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
asyncio.run(out.send(Mail("ann@example.org", "S", "x" * 100_000)))
"""


def test_a_process_killed_half_way_leaves_no_half_message(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED_HALF_WAY, tmp_path.as_uri()], check=False, timeout=60)
    assert killed.returncode == -signal.SIGXFSZ
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [20_000]
    assert list(tmp_path.glob("*.eml")) == []


async def test_the_console_prints_a_message_that_a_person_can_read(capsys):
    await transport("console:", SENDER).send(MAIL)
    printed, to_the_log = capsys.readouterr()
    for line in (
        f"From: {SENDER}",
        f"To: {MAIL.to}",
        f"Subject: {MAIL.subject}",
        "https://music.example/verify#secret",
    ):
        assert line in printed.splitlines()
    assert to_the_log == ""


async def test_memory_keeps_what_was_sent():
    out = transport("memory:", SENDER)
    assert isinstance(out, Memory)
    await out.send(MAIL)
    assert out.sent == [MAIL]


@pytest.mark.parametrize("url", ["console:", "memory:", "file"])
async def test_every_transport_sends_after_the_commit_and_can_be_closed(tmp_path, url, capsys):
    out = transport(tmp_path.as_uri() if url == "file" else url, SENDER)
    assert isinstance(out, MailTransport)
    with guard.writing(), pytest.raises(UsageError, match="sending email inside a write transaction"):
        await out.send(MAIL)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""
    await out.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file://relative/folder", "from the root on"),
        ("file:folder", "from the root on"),
        ("file:///dev/null/mail", "cannot be created: Not a directory"),
    ],
)
def test_a_wrong_setting_is_named(url, says):
    with pytest.raises(SettingsError, match=says) as caught:
        transport(url, SENDER)
    assert caught.value.field == "core.mail"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("smpt://user:hunter2@mail.example:25", "'smpt', .* Did you mean 'smtp'"),
        ("", "the transport ''"),
        ("consol:", "Did you mean 'console'"),
    ],
)
def test_a_transport_that_nobody_has_is_named(url, says):
    assert transport(url, SENDER) is None
    error = unknown(url)
    assert re.search(says, error.detail)
    assert (error.field, "hunter2" in error.detail) == ("core.mail", False)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_no_header_can_be_smuggled_in(break_):
    smuggled = f"{break_}Bcc: everybody@example.org"
    for field, make in {
        "to": lambda: Mail(f"ann@example.org{smuggled}", "S", "T"),
        "subject": lambda: Mail("ann@example.org", f"S{smuggled}", "T"),
        "core.mail_from": lambda: transport("memory:", f"noreply@music.example{smuggled}"),
    }.items():
        with pytest.raises(Invalid, match="line break") as caught:
            make()
        assert caught.value.field == field
    with pytest.raises(Invalid):
        Mail("ann@example.org", f"S{break_}", "T")


@pytest.mark.parametrize(
    "to", ["", "ann", "ann@", '""@example.org', "a@example.org, b@example.org", "a@example.org>b", "ann b@example.org"]
)
def test_a_mail_goes_to_exactly_one_address(to):
    with pytest.raises(Invalid) as caught:
        Mail(to, "S", "T")
    assert caught.value.field == "to"


@given(st.text(st.sampled_from('ab@.,;:<>()[]"\\ \n\0é='), max_size=12))
def test_an_address_that_cannot_be_read_is_invalid(to):
    with suppress(Invalid):
        assert "@" in Mail(to, "S", "T").to


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ann@example.org", "ann@example.org"),
        (" Ann.Lee+music@Example.ORG\n", "ann.lee+music@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("ann@localhost", "ann@localhost"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"),
        ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
        ("Jo\u0308rg@example.org", "jörg@example.org"),
        ("JÖRG@example.org", "jörg@example.org"),
        ("\N{ANGSTROM SIGN}sa@example.org", "\N{LATIN SMALL LETTER A WITH RING ABOVE}sa@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_one_spelling_per_address(typed, kept):
    assert address(typed) == kept
    assert address(kept) == kept


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("", "one @"),
        ("ann", "one @"),
        ("ann@b@example.org", "one @"),
        ("@example.org", "missing before the @"),
        (".ann@example.org", "beside a dot"),
        ("ann.@example.org", "beside a dot"),
        ("ann..lee@example.org", "beside a dot"),
        ("ann lee@example.org", "' ' cannot stand"),
        ("ann\N{NO-BREAK SPACE}lee@example.org", "cannot stand"),
        ('"ann"@example.org', "cannot stand"),
        ("ann,bob@example.org", "',' cannot stand"),
        ("<ann@example.org", "'<' cannot stand"),
        ("an\0n@example.org", "cannot stand"),
        ("an\nn@example.org", "cannot stand"),
        ("an\u200bn@example.org", "cannot stand"),
        ("an\u202en@example.org", "cannot stand"),
        ("ａnn@example.org", "cannot stand"),
        ("a" * 65 + "@example.org", "longer than 64 bytes"),
        ("ü" * 33 + "@example.org", "longer than 64 bytes"),
        ("ann@" + "a." * 124 + "org", "longer than 254"),
        ("ü" * 32 + "@" + "a." * 95 + "example", "longer than 254 bytes"),
        ("ann@" + "ü." * 50 + "example", "Domain too long"),
        ("ann@example", "incomplete"),
        ("ann@example.org.", "incomplete"),
        ("ann@", "cannot exist"),
        ("ann@.org", "cannot exist"),
        ("ann@exa mple.org", "cannot exist"),
        ("ann@exa\tmple.org", "cannot exist"),
        ("ann@exa_mple.org", "cannot exist"),
        ("ann@-example.org", "cannot exist"),
        ("ann@" + "a" * 64 + ".org", "cannot exist"),
        ("ann@[127.0.0.1]", "cannot exist"),
        ("ann@example.org>", "cannot exist"),
        ("x" * 1_000_000 + "@example.org", "longer than 254"),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_no_address_is_named_with_the_reason(typed, because):
    with pytest.raises(Invalid, match=because) as caught:
        address(typed)
    assert caught.value.field == "email"
    assert repr(typed[:20])[1:-1] in caught.value.detail
    assert len(caught.value.detail) < 1500


@given(st.text(max_size=30) | st.from_regex(r"\A[\w.İſ]{1,8}@[\w.]{1,8}\.\w{1,4}\Z"))
def test_a_kept_address_stays_as_it_is_and_can_be_written_to(text):
    try:
        kept = address(text)
    except Problem:
        return
    assert address(kept) == kept
    assert not kept.isascii() or address(kept.upper()) == kept
    assert Mail(kept, "S", "T").to == kept
