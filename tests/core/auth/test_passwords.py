"""Passwords: hashed slowly and off the event loop, upgraded when outdated, refused when they are easily guessed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from hashlib import sha1
from statistics import median

import argon2
import bcrypt
import pytest
from structlog.testing import capture_logs

from maxbooster.auth.breached import is_breached
from maxbooster.auth.passwords import Hasher, Verdict, is_importable, refuse_weak
from maxbooster.db.guard import writing
from maxbooster.errors import Invalid, Overloaded, SettingsError, UsageError

RIGHT, WRONG = Verdict(right=True), Verdict(right=False)
GOOD = "tall giraffes sip cold tea"
OLD = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


@pytest.fixture
def hasher():
    opened = Hasher(threads=2)
    yield opened
    opened.close()


# Hashing


async def test_a_hash_is_argon2id_with_its_parameters_and_a_salt_of_its_own(hasher):
    first, second = await hasher.hash(GOOD), await hasher.hash(GOOD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert await hasher.verify(GOOD, first) == RIGHT
    assert await hasher.verify(GOOD + " ", first) == WRONG


@pytest.mark.parametrize("password", ["", "a", "x" * 5000, "пароль с пробелами", "🎹🎺🎻", "nul\0byte", "lone \udc80"])
async def test_any_text_can_be_a_password(hasher, password):
    stored = await hasher.hash(password)
    assert await hasher.verify(password, stored) == RIGHT
    assert await hasher.verify(password + "x", stored) == WRONG


async def test_all_keyboards_write_the_same_password(hasher):
    """NIST SP 800-63B-4 §3.1.1.2: composed or decomposed, full-width or not."""
    stored = await hasher.hash("Ｃａｆé № 5")
    assert await hasher.verify("Cafe\u0301 No 5", stored) == RIGHT


async def test_a_huge_password_of_combining_marks_costs_no_more_than_another(hasher):
    """Unicode normalization takes time by the square of the length: 200 000 marks would take half a minute."""
    began = time.perf_counter()
    assert await hasher.verify("a" + "\u0315\u0300" * 100_000, await hasher.hash(GOOD)) == WRONG
    assert time.perf_counter() - began < 2


async def test_nobody_is_let_in_without_a_stored_hash(hasher):
    for password in ("", GOOD, "\0" * 32):
        assert await hasher.verify(password, None) == WRONG


async def test_time_does_not_tell_whether_a_person_exists(hasher):
    stored = await hasher.hash(GOOD)
    taken_s = {stored: [], None: []}
    for _ in range(15):
        for known, times in taken_s.items():
            began = time.perf_counter()
            await hasher.verify("not the password", known)
            times.append(time.perf_counter() - began)
    assert 0.7 < median(taken_s[None]) / median(taken_s[stored]) < 1.4


async def test_the_event_loop_goes_on_while_passwords_are_hashed():
    hasher, longest_s = Hasher(threads=1), 0.0
    hashing = asyncio.gather(*(hasher.hash(GOOD) for _ in range(16)))
    while not hashing.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest_s = max(longest_s, time.perf_counter() - began)
    hasher.close()
    assert longest_s < 0.1


async def test_too_many_at_once_are_refused_and_the_rest_served():
    hasher = Hasher(threads=1, waiting=2)
    answers = await asyncio.gather(*(hasher.hash(GOOD) for _ in range(8)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [str] * 3 + [Overloaded] * 5
    assert await hasher.verify(GOOD, await hasher.hash(GOOD)) == RIGHT
    hasher.close()


async def test_who_gives_up_waiting_leaves_the_place_to_another():
    hasher = Hasher(threads=1, waiting=2)
    tasks = [asyncio.create_task(hasher.hash(GOOD)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(hasher.hash(GOOD) for _ in range(2)))
    hasher.close()


async def test_nothing_is_hashed_while_a_write_transaction_is_open(hasher):
    stored = await hasher.hash(GOOD)
    with writing():
        for slow in (hasher.hash(GOOD), hasher.verify(GOOD, stored), hasher.verify(GOOD, None), hasher.check(GOOD)):
            with pytest.raises(UsageError, match="write transaction"):
                await slow


# Hashes from elsewhere


async def test_an_outdated_hash_is_renewed_when_the_password_is_right(hasher):
    stored = OLD.hash(GOOD)
    assert await hasher.verify("another", stored) == WRONG
    verdict = await hasher.verify(GOOD, stored)
    assert verdict.right
    assert verdict.rehash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.verify(GOOD, verdict.rehash) == RIGHT


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
@pytest.mark.parametrize("password", [GOOD, "Ｃａｆé № 5", "x" * 100, "é" * 50])
async def test_an_imported_bcrypt_hash_verifies_and_becomes_argon2id(hasher, prefix, password):
    """As bcrypt did when it was made: the text as typed, cut at 72 bytes."""
    stored = prefix + bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()[4:]
    assert await hasher.verify("another", stored) == WRONG
    verdict = await hasher.verify(password, stored)
    assert verdict.right
    assert verdict.rehash.startswith("$argon2id$")
    assert await hasher.verify(password, verdict.rehash) == RIGHT
    assert await hasher.verify(password + "x", verdict.rehash) == WRONG


BCRYPT = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
ARGON2ID = OLD.hash("secret")
UNUSABLE = {
    "nothing": "",
    "plain text": "secret",
    "md5": "5ebe2294ecd0e0f08eab7690d2a6ee69",
    "cut": ARGON2ID[:40],
    "two lines": ARGON2ID + "\n",
    "argon2i": ARGON2ID.replace("argon2id", "argon2i"),
    "argon2id of 4 GiB": ARGON2ID.replace("m=8192", "m=4194304"),
    "argon2id of 512 MiB": ARGON2ID.replace("m=8192", "m=524288"),
    "argon2id of 99 rounds": ARGON2ID.replace("t=1", "t=99"),
    "bcrypt of cost 3": BCRYPT.replace("$04$", "$03$"),
    "bcrypt of cost 31": BCRYPT.replace("$04$", "$31$"),
    "bcrypt cut": BCRYPT[:-1],
    "bcrypt 2x": BCRYPT.replace("$2b$", "$2x$"),
}


@pytest.mark.parametrize("stored", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_an_unusable_hash_is_not_imported_lets_nobody_in_and_is_logged_without_itself(hasher, stored):
    assert not is_importable(stored)
    with capture_logs() as logs:
        assert await hasher.verify("secret", stored) == WRONG
    assert [entry["log_level"] for entry in logs] == ["error"]
    assert len(stored) < 6 or stored not in str(logs)


@pytest.mark.parametrize(
    "stored",
    [ARGON2ID.rpartition("$")[0] + "$" + "A" * 13, BCRYPT[:28] + "/" + BCRYPT[29:]],
    ids=["argon2id", "bcrypt"],
)
async def test_a_hash_that_only_its_library_finds_corrupt_lets_nobody_in(hasher, stored):
    with capture_logs() as logs:
        assert await hasher.verify("secret", stored) == WRONG
    assert [entry["log_level"] for entry in logs] == ["error"]
    assert stored not in str(logs)


@pytest.mark.parametrize(
    "stored",
    [ARGON2ID, argon2.PasswordHasher().hash("secret"), BCRYPT, BCRYPT.replace("$04$", "$15$").replace("$2b$", "$2y$")],
    ids=["argon2id", "argon2id, dearer", "bcrypt", "bcrypt 2y, dearer"],
)
def test_hashes_of_usual_strength_can_be_imported(stored):
    assert is_importable(stored)


# Weak passwords


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "tall giraffes sip cold tea",
        "ein pferd isst keinen gurkensalat",
        "les chaussettes de l'archiduchesse",
        "москва слезам не верит",
        "我喜欢在早晨喝很多绿茶",
        "夜の海を静かに渡る三味線",
        "كان المطر يعزف على النافذة",
        "vK7!pq2Zw",
        "a" * 9 + "t4!kQ#zP9",
        "maxbooster plays my violin badly",
        ("lamplight over the harbour " * 10)[:256],
    ],
)
def test_passphrases_in_any_language_are_accepted(password):
    refuse_weak(password, about=["ada.quill@example.org", "Ada Quill"])


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "0 characters"),
        ("vK7!pq2", "at least 8"),
        ("e\u0301" * 7, "7 characters"),
        ("x" * 257, "at most 256"),
        ("a" + "\u0300" * 200_000, "at most 256"),
        ("123456789", "leaked"),
        ("PASSWORD", "leaked"),
        ("ｐａｓｓｗｏｒｄ", "leaked"),
        ("iloveyou", "leaked"),
        ("football1", "leaked"),
        ("ada.quill@example.org", "made of"),
        ("Ada.Quill", "made of"),
        ("adaquill", "made of"),
        ("Ada Quill 9", "made of"),
        ("quillada12", "made of"),
        ("MaxBooster1!", "made of"),
        ("aaaaaaaaaaaaaaa", "guessed"),
        ("abcdefgh12345678", "guessed"),
        ("qwertyuiopasdf12", "guessed"),
        ("P@ssw0rd1234", "guessed"),
        ("liverpool2010", "guessed"),
        ("ada.quill2024!", "guessed"),
        ("猫" * 8, "guessed"),
    ],
)
def test_weak_passwords_are_refused_with_a_reason(password, reason):
    with pytest.raises(Invalid, match=reason) as refused:
        refuse_weak(password, about=["ada.quill@example.org", "Ada Quill"])
    assert refused.value.field == "password"
    assert not password or password not in refused.value.detail


def test_the_least_length_is_the_operators():
    refuse_weak("vK7!pq2Zw#f4", min_length=12)
    with pytest.raises(Invalid, match="at least 15"):
        refuse_weak("vK7!pq2Zw#f4", min_length=15)


def test_the_words_of_one_person_do_not_weaken_anothers_password():
    refuse_weak("zanzibarquokka77", about=["someone@example.org"])
    with pytest.raises(Invalid):
        refuse_weak("zanzibarquokka77", about=["Zanzibarquokka"])
    refuse_weak("zanzibarquokka77")


def test_a_password_made_to_be_slow_is_judged_soon():
    began = time.process_time()
    refuse_weak("4@8({[<3691!|0$5+7%2" * 12)
    assert time.process_time() - began < 1


async def test_a_password_is_judged_off_the_event_loop(hasher):
    await hasher.check(GOOD, about=["ada@example.org"])
    with pytest.raises(Invalid, match="leaked"):
        await hasher.check("password")
    full = Hasher(threads=1, waiting=0)
    answers = await asyncio.gather(full.hash(GOOD), full.check(GOOD), return_exceptions=True)
    full.close()
    assert isinstance(answers[1], Overloaded)


@pytest.fixture
def eager_threads():
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual_s)


@pytest.mark.usefixtures("eager_threads")
async def test_people_who_choose_at_the_same_time_do_not_share_their_words():
    hasher = Hasher(threads=4, waiting=200)
    about = {"zanzibarquokka77": ["someone"], "ada.quill2024!": ["ada.quill@example.org"]}
    chosen = list(about) * 50
    answers = await asyncio.gather(*(hasher.check(each, about=about[each]) for each in chosen), return_exceptions=True)
    hasher.close()
    assert [type(answer) for answer in answers] == [type(None), Invalid] * 50


# The operator's own list


def _blocklist(path, passwords, end="\n"):
    digests = sorted(sha1(word.encode()).hexdigest().upper() for word in passwords)
    path.write_bytes("".join(f"{digest}:{number * 37}{end}" for number, digest in enumerate(digests, 1)).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_every_password_of_the_operators_list_is_found_and_no_other(tmp_path, end, count):
    words = [f"leaked phrase {number}" for number in range(count)]
    blocklist = _blocklist(tmp_path / "pwned.txt", words, end)
    assert all(is_breached(word, blocklist) for word in words)
    assert not any(is_breached(f"kept phrase {number}", blocklist) for number in range(50))


def test_a_list_whose_last_line_has_no_end_is_read_to_the_end(tmp_path):
    words = [f"leaked phrase {number}" for number in range(20)]
    blocklist = _blocklist(tmp_path / "pwned.txt", words)
    blocklist.write_bytes(blocklist.read_bytes().rstrip())
    assert all(is_breached(word, blocklist) for word in words)


def test_a_password_of_the_operators_list_is_refused(tmp_path):
    blocklist = _blocklist(tmp_path / "pwned.txt", [GOOD, "another"])
    with pytest.raises(Invalid, match="leaked"):
        refuse_weak(GOOD, blocklist=blocklist)
    refuse_weak(GOOD.upper(), blocklist=blocklist)


def test_a_list_of_many_gigabytes_is_not_read_whole(tmp_path):
    """Reading 16 MB a hundred times would take seconds."""
    blocklist = tmp_path / "pwned.txt"
    blocklist.write_text("".join(f"{number << 142:040X}:{number:022}\n" for number in range(1 << 18)))
    began = time.perf_counter()
    for _ in range(100):
        assert not is_breached(GOOD, blocklist)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    "content", [None, "folder", b"password\nletmein\n", b"AB" * 16 + b":3\n", b"AB" * 32 + b":3\n"]
)
def test_an_unusable_list_names_the_setting(tmp_path, content):
    blocklist = tmp_path / "pwned.txt"
    if content == "folder":
        blocklist.mkdir()
    elif content is not None:
        blocklist.write_bytes(content)
    with pytest.raises(SettingsError, match="MAXBOOSTER_PASSWORD_BLOCKLIST") as error:
        is_breached(GOOD, blocklist)
    assert error.value.field == "core.password_blocklist"


def test_starting_the_core_loads_no_hashing_library():
    code = "import sys, maxbooster.auth.passwords; print({'argon2', 'bcrypt', 'zxcvbn'} & set(sys.modules))"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert started.stdout.strip() == "set()"
