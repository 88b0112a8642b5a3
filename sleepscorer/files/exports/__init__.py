"""The files a scored night is handed on in: a format is a module and a row of the table."""

from sleepscorer.files.exports.annotations import (
    scoring_annotations,
    verify_annotations,
    write_annotations,
)
from sleepscorer.files.exports.deidentification import deidentified_stem
from sleepscorer.files.exports.documents import document_output
from sleepscorer.files.exports.excel.columns import (
    DATE,
    PLAIN,
    TENTHS,
    THOUSANDTHS,
    WHOLE,
    Chart,
    Column,
    Sheet,
    Value,
)
from sleepscorer.files.exports.formats import (
    EXPORT_FORMATS,
    FORMATS,
    INTERCHANGE_SUFFIXES,
    PDF,
    check_outputs,
    format_for,
    is_own_output,
    output_paths,
    write_export,
    write_exports,
)
from sleepscorer.files.exports.night import INTENDED_USE, Night, NightSpectrogram
from sleepscorer.files.exports.own_files import (
    PROGRAM,
    SIMULATION,
    is_own_scoring,
    is_own_staging,
    is_simulated_scoring,
    is_synthetic,
    names_weights,
)
from sleepscorer.files.exports.pages.parts import (
    Document,
    Level,
    Part,
    Plot,
    Plots,
    Points,
    Section,
    Table,
    Text,
)
from sleepscorer.files.exports.picture import SOFTWARE_KEY, is_own_picture, picture_output
from sleepscorer.files.exports.recording_texts import (
    ANNOTATION,
    AnnotationTexts,
    FoundText,
    RecordingTexts,
    Staying,
)
from sleepscorer.files.exports.report.languages import language_codes, languages
from sleepscorer.files.exports.report.looked_up import looked_up
from sleepscorer.files.exports.report.templates import PAPERS, template_files, templates_folder
from sleepscorer.files.exports.report_look import DEFAULT_TEMPLATE, ReportLook
from sleepscorer.files.exports.staging_json import (
    is_scored_by_hand,
    read_stagings_json,
    stages_read_from,
)
from sleepscorer.files.exports.telling import Identity, Remover
from sleepscorer.files.exports.workbook import workbook_output

__all__ = [
    "ANNOTATION",
    "DATE",
    "DEFAULT_TEMPLATE",
    "EXPORT_FORMATS",
    "FORMATS",
    "INTENDED_USE",
    "INTERCHANGE_SUFFIXES",
    "PAPERS",
    "PDF",
    "PLAIN",
    "PROGRAM",
    "SIMULATION",
    "SOFTWARE_KEY",
    "TENTHS",
    "THOUSANDTHS",
    "WHOLE",
    "AnnotationTexts",
    "Chart",
    "Column",
    "Document",
    "FoundText",
    "Identity",
    "Level",
    "Night",
    "NightSpectrogram",
    "Part",
    "Plot",
    "Plots",
    "Points",
    "RecordingTexts",
    "Remover",
    "ReportLook",
    "Section",
    "Sheet",
    "Staying",
    "Table",
    "Text",
    "Value",
    "check_outputs",
    "deidentified_stem",
    "document_output",
    "format_for",
    "is_own_output",
    "is_own_picture",
    "is_own_scoring",
    "is_own_staging",
    "is_scored_by_hand",
    "is_simulated_scoring",
    "is_synthetic",
    "language_codes",
    "languages",
    "looked_up",
    "names_weights",
    "output_paths",
    "picture_output",
    "read_stagings_json",
    "scoring_annotations",
    "stages_read_from",
    "template_files",
    "templates_folder",
    "verify_annotations",
    "workbook_output",
    "write_annotations",
    "write_export",
    "write_exports",
]
