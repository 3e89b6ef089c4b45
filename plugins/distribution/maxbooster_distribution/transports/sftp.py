"""SFTP (asyncssh): temporary names until a file is whole, resumed at the byte where it broke.

SSH itself proves every byte on the way, so after a break only what lay there before is read back and compared.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncssh

from maxbooster.plugin import AuthFailed, Invalid, NotReady, public_addresses

from ..outlets.outlet import Endpoint
from ..package import Item
from .transport import LARGEST_ANSWER_BYTES, PIECE, Checked, Listed, Told, pieces, whole

_CONNECT_S = 20.0
_HOST_KEY = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\r\n]*)?")
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_NO_FILES = (asyncssh.FILEXFER_TYPE_DIRECTORY, asyncssh.FILEXFER_TYPE_SPECIAL)
_QUIET_S = 15
"""Seconds of silence after which the other side is asked whether it is still there, three times."""


@asynccontextmanager
async def connected(endpoint: Endpoint) -> AsyncIterator[SftpTransport]:
    """
    Raises:
        NotReady: nobody answers there.
        AuthFailed: our key or password is refused, or the server's key is not the one that we know.
    """
    host_key = _host_key(endpoint)
    where = f"[{endpoint.host}]:{endpoint.port}" if endpoint.port != 22 else endpoint.host
    with _plainly(endpoint):
        connection = await asyncssh.connect(
            await _address(endpoint),
            endpoint.port,
            username=endpoint.username,
            password=endpoint.password or None,
            client_keys=_client_keys(endpoint),
            host_key_alias=endpoint.host,
            known_hosts=asyncssh.import_known_hosts(f"{where} {host_key}\n"),
            agent_path=None,
            config=None,
            connect_timeout=_CONNECT_S,
            keepalive_interval=_QUIET_S,
        )
    async with connection:
        with _plainly(endpoint):
            client = await connection.start_sftp_client()
        async with client:
            yield SftpTransport(client, endpoint)


async def _address(endpoint: Endpoint) -> str:
    """Of a host that a user named, the very address that was checked."""
    return (await public_addresses(endpoint.host, endpoint.port))[0] if endpoint.public_only else endpoint.host


def _client_keys(endpoint: Endpoint) -> list[str | asyncssh.SSHKey] | None:
    if endpoint.private_key:
        return [asyncssh.import_private_key(endpoint.private_key)]
    return [str(endpoint.key_file)] if endpoint.key_file else None


def _host_key(endpoint: Endpoint) -> str:
    """One key on one line: what stands on a second one would be a second server that is believed.

    Raises:
        AuthFailed: there is none, or it is not one key.
    """
    if not endpoint.host_key.strip():
        raise AuthFailed(
            f"The host key of {endpoint.host} is not known, so it could be anybody."
            " Ask the store for it and set host_key."
        )
    if not _HOST.fullmatch(endpoint.host):
        raise AuthFailed(f"{endpoint.host!r} is not the name or address of one server; correct host.")
    key = endpoint.host_key.strip()
    if not _HOST_KEY.fullmatch(key):
        raise AuthFailed(
            f"host_key of {endpoint.host} is not one public key; write it on one line, as `ssh-ed25519 AAAA…`,"
            " without the server's name."
        )
    return key


class SftpTransport:
    def __init__(self, client: asyncssh.SFTPClient, endpoint: Endpoint) -> None:
        self._sftp = client
        self._endpoint = endpoint

    async def put(self, folder: str, item: Item, told: Told) -> None:
        path = self._path(f"{folder}/{item.path}")
        with _plainly(self._endpoint):
            if await self._size(path) == item.size and (await self._prefix(path, item, item.size)).agrees:
                await told(item.size)
                return
            parent, name = posixpath.split(path)
            await self._sftp.makedirs(parent, exist_ok=True)
            part = f"{parent}/.{name}.part"
            await self._send(part, item, told)
            await self._sftp.posix_rename(part, path)

    async def _send(self, part: str, item: Item, told: Told) -> None:
        """Go on after what is there, if that is how the file begins; else from the start."""
        there = await self._size(part) or 0
        checked = await self._prefix(part, item, there) if 0 < there <= item.size else Checked(item)
        async with self._sftp.open(part, "r+b" if checked.size else "wb") as file:
            await told(checked.size)
            async for piece in pieces(item, checked.size):
                await file.write(piece, checked.size)
                checked.take(piece)
                await told(checked.size)
        checked.demand()
        if (size := await self._size(part)) != item.size:
            raise NotReady(f"{self._endpoint.host} holds {size} of {item.size} bytes of {item.path}; trying again.")

    async def _prefix(self, path: str, item: Item, size: int) -> Checked:
        """What lies there, compared with how the file begins; counts nothing if it differs."""
        checked = Checked(item)
        async with self._sftp.open(path, "rb") as remote:
            async for piece in pieces(item):
                if checked.size >= size:
                    break
                wanted = piece[: size - checked.size]
                if _bytes(await remote.read(len(wanted), checked.size)) != wanted:
                    return Checked(item)
                checked.take(wanted)
        return checked

    async def _size(self, path: str) -> int | None:
        try:
            return (await self._sftp.stat(path)).size
        except asyncssh.SFTPNoSuchFile:
            return None

    async def listed(self, folder: str) -> list[Listed]:
        with _plainly(self._endpoint):
            try:  # as bytes, since the library refuses a whole folder for one name that is not UTF-8
                entries = await self._sftp.readdir(self._path(folder).encode())
            except asyncssh.SFTPNoSuchFile:
                return []
        found = [
            Listed.of(_bytes(each.filename), each.attrs.size or 0, int(each.attrs.mtime or 0))
            for each in entries
            if each.attrs.type not in _NO_FILES and not _bytes(each.filename).startswith(b".")
        ]
        return sorted(found, key=lambda each: each.name)

    async def read(self, path: str) -> bytes:
        with _plainly(self._endpoint):
            size = await self._size(self._path(path)) or 0
            if size > LARGEST_ANSWER_BYTES:
                raise Invalid(f"{path} has {size:,} bytes; no answer is that long.")
            content = bytearray()
            async with self._sftp.open(self._path(path), "rb") as file:
                while len(content) < size and (piece := _bytes(await file.read(PIECE, len(content)))):
                    content += piece
            return whole(bytes(content), size, path)

    def _path(self, path: str) -> str:
        return f"{self._endpoint.folder.rstrip('/')}/{path}" if self._endpoint.folder else path


@contextmanager
def _plainly(endpoint: Endpoint) -> Iterator[None]:
    """The library's errors in our words."""
    where = f"{endpoint.host}:{endpoint.port}"
    try:
        yield
    except asyncssh.PermissionDenied as error:
        raise AuthFailed(
            f"{where} refuses our login as {endpoint.username!r}. Check the password or the key."
        ) from error
    except asyncssh.HostKeyNotVerifiable as error:
        raise AuthFailed(
            f"{where} has another host key than the one that is set; do not send before that is clear."
        ) from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, FileNotFoundError) as error:
        raise AuthFailed(f"The key for {where} cannot be used: {error}.") from error
    except asyncssh.SFTPPermissionDenied as error:
        raise AuthFailed(f"{where} does not let us write there: {error.reason}.") from error
    except (asyncssh.Error, asyncssh.SFTPError, OSError, TimeoutError) as error:
        words = getattr(error, "reason", "") or str(error) or type(error).__name__
        raise NotReady(f"{where} cannot be reached or broke off: {words}.", retry_after_s=30) from error


def _bytes(read: object) -> bytes:
    """What a file that was opened for bytes gives; the library's types say text."""
    assert isinstance(read, bytes)
    return read
