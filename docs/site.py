"""What the documentation site has beyond the pages in this folder: the README as its first page, and what the program
says about itself. MkDocs calls `on_files` and `on_page_markdown` (https://www.mkdocs.org/user-guide/configuration/#hooks)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import click
from mkdocs.structure.files import File, Files

from maxbooster.app import App
from maxbooster.cli import maxbooster
from maxbooster.http.assembly import build, description
from maxbooster.settings import Sections

ROOT = Path(__file__).parents[1]
_FROM_THE_ROOT = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md", "changes.md": "CHANGELOG.md"}
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    app = App(Sections({"core": {"data": str(ROOT / ".build" / "data")}}))
    written = {
        "reference/commands.md": _commands(),
        "reference/api.md": _api(description(build(app))),
        "reference/events.md": _events(app),
        **{page: (ROOT / source).read_text("utf-8") for page, source in _FROM_THE_ROOT.items()},
    }
    for page, text in written.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, files: Files, **_: Any) -> str:
    """Links are written for whoever reads the repository. On the site, those to files that are no pages are words."""
    source = _FROM_THE_ROOT.get(page.file.src_uri)
    folder = PurePosixPath() if source else PurePosixPath("docs") / PurePosixPath(page.file.src_uri).parent
    depth = len(PurePosixPath(page.file.src_uri).parents) - 1

    def moved(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        if re.match(r"[a-z]+:", target):
            return found[0]
        place = _page_of(_resolved(folder / target), files)
        return f"[{words}]({'../' * depth}{place}{anchor})" if place else words

    text = _LINK.sub(moved, markdown)
    if page.file.src_uri == "decisions/README.md":
        text += "\n" + "\n".join(_decisions())
    return text.replace("](docs/pictures/", "](pictures/") if source else text


def _decisions() -> Iterator[str]:
    for file in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        title = file.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        yield f"* [{title}]({file.name})"


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts[-1:] = []
        else:
            parts.append(part)
    return "/".join(parts)


def _page_of(path: str, files: Files) -> str | None:
    """Where a file of the repository is on the site."""
    for page, source in _FROM_THE_ROOT.items():
        if path == source:
            return page
    inside = path.removeprefix("docs/")
    if inside == path:
        return None
    candidates = (inside, f"{inside}/README.md")
    return next((each for each in candidates if files.get_file_from_path(each)), None)


def _commands() -> str:
    return "\n".join(["# Commands\n", *_of_command(maxbooster, ("maxbooster",))])


def _of_command(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    if len(path) > 1:
        yield f"{'#' * min(len(path), 4)} `{' '.join(path)}`\n"
    yield f"```\n{' '.join(path)} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield f"{_unwrapped(command.help or '')}\n"
    options = [option for each in command.get_params(context) if (option := each.get_help_record(context))]
    if options:
        yield "| option | meaning |\n|---|---|"
        yield from (f"| `{_cell(names)}` | {_cell(help)} |" for names, help in options)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (below := command.get_command(context, name)) is not None:
                yield from _of_command(below, (*path, name))


def _unwrapped(help: str) -> str:
    """Click keeps lines after `\\b` as they are; so does a block of code."""
    paragraphs = re.split(r"\n\s*\n", help.strip())
    return "\n\n".join(
        f"```\n{text.removeprefix(chr(8)).strip(chr(10))}\n```" if text.startswith("\b") else " ".join(text.split())
        for text in paragraphs
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _api(api: Mapping[str, Any]) -> str:
    """One section for each operation, by path."""
    parts = [
        "# API\n",
        "Everything that the web application does goes through this API. Send an API key (or an access token) as"
        " `Authorization: Bearer …`; errors are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem details."
        " A running server describes it as OpenAPI 3.1 at `/schema/openapi.json`.\n",
    ]
    area = ""
    for path, methods in sorted(api["paths"].items()):
        if (now := "/".join(path.split("/")[:4])) != area:
            area = now
            parts.append(f"## {area}\n")
        for method in ("get", "post", "put", "patch", "delete"):
            if method in methods:
                parts.extend(_of_operation(method, path, methods[method]))
    return "\n".join(parts)


def _of_operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"### `{operation['operationId']}`\n\n`{method.upper()} {path}`\n"
    if told := operation.get("description"):
        yield f"{told}\n"
    if given := operation.get("parameters"):
        yield "| parameter | in | type | meaning |\n|---|---|---|---|"
        for each in given:
            name = each["name"] + ("" if each.get("required") else " (optional)")
            meaning = each.get("description") or each["schema"].get("description", "")
            yield f"| `{name}` | {each['in']} | {_cell(_type(each['schema']))} | {_cell(meaning)} |"
        yield ""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: {_type(content.get('schema', {}))} as `{kind}`\n"
    for status, answer in sorted(operation["responses"].items()):
        kinds = ", ".join(_type(each.get("schema", {})) for each in answer.get("content", {}).values())
        yield f"* {status}: {_cell(answer.get('description', ''))}{f' ({kinds})' if kinds else ''}"
    yield ""


def _type(schema: Mapping[str, Any]) -> str:
    if ref := schema.get("$ref"):
        return f"`{ref.rpartition('/')[2]}`"
    if some := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(_type(each) for each in some)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    kind = schema.get("type", "anything")
    return str(schema.get("format") or (" or ".join(kind) if isinstance(kind, list) else kind))


def _events(app: App) -> str:
    parts = ["# Events\n", "What accounts can have sent to their [webhooks](../webhooks.md).\n"]
    for name, event in sorted(app.offers.public_events.items()):
        parts.append(f"## `{name}`\n\n{' '.join((event.__doc__ or '').split())}\n")
        parts.extend(f"* `{field}`" for field in event.__struct_fields__)
        parts.append("")
    return "\n".join(parts)
