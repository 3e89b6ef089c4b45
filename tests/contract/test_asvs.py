"""The security register says nothing that the tests do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from .asvs import Requirement, faults, fingerprint, read, score, table

LEVEL_1, LEVEL_2 = 70, 183
PUBLISHED = "aacc2bd3797b824dd44c9b946f3b5185c137966af37e88f9fa82af06733db215"
"""Of the ids and levels of ASVS 5.0.0, so that none is lost, moved to another level or made up."""

TESTS = """
# Specimens: nobody runs them. Skipped tests must not count as proof.
import pytest

async def test_runs(): ...

@pytest.mark.skipif(True, reason="never")
def test_skipped(): ...

@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.xfail)])
def test_partly(n): ...

def other(): ...

@pytest.mark.skip
class TestNever:
    def test_inside(self): ...

class TestAlways:
    def test_inside(self): ...
"""
"""Specimens in a text, which nobody runs: what the register takes for a test that counts, and what not."""
MET = Requirement("V1.2.3", "1", "met", "It is done.", ("tests/test_a.py::test_runs",))


def test_the_register_holds_every_requirement_of_the_first_two_levels():
    register = read()
    levels = [each.level for each in register]
    assert (levels.count("1"), levels.count("2"), len(register)) == (LEVEL_1, LEVEL_2, LEVEL_1 + LEVEL_2)
    assert fingerprint(register) == PUBLISHED


def test_every_word_of_the_register_can_be_believed():
    assert faults(read()) == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(TESTS)
    (tmp_path / "tests" / "test_none.py").write_text(
        "import pytest\npytestmark = pytest.mark.skip\ndef test_a(): ...\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"id": "1.2.3"}, "no requirement's id"),
        ({"id": "V1.2"}, "no requirement's id"),
        ({"level": "3"}, "is of level '3'"),
        ({"status": "done"}, "has the status 'done'"),
        ({"reason": ""}, "has no reason"),
        ({"status": "open", "tests": (), "reason": ""}, "has no reason"),
        ({"tests": ()}, "met by no test"),
        ({"status": "open"}, "only what is met does"),
        ({"tests": ("tests/test_b.py::test_runs",)}, "does not exist"),
        ({"tests": ("tests/test_a.py::test_gone",)}, "does not define"),
        ({"tests": ("tests/test_a.py::test_inside",)}, "does not define"),
        ({"tests": ("tests/test_a.py::other",)}, "not written as"),
        ({"tests": ("tests/test_a.py",)}, "not written as"),
        ({"tests": ("tests/test_a.py::test_skipped",)}, "not always run"),
        ({"tests": ("tests/test_a.py::test_partly",)}, "not always run"),
        ({"tests": ("tests/test_a.py::TestNever::test_inside",)}, "not always run"),
        ({"tests": ("tests/test_none.py::test_a",)}, "not always run"),
    ],
)
def test_what_cannot_be_believed_is_named(root, changed, says):
    assert faults([MET], root) == []
    [fault] = faults([MET._replace(**changed)], root)
    assert says in fault


def test_methods_count_and_a_second_entry_does_not(root):
    assert faults([MET._replace(tests=("tests/test_a.py::TestAlways::test_inside",))], root) == []
    assert faults([MET, MET], root) == ["V1.2.3 stands there twice."]


def test_a_file_with_other_columns_is_refused(tmp_path):
    file = tmp_path / "asvs.csv"
    file.write_text("id,status\nV1.2.3,met\n")
    with pytest.raises(ValueError, match="write id, level, status, reason, tests"):
        read(file)


def test_the_score_leaves_out_what_does_not_apply():
    register = [
        MET,
        *(MET._replace(id=f"V1.2.{n}", status=status) for n, status in enumerate(["open", "open", "n/a"], 4)),
    ]
    assert score(register) == pytest.approx(1 / 3)
    assert score([register[-1]]) == 0
    *_, total = table(register).splitlines()
    assert total.split() == ["all", "1", "2", "1", "0", "0", "0", "33%"]
