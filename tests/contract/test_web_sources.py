"""What the pages of a family say to the API is typed by its description, and nothing but what the family may call."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from maxbooster.app import App
from maxbooster.cli import maxbooster
from maxbooster.http.answers import with_whole_answers
from maxbooster.http.assembly import build, description
from maxbooster.http.excerpt import callable_by, excerpt, family_of
from maxbooster.settings import read

from .test_kinds import PIER

ROOT = Path(__file__).parents[2]
WEBS = {"core": ROOT / "core" / "web", **{each.parent.name: each for each in ROOT.glob("plugins/*/web")}}


@pytest.fixture(scope="module")
def app() -> App:
    return App(read({"MAXBOOSTER_EXAMPLES": "true"}))


@pytest.fixture(scope="module")
def described(app) -> dict[str, Any]:
    return description(build(app))


def sources(family: str) -> dict[str, str]:
    found = WEBS[family].glob("src/**/*.ts")
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in found
        if path.name != "schema.d.ts" and not path.name.endswith(".test.ts")
    }


@pytest.mark.parametrize("family", WEBS)
def test_a_family_calls_its_own_api_the_cores_and_that_of_those_it_requires(app, family):
    allowed = callable_by(family, app.registry)
    called = [
        (path, found)
        for path, text in sources(family).items()
        for found in re.findall(r"[\"`](/api/[a-z_]+)", text)
        if family_of(found) not in allowed
    ]
    assert called == []


def test_billing_knows_nothing_of_those_that_require_it(app):
    assert callable_by("billing", app.registry) == {"core", "billing"}
    assert callable_by("distribution", app.registry) == {"core", "billing", "distribution"}


def test_a_family_extends_pages_of_those_it_knows(app):
    for plugin, extension in app.offers.panel_extensions:
        family = plugin.partition(".")[0]
        assert extension.point.partition(".")[0] in callable_by(family, app.registry), extension.id


@pytest.mark.parametrize("family", WEBS)
def test_the_extension_points_of_a_family_are_on_its_pages(app, family):
    placed = set(re.findall(r'<mb-extension-point name="([^"]+)"', "\n".join(sources(family).values())))
    declared = {name for name in app.offers.extension_points if name.partition(".")[0] == family}
    assert placed == declared


CAST = re.compile(r"\bapi\.(get|list|post|put|patch|delete)\b(<|\([^;]*\)\s+as\s)|Promise<unknown>\s*as|\bas Promise<")
"""An answer of the API that is given a type by hand."""


@pytest.mark.parametrize("family", WEBS)
def test_no_answer_is_given_a_type_by_hand(family):
    found = {
        path: match.group()
        for path, text in sources(family).items()
        if path != "core/web/src/api/client.ts"  # where the types come from
        for match in CAST.finditer(text)
    }
    assert found == {}


def shapes(text: str) -> Iterator[tuple[str, set[str]]]:
    """Interfaces and object types that are written out, with the names of their fields."""
    for name, body in re.findall(r"(?:interface|type) (\w+)[^{;=]*=?\s*\{([^{}]*)\}", text):
        bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", body, flags=re.DOTALL)
        yield name, set(re.findall(r"(?:^|[;\n,{])\s*(?:readonly )?(\w+)\??:", bare))


@pytest.mark.parametrize("family", WEBS)
def test_no_shape_of_the_api_is_written_out(app, described, family):
    theirs = excerpt(described, callable_by(family, app.registry))["components"]["schemas"]
    known = {name: set(schema.get("properties", ())) for name, schema in theirs.items()}
    restated = {
        (path, name): schema
        for path, text in sources(family).items()
        for name, fields in shapes(text)
        for schema, properties in known.items()
        if len(fields) > 2 and fields <= properties
    }
    assert restated == {}


def test_a_shape_that_is_written_out_is_found():
    written = "export interface Payee {\n  id: string;\n  /** What: nothing. */\n  name?: string; owed: number[] }\n"
    assert list(shapes(written)) == [("Payee", {"id", "name", "owed"})]
    assert CAST.search('this.host.api.get("/api/x") as Promise<Payee>')
    assert CAST.search('host.api.list<Payee>("/api/x")')


def test_an_excerpt_has_what_a_family_may_call_and_nothing_else(app, described):
    theirs = excerpt(described, callable_by("billing", app.registry))
    assert {family_of(path) for path in theirs["paths"]} == {"core", "billing"}
    assert set(theirs["paths"]) == {path for path in described["paths"] if family_of(path) in ("core", "billing")}
    schemas = theirs["components"]["schemas"]
    assert {"PayeeOut", "Owed", "ProblemDetails"} <= set(schemas)
    assert "ReleaseOut" not in schemas
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(theirs, default=str)))
    assert referred == set(schemas)


def test_what_is_answered_is_whole_and_what_is_sent_may_be_shorter(described):
    schemas = described["components"]["schemas"]
    assert set(schemas["ReleaseRow"]["required"]) == set(schemas["ReleaseRow"]["properties"])
    assert "intensity" not in schemas["NewMaster"].get("required", ())
    sent, answered = schemas["ReleaseDescription"], schemas["ReleaseDescriptionOut"]
    assert "tracks" not in sent["required"]
    assert set(answered["required"]) == set(sent["properties"])
    assert answered["properties"]["tracks"]["items"]["$ref"].endswith("/TrackDescriptionOut")
    assert sent["properties"]["tracks"]["items"]["$ref"].endswith("/TrackDescription")
    assert "field" not in schemas["ProblemDetails"]["required"]  # left out where there is none


def test_what_leaves_defaults_out_is_known_by_its_class_not_by_its_name(described):
    """Another struct of the same name, which nobody answers, changes nothing."""
    schemas = {"ReleaseRow": {"properties": {"id": {}, "note": {}}, "required": ["id"]}}
    answered = {"responses": {"200": {"schema": {"$ref": "#/components/schemas/ReleaseRow"}}}}
    namesake = msgspec.defstruct("ReleaseRow", [("note", str, "")], omit_defaults=True)
    row = msgspec.defstruct("ReleaseRow", [("id", int), ("note", str, "")])
    for kind, required in ((row, ["id", "note"]), (namesake, ["id"])):
        said = {"paths": {"/x": {"get": copy.deepcopy(answered)}}, "components": {"schemas": copy.deepcopy(schemas)}}
        whole = with_whole_answers(said, [list[kind]])
        assert whole["components"]["schemas"]["ReleaseRow"]["required"] == required


def test_what_a_connector_requires_its_own_pages_may_call_and_not_its_familys(site, assembled):
    site.install("billing.pier", f"{PIER}", manifest="requires=('billing', 'distribution')")
    registry = assembled().registry
    assert registry.plugins["billing.pier"].state == "enabled", registry.plugins["billing.pier"].reason
    assert callable_by("billing", registry) == {"core", "billing"}
    assert callable_by("billing.pier", registry) == {"core", "billing", "distribution"}


def test_the_command_writes_a_description_for_each_family(tmp_path):
    run = CliRunner(env={"MAXBOOSTER_DATA": str(tmp_path / "data"), "MAXBOOSTER_EXAMPLES": "true"}).invoke
    written = run(maxbooster, ["openapi", "--into", str(tmp_path / "api")])
    assert written.exit_code == 0, written.output
    assert {"core.json", "billing.json", "setlist.json"} <= {path.name for path in (tmp_path / "api").iterdir()}
    assert '"/api/billing/payees"' in (tmp_path / "api" / "distribution.json").read_text("utf-8")


PANEL = """\
import type { Host } from "@maxbooster/ui";
import type { components, paths } from "./types/schema";

