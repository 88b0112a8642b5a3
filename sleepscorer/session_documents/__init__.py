"""Recordings with their sessions: opened where the scoring stopped, staged, exported.

The window works on a :class:`Document`. What is slow here (staging, hashing, exporting) reads the
recording and values only, a :class:`Snapshot` of the document among them, and may run in another
thread. What lists tell of nights that are not open stands apart, in :mod:`night_summary
<sleepscorer.session_documents.night_summary>`, and is imported when a list is shown.
"""

from sleepscorer.files.sessions import KeptMeasures, SessionPlaces
from sleepscorer.session_documents.annotating import (
    AnnotationOf,
    annotate,
    annotate_document,
    check_annotated,
)
from sleepscorer.session_documents.converting import (
    ConversionOf,
    ReadConversion,
    format_written,
    read_conversion,
    write_conversion,
)
from sleepscorer.session_documents.document import MISSING, Document
from sleepscorer.session_documents.found_scoring import (
    FoundScoring,
    check_is_scoring,
    scores,
    scoring_instead,
)
from sleepscorer.session_documents.hardware import expected_device
from sleepscorer.session_documents.importing import ImportableScoring, ImportChoice, read_importable
from sleepscorer.session_documents.opening import (
    current_author,
    open_document,
    path_to_reopen,
)
from sleepscorer.session_documents.reporting import ReportOf, write_report
from sleepscorer.session_documents.results import export_document, stage_document
from sleepscorer.session_documents.scoring_preview import ScoringPreview, scoring_preview
from sleepscorer.session_documents.snapshot import Snapshot, output_stem

__all__ = [
    "MISSING",
    "AnnotationOf",
    "ConversionOf",
    "Document",
    "FoundScoring",
    "ImportChoice",
    "ImportableScoring",
    "KeptMeasures",
    "ReadConversion",
    "ReportOf",
    "ScoringPreview",
    "SessionPlaces",
    "Snapshot",
    "annotate",
    "annotate_document",
    "check_annotated",
    "check_is_scoring",
    "current_author",
    "expected_device",
    "export_document",
    "format_written",
    "open_document",
    "output_stem",
    "path_to_reopen",
    "read_conversion",
    "read_importable",
    "scores",
    "scoring_instead",
    "scoring_preview",
    "stage_document",
    "write_conversion",
    "write_report",
]
