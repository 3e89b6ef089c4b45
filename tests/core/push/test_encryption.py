"""RFC 8291, appendix A: keys and result of the example, to the byte."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from maxbooster.errors import Invalid
from maxbooster.push.encryption import LARGEST_BYTES, auth_secret, browser_key, encrypted

from .browser import FakeBrowser, b64, unb64

PLAIN = b"When I grow up, I want to be a watermelon"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RESULT = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text), "big"), ec.SECP256R1())


def test_the_example_of_the_rfc():
    body = encrypted(
        PLAIN, browser_key(UA_PUBLIC), auth_secret(AUTH), key=private(AS_PRIVATE), salt=unb64(SALT)
    )  # fmt: skip
    assert b64(body) == RESULT
    assert FakeBrowser("", private(UA_PRIVATE), unb64(AUTH)).opened(body) == PLAIN


def test_each_is_encrypted_anew_and_a_long_one_just_fits():
    browser = FakeBrowser("")
    keys = browser.subscription["keys"]
    one, other = (encrypted(PLAIN, browser_key(keys["p256dh"]), browser.auth) for _ in range(2))
    assert one != other
    longest = encrypted(b"x" * LARGEST_BYTES, browser_key(keys["p256dh"]), browser.auth)
    assert (len(longest), len(browser.opened(longest))) == (4096, LARGEST_BYTES)
    with pytest.raises(ValueError, match="longer than"):
        encrypted(b"x" * (LARGEST_BYTES + 1), browser_key(keys["p256dh"]), browser.auth)


@pytest.mark.parametrize("wrong", ["", "AAAA", UA_PUBLIC[:-4], "B" + "A" * 86, "é", UA_PUBLIC[:-2] + "AA"])
def test_a_key_that_is_none_is_named(wrong):
    with pytest.raises(Invalid) as caught:
        browser_key(wrong)
    assert caught.value.field == "p256dh"
    with pytest.raises(Invalid):
        auth_secret(wrong)
