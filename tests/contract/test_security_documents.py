"""What docs/security says of keys, data, connections, logs and limits is what the code does."""

from __future__ import annotations

import ast
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import maxbooster
from maxbooster import live
from maxbooster.app import App
from maxbooster.auth import identify, totp
from maxbooster.auth.passwords import refuse_weak
from maxbooster.auth.sessions import queries
from maxbooster.db.models import Owned, Table
from maxbooster.errors import Invalid
from maxbooster.http import bounds, connection, traffic
from maxbooster.settings import Settings, read
from maxbooster.web.shell import Shell

from .asvs import ROOT, _unusable

CORE = Path(maxbooster.__file__).parent
SECURITY = ROOT / "docs" / "security"
README = (SECURITY / "README.md").read_text("utf-8")


def _section(title: str, text: str = README) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(CORE.rglob("*.py")):
        if "testing" not in file.parts:
            yield file.relative_to(CORE).as_posix(), ast.parse(file.read_text("utf-8"))


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> App:
    return App(read({"MAXBOOSTER_DATA": str(tmp_path_factory.mktemp("data"))}))


# Keys and algorithms

CRYPTOGRAPHIC = (
    "hashlib",
    "hmac",
    "secrets",
    "cryptography",
    "argon2",
    "bcrypt",
    "joserfc",
    "pyotp",
    "Crypto",
    "nacl",
    "pyrage",
    "webauthn",
)


def _cryptography() -> set[tuple[str, str]]:
    """Which module uses what, by the name under which the inventory lists it."""
    found = set()
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and str(node.module).split(".")[0] in CRYPTOGRAPHIC:
                found |= {(name, alias.name) for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {(name, each.name) for each in node.names if each.name.split(".")[0] in CRYPTOGRAPHIC}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
                found.add((name, node.attr))
    return found


LISTED_AS = {
    "Ed25519PrivateKey": "Ed25519", "MultiFernet": "Fernet", "InvalidToken": "Fernet", "SHA256": "HKDF",
    "PasswordHasher": "argon2id", "bcrypt": "argon2id", "pyotp": "hmac", "hashlib": None, "jws": "Ed25519",
    "JWSRegistry": "Ed25519", "OKPKey": "Ed25519", "JoseError": None, "VerifyMismatchError": None,
    "x25519": "age", "pyrage": "age", "RecipientError": None, "IdentityError": None, "WebAuthnException": None,
    "AuthenticatorSelectionCriteria": None, "AuthenticatorTransport": None, "PublicKeyCredentialDescriptor": None,
    "ResidentKeyRequirement": None, "UserVerificationRequirement": None, "base64url_to_bytes": None,
    "bytes_to_base64url": None, "options_to_json": None, "generate_registration_options": "webauthn",
    "generate_authentication_options": "webauthn",
    "verify_registration_response": "webauthn", "verify_authentication_response": "webauthn", "file_digest": "sha256",
    "ECDH": "ECDH", "SECP256R1": "ECDH", "EllipticCurvePrivateKey": "ECDH", "EllipticCurvePublicKey": "ECDH",
    "generate_private_key": "ECDH", "AESGCM": "AESGCM", "ECKey": "RS256", "Encoding": None, "PublicFormat": None,
    "PrivateFormat": None, "NoEncryption": None, "load_pem_private_key": None,
    "jwk": "RS256", "jwt": "RS256", "InvalidHashError": None, "VerificationError": None, "new": None,
}  # fmt: skip
"""None: an error, or a module whose functions are listed by their own names."""


def test_the_inventory_names_every_algorithm_and_where_it_is_used():
    table = _section("Algorithms", (SECURITY / "keys.md").read_text("utf-8"))
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]
    listed = {name: re.findall(r"`([\w./]+)`", places) for names, *_, places in rows for name in _names(names)}
    used = {(module, LISTED_AS.get(primitive, primitive)) for module, primitive in _cryptography()}
    assert len(used) > 20
    for module, name in sorted(used - {(module, None) for module, _ in used}):
        assert any(module.startswith(place) for place in listed.get(str(name), [])), (module, name)


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_primitives_come_from_kept_libraries_alone_and_reach_128_bits(assembled):
    packages = {
        str(getattr(node, "module", "")).split(".")[0]
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0
    }
    assert not packages & {"Crypto", "nacl", "rsa", "ecdsa", "passlib", "jwt", "jose", "M2Crypto"}
    assert len(urlsafe_b64decode(Fernet.generate_key())) * 8 == 256, "128 bits for AES, as many for HMAC"
    for code in totp.new_recovery_codes():
        assert len(code.replace("-", "")) * 5 >= 128
    assert list(_short_tokens()) == []


def _short_tokens() -> Iterator[tuple[str, int]]:
    """Where the system's generator is asked for fewer than 16 bytes."""
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "secrets.token_urlsafe",
                "secrets.token_bytes",
            ):
                size = ast.literal_eval(node.args[0]) if node.args else 32
                if size < 16:
                    yield name, size


