"""A whole platform of real processes that can be killed: web, workers, Redis without persistence, PostgreSQL."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from maxbooster.auth.keys.service import create
from maxbooster.db import migrate, new_id
from maxbooster.db.engine import Database
from maxbooster.testing.processes import Process
from maxbooster.testing.services import PostgresCluster, binary, free_port, wait_for_port

from .orders import Order, Posting
from .process import app as assemble

LEASE_S = 2


class Platform:
    """Start it, `kill()` its parts by name, read its database at the end."""

    def __init__(self, folder: Path, kind: str, workers: int = 2) -> None:
        self.folder = folder
        self.port = free_port()
        self._redis_port = free_port()
        self._processes: dict[str, Process] = {}
        self._postgres: PostgresCluster | None = None
        url = f"sqlite:///{folder / 'maxbooster.db'}"
        if kind == "postgresql":
            self._postgres = PostgresCluster()
            self._postgres.start()
            url = self._postgres.url
        self.environment = {
            "MAXBOOSTER_DATA": str(folder),
            "MAXBOOSTER_DATABASE": url,
            "MAXBOOSTER_REDIS": f"redis://127.0.0.1:{self._redis_port}/0",
            "MAXBOOSTER_JOB_LEASE_S": str(LEASE_S),
        }
        self.victims = ["web", "redis", *(f"worker{n}" for n in range(workers))]
        self.database_url = url
        if self._postgres is not None:
            self.victims.append("postgres")

    def prepare(self) -> tuple[UUID, str]:
        """Tables, an account and its token."""
        os.environ.update(self.environment)
        database = Database(self.database_url)
        migrate.upgrade(database, migrate.namespaces(assemble().registry))
        account = new_id()

        def fill(connection: Connection) -> str:
            Order.metadata.create_all(connection, [Order.__table__, Posting.__table__])
            return create(connection, account, frozenset({"*"}), at=assemble().clock())

        with database.lock.held(), database.engine.begin() as connection:
            token = fill(connection)
        database.writer.close()
        return account, token

    def start(self, victim: str) -> None:
        if victim == "postgres":
            assert self._postgres is not None
            self._postgres.start()
            return
        self._processes[victim] = self._process(victim)
        self._processes[victim].start()

    def _process(self, victim: str) -> Process:
        log = self.folder / f"{victim}.log"
        if victim == "redis":
            program = [binary("redis-server"), "--port", str(self._redis_port), "--save", "", "--appendonly", "no"]
            return Process([], {}, log=log, program=program)
        role = "web" if victim == "web" else "worker"
        program = [sys.executable, "-m", "tests.faults.process"]
        return Process([role, str(self.port)], self.environment, log=log, program=program)

    def start_all(self) -> None:
        for victim in self.victims:
            if victim != "postgres":
                self.start(victim)
        wait_for_port(self.port)

    def kill(self, victim: str) -> None:
        """kill -9."""
        if victim == "postgres":
            assert self._postgres is not None
            self._postgres.kill()
            return
        self._processes[victim].kill()

    def revive(self) -> list[str]:
        """Start what has ended by itself, as a supervisor would; returns what that was."""
        ended = [name for name, process in self._processes.items() if process.ended]
        for name in ended:
            self.start(name)
        return ended

    def end(self) -> None:
        for victim in list(self._processes):
            self.kill(victim)
        if self._postgres is not None:
            self._postgres.remove()

    def wait_until_up(self, timeout_s: float = 30.0) -> None:
        until = time.monotonic() + timeout_s
        while True:
            self.revive()
            try:
                wait_for_port(self.port, timeout_s=1.0)
                return
            except TimeoutError:
                if time.monotonic() > until:
                    raise
