"""Every list of the API has a limit: it comes by the page, or something else bounds it, which is said here."""

from __future__ import annotations

from typing import Any

import pytest

from maxbooster.app import App
from maxbooster.http.assembly import build, description
from maxbooster.settings import read

BOUNDED = {
    "what is installed": {
        "listConnectionProviders", "listConnectors", "listConsoleViews", "listFirstSteps", "listGrantables",
        "listLayouts",
        "listMasterOffers", "listOutlets", "listPanelExtensions", "listPanels", "listPermissions",
        "listPluginApprovals",
        "listPlugins",
        "listProviders", "listPurposes", "listRoles",
        "listRollUps", "listSandboxOutlets", "listSignInProviders", "listTargets",
        "listTranslations",
        "listWebhookEvents",
    },
    "the people of an account, and what each of them set up by hand": {
        "listConnections", "listDevices", "listIdentities", "listIdentityProviders", "listInvitations", "listKeys",
        "listMembers", "listPasskeys", "listPushDevices", "listSubAccounts", "listWebhookEndpoints",
    },
    "the latest, with a limit of their own": {
        "listGrantOffers", "listGrants", "listNotifications", "listReceivedGrants", "listSuspense", "search",
    },
    "one release, recording, delivery or sale": {
        "listAcknowledgements", "listMasterComments", "listMasters", "listOverrides", "listRefunds",
        "listReleaseDeliveries",
    },
    "months, currencies and stores": {
        "getBankTransferTotals", "listBalances", "listEarnings", "listRoyaltyCurrencies", "listRoyaltyEarnings",
    },
    "pages of their own: whole transactions, and lines of a file": {"listEntries", "listStatementLines"},
}  # fmt: skip


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return description(build(App(read({"MAXBOOSTER_EXAMPLES": "true"}))))


def test_no_schema_is_called_by_its_module(described):
    """As Litestar does where two structs have one name: a client's types would say where our code stands."""
    spelled_out = [name for name in described["components"]["schemas"] if "maxbooster_" in name]
    assert spelled_out == [], "give one of the structs that share a name another one"


def lists(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operations that answer a list, or say so by their name → the schema of their answer."""
    found = {}
    for path in described["paths"].values():
        if "get" not in path:
            continue
        name, answers = path["get"]["operationId"], path["get"]["responses"]
        schema = answers.get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if name.startswith("list") or schema.get("type") == "array":
            found[name] = schema
    return found


def test_every_list_comes_by_the_page_or_is_bounded_otherwise(described):
    bounded = set().union(*BOUNDED.values())
    for name, schema in lists(described).items():
        is_page = schema.get("$ref", "").endswith("Page") and name != "listEntries"
        assert is_page is not (name in bounded), name


def test_what_is_said_of_lists_is_not_stale(described):
    assert set().union(*BOUNDED.values()) - set(lists(described)) == set()


def test_every_page_takes_a_cursor_and_a_limit(described):
    for path in described["paths"].values():
        operation = path.get("get", {})
        schema = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        name = schema.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name.endswith("Page") and name != "EntryPage":
            limits = {each["name"]: each["schema"] for each in operation["parameters"]}
            assert {"cursor", "limit"} <= set(limits), operation["operationId"]
            assert limits["limit"]["maximum"] == 500
