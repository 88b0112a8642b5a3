"""The figures of a night as a reader finds them in each medium, by key: ``"412.5"``.

A figure that is undefined is :data:`NONE`, whatever the medium shows for it. Each reader finds a
figure by what stands beside it, as a person does, and knows nothing of how it was written.
"""

import csv
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtWidgets import QWidget

from sleepscorer.core.metrics import DEFINITIONS, Definition, FigureGroup, SleepStatistics
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.undefined import Reason, figure_of, figures_of
from sleepscorer.files.exports.report.languages import words_of
from sleepscorer.gui.panels.figure_tree import FigureTree
from sleepscorer.gui.panels.main_figures import MainFigures
from sleepscorer.gui.panels.statistics import StatisticsPanel

NONE = ""
LISTED = ("cycles", "transitions")
STAGE_ROWS = (*STAGES, Stage.UNSCORED)
_UNITS = {"min": "min", "%": "%", "1/h": "/h", "n": ""}
_MAIN = ("tst_min", "se_pct", "sl_min", "rem_latency_min", "waso_min")
_BY_KEY = {one.key: one for one in DEFINITIONS}


def rounded(value: float | None, unit: str) -> str:
    """A figure as every medium rounds it: counts whole, all else to a tenth, halves up."""
    if value is None:
        return NONE
    places = Decimal("1") if unit == "n" else Decimal("0.1")
    return str(Decimal(f"{value:.15g}").quantize(places, ROUND_HALF_UP))


def duration(minutes: float | None) -> str:
    """Minutes as hh:mm:ss."""
    if minutes is None:
        return NONE
    seconds = round(60 * minutes)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def expected(statistics: SleepStatistics) -> dict[str, str]:
    """All figures that are one number, and how many cycles there are."""
    values = {
        one.key: rounded(figure_of(statistics, one.key), one.unit)
        for one in DEFINITIONS
        if one.key not in LISTED
    }
    return {**values, "cycles": rounded(figure_of(statistics, "cycles"), "n")}


def expected_of_stages(statistics: SleepStatistics) -> dict[str, list[str]]:
    """Minutes, duration, shares of TST and of TRT and two latencies by stage."""
    rows, trt_min = {}, statistics.trt_min
    values = figures_of(statistics)
    for stage in STAGE_ROWS:
        key = stage.name.lower()
        minutes = values[f"{key}_min"]
        of_trt = None if minutes is None or not trt_min else 100 * minutes / trt_min
        rows[stage.text] = [
            rounded(minutes, "min"),
            duration(minutes),
            rounded(values.get(f"{key}_pct"), "%"),
            rounded(of_trt, "%"),
            rounded(values.get(f"latency_{key}_min"), "min"),
            rounded(values.get(f"latency_{key}_onset_min"), "min"),
        ]
    return rows


def of_screen(panel: StatisticsPanel) -> dict[str, str]:
    """Of the Statistics panel; a table, and what it shows under another name, are missing."""
    found = {}
    keys_of_labels = {one.label: one.key for one in DEFINITIONS}
    for tile in panel.findChild(MainFigures).findChildren(QWidget):
        label, colon, text = tile.accessibleName().rpartition(": ")
        if colon:
            found[keys_of_labels[label]] = _on_screen(text, keys_of_labels[label])
    tree = panel.findChild(FigureTree)
    for group in map(tree.topLevelItem, range(tree.topLevelItemCount())):
        for row in map(group.child, range(group.childCount())):
            if row.text(0):
                for column, key in enumerate(_keys_of_row(group.text(0), row.text(0)), start=1):
                    found[key] = _on_screen(row.text(column), key)
    return found


def _keys_of_row(group: str, name: str) -> list[str]:
    if name not in [stage.text for stage in STAGES]:
        return [one.key for one in DEFINITIONS if (one.group, one.label) == (group, name)]
    key = name.lower()
    if group == FigureGroup.STAGES:
        return [f"{key}_min"] if key == "w" else [f"{key}_min", f"{key}_pct"]
    # R latency from sleep onset is the REM latency, which stands above in large figures.
    first = f"latency_{key}_min"
    return [first] if key == "r" else [first, f"latency_{key}_onset_min"]


def _on_screen(text: str, key: str) -> str:
    if text == "—":
        return NONE
    unit = "" if key == "cycles" else _UNITS[_BY_KEY[key].unit]
    assert text.endswith(unit), f"{key} has another unit: {text}"
    return text.removesuffix(unit).strip()


