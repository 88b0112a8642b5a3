"""Layers as a session file stores them: what was begun, what became of it, whose the rows are.

A row of a log that no other row says a layer of belongs to the first one: what older programs wrote
stays as it is, to the last checksum.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sleepscorer.core.edits import Author, Edit
from sleepscorer.core.layers import FIRST, Layer, LayerKind, LayerMark, Layers, MarkKind
from sleepscorer.core.report_form import FormEntry
from sleepscorer.core.signatures import Signature, Unlocking
from sleepscorer.files.sessions.records import checked, is_count, plain_text

LAYERED = ("edits", "signatures", "unlockings", "forms")
"""The tables of which a row belongs to a layer."""

LAYER_STATEMENTS = {
    "layers": "SELECT number, utc, user, workstation, name, kind, scorer, blind, copied_from"
    " FROM layers ORDER BY number",
    "layer_marks": "SELECT utc, user, workstation, layer, kind, text FROM layer_marks"
    " ORDER BY number",
    "layer_rows": "SELECT part, row, layer FROM layer_rows ORDER BY number",
}

_Row = tuple[Any, ...]
_Entry = TypeVar("_Entry", Edit, Signature, Unlocking, FormEntry)


def layer_row(layer: Layer) -> tuple[object, ...]:
    """Return the columns of a layer."""
    return (
        layer.number,
        layer.utc,
        plain_text(layer.author.user),
        plain_text(layer.author.workstation),
        plain_text(layer.name),
        layer.kind.value,
        plain_text(layer.scorer),
        int(layer.is_blind),
        layer.copied_from,
    )


def mark_row(mark: LayerMark) -> tuple[object, ...]:
    """Return the columns of a mark, without the number."""
    return (
        mark.utc,
        plain_text(mark.author.user),
        plain_text(mark.author.workstation),
        mark.layer,
        mark.kind.value,
        plain_text(mark.text),
    )


def layers_of_rows(rows: dict[str, list[_Row]]) -> Layers:
    """Return what was stored; TypeError or ValueError where it is damaged."""
    layers = Layers(
        begun=tuple(_layer(*row) for row in rows["layers"]),
        marks=tuple(_mark(*row) for row in rows["layer_marks"]),
    )
    for problem in layers.problems():
        raise ValueError(problem)
    return layers


class LayersOfRows:
    """Tells of each row of a log which layer it belongs to.

    Parameters
    ----------
    rows
        Of the table that says so.
    n_layers
        How many there are.
    """

    def __init__(self, rows: list[_Row], n_layers: int) -> None:
        self._left: dict[tuple[str, int], int] = {}
        for part, row, layer in rows:
            checked("what belongs to a scoring", part in LAYERED and is_count(row))
            checked("whose a row is", type(layer) is int and FIRST < layer <= n_layers)
            checked("whose a row is", (part, row) not in self._left)
            self._left[part, row] = layer

    def told(self, part: str, entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        """Return the rows of a table, as they are numbered from 1, each with its layer."""
        return tuple(
            replace(entry, layer=self._left.pop((part, row)))
            if (part, row) in self._left
            else entry
            for row, entry in enumerate(entries, start=1)
        )

    def check_all_told(self) -> None:
        """Raise ValueError where what belongs to a layer is missing."""
        checked("what belongs to a scoring", not self._left)


def _layer(
    number: Any,
    utc: Any,
    user: Any,
    workstation: Any,
    name: Any,
    kind: Any,
    scorer: Any,
    *rest: Any,
) -> Layer:
    blind, copied_from = rest
    checked("the number of a scoring", is_count(number))
    checked("a text of a scoring", all(isinstance(text, str) for text in (name, scorer)))
    checked("the name of a scoring", bool(name))
    checked("a mark of a scoring", type(blind) is int and blind in (0, 1))
    checked("what was copied", copied_from is None or is_count(copied_from))
    return Layer(
        number=number,
        utc=utc,
        author=_checked_author(utc, user, workstation),
        name=name,
        kind=LayerKind(kind),
        scorer=scorer,
        is_blind=bool(blind),
        copied_from=copied_from,
    )


def _mark(utc: Any, user: Any, workstation: Any, layer: Any, kind: Any, text: Any) -> LayerMark:
    author = _checked_author(utc, user, workstation)
    checked("what a mark is of", is_count(layer) and isinstance(text, str))
    mark = LayerMark(utc, author, layer, MarkKind(kind), text)
    checked("the name of a scoring", mark.kind is not MarkKind.NAMED or bool(text))
    return mark


def _checked_author(utc: Any, user: Any, workstation: Any) -> Author:
    texts = (utc, user, workstation)
    checked("a text of a scoring", all(isinstance(text, str) for text in texts))
    checked("the time of a scoring", datetime.fromisoformat(utc).tzinfo is not None)
    return Author(user, workstation)
