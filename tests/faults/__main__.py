"""`python -m tests.faults --seed N --rounds K`: kill -9 under load, and count what was lost or doubled.

Each round starts a platform of real processes, places orders and uploads a file while web, workers, Redis (which
keeps nothing) and PostgreSQL are killed in an order that follows from the seed; then lets everything settle and
compares. A failing round prints the seed that replays it.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import Connection, select, text

from maxbooster.audit import trail
from maxbooster.db.engine import Database
from maxbooster.storage.models import FileRow

from .orders import Order, Posting
from .platform import Platform

LOAD_S = 6.0
SETTLE_S = 60.0
CALLERS = 6
UPLOAD_BYTES = 9_000_000
CHUNK = 700_000


@dataclass
class Load:
    """What the callers were promised."""

    acknowledged: list[UUID] = field(default_factory=list)
    refused: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    upload: str | None = None


async def main() -> int:
    arguments = _arguments()
    failed = 0
    for kind in arguments.databases:
        for number in range(arguments.rounds):
            seed = arguments.seed + number
            faults = await _round(kind, seed)
            failed += bool(faults)
            for fault in faults:
                print(f"    FAULT {fault}")
            if faults:
                print(f"    replay: make faults SEED={seed} ROUNDS=1  (database {kind})")
    print(f"{failed} failed, {len(arguments.databases) * arguments.rounds - failed} rounds without a fault")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    return parser.parse_args()


async def _round(kind: str, seed: int) -> list[str]:
    chance = random.Random(f"{kind}/{seed}")
    with tempfile.TemporaryDirectory(prefix="maxbooster-faults-") as folder:
        platform = Platform(Path(folder), kind)
        try:
            account, token = platform.prepare()
            platform.start_all()
            load = await _under_fire(platform, token, chance)
            faults = await _settled(platform, account, load)
        finally:
            platform.end()
    kills = ", ".join(f"{name} {count}" for name, count in sorted(load.kills.items()))
    print(
        f"{kind:10} seed {seed}: {len(load.acknowledged)} orders acknowledged, {load.refused} attempts failed,"
        f" killed {kills}; {len(faults)} faults",
        flush=True,
    )
    return faults


async def _under_fire(platform: Platform, token: str, chance: random.Random) -> Load:
    load = Load()
    until = time.monotonic() + LOAD_S
    headers = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{platform.port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=5) as client:
        callers = [asyncio.create_task(_place_orders(client, load, until, number)) for number in range(CALLERS)]
        upload = asyncio.create_task(_upload(client, load))
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.3, 0.9))
            victim = chance.choice(platform.victims)
            load.kills[victim] += 1
            await asyncio.to_thread(platform.kill, victim)
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            await asyncio.to_thread(platform.start, victim)
            await asyncio.to_thread(platform.revive)
        await asyncio.gather(*callers)
        await asyncio.to_thread(platform.wait_until_up)
        await upload
    return load


async def _place_orders(client: httpx.AsyncClient, load: Load, until: float, caller: int) -> None:
    number = caller
    while time.monotonic() < until:
        number += CALLERS
        try:
            answer = await client.post("/api/faults/orders", json={"number": number})
            if answer.status_code == 201:
                load.acknowledged.append(UUID(answer.json()["id"]))
                continue
        except httpx.HTTPError:
            pass
        load.refused += 1
        await asyncio.sleep(0.05)


async def _upload(client: httpx.AsyncClient, load: Load) -> None:
    """A tus upload that asks for its offset after every failure and goes on from there."""
    content = random.Random(7).randbytes(UPLOAD_BYTES)
    location, offset = None, None
    while offset != UPLOAD_BYTES:
        try:
            if location is None:
                location = (
                    await _tus(client, "POST", "/api/core/uploads", {"Upload-Length": str(UPLOAD_BYTES)})
                ).headers["location"]
                location, offset = httpx.URL(location).path, 0
            if offset is None:
                offset = int((await _tus(client, "HEAD", location, {})).headers["upload-offset"])
            piece = content[offset : offset + CHUNK]
            answer = await _tus(
                client,
                "PATCH",
                location,
                {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"},
                piece,
            )
            offset = int(answer.headers["upload-offset"])
            await asyncio.sleep(0.2)
        except (httpx.HTTPError, KeyError):
            offset = None
            await asyncio.sleep(0.2)
    load.upload = location.rpartition("/")[2] if location else None


async def _tus(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], content: bytes = b""
) -> httpx.Response:
    name = b64encode(b"take one.bin").decode()
    headers |= {"Tus-Resumable": "1.0.0", "Upload-Metadata": f"filename {name}"}
    answer = await client.request(method, path, headers=headers, content=content)
    return answer.raise_for_status()


async def _settled(platform: Platform, account: UUID, load: Load) -> list[str]:
    """Wait until no work is left, then compare what is there with what was promised."""
    database = Database(platform.database_url)
    try:
        until = time.monotonic() + SETTLE_S
        while await database.read(_work_left):
            if time.monotonic() > until:
                return [f"work is left after {SETTLE_S:g} s: {await database.read(_work_left)}"]
            await asyncio.to_thread(platform.revive)
            await asyncio.sleep(0.2)
        return await database.read(lambda connection: _faults(connection, account, load))
    finally:
        await database.close()


def _work_left(connection: Connection) -> list[tuple[str, str, int]]:
    jobs = "SELECT name, state, count(*) FROM core_job WHERE state IN ('ready', 'running', 'dead') GROUP BY name, state"
    unsealed = "SELECT 'audit', 'unsealed', count(*) FROM core_audit WHERE seq IS NULL HAVING count(*) > 0"
    return [tuple(row) for query in (jobs, unsealed) for row in connection.execute(text(query))]


def _faults(connection: Connection, account: UUID, load: Load) -> list[str]:
    faults = [] if load.acknowledged else ["no order was acknowledged, so nothing was tried"]
    stored = set(connection.execute(select(Order.id)).scalars())
    if lost := set(load.acknowledged) - stored:
        faults.append(f"{len(lost)} acknowledged orders are gone")
    postings = Counter((row.order_id, row.kind) for row in connection.execute(select(Posting.order_id, Posting.kind)))
    for kind in ("settled", "heard"):
        missing = sum(1 for order in stored if postings[order, kind] == 0)
        doubled = sum(1 for order in stored if postings[order, kind] > 1)
        if missing or doubled:
            faults.append(f"of {len(stored)} orders {missing} were never {kind}, {doubled} more than once")
    faults += [f"audit: {fault}" for fault in trail.audit_faults(connection, account)]
    return faults + _file_faults(connection, load)


def _file_faults(connection: Connection, load: Load) -> list[str]:
    content = random.Random(7).randbytes(UPLOAD_BYTES)
    row = connection.execute(select(FileRow.state, FileRow.sha256).where(FileRow.id == UUID(load.upload or ""))).first()
    if row is None or row.state != "ready" or row.sha256 != hashlib.sha256(content).digest():
        return [f"the uploaded file is {row.state if row else 'gone'}, or not what was sent"]
    return []


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
