"""Access tokens: what we signed is believed while it lasts, and nothing else is."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.auth.jwt import Access, Signer
from maxbooster.errors import UsageError
from maxbooster.keyring import Keyring

NEW, OLD, STRANGE = (Fernet.generate_key() for _ in range(3))
ISSUER = "https://music.example"
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
CLAIMS = Access(UUID(int=1), UUID(int=2), UUID(int=3), NOW, NOW + timedelta(minutes=10))
SIGNER = Signer([NEW], ISSUER)
TOKEN = SIGNER.sign(CLAIMS)


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private_key(secret: bytes) -> Ed25519PrivateKey:
    """As documented: HKDF-SHA256 of the key's text."""
    seed = HKDF(SHA256(), length=32, salt=None, info=b"maxbooster access token v1").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


HEADER, PAYLOAD = (json.loads(unb64(part)) for part in TOKEN.split(".")[:2])


def forged(header=HEADER, payload=PAYLOAD, secret: bytes = NEW, sign=None) -> str:
    """A token with a good signature of ours, whatever it says."""
    body = f"{b64(msgspec.json.encode(header))}.{b64(msgspec.json.encode(payload))}"
    return f"{body}.{b64((sign or private_key(secret).sign)(body.encode()))}"


def test_what_was_signed_is_read_back():
    assert SIGNER.verify(TOKEN, NOW) == CLAIMS
    without_account = msgspec.structs.replace(CLAIMS, account=None)
    assert SIGNER.verify(SIGNER.sign(without_account), NOW) == without_account
    assert SIGNER.verify(forged(), NOW) == CLAIMS


def test_a_token_is_written_as_the_standards_say():
    assert {"alg": "Ed25519", "kid": HEADER["kid"], "typ": "at+jwt"} == HEADER
    assert {
        "iss": ISSUER,
        "aud": "maxbooster-api",
        "sub": str(CLAIMS.user),
        "sid": str(CLAIMS.session),
        "acc": str(CLAIMS.account),
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
    } == PAYLOAD


def test_whoever_has_the_published_keys_can_verify():
    [key] = SIGNER.jwks()["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use")} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "Ed25519",
        "use": "sig",
    }
    body, _, signature = TOKEN.rpartition(".")
    Ed25519PublicKey.from_public_bytes(unb64(key["x"])).verify(unb64(signature), body.encode())
    canonical = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": key["x"]}, separators=(",", ":"))
    assert key["kid"] == HEADER["kid"] == b64(hashlib.sha256(canonical.encode()).digest())


def test_no_private_key_is_published():
    assert all("d" not in key for key in Signer([NEW, OLD], ISSUER).jwks()["keys"])


def test_keys_rotate_without_logging_anybody_out():
    before, during, after = (Signer(keys, ISSUER) for keys in ([OLD], [NEW, OLD], [NEW]))
    old, new = before.sign(CLAIMS), during.sign(CLAIMS)
    assert during.verify(old, NOW) == during.verify(new, NOW) == CLAIMS
    assert after.verify(new, NOW) == CLAIMS
    assert after.verify(old, NOW) is None
    assert before.verify(new, NOW) is None
    assert [key["kid"] for key in during.jwks()["keys"]] == [
        signer.jwks()["keys"][0]["kid"] for signer in (after, before)
    ]


def test_processes_with_the_same_keyring_sign_alike():
    keys = (NEW.decode(), OLD.decode())
    assert Keyring(keys).raw == (NEW, OLD)
    one, two = (Signer(Keyring(keys).raw, ISSUER) for _ in range(2))
    assert one.sign(CLAIMS) == two.sign(CLAIMS)
    assert SIGNER.verify(one.sign(CLAIMS), NOW) == CLAIMS


def test_the_library_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Signer([NEW], ISSUER).verify(Signer([NEW], ISSUER).sign(CLAIMS), NOW) == CLAIMS


def test_without_keys_there_is_no_signer():
    with pytest.raises(UsageError, match="at least one key"):
        Signer([], ISSUER)


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (timedelta(0), True),
        (timedelta(minutes=10, microseconds=-1), True),
        (timedelta(minutes=10), False),
        (timedelta(days=400), False),
        (timedelta(seconds=-60), True),
        (timedelta(seconds=-61), False),
    ],
)
def test_a_token_lasts_as_long_as_it_says(at, valid):
    assert (SIGNER.verify(TOKEN, NOW + at) is not None) == valid


def public_bytes() -> list[bytes]:
    key = private_key(NEW).public_key()
    return [
        key.public_bytes(Encoding.Raw, PublicFormat.Raw),
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        SIGNER.jwks()["keys"][0]["x"].encode(),
    ]


@pytest.mark.parametrize("algorithm", ["HS256", "Ed25519"])
def test_the_public_key_is_no_shared_secret(algorithm):
    for secret in public_bytes():
        token = forged(
            HEADER | {"alg": algorithm},
            sign=lambda body, secret=secret: hmac.new(secret, body, hashlib.sha256).digest(),
        )
        assert SIGNER.verify(token, NOW) is None


STRANGERS_JWK = Signer([STRANGE], ISSUER).jwks()["keys"][0]