# How sensitive which data is


def _level(table: type[Table], assembled: App) -> str:
    declared = [each for each in assembled.offers.personal_data if each.table is table]
    if any(each.by for each in declared):
        return "personal"
    return "confidential" if issubclass(table, Owned) else "internal"


def test_every_table_has_a_level_and_what_keeps_secrets_is_named(assembled):
    page = (SECURITY / "data.md").read_text("utf-8")
    rows = {row.split("**")[1]: row for row in page.splitlines() if row.startswith("| **")}
    assert list(rows) == ["secret", "personal", "confidential", "internal"]
    assert all(row.count("|") == 7 for row in rows.values()), "a level lacks one of its requirements"
    secret = set(re.findall(r"`(core_\w+)`", rows["secret"]))
    tables = {table.__tablename__: table for table in assembled.offers.tables}
    assert secret <= tables.keys()
    assert {_level(table, assembled) for table in tables.values()} <= rows.keys()
    keeping = {
        name
        for name, table in tables.items()
        if name.startswith("core_")
        and {"sealed", "hash"} & {*table.__table__.columns.keys()}
        and _level(table, assembled)
    }
    assert keeping - secret <= {"core_directory"}, "the directory keeps hashes of what is no secret"


# Who talks to whom


def test_every_setting_that_leads_elsewhere_stands_among_the_connections():
    page = (SECURITY / "communications.md").read_text("utf-8")
    leading = {"database", "redis", "storage", "mail", "public_url", "listen", "outbound_private", "hosts"}
    assert leading <= set(Settings.__struct_fields__)
    assert leading <= set(re.findall(r"`(\w+)`", page))


def test_the_page_sends_nothing_to_anybody_else(tmp_path):
    entries = {name: {"file": "x.js"} for name in ("src/shell/main.ts", "src/lit.ts", "src/ui/index.ts")}
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    policy = dict(rule.split(" ", 1) for rule in Shell(tmp_path).policy.split("; "))
    others = [rule for rule, value in policy.items() if re.search(r"https?:|\*|//", value)]
    assert others == []
    assert policy["default-src"] == "'self'"


# What is recorded


def test_logs_go_to_standard_error_alone():
    handlers = [
        f"{name}:{node.lineno}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and str(getattr(node, "attr", getattr(node, "id", ""))).endswith("Handler")
        and "log" in ast.unparse(node).lower()
    ]
    assert handlers == []
    page = (SECURITY / "logging.md").read_text("utf-8")
    for record in ("log", "audit trail", "events and jobs", "metrics"):
        assert re.search(rf"^\| {record} \|", page, re.MULTILINE), record
    from maxbooster.http.gate import _REFUSED

    said = re.search(r"answered ([\d, or]+):", page)
    assert said
    assert tuple(map(int, re.findall(r"\d+", said.group(1)))) == _REFUSED


# Limits


def test_what_one_client_may_take_stands_in_the_documentation():
    rows = dict(re.findall(r"^\| ([^|`]+?) \| ([^|]+) \|$", _section("What one client may take"), re.MULTILINE))
    assert [rows[what] for what in rows if what != "what" and "---" not in what] == [
        f"{connection.HEADERS_S:g}", f"{traffic.BODY_S:g}", str(connection.WAITING_PER_ADDRESS),
        str(traffic.WAITING_PER_ADDRESS), f"{connection.UNREAD_S:g}", str(identify.BROWSER_REQUESTS_PER_S),
        "`api_requests_per_s`, or as the plan says", str(queries.MOST_SESSIONS),
        f"{live.PER_PERSON}, {live.PER_ACCOUNT}", str(bounds.LONGEST_TEXT),
        f"{bounds.EARLIEST:%Y-%m-%d}, {bounds.LATEST:%Y-%m-%d}", f"{bounds.FIRST_DAY}, {bounds.LAST_DAY}",
    ]  # fmt: skip
    assert f"{traffic.BYTES_PER_S} bytes per second" in README


def test_costly_operations_and_rules_over_several_fields_exist():
    sources = [file for folder in ("core", "plugins") for file in (ROOT / folder).rglob("*routes.py")]
    known = {id for file in sources for id in re.findall(r'operation_id="(\w+)"', file.read_text("utf-8"))}
    costly = re.findall(
        r"`(\w+)`", "".join(re.findall(r"^\| ([^|]+) \|", _section("Operations that cost much"), re.MULTILINE))
    )
    assert len(costly) > 5
    assert set(costly) <= known
    rules = re.findall(r"`(tests/[^`]+)`", _section("Rules over several fields"))
    assert len(rules) > 5
    assert [(test, wrong) for test in rules if (wrong := _unusable(test, ROOT))] == []


