"""Settings come from the environment and one TOML file, and are checked by name at start.

The environment wins. Core settings are `MAXBOOSTER_<NAME>` or the table `[core]`; a plugin's are
`MAXBOOSTER_<PLUGIN>__<NAME>` or the table `[<plugin>]`; a connector's dot is `_` in the environment.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from .errors import SettingsError, suggestion

if TYPE_CHECKING:
    from .context import Context

PREFIX = "MAXBOOSTER_"

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")

T = TypeVar("T", bound="PluginSettings")
Secret = Annotated[str, msgspec.Meta(extra_json_schema={"format": "password"})]
"""A field of a form that is kept sealed and never shown again."""
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[int, msgspec.Meta(ge=0)]


class PluginSettings(msgspec.Struct, kw_only=True, frozen=True):
    """Subclass it for a plugin's settings: typed fields with defaults."""


class AccountSettings(msgspec.Struct, kw_only=True, frozen=True):
    """Subclass it for what one account sets up with a connector. Its fields make the form: text, numbers, booleans,
    choices (`Literal` or an enum), lists of text, and `Secret`, with `msgspec.Meta(title=…, description=…)` for what
    people read."""

    async def check(self, ctx: Context) -> None:
        """Asked before they are saved: does this work there? Raise `Invalid` with the `field` that is wrong."""


