"""The files a scored night is handed on in: a format is a module and a row of the table."""

from sleepscorer.files.exports.annotations import verify_annotations, write_annotations
from sleepscorer.files.exports.deidentification import deidentified_stem
from sleepscorer.files.exports.excel.columns import (
    PLAIN,
    TENTHS,
    THOUSANDTHS,
    WHOLE,
    Column,
    Sheet,
    Value,
)
from sleepscorer.files.exports.formats import (
    EXPORT_FORMATS,
    FORMATS,
    check_outputs,
    is_own_output,
    output_paths,
    write_exports,
)
from sleepscorer.files.exports.night import INTENDED_USE, Night
from sleepscorer.files.exports.own_files import PROGRAM, is_own_scoring, is_synthetic
from sleepscorer.files.exports.picture import SOFTWARE_KEY, is_own_picture, picture_output
from sleepscorer.files.exports.staging_json import (
    is_scored_by_hand,
    read_stagings_json,
    stages_read_from,
)
from sleepscorer.files.exports.workbook import workbook_output

__all__ = [
    "EXPORT_FORMATS",
    "FORMATS",
    "INTENDED_USE",
    "PLAIN",
    "PROGRAM",
    "SOFTWARE_KEY",
    "TENTHS",
    "THOUSANDTHS",
    "WHOLE",
    "Column",
    "Night",
    "Sheet",
    "Value",
    "check_outputs",
    "deidentified_stem",
    "is_own_output",
    "is_own_picture",
    "is_own_scoring",
    "is_scored_by_hand",
    "is_synthetic",
    "output_paths",
    "picture_output",
    "read_stagings_json",
    "stages_read_from",
    "verify_annotations",
    "workbook_output",
    "write_annotations",
    "write_exports",
]
