"""The shell's pages stand in the web application and on the server; an address of one alone is answered 404."""

from __future__ import annotations

import re
from pathlib import Path

from maxbooster.web.shell import PAGES

SOURCE = Path(__file__).parents[2] / "core" / "web" / "src" / "shell" / "pages.ts"


def test_every_page_of_the_shell_has_its_address_on_the_server():
    shown = set(re.findall(r'path: "(/[^"]*)"', SOURCE.read_text("utf-8")))
    assert len(shown) > 10
    served = {path.partition("/{")[0] for path in PAGES}
    assert shown <= served
    assert served - shown <= {"/", ""}
