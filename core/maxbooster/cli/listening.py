"""The address to listen on: read, then taken before anything else is opened."""

from __future__ import annotations

import errno
import socket

from ..errors import SettingsError

BACKLOG = 2048


def listening(listen: str) -> socket.socket:
    """A socket that listens on `host:port`, or the one that whoever started us listens on, `fd://3`.

    Raises:
        SettingsError: it cannot be listened on.
    """
    if listen.startswith("fd://"):
        return _inherited(listen)
    return _bound(*_address(listen))


def _inherited(listen: str) -> socket.socket:
    try:
        sock = socket.socket(fileno=int(listen.removeprefix("fd://")))
        sock.listen(BACKLOG)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{listen!r} is not an inherited socket: {error}.", field="core.listen") from error
    return sock


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise SettingsError(f"{listen!r} is not an address; write 127.0.0.1:8080.", field="core.listen")
    return host.strip("[]"), int(port)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _refused(host, port, f"{host!r} is not an address of this machine ({error})") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        sock.listen(BACKLOG)  # two sockets may share an address as long as neither listens
    except OSError as error:
        sock.close()
        raise _refused(host, port, _REASONS.get(error.errno or 0, error.strerror or str(error))) from error
    sock.set_inheritable(True)
    return sock


_REASONS = {
    errno.EADDRINUSE: "another program listens there",
    errno.EACCES: "only root may listen on ports below 1024",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def _refused(host: str, port: int, reason: str) -> SettingsError:
    return SettingsError(
        f"Can't listen on {host}:{port}: {reason}. Choose another address with --listen or MAXBOOSTER_LISTEN.",
        field="core.listen",
    )
