"""The one way from a recording to the files that are written of it.

The command line scores with :func:`score_recording`; the window stages and exports with its parts.
"""

from sleepscorer.pipeline.outputs import (
    Destination,
    SourceRecording,
    hashed,
    make_night,
    suggested_lights,
    write_outputs,
)
from sleepscorer.pipeline.scoring import (
    ScoredNight,
    ScoreOptions,
    check_distinct_outputs,
    score_recording,
    without_own_scorings,
)
from sleepscorer.pipeline.staging import Answers, find_channels, stage_recording

__all__ = [
    "Answers",
    "Destination",
    "ScoreOptions",
    "ScoredNight",
    "SourceRecording",
    "check_distinct_outputs",
    "find_channels",
    "hashed",
    "make_night",
    "score_recording",
    "stage_recording",
    "suggested_lights",
    "without_own_scorings",
    "write_outputs",
]
