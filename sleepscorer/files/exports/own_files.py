"""Tells the files that sleepscorer made from everybody else's, by what stands in them.

Laboratories call their expert's scoring ``night_hypnogram.edf`` too: a name proves nothing.
"""

import re
import struct
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from sleepscorer.files.beginnings import beginning_of

PROGRAM = "sleepscorer"
STAGING_FORMAT = "sleepscorer staging"
"""Value of the key ``format`` in our JSON files."""

_IDENTIFICATION = slice(8, 168)
_RECORDING_FIELD = slice(88, 168)
_N_CHANNELS = slice(252, 256)
_FIRST_LABEL = slice(256, 272)
_PROPERTIES_BYTES = 4096
_CREATOR = re.compile(rb"<dc:creator>\s*sleepscorer\b")
_PDF_CREATOR = f"/Creator ({PROGRAM} ".encode("ascii")
_LONGEST_PDF = 64_000_000
# After the program's version, as the field of equipment has it.
_WEIGHTS_NAMED = re.compile(rb"\bsleepscorer_[^_\s]+_\S")
SIMULATION = f"{PROGRAM}_simulation"
"""Whose the true stages of a simulated night are: the technician of EDF+'s recording field."""
_BY_SIMULATION = re.compile(rf" {SIMULATION} {PROGRAM}_".encode("ascii"))
# What reading a damaged archive raises.
_TORN = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
    struct.error,
    BadZipFile,
    zlib.error,
)
_JSON_FORMAT = re.compile(rf'"format"\s*:\s*"{STAGING_FORMAT}"'.encode("ascii"))


def is_own_scoring(path: Path) -> bool:
    """Tell whether this is an EDF+ file of annotations alone that sleepscorer made."""
    start = beginning_of(path)
    return (
        PROGRAM.encode("ascii") in start[_RECORDING_FIELD]
        and start[_N_CHANNELS].strip() == b"1"
        and start[_FIRST_LABEL].strip() == b"EDF Annotations"
    )


def names_weights(path: Path) -> bool:
    """Tell whether an own EDF+ file of annotations says by which weights a machine staged."""
    return _WEIGHTS_NAMED.search(_recording_field(path)) is not None


def is_synthetic(path: Path) -> bool:
    """Tell whether this is a simulated recording, or the true scoring of one."""
    start = beginning_of(path)
    return b"synthetic" in start[_IDENTIFICATION].lower() and PROGRAM.encode() in start


def is_simulated_scoring(path: Path) -> bool:
    """Tell whether this is a scoring of whose stages a simulation names itself the scorer."""
    return is_own_scoring(path) and _BY_SIMULATION.search(_recording_field(path)) is not None


def _recording_field(path: Path) -> bytes:
    return beginning_of(path)[_RECORDING_FIELD]


def is_own_table(path: Path) -> bool:
    """Tell whether this is a table of epochs that sleepscorer wrote."""
    # Imported here: the module takes pandas along, half a second.
    from sleepscorer.files.exports.epochs_csv import FIRST_COLUMNS, OLDER_COLUMNS

    first_line = beginning_of(path).partition(b"\n")[0].strip().decode("ascii", "replace")
    names = tuple(first_line.split(","))
    # What follows them depends on what was asked for.
    return names == OLDER_COLUMNS or names[: len(FIRST_COLUMNS)] == FIRST_COLUMNS


def is_own_report(path: Path) -> bool:
    """Tell whether this is an Excel report that sleepscorer wrote."""
    try:
        with ZipFile(path) as archive, archive.open("docProps/core.xml") as properties:
            return _CREATOR.search(properties.read(_PROPERTIES_BYTES)) is not None
    except _TORN:
        return False


def is_own_pdf(path: Path) -> bool:
    """Tell whether this is a report as PDF that sleepscorer wrote."""
    try:
        with path.open("rb") as file:
            # The properties stand behind the pages.
            whole = file.read(_LONGEST_PDF)
    except OSError:
        return False
    return whole.startswith(b"%PDF-") and _PDF_CREATOR in whole


def is_own_staging(path: Path) -> bool:
    """Tell whether this is a staging with its probabilities that sleepscorer wrote."""
    return _JSON_FORMAT.search(beginning_of(path)) is not None
