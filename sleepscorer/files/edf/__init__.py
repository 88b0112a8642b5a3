"""EDF, BDF and their + variants: recordings read block by block, scorings and nights written."""

from sleepscorer.files.edf.fields import field_integer, field_number, microvolts_per
from sleepscorer.files.edf.header import (
    MAX_DURATION_S,
    MAX_RATE_HZ,
    holds_annotations_alone,
)
from sleepscorer.files.edf.header_table import BDF_VERSION, EDF_VERSION
from sleepscorer.files.edf.identification import (
    UNKNOWN_PATIENT,
    UNKNOWN_START,
    months_of,
    patient_identification,
    recording_identification,
    start_date_subfield,
)
from sleepscorer.files.edf.layout import EdfPlan, SignalHeader
from sleepscorer.files.edf.reader import EdfFile, edf_extent, open_edf
from sleepscorer.files.edf.samples import ChannelLayout, PassingChannels, file_size, read_bytes
from sleepscorer.files.edf.writer import verify_edf, write_edf, write_edf_into

__all__ = [
    "BDF_VERSION",
    "EDF_VERSION",
    "MAX_DURATION_S",
    "MAX_RATE_HZ",
    "UNKNOWN_PATIENT",
    "UNKNOWN_START",
    "ChannelLayout",
    "EdfFile",
    "EdfPlan",
    "PassingChannels",
    "SignalHeader",
    "edf_extent",
    "field_integer",
    "field_number",
    "file_size",
    "holds_annotations_alone",
    "microvolts_per",
    "months_of",
    "open_edf",
    "patient_identification",
    "read_bytes",
    "recording_identification",
    "start_date_subfield",
    "verify_edf",
    "write_edf",
    "write_edf_into",
]
