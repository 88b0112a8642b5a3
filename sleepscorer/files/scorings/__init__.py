"""Scorings of other people and programs: one reader a format, chosen by content."""

from sleepscorer.files.scorings.alignment import Alignment, HowAligned, in_epochs
from sleepscorer.files.scorings.fitting import fitted
from sleepscorer.files.scorings.readers import READERS, Reader, format_title, read_scoring
from sleepscorer.files.scorings.stage_annotations import (
    holds_stages,
    is_stage,
    scoring_of_recording,
)
from sleepscorer.files.scorings.stage_codes import STAGE_CODES, StageCodes, codes_named

__all__ = [
    "READERS",
    "STAGE_CODES",
    "Alignment",
    "HowAligned",
    "Reader",
    "StageCodes",
    "codes_named",
    "fitted",
    "format_title",
    "holds_stages",
    "in_epochs",
    "is_stage",
    "read_scoring",
    "scoring_of_recording",
]
