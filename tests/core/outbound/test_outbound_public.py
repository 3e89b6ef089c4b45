"""URLs that users give lead nowhere inside."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbound_server import Answer, Seen, in_turn

from maxbooster.errors import Invalid
from maxbooster.http.client import Refused, Resolve, Unreachable
from maxbooster.http.client.public import is_public

FINE = Answer(body=b"fine")
NAT64 = IPv6Network("64:ff9b::/96")

NOT_PUBLIC = {
    "private 10/8": "10.1.2.3",
    "private 172.16/12": "172.31.255.255",
    "private 192.168/16": "192.168.1.1",
    "loopback": "127.0.0.1",
    "loopback, elsewhere": "127.255.1.2",
    "this network": "0.0.0.0",
    "this network, elsewhere": "0.1.2.3",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata (Alibaba)": "100.100.100.200",
    "metadata (Oracle)": "192.0.0.192",
    "metadata (Azure host agent)": "168.63.129.16",
    "carrier-grade NAT": "100.64.0.1",
    "documentation": "203.0.113.7",
    "benchmarks": "198.18.0.1",
    "6to4 relay": "192.88.99.1",
    "multicast": "224.0.0.1",
    "multicast, global": "233.252.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "::1",
    "IPv6 unspecified": "::",
    "IPv6 unique local": "fd12:3456::1",
    "IPv6 metadata (AWS)": "fd00:ec2::254",
    "IPv6 link-local": "fe80::1",
    "IPv6 link-local with zone": "fe80::1%eth0",
    "IPv6 site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "IPv6 documentation": "2001:db8::1",
    "IPv6 documentation, newer": "3fff::1",
    "IPv6 discard": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "IPv4-mapped": "::ffff:127.0.0.1",
    "IPv4-compatible": "::127.0.0.1",
    "NAT64 of a private address": "64:ff9b::10.0.0.1",
    "NAT64, local use": "64:ff9b:1::1",
    "6to4 of a private address": "2002:0a00:0001::1",
}
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "100.128.0.1"]


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC.keys())
async def test_each_class_of_addresses_is_refused(client_of: Any, address: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return [address]

    assert not is_public(address)
    with pytest.raises(Invalid) as caught:
        await client_of(resolve=resolve).request("GET", "http://anywhere.test/?token=hush", user_supplied=True)
    assert "anywhere.test leads to an address that is not public" in str(caught.value)
    assert address not in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_counts_the_same_however_it_is_wrapped(address: IPv4Address) -> None:
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    nat64 = IPv6Address(bytes.fromhex("0064ff9b") + b"\0" * 8 + address.packed)
    six_to_four = IPv6Address(bytes.fromhex("2002") + address.packed + b"\0" * 10)
    assert {is_public(str(form)) for form in (mapped, nat64, six_to_four)} == {is_public(str(address))}


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_never_public(address: IPv4Address | IPv6Address) -> None:
    wrapped = isinstance(address, IPv6Address) and (address in NAT64 or address.ipv4_mapped or address.sixtofour)
    assert wrapped or address.is_global or not is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://0/", "http://127.0.0.1.:80/",
        "http://user@127.0.0.1/",
    ],
)  # fmt: skip
async def test_every_spelling_of_this_machine_is_refused(client_of: Any, url: str) -> None:
    with pytest.raises((Invalid, Unreachable)):
        await client_of(attempts=1).request("GET", url, user_supplied=True)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.test/", "gopher://a.test/", "//a.test/", "http://"])
async def test_only_http_is_spoken(client_of: Any, url: str) -> None:
    with pytest.raises(Invalid):
        await client_of().request("GET", url, user_supplied=True)


async def test_one_private_address_among_public_ones_is_enough(client_of: Any) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(Invalid):
        await client_of(resolve=resolve).request("GET", "http://anywhere.test/", user_supplied=True)


def _answers(*turns: Sequence[str]) -> tuple[Resolve, list[str]]:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return turns[min(len(asked), len(turns)) - 1]

    return resolve, asked


async def test_it_connects_to_the_address_that_was_checked(serve: Any, client_of: Any) -> None:
    """The name means this machine only when it is asked a second time; nobody asks a second time."""
    server = await serve(in_turn(FINE))
    resolve, asked = _answers(["192.0.2.1"], ["127.0.0.1"])
    client = client_of(private=True, resolve=resolve, attempts=1)
    with pytest.raises(Unreachable):
        await client.request("GET", f"http://rebound.test:{server.port}/", user_supplied=True, timeout_s=0.2)
    assert (asked, server.seen) == (["rebound.test"], [])


async def test_each_attempt_checks_what_it_connects_to(
    serve: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First an allowed address that refuses connections, then this machine: the second attempt is refused."""
    server = await serve(in_turn(FINE))
    monkeypatch.setattr("maxbooster.http.client.public.is_public", lambda address: address == "127.0.0.2")
    resolve, asked = _answers(["127.0.0.2"], ["127.0.0.1"])
    with pytest.raises(Invalid):
        await client_of(resolve=resolve).request("GET", f"http://rebound.test:{server.port}/", user_supplied=True)
    assert (len(asked), server.seen) == (2, [])


