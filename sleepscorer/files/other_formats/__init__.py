"""Recordings that are neither EDF nor BDF: some read here, others by mne."""

from sleepscorer.files.other_formats.formats import (
    OTHER_FORMATS,
    companion_hint,
    format_suffix,
    open_other,
)
from sleepscorer.files.other_formats.samples import keep_passing

__all__ = ["OTHER_FORMATS", "companion_hint", "format_suffix", "keep_passing", "open_other"]
