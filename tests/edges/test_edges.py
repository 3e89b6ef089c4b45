"""Values at the edges of their types, in every field of every operation, one at a time: whatever is sent is answered in
time, never as a fault of ours, and a refusal is problem details that name the field.

A sample runs always; all of it with the slow tests.
"""

from __future__ import annotations

from itertools import groupby
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from maxbooster.app import App
from maxbooster.http.routes import Routes, post
from maxbooster.plugin import Context, Struct
from maxbooster.testing import open_api
from tests.distribution.conftest import SANDBOX

from .site import Site

SEED = 20261121
SAMPLE = 250


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return SANDBOX | {"login_floor_ms": "1", "hashing_waiting": "1000", "mail": "memory:"}


@pytest_asyncio.fixture
async def site(app: App) -> Site:
    site = Site(app)
    await site.furnish()
    return site


async def alive(app: App) -> bool:
    async with open_api(app) as api:
        return (await api.get("/health/live")).is_success


async def test_a_sample_of_edges_is_answered_well(app: App, site: Site) -> None:
    everything = [(each, edge) for each in site.operations for edge in site.variations(each)]
    chosen = [everything[place] for place in sorted(Random(SEED).sample(range(len(everything)), SAMPLE))]
    found = []
    for operation, edges in groupby(chosen, key=lambda each: each[0]):
        found += await site.faults(operation, (edge for _, edge in edges))
    assert found == []
    assert await alive(app)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_edge_of_every_field_is_answered_well(app: App, site: Site) -> None:
    found = []
    for operation in site.operations:
        found += await site.faults(operation, site.variations(operation))
    assert found == []
    assert await alive(app)


@pytest.mark.slow
async def test_most_requests_are_valid_before_a_field_is_changed(site: Site) -> None:
    """Else their bodies would be refused before anybody looks at the field."""
    asked = [each for each in site.operations if each.method != "DELETE"]
    accepted = [each.id for each in asked if await site.accepts(each)]
    assert len(accepted) > 0.7 * len(asked), sorted({each.id for each in asked} - set(accepted))


class Take(Struct):
    number: int


@post("/takes", operation_id="makeTake", public=True)
async def make_take(ctx: Context, data: Take) -> float:
    return 1 / data.number


class TestThatFaultsAreFound:
    @pytest.fixture
    def app(self, app: App) -> App:
        app.offers.routes.append(("core", Routes("/test", [make_take])))
        return app

    async def test_a_handler_that_breaks_at_an_edge_is_found(self, site: Site) -> None:
        operation = next(each for each in site.operations if each.id == "makeTake")
        found = await site.faults(operation, site.variations(operation))
        assert {each.partition(": 500")[0] for each in found} == {
            "makeTake, body number: 0", "makeTake, body number: minus zero", "makeTake, body number: 1e-400",
            "makeTake, body number: minus zero, a float",
        }  # fmt: skip