class Settings(PluginSettings, kw_only=True, frozen=True):
    """The core's settings. The defaults make the embedded form: everything in one folder."""

    data: Path = Path("maxbooster-data")
    """Folder for the embedded database, files, secret key and switches."""
    database: str = ""
    """`sqlite:///path` or `postgresql://…`; empty: SQLite in the data folder."""
    redis: str = ""
    """`redis://…` when web and worker processes are spread out; empty: within one process."""
    storage: str = ""
    """`file:///path`, `s3://bucket/prefix`, `gs://…`, `az://…`, `memory://`; empty: the data folder."""
    secret_keys: tuple[str, ...] = ()
    """Fernet keys, newest first; empty: a key file in the data folder."""
    key_service: str = ""
    """The plugin that wraps the secret keys, such as `vault`. They are in the database then, and unwrapped at start."""
    key_service_wait_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 120.0
    """How long a server or worker waits at its start for a key service that doesn't answer, before it gives up."""
    listen: str = "127.0.0.1:8080"
    log: Literal["text", "json"] = "text"
    log_level: str = "info"
    """`debug`, `info`, `warning`, `error` or `critical`."""
    examples: bool = False
    """Whether example plugins are on, which are for plugin authors."""
    disabled: tuple[str, ...] = ()
    """Plugins that are off whatever `maxbooster plugins` says."""
    approved: tuple[str, ...] = ()
    """What `maxbooster plugins enable` would ask about is approved: `name@digest`, as it prints it; `*` approves
    whatever is installed (tests)."""
    body_limit_bytes: Count = 1_000_000
    """The largest request body, uploads apart."""
    bodies_limit_bytes: Count = 200_000_000
    """How much of request bodies one process holds in memory at a time, uploads apart; beyond it they are refused with
    503."""
    in_flight: Count = 128
    """Requests worked on at a time in one process; beyond it they are refused with 503."""
    database_threads: Count = 4
    """Threads for reads, and as many for commits on PostgreSQL."""
    quota_bytes: Amount = 50_000_000_000
    """How much one account may store."""
    upload_limit_bytes: Count = 20_000_000_000
    """The largest single upload."""
    upload_expires_h: Count = 24
    """Hours after which an unfinished upload is swept."""
    public_url: str = ""
    """Where people reach this server, `https://music.example`: for links in emails, cookies and tokens; empty: the
    address that it listens on."""
    pages_url: str = ""
    """Where strangers see public pages and short links, `https://pages.example`: a host of their own, at which nothing
    else is served; empty: at `public_url`."""
    hosts: tuple[str, ...] = ()
    """Further names under which this server may be called, beside that of `public_url`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose `X-Forwarded-For` is believed."""
    mail: str = "console:"
    """`smtp://user:password@host:587`, `smtps://…`, `file:///folder` for one file per message, or `console:`;
    plugins add others."""
    mail_from: str = "Max Booster <noreply@localhost>"
    document_fonts: Path | None = None
    """A folder of fonts for PDF documents, beside those that come with them: for Chinese, Japanese and Korean names,
    say."""
    registration: Literal["open", "invited", "closed"] = "open"
    """Who may register: everybody, those who were invited, or nobody (`maxbooster user create`)."""
    second_factor: Literal["optional", "staff", "everybody"] = "staff"
    """Who must have two-factor authentication or a passkey: without it they reach their own profile alone. Staff are
    asked where they work as staff."""
    password_min_length: Count = 8
    password_blocklist: Path | None = None
    """A file of leaked passwords, in the "Pwned Passwords ordered by hash" format, beside the bundled list."""
    hashing_waiting: Amount = 32
    """Password hashings that may wait in one process; beyond that logins are refused with 503."""
    login_floor_ms: Amount = 400
    """A login that fails is answered no sooner, so that its time tells nothing."""
    session_idle_h: Count = 24 * 7
    session_days: Count = 30
    """A browser is logged out after so many hours without use, and after so many days in any case."""
    provider_session_h: Count = 24 * 7
    """A browser that signed in at a provider signs in there again after so many hours."""
    step_up_minutes: Count = 10
    """How long a proof of who one is counts for what asks for one."""
    token_minutes: Count = 10
    refresh_days: Count = 60
    """Lifetimes of an API client's access token, and of its refresh tokens when unused."""
    client_days: Count = 365
    """An API client must log in anew after so many days, however much it is used."""
    api_requests_per_s: Count = 1000
    """Requests per second of one API key, where its account's plan says nothing."""
    erase_after_days: Amount = 30
    """Between a person's wish to be erased and the deed."""
    job_concurrency: Count = 16
    """Jobs that one worker process runs at a time, per queue."""
    job_lease_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 30.0
    """Seconds without a sign of life after which another worker takes a job over."""
    job_grace_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 10.0
    """Seconds past its time limit in which a job must have ended; beyond that its worker is replaced."""
    event_loop_stall_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 1.0
    """Seconds for which code may hold up everything else in its process before that is logged; 0: never."""
    job_retention_days: Count = 30
    """How long finished jobs and heard events are kept."""
    webhook_retention_days: Count = 30
    """How long the bodies of handled webhooks, and the log of sent ones, are kept."""
    outbound_private: bool = False
    """Whether user-supplied URLs may lead to private addresses (tests and sandboxes only)."""

    def __post_init__(self) -> None:
        if self.log_level.lower() not in LOG_LEVELS:
            raise ValueError(f"log_level {self.log_level!r} is not one of {', '.join(LOG_LEVELS)}")
        if self.redis and not self.redis.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("redis must begin with redis://, rediss:// or unix://")
        for name, url in (("public_url", self.public_url), ("pages_url", self.pages_url)):
            if url and not _is_origin(url):
                raise ValueError(
                    f"{name} {url!r} is not an address such as https://music.example, without a path, a user or a query"
                )
        if self.pages_url and urlsplit(self.pages_url).hostname == urlsplit(self.origin).hostname:
            raise ValueError(f"pages_url {self.pages_url!r} must name another host than public_url; or leave it empty")

    @property
    def origin(self) -> str:
        """Scheme, host and port of `public_url`; without it, of the address that is listened on."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host, _, port = self.listen.rpartition(":")
        return f"http://{'localhost' if host in _EVERY_ADDRESS else host}:{port}"

    @property
    def pages_origin(self) -> str:
        """Of public pages and short links."""
        return self.pages_url.rstrip("/") or self.origin

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data.resolve() / 'maxbooster.db'}"

    @property
    def storage_url(self) -> str:
        return self.storage or (self.data.resolve() / "files").as_uri()


_EVERY_ADDRESS = ("", "0.0.0.0", "[::]", "::")


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and not any(rest)


_TESTS = PREFIX + "TEST_"
"""Says where the tests find their services: no setting, but processes that tests start inherit it."""


class Sections:
    """Everything that was set, by section; each section is decoded when its owner asks for it."""

    def __init__(self, sections: Mapping[str, Mapping[str, Any]], origin: str = "the settings") -> None:
        self._sections = sections
        self._origin = origin
        self._decoded: dict[tuple[str, type], Any] = {}

    def decode(self, section: str, kind: type[T]) -> T:
        """The section as `kind`.

        Raises:
            SettingsError: an unknown name (with the nearest right one) or a value of the wrong type.
        """
        if (section, kind) not in self._decoded:
            self._decoded[section, kind] = self._convert(section, kind)
        return self._decoded[section, kind]  # type: ignore[no-any-return]

    def below(self, section: str) -> list[str]:
        """What stands behind the dot in the names of the sections below one."""
        return [name.removeprefix(f"{section}.") for name in self._sections if name.startswith(f"{section}.")]

    def _convert(self, section: str, kind: type[Any]) -> Any:
        given = self._sections.get(section, {})
        known = list(kind.__struct_fields__)
        for name in given:
            if name not in known:
                raise SettingsError(
                    f"{self._origin} set [{section}] {name!r}, which does not exist.{suggestion(name, known)}",
                    field=f"{section}.{name}",
                )
        try:
            return msgspec.convert(_split_lists(given, kind), kind, strict=False, dec_hook=_decode_path)
        except msgspec.ValidationError as error:
            raise SettingsError(
                f"{self._origin}, section [{section}]: {_named(error, given)}.", field=section
            ) from error

    def leftovers(self, sections: list[str]) -> list[str]:
        """A sentence for each section that belongs to nobody: a plugin that was uninstalled, or a misspelling."""
        return [
            f"{self._origin} has a section [{section}], but no such plugin is installed.{suggestion(section, sections)}"
            for section in self._sections
            if section not in sections
        ]


def read(environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Sections:
    """Read the TOML file (`MAXBOOSTER_CONFIG`, else `maxbooster.toml` if there) and the environment.

    Raises:
        SettingsError: the file is missing, unreadable or not TOML.
    """
    sections: dict[str, dict[str, Any]] = {}
    named = file or (Path(environment[PREFIX + "CONFIG"]) if PREFIX + "CONFIG" in environment else None)
    path = named or Path("maxbooster.toml")
    if named or path.exists():
        sections = _read_file(path)
    for variable, value in environment.items():
        if variable.startswith(PREFIX) and variable != PREFIX + "CONFIG" and not variable.startswith(_TESTS):
            section, name = _place(variable)
            sections.setdefault(section, {})[name] = value
    return Sections(sections, f"the environment and {path}" if sections else "the settings")


def _read_file(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"The settings file {path} does not exist.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}") from error
    for name, value in content.items():
        if not isinstance(value, dict):
            raise SettingsError(f"{path}: {name!r} stands outside a section; write it under [core].", field=name)
    return {section: given for name, table in content.items() for section, given in _flat(name, table)}


def _flat(name: str, table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """`[social.bluesky]` is a table within `[social]` to TOML, and a section of its own to us."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    yield name, {key: value for key, value in table.items() if key not in inner}
    for key, value in inner.items():
        yield f"{name}.{key}", value


