"""The second factor: any authenticator app's codes, each once; recovery codes however they are typed."""

from __future__ import annotations

from base64 import b32decode, b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.auth import totp

RFC_SECRET = b32encode(b"12345678901234567890").decode()
NOW = datetime(2030, 1, 1, 12, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30
USER, OTHER = UUID(int=1), UUID(int=2)


def code_at(step: int) -> str:
    return pyotp.TOTP(RFC_SECRET).generate_otp(step)


@pytest.mark.parametrize(
    ("unix", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_appendix_b(unix, eight_digits):
    now = datetime.fromtimestamp(unix, UTC)
    assert totp.step_of(RFC_SECRET, eight_digits[-6:], now) == unix // 30


@pytest.mark.parametrize(("drift", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_early_or_late(drift, accepted):
    assert totp.step_of(RFC_SECRET, code_at(STEP + drift), NOW) == (STEP + drift if accepted else None)


def test_a_code_counts_once():
    used = totp.step_of(RFC_SECRET, code_at(STEP), NOW)
    assert totp.step_of(RFC_SECRET, code_at(STEP), NOW, after=used) is None
    assert totp.step_of(RFC_SECRET, code_at(STEP - 1), NOW, after=used) is None
    assert totp.step_of(RFC_SECRET, code_at(STEP + 1), NOW, after=used) == STEP + 1


def test_the_first_minute_of_1970_has_no_step_before_it():
    assert totp.step_of(RFC_SECRET, code_at(0), datetime.fromtimestamp(5, UTC)) == 0


def test_spaces_in_a_code_do_not_matter():
    code = code_at(STEP)
    assert totp.step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", NOW) == STEP


def arabic(code: str) -> str:
    return "".join(chr(0x660 + int(digit)) for digit in code)


@pytest.mark.parametrize(
    "disguise",
    [lambda code: "", lambda code: code[:5], lambda code: code + "0", arabic, lambda code: f"+{code[1:]}", "-".join],
)
def test_only_six_ascii_digits_are_a_code(disguise):
    assert totp.step_of(RFC_SECRET, disguise(code_at(STEP)), NOW) is None


@given(st.text(max_size=12))
def test_no_text_makes_it_fail(code):
    known = {code_at(STEP + drift) for drift in (-1, 0, 1)}
    assert (totp.step_of(RFC_SECRET, code, NOW) is None) == (code.replace(" ", "") not in known)


def test_a_new_secret_is_160_random_bits_that_apps_can_read():
    secrets = {totp.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(b32decode(secret)) == 20 for secret in secrets)


def test_the_uri_is_what_apps_scan():
    parts = urlsplit(totp.uri(RFC_SECRET, "dj+one@example.org"))
    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/Max Booster:dj+one@example.org")
    assert parse_qs(parts.query) == {"secret": [RFC_SECRET], "issuer": ["Max Booster"]}
    shown = pyotp.parse_uri(parts.geturl()).at(NOW)
    assert totp.step_of(RFC_SECRET, shown, NOW + timedelta(seconds=30)) == STEP


def test_recovery_codes_are_random_and_easy_to_copy():
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [7, 7, 7, 7]
        assert set("".join(groups)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    used = set("".join(totp.new_recovery_codes(200))) - {"-"}
    assert len(used) == 32


MISREAD = {"0": "0Oo", "1": "1IiLl"}
FILLING = st.text(" -\t–.\N{NO-BREAK SPACE}", max_size=2)


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=24, max_size=24), st.data())
def test_a_recovery_code_is_known_however_it_is_typed(code, data):
    typed = ""
    for letter in code:
        typed += data.draw(FILLING) + data.draw(st.sampled_from(MISREAD.get(letter, letter + letter.lower())))
    printed = "-".join(code[start : start + 6] for start in range(0, 24, 6))
    assert totp.recovery_hash(USER, typed) == totp.recovery_hash(USER, printed)


def test_a_recovery_code_is_one_persons_and_no_other_code():
    one, two = totp.new_recovery_codes(2)
    assert totp.recovery_hash(USER, one) != totp.recovery_hash(OTHER, one)
    assert totp.recovery_hash(USER, one) != totp.recovery_hash(USER, two)
    assert totp.recovery_hash(USER, one) != totp.recovery_hash(USER, one[:-1])
    assert len(totp.recovery_hash(USER, one)) == 32
