"""How objects leave: without the simulator's own fields, with what `expand` asks for, and lists page by page.

Sources: https://docs.stripe.com/api/expanding_objects, https://docs.stripe.com/api/pagination
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .errors import Refusal
from .operations import operation
from .store import Object
from .work import Work, list_of

Include = Callable[[Work, Object], Any]

_includable: dict[tuple[str, str], Include] = {}
_DEEPEST_EXPANSION = 4
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def includable(kind: str, name: str) -> Callable[[Include], Include]:
    """A field of an object that is there only where `expand` names it."""

    def register(include: Include) -> Include:
        _includable[kind, name] = include
        return include

    return register


def shown(work: Work, body: Object, expand: list[str] | None = None) -> Object:
    """
    Raises:
        Refusal: a name in `expand` that cannot be expanded, or more than four levels.
    """
    answer: Object = json.loads(json.dumps(body))
    for path in expand or []:
        steps = path.split(".")
        if len(steps) > _DEEPEST_EXPANSION:
            raise Refusal(f"You cannot expand more than 4 levels of a property: {path}.", param="expand")
        _expand(work, answer, steps, path)
    outward: Object = _outward(work, answer)
    return outward


def _expand(work: Work, parent: Any, steps: list[str], path: str) -> None:
    if isinstance(parent, list):
        for one in parent:
            _expand(work, one, steps, path)
        return
    name, *rest = steps
    if not isinstance(parent, dict):
        return
    if include := _includable.get((str(parent.get("object")), name)):
        parent[name] = include(work, parent)
    elif name not in parent:
        raise Refusal(f"This property cannot be expanded ({name}). You may want to try expanding {path}.", param=path)
    elif isinstance(parent[name], str):
        found = work.store.anywhere(parent[name], work.account)
        if found is None:
            raise Refusal(f"This property cannot be expanded ({name}).", param=path)
        parent[name] = found
    elif isinstance(parent[name], list) and all(isinstance(one, str) for one in parent[name]):
        parent[name] = [work.store.anywhere(one, work.account) or one for one in parent[name]]
    if rest:
        _expand(work, parent[name], rest, path)


def _outward(work: Work, value: Any) -> Any:
    if isinstance(value, list):
        return [_outward(work, one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "balance_transaction":
        value["status"] = "available" if value["available_on"] <= work.now else "pending"
    return {name: _outward(work, part) for name, part in value.items() if not name.startswith("_")}


def page(work: Work, kind: str, filters: Mapping[str, str], order: str = "DESC", **equal: Any) -> Object:
    """A page of this account's objects, newest first. `filters`: parameters to the JSON path that each compares.

    Raises:
        Refusal: a limit beyond 1 to 100, or a cursor that is not an object of the list.
    """
    given = work.parameters
    where = ["account = ?", "kind = ?"]
    values: list[Any] = [work.account, kind]
    wanted = {path: given[name] for name, path in filters.items() if name in given} | equal
    for path, value in wanted.items():
        bounds = value if isinstance(value, dict) else {"": value}
        for word, bound in bounds.items():
            where.append(f"json_extract(body, '$.{path}') {_COMPARISONS.get(word, '=')} ?")
            values.append(bound)
    return _page(work, kind, where, values, order)


def _page(work: Work, kind: str, where: list[str], values: list[Any], order: str) -> Object:
    given = work.parameters
    limit = given.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refusal(f"Invalid integer: limit must be between 1 and 100, got {limit}.", param="limit")
    backward = "ending_before" in given
    cursor = "ending_before" if backward else "starting_after"
    if cursor in given:
        at = work.store.sequence(work.account, kind, given[cursor])
        if at is None:
            raise Refusal(f"No such {kind}: '{given[cursor]}'", code="resource_missing", param=cursor)
        where.append(f"sequence {'>' if backward == (order == 'DESC') else '<'} ?")
        values.append(at)
    direction = order if not backward else ("ASC" if order == "DESC" else "DESC")
    rows = work.store.execute(
        f"SELECT body FROM object WHERE {' AND '.join(where)} ORDER BY sequence {direction} LIMIT {limit + 1}", *values
    )
    found = [json.loads(row["body"]) for row in rows[:limit]]
    if backward:
        found.reverse()
    return {**list_of(work.url, found), "has_more": len(rows) > limit}


def readable(service: str, kind: str, *filters: str, **paths: str) -> None:
    """Answer the service's `retrieve` and `list`."""

    def retrieve(work: Work) -> Object:
        return work.get(kind, *work.path.values())

    def listing(work: Work) -> Object:
        return page(work, kind, {name: name for name in filters} | paths)

    operation(f"{service}.retrieve")(retrieve)
    operation(f"{service}.list")(listing)
