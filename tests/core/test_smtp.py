"""Email by SMTP, against a real server process: what arrives, and what each kind of refusal becomes."""

from __future__ import annotations

import email
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from maxbooster.auth import emails
from maxbooster.auth.proofs import notify
from maxbooster.errors import AuthFailed, Invalid, NotReady, SettingsError
from maxbooster.jobs import queries as queue
from maxbooster.mail import Mail, MailRefused, MailTransport, transport
from maxbooster.testing.app import drain
from maxbooster.testing.mail import MailTransportContract
from maxbooster.testing.services import free_port, wait_for_port

SENDER = "Max Booster <noreply@music.example>"
USER, PASSWORD = "post@music.example", "p@ss/wörd:1"
LOGIN = "post%40music.example:p%40ss%2Fw%C3%B6rd%3A1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate for `localhost`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(written + built.public_bytes(serialization.Encoding.PEM))
    return path


class Server:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def received(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]

    @property
    def messages(self) -> list[EmailMessage]:
        found = [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]
        return [email.message_from_bytes(content, policy=SMTPUTF8) for content in found]


Start = Callable[..., Server]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[Start]:
    """One process for each kind of server that is asked for."""
    running: dict[str, tuple[subprocess.Popen[bytes], Server]] = {}

    def started(mode: str = "plain", **more: Any) -> Server:
        kind = json.dumps([mode, more])
        if kind not in running:
            server = Server(tmp_path_factory.mktemp("mail"), free_port())
            config = {"port": server.port, "mode": mode, "folder": str(server.folder), "certificate": str(certificate)}
            script = Path(__file__).with_name("smtp_server.py")
            process = subprocess.Popen([sys.executable, str(script), json.dumps(config | more)])
            running[kind] = process, server
            wait_for_port(server.port)
        server = running[kind][1]
        for path in server.folder.iterdir():
            path.unlink()
        return server

    yield started
    for process, _ in running.values():
        process.kill()
        process.wait()


def to(url: str) -> MailTransport:
    found = transport(url, SENDER)
    assert found is not None
    return found


async def test_a_message_arrives_as_it_was_written(start):
    server = start()
    await to(f"smtp://localhost:{server.port}").send(
        Mail("Zoë <zoe@example.org>", "Grüße 🎵", ".a line with a dot\nü\n" + "x" * 2000, "<p>ü</p>")
    )
    [message], [facts] = server.messages, server.received
    assert facts == {"from": "noreply@music.example", "to": ["zoe@example.org"], "tls": False, "user": None}
    assert (message["To"], message["From"], message["Subject"]) == ("Zoë <zoe@example.org>", SENDER, "Grüße 🎵")
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.rstrip("\n") == ".a line with a dot\nü\n" + "x" * 2000
    assert message.get_body(("html",)).get_content().strip() == "<p>ü</p>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert all(path.read_bytes().isascii() for path in server.folder.glob("*.eml"))


async def test_an_address_in_another_script(start):
    server = start()
    await to(f"smtp://localhost:{server.port}").send(Mail("jörg@example.org", "S", "T"))
    assert server.received[0]["to"] == ["jörg@example.org"]
    refusing = start(utf8=False)
    with pytest.raises(MailRefused, match="does not offer SMTPUTF8"):
        await to(f"smtp://localhost:{refusing.port}").send(Mail("jörg@example.org", "S", "T"))


@pytest.mark.parametrize(("mode", "scheme"), [("starttls", "smtp"), ("tls", "smtps")])
async def test_tls_and_a_password(start, certificate, mode, scheme):
    server = start(mode, user=USER, password=PASSWORD)
    options = f"ca={certificate}&tls=required&from=Label%20%3Cout@label.example%3E"
    await to(f"{scheme}://{LOGIN}@localhost:{server.port}?{options}").send(Mail("ann@example.org", "S", "T"))
    assert server.received == [{"from": "out@label.example", "to": ["ann@example.org"], "tls": True, "user": USER}]
    assert server.messages[0]["Message-ID"].endswith("@label.example>")
    with pytest.raises(AuthFailed, match="refused the user name or password") as caught:
        await to(f"{scheme}://{USER.replace('@', '%40')}:wrong@localhost:{server.port}?{options}").send(
            Mail("ann@example.org", "S", "T")
        )
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(("mode", "scheme"), [("starttls", "smtp"), ("tls", "smtps")])
async def test_a_certificate_that_nobody_vouches_for_is_not_believed(start, certificate, mode, scheme):
    server = start(mode, user=USER, password=PASSWORD)
    with pytest.raises(NotReady, match="(?i)certificate"):
        await to(f"{scheme}://{LOGIN}@localhost:{server.port}?tls=required").send(Mail("ann@example.org", "S", "T"))
    with pytest.raises(NotReady, match="(?i)certificate|mismatch"):
        await to(f"{scheme}://{LOGIN}@127.0.0.1:{server.port}?tls=required&ca={certificate}").send(
            Mail("ann@example.org", "S", "T")
        )
    assert server.received == []


async def test_a_server_without_starttls_gets_nothing(start):
    server = start()
    with pytest.raises(NotReady, match="STARTTLS"):
        await to(f"smtp://localhost:{server.port}?tls=required").send(Mail("ann@example.org", "S", "T"))
    assert server.received == []