def test_the_times_of_sessions_are_the_ones_that_are_justified():
    why, fresh = _section("Why sessions last as long as they do"), Settings()
    assert f"{fresh.session_idle_h} hours without use and after {fresh.session_days} days" in why
    assert f"{fresh.refresh_days} days without use and {fresh.client_days} days" in why
    assert f"{fresh.step_up_minutes} minutes" in why


def test_the_times_of_provider_sessions_are_the_ones_that_are_documented():
    said = _section("Sign-in providers and their sessions")
    assert f"after {Settings().provider_session_h} hours (`provider_session_h`)" in said
    for what in ("start", "end", "logging out here", "recent proof", "second factor"):
        assert re.search(rf"^\| {what} \|", said, re.MULTILINE), what


def test_how_a_person_proves_who_they_are_when_a_factor_is_lost_is_written_down():
    said = _section("Sign-in providers and their sessions")
    assert re.search(r"a recovery code with the password gets in; who has lost both proves to staff", said)
    assert "maxbooster user reset EMAIL --two-factor" in said


def test_the_limits_of_uploads_are_the_settings_own():
    said, fresh = _section("Uploads"), Settings()
    assert f"`upload_limit_bytes` ({fresh.upload_limit_bytes // 10**9} GB)" in said
    assert f"`quota_bytes` ({fresh.quota_bytes // 10**9} GB)" in said


def test_words_that_no_password_is_made_of_are_listed_and_refused():
    listed = _section("Passwords", (ROOT / "docs" / "identity.md").read_text("utf-8"))
    words = re.findall(r"`([^`]+)`", listed.partition("or ours:")[2])
    assert "maxbooster" in words
    for word in words:
        with pytest.raises(Invalid):
            refuse_weak(f"{word}{word}1")


def test_no_pattern_and_no_format_string_is_made_of_input():
    """Patterns and format strings stand in the code; what varies is escaped, or is a constant of ours."""
    suspicious = []
    for name, tree in _trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if ast.unparse(node.func.value) == "re" and node.args and not _is_fixed(node.args[0]):
                suspicious.append(f"{name}:{node.lineno} {ast.unparse(node)[:80]}")
            formats = node.func.attr in ("format", "format_map") and ast.unparse(node.func.value) != "msgspec.json"
            if formats and not isinstance(node.func.value, ast.Constant) and name not in OWN_SENTENCES:
                suspicious.append(f"{name}:{node.lineno} {ast.unparse(node)[:80]}")
    assert "\n".join(suspicious) == ""


OWN_SENTENCES = {"cli/failures.py", "http/problems.py", "search/searchable.py"}
"""Where the sentence comes from a table of constants beside it, or is declared by a plugin beside its select."""


def _is_fixed(pattern: ast.expr) -> bool:
    if isinstance(pattern, ast.Constant):
        return True
    if isinstance(pattern, ast.Name | ast.Attribute):
        return ast.unparse(pattern).rpartition(".")[2].lstrip("_").isupper()
    if isinstance(pattern, ast.JoinedStr):
        return all(_is_fixed(part) for part in pattern.values)
    if isinstance(pattern, ast.FormattedValue):
        return _is_fixed(pattern.value) or ast.unparse(pattern.value).startswith("re.escape(")
    return isinstance(pattern, ast.BinOp) and _is_fixed(pattern.left) and _is_fixed(pattern.right)


RETIRED = re.compile(
    r"<(object|embed|applet|marquee)\b|ActiveXObject|application/x-shockwave|\.swf\b|silverlight", re.I
)


def test_the_page_uses_no_retired_technology():
    sources = [
        file
        for folder in ("core/web/src", "plugins")
        for file in (ROOT / folder).rglob("*.ts")
        if "node_modules" not in file.parts
    ]
    assert len(sources) > 20
    assert [file.name for file in sources if RETIRED.search(file.read_text("utf-8"))] == []


def test_time_frames_for_dependencies_are_set():
    said = _section("Dependencies")
    assert re.search(r"within \d+ days,\s+any other within \d+", said)
    pinned = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all("==" in line for line in pinned if line.strip() and not line.startswith("#"))


# Dependencies


def test_whatever_is_used_of_others_is_listed_with_its_version_and_comes_from_a_registry():
    """`constraints.txt` and `package-lock.json` are the inventory: what is installed is what they say."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("#")[0].strip().split("==") for line in lines if "==" in line)
    pinned = {_plain(name): version for name, version in pinned.items()}
    ours = {"maxbooster", "pip", "setuptools"}
    installed = {_plain(each.name): each.version for each in distributions() if not _is_local(each)}
    assert {name for name, version in installed.items() if pinned.get(name) != version} - ours == set()
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    outside = {name: each for name, each in packages.items() if "node_modules/" in name and not each.get("link")}
    assert outside
    assert [name for name, each in outside.items() if not each.get("integrity")] == []
    registry = "https://registry.npmjs.org/"
    assert [name for name, each in outside.items() if not each.get("resolved", registry).startswith(registry)] == []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_local(distribution: Distribution) -> bool:
    return bool(distribution.read_text("direct_url.json"))
