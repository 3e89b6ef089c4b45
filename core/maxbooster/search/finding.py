"""What an account's entries answer to a query: of each searchable the best first, and of equals the newest.

Whole words of the title rank before their beginnings, and these before the same in title and text together. Of each
searchable `limit` entries are found, so that no kind of rows hides another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, String, bindparam, text

from ..db.types import Id
from .scopes import TEXT, TITLE, scope
from .searchable import Searchable
from .words import Term


class Match(NamedTuple):
    searchable: Searchable
    rank: int
    id: UUID
    title: str
    parts: tuple[str, ...]
    path: str


class Form(NamedTuple):
    """How a database's full text is asked."""

    word: str
    beginning: str
    both: str
    either: str


_RANKS = (((TITLE,), "word"), ((TITLE,), "beginning"), ((TITLE, TEXT), "word"), ((TITLE, TEXT), "beginning"))
"""Where a word stands, and whether its beginning is enough; the best rank first, and the last has all others."""
_FTS5 = Form('"{}"', '"{}" *', " AND ", " OR ")
_TSQUERY = Form("'{}'", "'{}':*", " & ", " | ")


def find(
    connection: Connection, account: UUID, query: Sequence[Term], searchables: Sequence[Searchable], limit: int
) -> list[Match]:
    """Nothing, if the query says nothing."""
    if not query or not searchables:
        return []
    search = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgres
    return _best(search(connection, account, query, searchables, limit), limit * len(searchables))


def _asked(form: Form, account: UUID, query: Sequence[Term], searchables: Sequence[Searchable], rank: int) -> str:
    """The query in the database's words; what people typed is in it as words alone."""
    fields, last = _RANKS[rank]
    scopes = [scope(account, each.name, field) for each in searchables for field in fields]

    def one(template: str, word: str) -> str:
        filled = (template.replace("{}", each + word) for each in scopes)
        return f"({form.either.join(filled)})"

    def alternative(words: Sequence[str]) -> str:
        *complete, begun = words
        return form.both.join([*(one(form.word, each) for each in complete), one(getattr(form, last), begun)])

    def term(alternatives: Term) -> str:
        return f"({form.either.join(map(alternative, alternatives))})"

    return form.both.join(map(term, query))


def _statement(sql: str, *planned: str) -> Any:
    """`planned`: values that stand in the statement itself, so that it is planned for them each time."""
    account = bindparam("account", type_=Id, literal_execute="account" in planned)
    others = (bindparam(name, type_=String, literal_execute=True) for name in planned if name != "account")
    return text(sql).bindparams(account, *others).columns(id=Id)


# SQLite: rows come newest first out of the full text, so each rank is read only as far as it is shown.

_NEWEST_OF_RANK = _statement("""
    SELECT e.id, e.title, e.text, e.path
    FROM core_search_words CROSS JOIN core_search_entry e ON e.place = core_search_words.rowid
    WHERE core_search_words MATCH :asked AND e.account_id = :account AND e.searchable = :searchable
    ORDER BY core_search_words.rowid DESC LIMIT :most
""")


def _on_sqlite(
    connection: Connection, account: UUID, query: Sequence[Term], searchables: Sequence[Searchable], limit: int
) -> Iterator[Match]:
    for searchable in searchables:
        found: dict[UUID, Match] = {}
        for rank in range(len(_RANKS)):
            if len(found) < limit:
                asked = _asked(_FTS5, account, query, [searchable], rank)
                given = {"asked": asked, "account": account, "searchable": searchable.name, "most": limit}
                for row in connection.execute(_NEWEST_OF_RANK, given):
                    found.setdefault(row.id, _match(searchable, rank, row))
        yield from list(found.values())[:limit]


# PostgreSQL: its index knows no order, so a query must read all that matches. Where that is much, the newest entries
# are looked through first, and the index is asked for those ranks alone that are rare among them. It is taken for much
# where several of the newest match, and where a beginning is so short that it stands for very many words.