@pytest.mark.parametrize(
    ("reader", "error", "says"),
    [
        ("busy", NotReady, "451 4.3.0 Try again"),
        ("gone", MailRefused, "refused the recipient gone@example.org: 550 5.1.1 No such user"),
        ("full", NotReady, "452 4.2.2 Mailbox full"),
        ("spam", MailRefused, "554 5.7.1 Looks like spam"),
        ("cut", NotReady, "cannot be"),
        ("hang", NotReady, "did not answer in time"),
    ],
)
async def test_what_a_server_refuses_is_temporary_or_for_good(start, reader, error, says):
    server = start()
    out = to(f"smtp://localhost:{server.port}?timeout=1")
    with pytest.raises(error, match=says) as caught:
        await out.send(Mail(f"{reader}@example.org", "S", "T"))
    assert caught.value.detail.isprintable()
    assert server.received == []
    await out.send(Mail("ann@example.org", "S", "T"))
    assert len(server.received) == 1


async def test_a_server_that_is_not_there():
    with pytest.raises(NotReady, match="cannot be"):
        await to(f"smtp://localhost:{free_port()}").send(Mail("ann@example.org", "S", "T"))


async def test_the_same_message_sent_again_keeps_its_id(start):
    server = start()
    out = to(f"smtp://localhost:{server.port}")
    for key in ("job 1", "job 1", "job 2", "", ""):
        await out.send(Mail("ann@example.org", "S", "T", key=key))
    first, again, other, *without = (message["Message-ID"] for message in server.messages)
    assert first == again
    assert len({first, other, *without}) == 4


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("smtp://", "names no host"),
        ("smtp://u:hunter2@mail.example:99999", "port is not a number"),
        ("smtp://u:hunter2@mail.example/x", "means nothing"),
        ("smtp://u:hunter2@mail.example?tls=none", "without TLS"),
        ("smtp://mail.example?tls=perhaps", "tls is either"),
        ("smtps://mail.example?tls=none", "tls is either"),
        ("smtp://mail.example?tsl=none", "Did you mean 'tls'"),
        ("smtp://mail.example?timeout=soon", "timeout is 'soon'"),
        ("smtp://mail.example?timeout=nan", "timeout is 'nan'"),
        ("smtp://mail.example?ca=/nowhere.pem", "does not exist"),
    ],
)
def test_a_wrong_address_is_named_without_its_password(url, says):
    with pytest.raises(SettingsError, match=says) as caught:
        transport(url, SENDER)
    assert caught.value.field == "core.mail"
    assert "hunter2" not in str(caught.value)


def test_a_wrong_sender_is_named():
    with pytest.raises(Invalid, match="not one email address"):
        transport("smtp://mail.example?from=nobody", SENDER)
    with pytest.raises(Invalid, match="line break"):
        transport("smtp://mail.example?from=a@b.example%0D%0ABcc:%20x@example.org", SENDER)


async def test_a_job_tries_again_or_ends_at_once(app, start):
    """Temporary: with the delay of the job. For good: dead, with the server's words, and the operator can retry it."""
    server = start()
    app.mail = to(f"smtp://localhost:{server.port}?timeout=1")
    for reader in ("busy", "gone", "ann"):
        async with app.unit() as ctx:
            notify(ctx, f"{reader}@example.org", emails.password_changed, origin="https://music.example")
    await drain(app)
    rows = await app.database.read(lambda connection: queue.page(connection, limit=10).items)
    notes = {row.state: row.note or "" for row in rows if row.name == "core.send_email"}
    assert sorted(notes) == ["dead", "done", "ready"]
    assert "550 5.1.1" in notes["dead"]
    assert "451 4.3.0" in notes["ready"]
    assert {row.attempts for row in rows} == {1}
    assert [message["To"] for message in server.messages] == ["ann@example.org"]


async def test_an_email_that_was_queued_under_the_jobs_old_name_is_sent(app, start):
    server = start()
    app.mail = to(f"smtp://localhost:{server.port}?timeout=1")
    async with app.unit() as ctx:
        ctx.enqueue(app.job("core.mail_letter"), "ann@example.org", "password_changed", {"origin": "https://m.example"})
    await drain(app)
    assert [message["Subject"] for message in server.messages] == ["Your password was changed"]


class TestSmtp(MailTransportContract):
    refuses = ("busy", "limited", "broken", "hang", "gone", "spam", "huge")

    @pytest.fixture
    def sending(self, start, certificate):
        def made(fault=""):
            if fault != "unauthorized":
                return to(f"smtp://localhost:{start().port}?timeout=1")
            port = start("starttls", user=USER, password=PASSWORD).port
            return to(f"smtp://{USER.replace('@', '%40')}:hunter2@localhost:{port}?ca={certificate}&tls=required")

        return made

    @pytest.fixture
    def arrived(self, start):
        server = start()
        return lambda: server.messages


async def test_a_greylisted_email_comes_later_under_the_same_id(app, start, clock):
    """450 to whoever is seen for the first time; those that try again are taken. The job outlasts the usual quarter of
    an hour."""
    server = start("plain", greylist_s=900)
    app.mail = to(f"smtp://localhost:{server.port}?timeout=1")
    async with app.unit() as ctx:
        notify(ctx, "ann@example.org", emails.password_changed, origin="https://music.example")
    for _ in range(40):
        await drain(app)
        if server.messages:
            break
        clock.advance(minutes=1)
        (server.folder / "minutes").write_text(str(int((server.folder / "minutes").read_text() or 0) + 1))
    [message] = server.messages
    assert message["Subject"] == "Your password was changed"
    assert 15 <= int((server.folder / "minutes").read_text()) < 40


async def test_an_answer_that_was_lost_after_the_data_leaves_two_with_one_id(app, start, clock):
    """Nobody can rule it out: the server has the message, and we do not know. It is the same message by its id."""
    server = start()
    app.mail = to(f"smtp://localhost:{server.port}?timeout=1")
    async with app.unit() as ctx:
        notify(ctx, "silent@example.org", emails.password_changed, origin="https://music.example")
    await drain(app)
    clock.advance(minutes=5)
    await drain(app)
    first, again, *_ = (message["Message-ID"] for message in server.messages)
    assert first == again
