"""The connectors there are, and what this account sets up with them."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from ..context import Context
from ..errors import AuthFailed, Conflict, NotFound, NotReady
from ..http.routes import Routes, delete, get, put
from . import service
from .schemas import ConnectorOut, ConnectorSettings, NewConnectorSettings

KindName = Annotated[str | None, QueryParameter(max_length=80, description="Only those of a kind: payment-provider")]


@get("/", operation_id="listConnectors", permission="connector.read")
async def list_connectors(ctx: Context, kind: KindName = None) -> list[ConnectorOut]:
    """Stores, payment providers and so on, with whether this account has set them up."""
    return await service.listed(ctx, kind)


@get("/{plugin:str}/settings", operation_id="getConnectorSettings", permission="connector.read", raises=[NotFound])
async def get_connector_settings(ctx: Context, plugin: str) -> ConnectorSettings:
    """The form of what is to be set up, and what was, secrets apart."""
    return await service.found(ctx, plugin)


@put(
    "/{plugin:str}/settings",
    operation_id="updateConnectorSettings",
    permission="connector.write",
    raises=[AuthFailed, Conflict, NotFound, NotReady],
)
async def update_connector_settings(ctx: Context, plugin: str, data: NewConnectorSettings) -> ConnectorSettings:
    """Set it up, or change it. The connector may try it out first."""
    return await service.save(ctx, plugin, data)


@delete(
    "/{plugin:str}/settings",
    operation_id="deleteConnectorSettings",
    permission="connector.write",
    raises=[NotFound],
)
async def delete_connector_settings(ctx: Context, plugin: str) -> None:
    """Remove what was set up, secrets too."""
    await service.remove(ctx, plugin)


routes = [
    Routes(
        "/api/core/connectors",
        [list_connectors, get_connector_settings, update_connector_settings, delete_connector_settings],
    )
]
