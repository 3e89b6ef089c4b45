"""Schemas that several threads ask for at once, in processes that have read none yet."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from maxbooster.plugin import xml_schema

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="code">
    <xs:restriction base="xs:string"><xs:enumeration value="a"/></xs:restriction>
  </xs:simpleType>
  <xs:element name="it" type="code"/>
</xs:schema>"""
TOGETHER = """
import sys
from pathlib import Path
from threading import Barrier, Thread
from maxbooster.plugin import xml_schema

failed, barrier = [], Barrier(8)

def read():
    barrier.wait()
    try:
        xml_schema(Path(sys.argv[1]))
    except Exception as error:
        failed.append(str(error))

threads = [Thread(target=read) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
sys.exit("; ".join(failed) or None)
"""


@pytest.mark.parametrize("number", range(12))
def test_threads_that_read_the_first_schema_together_break_nothing(tmp_path: Path, number: int) -> None:
    path = tmp_path / "it.xsd"
    path.write_text(SCHEMA)
    done = subprocess.run([sys.executable, "-c", TOGETHER, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_schema_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, most = 0, 0

    def read(document: Any) -> Any:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        time.sleep(0.02)
        reading -= 1
        return document

    monkeypatch.setattr(etree, "XMLSchema", read)
    path = tmp_path / "it.xsd"
    path.write_text(SCHEMA)
    with ThreadPoolExecutor(8) as threads:
        assert len(list(threads.map(xml_schema, [path] * 8))) == 8
    assert most == 1