@pytest.mark.parametrize(
    "header",
    [
        HEADER | {"alg": "none"},
        HEADER | {"alg": "None"},
        HEADER | {"alg": "EdDSA"},
        HEADER | {"alg": "Ed448"},
        HEADER | {"alg": ["Ed25519"]},
        {name: value for name, value in HEADER.items() if name != "alg"},
        HEADER | {"kid": "unknown"},
        HEADER | {"kid": "../../dev/null"},
        HEADER | {"kid": [HEADER["kid"]]},
        HEADER | {"kid": {}},
        HEADER | {"kid": None},
        {name: value for name, value in HEADER.items() if name != "kid"},
        HEADER | {"typ": "JWT"},
        HEADER | {"typ": "refresh+jwt"},
        HEADER | {"typ": "AT+JWT"},
        {name: value for name, value in HEADER.items() if name != "typ"},
        HEADER | {"jku": "https://evil.example/jwks.json"},
        HEADER | {"jwk": STRANGERS_JWK},
        HEADER | {"x5u": "https://evil.example/chain.pem"},
        HEADER | {"x5c": ["MIIB"]},
        HEADER | {"crit": ["exp"]},
        HEADER | {"crit": ["b64"], "b64": False},
        HEADER | {"b64": False},
        HEADER | {"cty": "JWT"},
        HEADER | {"zip": "DEF"},
        [],
        ["alg"],
        "alg",
        "alg b64",
        None,
        7,
    ],
)
def test_nothing_in_a_header_is_obeyed_even_if_the_signature_is_ours(header):
    assert SIGNER.verify(forged(header), NOW) is None


@pytest.mark.parametrize("algorithm", ["none", "Ed25519"])
def test_a_token_without_a_signature_is_nothing(algorithm):
    assert SIGNER.verify(forged(HEADER | {"alg": algorithm}, sign=lambda body: b""), NOW) is None


def test_a_strangers_key_does_not_help_under_our_name_or_its_own():
    theirs = HEADER | {"kid": STRANGERS_JWK["kid"]}
    for header in (HEADER, theirs, HEADER | {"jwk": STRANGERS_JWK}, theirs | {"jwk": STRANGERS_JWK}):
        assert SIGNER.verify(forged(header, secret=STRANGE), NOW) is None
    assert SIGNER.verify(Signer([STRANGE], ISSUER).sign(CLAIMS), NOW) is None


def test_one_of_our_keys_does_not_sign_under_the_name_of_another():
    assert Signer([NEW, OLD], ISSUER).verify(forged(HEADER, secret=OLD), NOW) is None


@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD | {"iss": "https://other.example"},
        PAYLOAD | {"aud": "somebody-else"},
        PAYLOAD | {"aud": ["maxbooster-api", "somebody-else"]},
        PAYLOAD | {"sub": "admin"},
        PAYLOAD | {"sid": None},
        PAYLOAD | {"acc": ""},
        PAYLOAD | {"exp": None},
        PAYLOAD | {"exp": "never"},
        PAYLOAD | {"exp": 10**30},
        PAYLOAD | {"exp": -(10**30)},
        PAYLOAD | {"iat": 10**30},
        *({name: value for name, value in PAYLOAD.items() if name != gone} for gone in PAYLOAD if gone != "acc"),
        [],
        None,
        "text",
    ],
)
def test_claims_that_are_not_for_us_are_refused_even_if_the_signature_is_ours(payload):
    assert SIGNER.verify(forged(payload=payload), NOW) is None


def test_the_beginning_of_time_is_a_time():
    assert SIGNER.verify(forged(payload=PAYLOAD | {"iat": -62135596800}), NOW) is not None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "\ud800",
        TOKEN + ".",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.rpartition(".")[0],
        TOKEN.replace(".", "..", 1),
        f"{TOKEN}.{TOKEN}",
        "Bearer " + TOKEN,
        json.dumps({"payload": TOKEN.split(".")[1], "signatures": []}),
    ],
)
def test_garbage_is_refused(token):
    assert SIGNER.verify(token, NOW) is None


def test_a_long_token_is_not_even_read():
    def padded(size: int) -> str:
        return forged(payload=PAYLOAD | {"padding": "x" * size})

    fits = max(size for size in range(2000, 3200) if len(padded(size)) <= 4096)
    assert SIGNER.verify(padded(fits), NOW) == CLAIMS
    assert SIGNER.verify(padded(fits + 2), NOW) is None


def test_deeply_nested_garbage_is_refused():
    for depth in (300, 2800):
        nested = b64(b"[" * depth)
        assert SIGNER.verify(f"{nested}.{nested}.", NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_character_of_a_token_can_be_changed(position, character):
    changed = TOKEN[:position] + character + TOKEN[position + 1 :]
    assert (SIGNER.verify(changed, NOW) is not None) == (changed == TOKEN)


@given(st.text(max_size=200) | st.lists(st.binary(max_size=60).map(b64), min_size=3, max_size=3).map(".".join))
def test_no_text_is_a_token(text):
    assert SIGNER.verify(text, NOW) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_json_is_a_header_or_a_payload(value):
    assert SIGNER.verify(forged(header=value), NOW) is None
    assert SIGNER.verify(forged(payload=value), NOW) is None
