"""Which line of a table is said to be wrong."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings import read_scoring

# Longer than any cell that Python's csv module takes.
ENDLESS = "W" * 200_000


@pytest.mark.parametrize("n_before", [0, 1, 3])
@pytest.mark.parametrize("first", ["", "sep=,\n"])
def test_a_row_that_is_none_is_named_by_its_line_in_the_file(tmp_path, n_before, first):
    rows = [f"{index + 1},W" for index in range(n_before)]
    lines = ["epoch,stage", *rows, f"{n_before + 1},{ENDLESS}", "9,W"]
    (tmp_path / "n.csv").write_text(first + "\n".join(lines))
    number = n_before + 2 + bool(first)
    with pytest.raises(ScoringError, match=rf"line {number} is no row of a table"):
        read_scoring(tmp_path / "n.csv")