class ExcelFigures:
    """Of the report as Excel shows it: the stored number in the format of its cell."""

    def __init__(self, path: Path) -> None:
        self._book = load_workbook(path)

    def summary(self) -> dict[str, str]:
        """Of the sheet Summary."""
        found = {}
        keys = {one.label: one.key for one in DEFINITIONS}
        for name, number, _, length in self._rows("Summary", 4):
            if (key := keys.get(name.value)) is None:
                continue
            assert key not in found, f"{key} stands twice"
            found[key] = _in_cell(number)
            if key != "cycles" and _BY_KEY[key].unit == "min":
                assert _length(length) == duration(number.value), key
        return found

    def stages(self) -> dict[str, list[str]]:
        """Of the sheet Stages, as :func:`expected_of_stages`."""
        names = [stage.text for stage in STAGE_ROWS]
        found = {}
        for name, _, minutes, length, *others in self._rows("Stages", 8):
            if name.value in names:
                found[name.value] = [_in_cell(minutes), _length(length), *map(_in_cell, others)]
        return found

    def counts(self, sheet: str, n_columns: int) -> list[list[Any]]:
        """The numbers of a table below its headings."""
        rows = [[cell.value for cell in row] for row in self._rows(sheet, n_columns)]
        return [row for row in rows[3:] if isinstance(row[1], int | float)]

    def _rows(self, sheet: str, n_columns: int) -> Any:
        return self._book[sheet].iter_rows(max_col=n_columns)


def _in_cell(cell: Any) -> str:
    if cell.value is None:
        return NONE
    return rounded(cell.value, {"0": "n", "0.0": "min"}[cell.number_format])


def _length(cell: Any) -> str:
    return NONE if cell.value is None else duration(cell.value.total_seconds() / 60)


class PdfFigures:
    """Of the report as PDF, in English: names and numbers as they follow each other."""

    def __init__(self, path: Path) -> None:
        pages = PdfReader(io.BytesIO(path.read_bytes())).pages
        self.text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        self._words = words_of("en")

    def figures(self) -> dict[str, str]:
        """The five large ones, and those of the tables beside the stages."""
        found = dict(zip(_MAIN, self._large(), strict=True))
        for one in DEFINITIONS:
            if one.stage is None and one.key not in (*_MAIN, "transitions"):
                found[one.key] = self._beside(one)
        return found

    def stages(self) -> dict[str, list[str]]:
        """As :func:`expected_of_stages`; without what is no figure of W and of unscored epochs."""
        found = {}
        number, length = r"(–|\d+\.\d)", r"(–|\d+:\d\d:\d\d)"
        for stage in STAGE_ROWS:
            parts = [number, length, number, *((number,) * 3 if stage.is_sleep else ())]
            pattern = rf"(?<!\S){re.escape(stage.text)} {' '.join(parts)}(?!\S)"
            row = _only(re.findall(pattern, self.text), stage.text)
            cells = [NONE if cell == "–" else cell for cell in row]
            if not stage.is_sleep:
                cells = [*cells[:2], NONE, cells[2], NONE, NONE]
            found[stage.text] = cells
        return found

    def _large(self) -> list[str]:
        labels = " ".join(self._words.label(_BY_KEY[key]) for key in _MAIN)
        numbers = " ".join([r"(?:(–)|(\d+\.\d) (?:min|%))"] * len(_MAIN))
        found = _only(re.findall(f"{re.escape(labels)} {numbers}", self.text), "large figures")
        return list(found[1::2])

    def _beside(self, one: Definition) -> str:
        reasons = "|".join(
            self._words(f"undefined.{reason}", stage="STAGE", minutes="MINUTES")
            .replace("STAGE", r"\w+")
            .replace("MINUTES", r"\d+")
            for reason in Reason
        )
        digits = r"\d+" if one.unit == "n" or one.key == "cycles" else r"\d+\.\d"
        pattern = (
            rf"{re.escape(self._words.label(one))} (?:(?:(?:{reasons}) )?–|({digits}))(?!\S| \()"
        )
        return str(_only(re.findall(pattern, self.text), one.key))


def _only(found: list[Any], what: str) -> Any:
    assert len(found) == 1, f"{what} stands {len(found)} times"
    return found[0]


def stages_of_csv(path: Path) -> np.ndarray:
    """The stages of a table of epochs."""
    by_text = {stage.text: stage for stage in Stage}
    with path.open(encoding="utf-8", newline="") as file:
        return np.array([by_text[row["stage"]] for row in csv.DictReader(file)], np.int8)