FEW, RECENT, SHORT = 3000, 500, 2
_ASKED = tuple(f"asked_{rank}" for rank in range(len(_RANKS)))
_RANK = " ".join(f"WHEN words @@ CAST(:asked_{rank} AS tsquery) THEN {rank}" for rank in range(len(_RANKS)))
_RECENT_MATCHES = _statement(
    f"""
    SELECT count(*) FROM (
        SELECT words FROM core_search_entry WHERE account_id = :account ORDER BY id DESC LIMIT {RECENT}
    ) recent WHERE words @@ CAST(:asked_3 AS tsquery)
""",
    "account",
    "asked_3",
)
_BEST_OF_FEW = _statement(
    f"""
    WITH found AS MATERIALIZED (
        SELECT searchable, id, title, text, path, CASE {_RANK} END AS rank FROM core_search_entry
        WHERE account_id = :account AND words @@ CAST(:asked_3 AS tsquery) LIMIT {FEW + 1}
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY searchable ORDER BY rank, id DESC) AS place,
            count(*) OVER () AS all_found
        FROM found
    ) SELECT * FROM placed WHERE place <= :most
""",
    "account",
    *_ASKED,
)
_AMONG_RECENT = _statement(
    f"""
    SELECT id, title, text, path, CASE {_RANK} END AS rank FROM (
        SELECT id, title, text, path, words FROM core_search_entry
        WHERE account_id = :account AND searchable = :searchable ORDER BY id DESC LIMIT {RECENT}
    ) recent WHERE words @@ CAST(:asked_3 AS tsquery)
""",
    "account",
    *_ASKED,
)
_ALL_OF_RANK = _statement(
    """
    WITH found AS MATERIALIZED (
        SELECT id FROM core_search_entry WHERE account_id = :account AND words @@ CAST(:asked AS tsquery)
    ), newest AS (SELECT id FROM found ORDER BY id DESC LIMIT :most)
    SELECT e.id, e.title, e.text, e.path FROM newest CROSS JOIN LATERAL (
        SELECT * FROM core_search_entry WHERE account_id = :account AND id = newest.id LIMIT 1
    ) e WHERE e.searchable = :searchable
""",
    "account",
    "asked",
)


def _on_postgres(
    connection: Connection, account: UUID, query: Sequence[Term], searchables: Sequence[Searchable], limit: int
) -> Iterator[Match]:
    by_name = {each.name: each for each in searchables}
    given = {"account": account, "most": limit, **_of_ranks(account, query, searchables)}
    much = any(len(words[-1]) <= SHORT for term in query for words in term)
    much = much or connection.execute(_RECENT_MATCHES, given).scalar_one() >= limit
    rows = [] if much else connection.execute(_BEST_OF_FEW, given).all()
    if much or (rows and rows[0].all_found > FEW):
        for searchable in searchables:
            yield from _of_many(connection, account, query, searchable, limit)
        return
    yield from (_match(by_name[row.searchable], row.rank, row) for row in rows if row.searchable in by_name)


def _of_many(
    connection: Connection, account: UUID, query: Sequence[Term], searchable: Searchable, limit: int
) -> list[Match]:
    given = {"account": account, "searchable": searchable.name, "most": limit}
    recent = connection.execute(_AMONG_RECENT, given | _of_ranks(account, query, [searchable])).all()
    found: dict[UUID, Match] = {}
    for rank in range(len(_RANKS)):
        here = [row for row in recent if row.rank <= rank]
        if len(here) < limit:
            asked = _asked(_TSQUERY, account, query, [searchable], rank)
            here = list(connection.execute(_ALL_OF_RANK, given | {"asked": asked}))
        for row in here:
            found.setdefault(row.id, _match(searchable, rank, row))
        if len(found) >= limit:
            break
    return _best(found.values(), limit)


def _of_ranks(account: UUID, query: Sequence[Term], searchables: Sequence[Searchable]) -> dict[str, str]:
    return {f"asked_{rank}": _asked(_TSQUERY, account, query, searchables, rank) for rank in range(len(_RANKS))}


def _best(found: Iterable[Match], limit: int) -> list[Match]:
    return sorted(found, key=lambda match: (match.rank, -match.id.int))[:limit]


def _match(searchable: Searchable, rank: int, row: Row[Any]) -> Match:
    return Match(searchable, rank, row.id, row.title, tuple(row.text.splitlines()), row.path)
