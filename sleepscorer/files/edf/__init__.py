"""EDF, BDF and their + variants: recordings read block by block, scorings and nights written."""

from sleepscorer.files.edf.annotating import EdfAnnotating, first_remark, refuse_interrupted
from sleepscorer.files.edf.fields import field_integer, field_number, microvolts_per
from sleepscorer.files.edf.header import (
    MAX_DURATION_S,
    MAX_RATE_HZ,
    holds_annotations_alone,
)
from sleepscorer.files.edf.header_table import BDF_VERSION, CHANNEL_FIELDS, EDF_VERSION
from sleepscorer.files.edf.identification import (
    UNKNOWN_PATIENT,
    UNKNOWN_RECORDING,
    UNKNOWN_START,
    header_text,
    known_day,
    months_of,
    patient_identification,
    person_told,
    recording_identification,
    start_date_subfield,
)
from sleepscorer.files.edf.layout import EdfPlan, SignalHeader
from sleepscorer.files.edf.reader import EdfFile, edf_extent, open_edf
from sleepscorer.files.edf.rewriting import (
    EdfRewriting,
    Rewrite,
)
from sleepscorer.files.edf.samples import ChannelLayout, PassingChannels, file_size, read_bytes
from sleepscorer.files.edf.stored_header import ChannelWords, EdfWords, Leftover
from sleepscorer.files.edf.tal import split_channel
from sleepscorer.files.edf.writer import verify_edf, write_edf, write_edf_into

__all__ = [
    "BDF_VERSION",
    "CHANNEL_FIELDS",
    "EDF_VERSION",
    "MAX_DURATION_S",
    "MAX_RATE_HZ",
    "UNKNOWN_PATIENT",
    "UNKNOWN_RECORDING",
    "UNKNOWN_START",
    "ChannelLayout",
    "ChannelWords",
    "EdfAnnotating",
    "EdfFile",
    "EdfPlan",
    "EdfRewriting",
    "EdfWords",
    "Leftover",
    "PassingChannels",
    "Rewrite",
    "SignalHeader",
    "edf_extent",
    "field_integer",
    "field_number",
    "file_size",
    "first_remark",
    "header_text",
    "holds_annotations_alone",
    "known_day",
    "microvolts_per",
    "months_of",
    "open_edf",
    "patient_identification",
    "person_told",
    "read_bytes",
    "recording_identification",
    "refuse_interrupted",
    "split_channel",
    "start_date_subfield",
    "verify_edf",
    "write_edf",
    "write_edf_into",
]