async def test_the_name_stays_in_the_host_header(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    resolve, _ = _answers(["127.0.0.1"])
    client = client_of(private=True, resolve=resolve)
    answer = await client.request("GET", f"http://shop.test:{server.port}/a?b=c", user_supplied=True)
    assert answer.content == b"fine"
    assert (server.seen[0].headers["host"], server.seen[0].path) == (f"shop.test:{server.port}", "/a?b=c")


async def test_a_second_address_is_tried_when_the_first_does_not_answer(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    resolve, _ = _answers(["127.0.0.2", "127.0.0.1"])
    client = client_of(private=True, resolve=resolve)
    assert (await client.request("GET", f"http://shop.test:{server.port}/", user_supplied=True)).content == b"fine"


async def test_a_redirect_to_a_private_address_is_refused(
    serve: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = await serve(in_turn(FINE))
    outside = await serve(in_turn(Answer(302, {"Location": f"http://127.0.0.2:{inside.port}/secret"})))
    monkeypatch.setattr("maxbooster.http.client.public.is_public", lambda address: address == "127.0.0.1")
    client = client_of(attempts=1)
    with pytest.raises(Invalid, match="not public"):
        await client.request("GET", outside.url, user_supplied=True)
    assert (len(outside.seen), inside.seen) == (1, [])


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://a.test/"])
async def test_a_redirect_to_another_scheme_is_refused(serve: Any, client_of: Any, location: str) -> None:
    server = await serve(in_turn(Answer(302, {"Location": location})))
    with pytest.raises(Invalid):
        await client_of(private=True, attempts=1).request("GET", server.url, user_supplied=True)


async def test_redirects_are_followed_but_not_without_end(serve: Any, client_of: Any) -> None:
    async def count_down(seen: Seen) -> Answer:
        left = int(seen.path.strip("/"))
        return Answer(302, {"Location": f"/{left - 1}"}) if left else FINE

    server = await serve(count_down)
    client = client_of(private=True)
    assert (await client.request("GET", f"{server.url}/5", user_supplied=True)).content == b"fine"
    with pytest.raises(Refused, match="redirects more than 5 times"):
        await client.request("GET", f"{server.url}/6", user_supplied=True)


async def test_credentials_do_not_follow_a_redirect_to_another_host(serve: Any, client_of: Any) -> None:
    other = await serve(in_turn(FINE))
    server = await serve(in_turn(Answer(302, {"Location": other.url})))
    headers = {"Authorization": "Bearer hush"}
    await client_of(private=True).request("GET", server.url, user_supplied=True, headers=headers)
    assert "authorization" in server.seen[0].headers
    assert "authorization" not in other.seen[0].headers


async def test_a_post_is_not_redirected(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(307, {"Location": "/again"}), FINE))
    answer = await client_of(private=True).request("POST", server.url, user_supplied=True)
    assert (answer.status_code, len(server.seen)) == (307, 1)


async def test_users_hosts_share_one_label(serve: Any, client_of: Any) -> None:
    from prometheus_client import REGISTRY

    labels = {"host": "user-supplied", "outcome": "2xx"}
    before = REGISTRY.get_sample_value("maxbooster_outbound_total", labels) or 0.0
    server = await serve(in_turn(FINE))
    await client_of(private=True).request("GET", server.url, user_supplied=True)
    assert REGISTRY.get_sample_value("maxbooster_outbound_total", labels) == before + 1


async def test_the_certificate_is_checked_against_the_name(
    client_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    served = _certificate(tmp_path, "shop.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "shop.test.pem"))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    resolve, _ = _answers(["127.0.0.1"])
    client = client_of(private=True, resolve=resolve, attempts=1)
    assert (await client.request("GET", f"https://shop.test:{port}/", user_supplied=True)).content == b"fine"
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        await client.request("GET", f"https://bank.test:{port}/", user_supplied=True)
    server.close()


def _certificate(folder: Path, name: str) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
