"""Everything that the simulator knows, in one SQLite file that one process writes.

Each object is one row of JSON in the shape of the API, under the account that it belongs to; names that begin with an
underscore are the simulator's own and never leave it.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Object = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (account, kind, id)
);
CREATE INDEX IF NOT EXISTS object_id ON object (id);
CREATE TABLE IF NOT EXISTS due (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL, action TEXT NOT NULL, id TEXT NOT NULL,
  UNIQUE (account, action, id)
);
CREATE INDEX IF NOT EXISTS due_at ON due (at, sequence);
CREATE TABLE IF NOT EXISTS answer (
  account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, request TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS delivery (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  platform TEXT NOT NULL, endpoint TEXT NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL,
  due_at INTEGER NOT NULL, rank REAL NOT NULL, kind TEXT NOT NULL, attempt INTEGER NOT NULL,
  first_at INTEGER NOT NULL, state TEXT NOT NULL, sent_at INTEGER, status INTEGER, problem TEXT
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due_at, rank, sequence);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_LOOKED_UP_BY = (
    "charge", "customer", "event", "invoice", "payment_intent", "price", "product", "source", "status",
    "subscription", "transfer", "transfer_group",
)  # fmt: skip


class FolderTaken(Exception):
    """Another process serves this folder."""


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self._lock.close()
            raise FolderTaken(
                f"Another simulator serves {folder}: stop it, or give this one a folder of its own."
            ) from held
        self._db = sqlite3.connect(folder / "stripe.db", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        for name in _LOOKED_UP_BY:
            self._db.execute(
                f"CREATE INDEX IF NOT EXISTS object_by_{name} ON object (account, kind, json_extract(body, '$.{name}'))"
            )

    def close(self) -> None:
        self._db.close()
        self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What an exception undoes within the transaction."""
        self._db.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO step")
            self._db.execute("RELEASE step")
            raise
        self._db.execute("RELEASE step")

    def execute(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(statement, values).fetchall()

    def get(self, account: str, kind: str, id: str) -> Object | None:
        rows = self.execute("SELECT body FROM object WHERE account = ? AND kind = ? AND id = ?", account, kind, id)
        return json.loads(rows[0]["body"]) if rows else None

    def put(self, account: str, body: Object) -> None:
        self.execute(
            "INSERT INTO object (account, kind, id, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (account, kind, id) DO UPDATE SET body = excluded.body",
            account, body["object"], body["id"], json.dumps(body, separators=(",", ":")),
        )  # fmt: skip

    def anywhere(self, id: str, account: str) -> Object | None:
        """Whatever has that id; this account's own first."""
        rows = self.execute("SELECT body FROM object WHERE id = ? ORDER BY account = ? DESC LIMIT 1", id, account)
        return json.loads(rows[0]["body"]) if rows else None

    def remove(self, account: str, kind: str, id: str) -> None:
        self.execute("DELETE FROM object WHERE account = ? AND kind = ? AND id = ?", account, kind, id)

    def all(self, account: str, kind: str, **equal: Any) -> list[Object]:
        """Oldest first."""
        where, values = _equal(equal)
        rows = self.execute(
            f"SELECT body FROM object WHERE account = ? AND kind = ?{where} ORDER BY sequence", account, kind, *values
        )
        return [json.loads(row["body"]) for row in rows]

    def sequence(self, account: str, kind: str, id: str) -> int | None:
        rows = self.execute("SELECT sequence FROM object WHERE account = ? AND kind = ? AND id = ?", account, kind, id)
        return int(rows[0]["sequence"]) if rows else None

    def count(self, kind: str) -> int:
        return int(self.execute("SELECT count(*) FROM object WHERE kind = ?", kind)[0][0])

    def setting(self, name: str) -> Any:
        rows = self.execute("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else None

    def set_setting(self, name: str, value: Any) -> None:
        self.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, json.dumps(value))


def _equal(equal: dict[str, Any]) -> tuple[str, list[Any]]:
    where = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in equal)
    return where, list(equal.values())
