"""Every promise of docs/reliability.md names the test that holds it, and that test is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
PROMISE = re.compile(r"^\| (?!---|promise )(.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PROMISES = PROMISE.findall(PAGE.read_text())
NAMED = [(path, test) for _, cell in PROMISES for path, test in TEST.findall(cell)]


def names_in(path):
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_promise_names_a_test():
    assert len(PROMISES) > 30
    for promise, cell in PROMISES:
        assert TEST.search(cell), promise


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_the_tests_are_there(path):
    named = {test for file, test in NAMED if file == path and test}
    assert named <= names_in(path)


def test_no_file_of_faults_is_left_out():
    files = {f"tests/faults/{path.name}" for path in (ROOT / "tests" / "faults").glob("test_*.py")}
    assert files <= {path for path, _ in NAMED}
