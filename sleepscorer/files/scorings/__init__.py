"""Scorings of other people and programs: one reader a format, chosen by content."""

from sleepscorer.files.scorings.fitting import fitted
from sleepscorer.files.scorings.labels import stage_of_annotation, stage_of_bare_annotation
from sleepscorer.files.scorings.readers import READERS, Reader, read_scoring
from sleepscorer.files.scorings.stage_annotations import scoring_of_recording

__all__ = [
    "READERS",
    "Reader",
    "fitted",
    "read_scoring",
    "scoring_of_recording",
    "stage_of_annotation",
    "stage_of_bare_annotation",
]
