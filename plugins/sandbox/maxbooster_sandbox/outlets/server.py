"""The SFTP server of the simulated stores: a login for each store and account, shut into its own folder."""

from __future__ import annotations

import asyncio
import fcntl
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import asyncssh

from maxbooster.plugin import Context, Invalid
from maxbooster_distribution.plugin import installed_schemas

from ..settings import SandboxSettings
from .desk import Desk
from .place import Address, Place

_LOGIN = re.compile(r"([a-z][a-z0-9_]*)\.([0-9a-f]{32})")
_LOOK_S = 0.1
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@asynccontextmanager
async def outlets_running(ctx: Context) -> AsyncIterator[None]:
    """The server and its desk, in sandbox mode; one per data folder, whichever process comes first.

    Raises:
        Invalid: it would listen to other machines.
    """
    settings = ctx.settings(SandboxSettings)
    place = Place.of(ctx)
    if not settings.enabled:
        yield
        return
    place.prepare()
    with (place.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        desk = Desk(place, installed_schemas(ctx), settings)
        async with _listening(place, settings.sftp):
            looking = asyncio.create_task(_look(desk))
            try:
                yield
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)


async def _look(desk: Desk) -> None:
    while True:
        with suppress(OSError):  # a file that went away meanwhile; the next look finds what is there
            await asyncio.to_thread(desk.look, datetime.now(UTC))
        await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def _listening(place: Place, listen: str) -> AsyncIterator[None]:
    host, _, port = listen.rpartition(":")
    if host.strip("[]") not in LOOPBACK or not port.isdigit():
        raise Invalid(f"sandbox.sftp is {listen!r}; write 127.0.0.1 and a port: nobody else is let in.", field="sftp")
    key = asyncssh.import_private_key(place.host_key)
    server = await asyncssh.listen(
        host.strip("[]"),
        int(port),
        server_host_keys=[key],
        server_factory=lambda: _Login(place),
        sftp_factory=_Home,
        allow_scp=False,
        config=None,
    )
    place.say(Address(host.strip("[]"), server.get_port(), key.export_public_key().decode().rpartition(" ")[0].strip()))
    async with server:
        yield


class _Login(asyncssh.SSHServer):
    """Lets in `<store>.<account>` with the sandbox's password."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        conn.set_extra_info(place=self._place)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return bool(_LOGIN.fullmatch(username)) and hmac.compare_digest(password, self._place.password)


class _Home(asyncssh.SFTPServer):
    def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        place: Place = chan.get_extra_info("place")
        outlet, _, account = str(chan.get_extra_info("username")).partition(".")
        home = place.homes / outlet / account
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(chan, chroot=str(home).encode())
