"""Scorings of other people and programs: one reader a format, chosen by content."""

from sleepscorer.files.scorings.fitting import fitted
from sleepscorer.files.scorings.readers import READERS, Reader, read_scoring
from sleepscorer.files.scorings.stage_annotations import (
    holds_stages,
    is_stage,
    scoring_of_recording,
)

__all__ = [
    "READERS",
    "Reader",
    "fitted",
    "holds_stages",
    "is_stage",
    "read_scoring",
    "scoring_of_recording",
]