type Setlist = components["schemas"]["SetlistRow"];
export async function titles({ api }: Host<paths>): Promise<string[]> {
  const all: SETLISTS = await api.list("/api/setlist/setlists");
  return all.map(({ FIELD }) => FIELD);
}
"""
CONFIG = {
    "compilerOptions": {
        "strict": True, "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "noEmit": True,
        "skipLibCheck": True, "types": [], "paths": {"@maxbooster/ui": ["./types/ui/index.d.ts"]},
    }
}  # fmt: skip


@pytest.mark.slow
def test_pages_outside_the_repository_are_checked_with_two_commands(tmp_path):
    if not (ROOT / "node_modules" / ".bin" / "tsc").exists():
        pytest.skip("the web application is not built; run `make web`")
    run = CliRunner(env={"MAXBOOSTER_DATA": str(tmp_path / "data"), "MAXBOOSTER_EXAMPLES": "true"}).invoke
    folder = tmp_path / "types"
    refused = run(maxbooster, ["plugin", "types", "setlits", "--into", str(folder)])
    assert "There is no plugin 'setlits'" in refused.output
    assert "Did you mean 'setlist'?" in refused.output
    written = run(maxbooster, ["plugin", "types", "setlist", "--into", str(folder)])
    assert written.exit_code == 0, written.output
    [command] = re.findall(r"npx (.+)", written.output)

    def node(*words: str) -> subprocess.CompletedProcess[str]:
        program = [str(ROOT / "node_modules" / ".bin" / words[0]), *words[1:]]
        return subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert node(*command.split()).returncode == 0
    (tmp_path / "tsconfig.json").write_text(json.dumps(CONFIG), "utf-8")
    for field, fault in (("title", ""), ("titel", "Property 'titel' does not exist")):
        page = PANEL.replace("FIELD", field).replace("SETLISTS", "Setlist[]")
        (tmp_path / "page.ts").write_text(page, "utf-8")
        checked = node("tsc", "-p", ".")
        assert fault in checked.stdout
        assert (checked.returncode == 0) is not bool(fault), checked.stdout
