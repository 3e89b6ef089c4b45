"""`python -m maxbooster_stripe.simulator --listen 127.0.0.1:0 --folder DIR`."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys
from datetime import datetime
from pathlib import Path

import uvicorn

from .server import application
from .store import FolderTaken


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m maxbooster_stripe.simulator", description="A simulated Stripe.")
    parser.add_argument("--listen", default="127.0.0.1:0", help="address:port of this machine; port 0 takes a free one")
    parser.add_argument("--folder", type=Path, required=True, help="where its state is kept")
    parser.add_argument("--start-at", type=datetime.fromisoformat, help="let the clock stand there until it is moved")
    given = parser.parse_args()
    try:
        listening = _socket(given.listen)
        start_at = int(given.start_at.timestamp()) if given.start_at else None
        app = application(given.folder, start_at)
    except (FolderTaken, OSError, ValueError) as refused:
        sys.exit(str(refused))
    host, port = listening.getsockname()[:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_level="warning", proxy_headers=False, server_header=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])


def _socket(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--listen takes ADDRESS:PORT, got {listen}.")
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"The simulator listens on this machine only (127.0.0.1), not on {host}.")
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, int(port)))
    listening.listen(128)  # whoever reads the address may connect at once
    return listening


if __name__ == "__main__":
    main()
