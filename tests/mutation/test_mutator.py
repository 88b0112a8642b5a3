"""The mutator makes one change at a time and finds the tests that reach it."""

import ast
import random
from pathlib import Path

import pytest
from changed_modules import HIT, with_hits
from small_changes import small_changes

SOURCE = '''
"""Words about it."""
from math import floor

LIMIT = 3


def inside(value: "float", low=0.5):
    """Whether it is."""
    if not value < LIMIT and value >= low:
        raise ValueError("that is none")
    return min(value, low) + 1
'''


def changed(source, kind):
    """The changes of a kind, each as the line it gives."""
    texts = []
    for number, change in enumerate(small_changes(ast.parse(source))):
        tree = ast.parse(source)
        small_changes(tree)[number].make()
        if change.kind == kind:
            texts.append(ast.unparse(tree).splitlines())
    before = ast.unparse(ast.parse(source)).splitlines()
    return [
        " / ".join(new.strip() for old, new in zip(before, text, strict=False) if old != new)
        for text in texts
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "comparison",
            [
                "if not value <= LIMIT and value >= low:",
                "if not value > LIMIT and value >= low:",
                "if not value < LIMIT and value > low:",
                "if not value < LIMIT and value <= low:",
            ],
        ),
        ("and/or", ["if not value < LIMIT or value >= low:"]),
        ("sign", ["if value < LIMIT and value >= low:"]),
        ("condition", ["if not (not value < LIMIT and value >= low):"]),
        ("statement", ["pass"]),
        ("return", ["return None"]),
        ("operator", ["return min(value, low) - 1"]),
        ("function", ["return max(value, low) + 1"]),
        ("argument", ["return min(low) + 1", "return min(value) + 1"]),
        (
            "number",
            [
                "LIMIT = 4",
                "def inside(value: 'float', low=1.0):",
                "return min(value, low) + 2",
            ],
        ),
        ("text", []),
    ],
)
def test_each_kind_of_change(kind, expected):
    assert changed(SOURCE, kind) == expected


def test_changes_name_their_line_and_the_statement_that_tests_must_reach():
    lines = SOURCE.splitlines()
    for change in small_changes(ast.parse(SOURCE)):
        assert change.before.split("(")[0] in lines[change.line - 1] or change.kind == "operator"
        is_at_import = "LIMIT =" in lines[change.line - 1] or "def" in lines[change.line - 1]
        assert (change.statement_line is None) == is_at_import


def test_every_statement_of_every_function_tells_that_it_is_run():
    source = Path(__file__).with_name("small_changes.py").read_text(encoding="utf-8")
    reached: set[int] = set()
    # Dataclasses look their module up.
    names = {HIT: reached.add, "__name__": "small_changes"}
    tree = ast.fix_missing_locations(with_hits(ast.parse(source), 0))
    exec(compile(tree, "small_changes.py", "exec"), names)
    assert not reached
    found = names["small_changes"](ast.parse(SOURCE))
    assert len(found) == len(small_changes(ast.parse(SOURCE)))
    lines = source.splitlines()
    assert any("ast.BoolOp(other" in lines[line - 1] for line in reached)
    # There are no bytes in it.
    assert not any('b"X"' in lines[line - 1] for line in reached)


def test_all_changes_of_the_program_can_be_compiled():
    root = Path(__file__).parents[2] / "sleepscorer"
    files = sorted((root / "core").glob("*.py"))
    for file in files:
        source = file.read_text(encoding="utf-8")
        numbers = range(len(small_changes(ast.parse(source))))
        for number in random.Random(1).sample(numbers, min(5, len(numbers))):
            tree = ast.parse(source)
            small_changes(tree)[number].make()
            compile(ast.fix_missing_locations(tree), str(file), "exec", dont_inherit=True)