def _place(variable: str) -> tuple[str, str]:
    name = variable.removeprefix(PREFIX).lower()
    section, separator, rest = name.partition("__")
    return (section.replace("_", ".", 1), rest) if separator else ("core", name)


def _split_lists(given: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    """The environment knows only text: a comma separates the items of a list."""
    return {
        name: [item.strip() for item in value.split(",") if item.strip()]
        if isinstance(value, str) and name in _lists(cast(Any, kind))
        else value
        for name, value in given.items()
    }


@cache
def _lists(kind: type[Any]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind) if "tuple" in str(field.type)}


_PLACE = re.compile(r"(?P<reason>.*) - at `\$\.(?P<name>\w+)[^`]*`", re.DOTALL)
_SECRET = re.compile("password|secret|token|key", re.IGNORECASE)


def _named(error: msgspec.ValidationError, given: Mapping[str, Any]) -> str:
    """Which setting is wrong, with its value unless that may be secret, and what was expected."""
    found = _PLACE.fullmatch(str(error))
    if found is None:
        return str(error)
    name = found["name"]
    value = repr(given.get(name))
    shown = "" if _SECRET.search(name) or "@" in value else f" is {value}"
    return f"{name}{shown}: {found['reason'][0].lower()}{found['reason'][1:]}"


def _decode_path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise TypeError(f"a setting cannot be of the type {kind.__name__}")
