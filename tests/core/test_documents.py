"""Documents: data is never code, bytes are the same everywhere, and what cannot be shown is named."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from maxbooster.documents.typst import TypstRenderer
from maxbooster.errors import Invalid, NotReady, TooLarge, UsageError
from maxbooster.plugin import DocumentData
from maxbooster.testing import make_app
from tests.contract.site import Site

TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: datetime(year: 2026, month: 9, day: 1))
#set text(lang: data.language)
#for line in data.lines [#line \\ ]
"""


class Notes(DocumentData, frozen=True, kw_only=True):
    lines: list[str]


def notes(*lines: str) -> Notes:
    return Notes(title="Notes", dated=date(2026, 9, 1), lines=list(lines))


@pytest.fixture
def template(tmp_path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("the operator's own")
    (folder / "notes.typ").write_text(TEMPLATE)
    return folder / "notes.typ"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


RENDERER = """
class Plain(PdfRenderer):
    suffix = ".txt"

    def pdf(self, template, data, texts):
        return f"{template.read_text()}: {data.title} {texts['core.title']}".encode()

@hookimpl
def pdf_renderer(settings):
    return Plain()
"""


async def test_hook_pdf_renderer(tmp_path, sqlite_url, monkeypatch, template):
    """A plugin renders templates of a kind of its own."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    site = Site(folder)
    site.install("printer", RENDERER)
    template.with_name("notes.txt").write_text("Notes")
    async with make_app(tmp_path, sqlite_url) as app, app.unit(writable=False) as ctx:
        assert await ctx.document(template.with_name("notes.txt"), notes()) == b"Notes: Notes Max Booster"
        assert (await ctx.document(template, notes("x"))).startswith(b"%PDF-")
    site.forget()


async def test_text_is_data_whatever_it_says(app, account, template):
    said = '#read("../secret.txt") *bold* $x^2$ #let a = 1 \\ `code` <label> @ref // no comment'
    async with app.unit(account) as ctx:
        pdf = await ctx.document(template, notes(said))
    assert said.split(" // ", maxsplit=1)[0] in " ".join(text_of(pdf).split())
    assert b"pdfaid" in pdf
    with pytest.raises(UsageError, match=r"no plugin renders 'a\.html'; there are renderers for \.typ"):
        async with app.unit(account) as ctx:
            await ctx.document(template.with_name("a.html"), notes())


async def test_a_document_that_would_take_the_servers_memory_is_refused_in_words(app, account, template):
    async with app.unit(account) as ctx:
        assert (await ctx.document(template, notes(*["x" * 90] * 100))).startswith(b"%PDF-")
        with pytest.raises(TooLarge, match=r"“Notes” would be too long: it says 9,\d{3},\d{3} bytes"):
            await ctx.document(template, notes(*["x" * 90] * 100_000))


def test_a_template_reads_nothing_outside_its_folder(template):
    template.write_text('#set document(title: "x")\n#read("../secret.txt")')
    with pytest.raises(RuntimeError, match="notes.typ"):
        TypstRenderer().pdf(template, notes(), {})


def test_two_processes_make_the_same_bytes(template):
    code = (
        "import sys; from pathlib import Path; from tests.core.test_documents import notes, TypstRenderer;"
        "sys.stdout.buffer.write(TypstRenderer().pdf(Path(sys.argv[1]), notes('Łódź', 'Москва', '℗ 2026'), {}))"
    )
    run = [sys.executable, "-c", code, str(template)]
    first, second = (subprocess.run(run, capture_output=True, check=True).stdout for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == second


def test_a_character_that_no_font_has_is_named(template):
    with pytest.raises(Invalid) as refused:
        TypstRenderer().pdf(template, notes("Artist 日本"), {})
    assert "“日” (U+65E5 CJK UNIFIED IDEOGRAPH-65E5)" in refused.value.detail
    assert "MAXBOOSTER_DOCUMENT_FONTS" in refused.value.detail
    assert refused.value.more["characters"] == ["日", "本"]


def test_without_typst_it_says_how_to_install_it(template, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(NotReady, match=r"pip install 'maxbooster\[documents\]'"):
        TypstRenderer().pdf(template, notes(), {})
