"""The one way from a recording to what is said and written of it: staged, explained, exported.

The command line scores with :func:`score_recording`; the window stages and exports with its parts.
"""

from sleepscorer.pipeline.annotated_copy import (
    AnnotatedCopy,
    WrittenCopy,
    check_copied,
    check_one_scoring,
    copy_path,
    is_annotated_copy,
    own_scoring,
    write_annotated_copy,
)
from sleepscorer.pipeline.channels import find_channels, find_channels_for, lacking_channels
from sleepscorer.pipeline.deidentified_copy import CopySurvey, survey_recording, write_copy
from sleepscorer.pipeline.event_figures import event_figures
from sleepscorer.pipeline.explanation import (
    ExplainedNight,
    Explanation,
    classical_measures,
    measure_to_explain,
    stage_to_explain,
)
from sleepscorer.pipeline.outputs import (
    Destination,
    SourceRecording,
    hashed,
    make_night,
    moment_text,
    suggested_lights,
    write_outputs,
)
from sleepscorer.pipeline.reading import NightComing
from sleepscorer.pipeline.scoring import (
    ScoredNight,
    ScoreOptions,
    check_distinct_outputs,
    coming_night,
    score_recording,
    without_own_scorings,
)
from sleepscorer.pipeline.site_choice import (
    SiteChoice,
    forget_site_choice,
    keep_site_choice,
    read_site_choice,
    site_choice_file,
)
from sleepscorer.pipeline.staging import (
    Answers,
    AskedStagers,
    stage_recording,
)

__all__ = [
    "AnnotatedCopy",
    "Answers",
    "AskedStagers",
    "CopySurvey",
    "Destination",
    "ExplainedNight",
    "Explanation",
    "NightComing",
    "ScoreOptions",
    "ScoredNight",
    "SiteChoice",
    "SourceRecording",
    "WrittenCopy",
    "check_copied",
    "check_distinct_outputs",
    "check_one_scoring",
    "classical_measures",
    "coming_night",
    "copy_path",
    "event_figures",
    "find_channels",
    "find_channels_for",
    "forget_site_choice",
    "hashed",
    "is_annotated_copy",
    "keep_site_choice",
    "lacking_channels",
    "make_night",
    "measure_to_explain",
    "moment_text",
    "own_scoring",
    "read_site_choice",
    "score_recording",
    "site_choice_file",
    "stage_recording",
    "stage_to_explain",
    "suggested_lights",
    "survey_recording",
    "without_own_scorings",
    "write_annotated_copy",
    "write_copy",
    "write_outputs",
]
