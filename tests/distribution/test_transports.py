"""Transports: whole or absent, resumed where they broke, proved, the manifest last."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import AuthFailed, Invalid, NotReady
from maxbooster.testing.faultproxy import FaultProxy
from maxbooster_distribution.outlets.outlet import Endpoint
from maxbooster_distribution.package import Item, Package
from maxbooster_distribution.transports.transport import Listed, deliver, opened

LARGE = os.urandom(6_000_000)


def item(path, content, **more):
    return Item(path=path, sha256=sha256(content).hexdigest(), size=len(content), content=content, **more)


PACKAGE = Package(
    folder="N_1",
    items=[
        item("1/resources/a.wav", LARGE),
        item("1/1.xml", b"<message/>"),
        item("BatchComplete_1.xml", b"<manifest/>"),
    ],
)


class Told(list):
    async def __call__(self, done):
        self.append(done)


@pytest_asyncio.fixture
async def server(tmp_path):
    """A real SFTP server with a home; `server.endpoint` leads there, `server.opened` is what was opened for writing."""
    key, home = asyncssh.generate_private_key("ssh-ed25519"), tmp_path / "home"
    home.mkdir()

    class Login(asyncssh.SSHServer):
        def password_auth_supported(self):
            return True

        def validate_password(self, username, password):
            return (username, password) == ("quay", "right")

    class Home(asyncssh.SFTPServer):
        def __init__(self, chan):
            super().__init__(chan, chroot=str(home).encode())

    listening = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], server_factory=Login, sftp_factory=Home, config=None
    )
    host_key = " ".join(key.export_public_key().decode().split()[:2])
    endpoint = Endpoint(
        transport="sftp",
        host="127.0.0.1",
        port=listening.get_port(),
        username="quay",
        password="right",
        host_key=host_key,
    )
    yield endpoint, home
    listening.close()
    await listening.wait_closed()


def at(endpoint, **more):
    known = {name: getattr(endpoint, name) for name in endpoint.__struct_fields__}
    return Endpoint(**(known | more))


async def send(endpoint, package=PACKAGE):
    told = Told()
    async with opened(endpoint) as transport:
        await deliver(transport, package, told)
    return told


@pytest.fixture(params=["folder", "sftp"])
def place(request, tmp_path, server):
    endpoint, home = server
    return (endpoint, home) if request.param == "sftp" else (Endpoint(transport="folder", folder=str(home)), home)


async def test_a_package_arrives_whole_and_progress_is_told(place):
    endpoint, home = place
    told = await send(endpoint)
    assert (home / "N_1/1/resources/a.wav").read_bytes() == LARGE
    assert (home / "N_1/BatchComplete_1.xml").read_bytes() == b"<manifest/>"
    assert told == sorted(told)
    assert told[-1] == PACKAGE.size
    assert not [path for path in home.rglob("*") if path.name.endswith(".part")]


async def test_sending_again_changes_nothing(place):
    endpoint, home = place
    await send(endpoint)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    await send(endpoint)
    assert before == {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


async def test_the_manifest_comes_last(place):
    endpoint, home = place
    changed = Item(path="x", sha256="0", size=9, content=b"y")
    items = [item("1/1.xml", b"<message/>"), changed, item("BatchComplete_1.xml", b"<manifest/>")]
    wrong = Package(folder="N_1", items=items)
    with pytest.raises(Invalid, match="changed since it was checked"):
        await send(endpoint, wrong)
    assert (home / "N_1/1/1.xml").exists()
    assert not (home / "N_1/BatchComplete_1.xml").exists()
    assert not (home / "N_1/x").exists()


async def test_a_file_that_was_damaged_there_is_sent_anew(place):
    endpoint, home = place
    await send(endpoint)
    path = home / "N_1/1/resources/a.wav"
    path.write_bytes(LARGE[:-1] + bytes([LARGE[-1] ^ 1]))
    await send(endpoint)
    assert path.read_bytes() == LARGE


async def test_answers_are_listed_and_read(place):
    endpoint, home = place
    folder = home / "N_1/acknowledgements"
    async with opened(endpoint) as transport:
        assert await transport.listed("N_1/acknowledgements") == []
        folder.mkdir(parents=True)
        (folder / "ACK_2.xml").write_bytes(b"two")
        (folder / "ACK_1.xml").write_bytes(b"one")
        listed = await transport.listed("N_1/acknowledgements")
        assert [(each.name, each.size, each.odd) for each in listed] == [
            ("ACK_1.xml", 3, False),
            ("ACK_2.xml", 3, False),
        ]
        assert await transport.read("N_1/acknowledgements/ACK_2.xml") == b"two"
        with (folder / "ACK_3.xml").open("wb") as file:
            file.truncate(50_000_000)
        with pytest.raises(Invalid, match="no answer is that long"):
            await transport.read("N_1/acknowledgements/ACK_3.xml")


async def test_a_broken_transfer_goes_on_where_it_stopped(server):
    endpoint, home = server
    async with FaultProxy("127.0.0.1", endpoint.port) as proxy:
        through = at(endpoint, port=proxy.port)
        told = Told()

        async def cut(done):
            told.append(done)
            if done >= 3_000_000:
                proxy.cut()

        with pytest.raises(NotReady, match="broke off"):
            async with opened(through) as transport:
                await deliver(transport, PACKAGE, cut)
        part = home / "N_1/1/resources/.a.wav.part"
        there = part.stat().st_size
        assert 0 < there < len(LARGE)
        assert not (home / "N_1/1/1.xml").exists()
        again = await send(through)
        assert again[0] == there, "it goes on at that byte"
        assert (home / "N_1/1/resources/a.wav").read_bytes() == LARGE


async def test_what_lies_there_and_differs_is_not_gone_on_with(server):
    endpoint, home = server
    part = home / "N_1/1/resources/.a.wav.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(os.urandom(2_000_000))
    told = await send(endpoint)
    assert told[0] == 0
    assert (home / "N_1/1/resources/a.wav").read_bytes() == LARGE


async def test_refusals_are_told_apart(server, tmp_path):
    endpoint, _ = server
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()
    for wrong, kind, words in (
        ({"password": "wrong"}, AuthFailed, "refuses our login as 'quay'"),
        ({"host_key": " ".join(other[:2])}, AuthFailed, "another host key"),
        ({"host_key": ""}, AuthFailed, "is not known"),
        ({"key_file": tmp_path / "none"}, AuthFailed, "cannot be used"),
        ({"port": 1}, NotReady, "cannot be reached"),
    ):
        with pytest.raises(kind, match=words):
            await send(at(endpoint, **wrong))


async def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotReady, match="cannot be written"):
        await send(Endpoint(transport="folder", folder=str(tmp_path / "file")))


async def test_what_is_read_short_is_refused(place, monkeypatch):
    """A server may give fewer bytes than it says a file has."""
    endpoint, home = place
    folder = home / "N_1/acknowledgements"
    folder.mkdir(parents=True)
    (folder / "ACK_1.xml").write_bytes(b"0123456789")
    monkeypatch.setattr(asyncssh.SFTPServer, "read", lambda self, file, offset, size: b"0123"[offset:])
    monkeypatch.setattr(Path, "read_bytes", lambda self: b"0123")
    async with opened(endpoint) as transport:
        with pytest.raises(NotReady, match="4 of 10 bytes"):
            await transport.read("N_1/acknowledgements/ACK_1.xml")


def named(folder, name):
    """A file with a name that is no text."""
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")


async def test_names_that_are_not_utf_8_are_listed_beside_the_others(place):
    endpoint, home = place
    folder = home / "N_1/acknowledgements"
    folder.mkdir(parents=True)
    for name in (b"ACK_1.xml", b"ACK_\xff.xml", b"ACK_\xfe.xml"):
        named(folder, name)
    async with opened(endpoint) as transport:
        listed = await transport.listed("N_1/acknowledgements")
    assert [each.odd for each in listed].count(True) == 2
    assert len({each.name for each in listed}) == 3
    assert all(each.name.isprintable() for each in listed)


@given(st.binary(max_size=300))
def test_any_name_is_shown_without_doing_harm(name):
    listed = Listed.of(name, 1, 1)
    assert listed.name.isprintable()
    assert 0 < len(listed.name) <= 255
    assert listed.odd or listed.name.encode() == name


@pytest.mark.parametrize("more", ["\n* ssh-ed25519 AAAA", "\r\n* ssh-ed25519 AAAA", "\n"])
async def test_a_second_line_in_a_host_key_is_believed_by_nobody(server, more):
    endpoint, _ = server
    other = " ".join(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2])
    with pytest.raises(AuthFailed):
        await send(at(endpoint, host_key=f"{other}{more}{endpoint.host_key}"))
    with pytest.raises(AuthFailed, match="one server"):
        await send(at(endpoint, host=f"127.0.0.1{more}"))
