"""Whose stages a table holds, and those of the one that was asked for."""

from collections.abc import Sequence
from dataclasses import replace

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.labels import Label, label_of
from sleepscorer.files.scorings.scorer_names import wanted_scorer
from sleepscorer.files.scorings.table_columns import Column, Role, number_of
from sleepscorer.files.scorings.table_rows import Rows

# What our own tables hold beside the stages: the machine's, and those of other stagers.
_OWN_COLUMNS = frozenset({"machine_stage", "smoothed_stage", "second_stage"})
_OF_A_STAGER = "stager_"


def of_one_scorer(rows: Rows, scorer: str | None) -> tuple[Column, Rows, tuple[str, ...]]:
    """Return the column of stages and the rows of one scorer, and what to say on it."""
    stages = rows.header.with_role(Role.STAGE)
    if len(stages) > 1:
        return _of_one_column(rows, stages, scorer)
    if not stages:
        return _of_one_column(rows, _columns_of_stages(rows), scorer)
    if others := _other_opinions(rows, stages[0]):
        return _of_one_column(rows, [*stages, *others], scorer)
    by = rows.the_only(Role.SCORER)
    if by is None:
        if scorer is not None:
            raise ScoringError("the table names no scorers", hint="leave out whose stages to read")
        return stages[0], rows, ()
    names = dict.fromkeys(cell for _, cell in rows.cells(by))
    if scorer is None and len(names) == 1:
        return stages[0], rows, ()
    where = f" (column {by.heading!r})"
    wanted = wanted_scorer(tuple(names), scorer, "the table", where)
    held = tuple(row for row in rows.rows if row[1][by.index] == wanted)
    # Numbers of rows count those of all.
    columns = tuple(c for c in rows.header.columns if c.role is not Role.ROW)
    return (
        stages[0],
        Rows(replace(rows.header, columns=columns), held),
        (f"the stages of {wanted!r} were read",),
    )


def _of_one_column(
    rows: Rows, columns: Sequence[Column], scorer: str | None
) -> tuple[Column, Rows, tuple[str, ...]]:
    if not columns:
        raise ScoringError(
            f"line {rows.header.n_lines} heads no column 'stage', as that of a table has to",
            hint="the first line names the columns, such as epoch,start_s,stage",
        )
    if scorer is None and len(columns) == 1:
        return columns[0], rows, (f"the stages were read from column {columns[0].heading!r}",)
    wanted = wanted_scorer(tuple(column.heading for column in columns), scorer, "the table")
    column = next(column for column in columns if column.heading == wanted)
    return column, rows, (f"the stages of {wanted!r} were read",)


def _columns_of_stages(rows: Rows) -> list[Column]:
    """Return the columns that hold stages in words and nothing else, whatever their heading."""
    for column in rows.header.columns:
        label = label_of(column.heading)
        is_row = label is not None and (
            not label.spelling or any(cell == column.heading for _, cell in rows.cells(column))
        )
        if is_row or number_of(column.heading) is not None:
            # Probabilities are headed by stages, and a table without a header begins with a row.
            return []
    return [
        column
        for column in rows.header.with_role(Role.OTHER, Role.SCORER)
        if labels_of(rows, column)
    ]


def labels_of(rows: Rows, column: Column) -> dict[str, Label]:
    """Return what the cells of a column say on the stage; nothing where one is about another."""
    labels: dict[str, Label] = {}
    for cell in dict.fromkeys(cell for _, cell in rows.cells(column)):
        label = label_of(cell)
        if label is None:
            return {}
        labels[cell] = label
    return labels


def _other_opinions(rows: Rows, stages: Column) -> list[Column]:
    """Return the columns beside that of the stages in which others than those stand."""
    found = []
    for column in rows.header.with_role(Role.OTHER, Role.SCORER):
        is_own = column.heading in _OWN_COLUMNS or column.heading.startswith(_OF_A_STAGER)
        labels = {} if is_own else labels_of(rows, column)
        pairs = {(row[stages.index], row[column.index]) for _, row in rows.rows if labels}
        told = {a: label_of(a) for a, _ in pairs}
        if any(
            (a_label := told[a]) is None or a_label.stage is not labels[b].stage for a, b in pairs
        ):
            found.append(column)
    return found
