"""The identification and start fields of an EDF+ header, as the specification words them.

Source: EDF+ specification (edfplus.info), sections 2.1.3.3 and 2.1.3.4.
"""

import re
import unicodedata
from datetime import date, datetime

from sleepscorer.core.report_form import Person

MAX_IDENTIFICATION = 80
UNKNOWN_PATIENT = "X X X X"
UNKNOWN_RECORDING = "Startdate X X X X"
UNKNOWN_DATE = "01.01.85"
_UNKNOWN_TIME = "00.00.00"
UNKNOWN_START = datetime(1985, 1, 1)
"""What a header without a date says; it stands for no date."""

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATE = rf"(?:0[1-9]|[12]\d|3[01])-(?:{'|'.join(MONTHS)})-\d{{4}}"
_PATIENT = re.compile(rf"(?P<code>\S+) (?P<sex>[MFX]) (?P<born>{_DATE}|X) (?P<name>\S+)(?: \S+)*")
_RECORDING = re.compile(
    rf"Startdate (?:{_DATE}|X) (?P<admin>\S+) (?P<technician>\S+) (?P<equipment>\S+)(?: \S+)*"
)

# Beginnings of their names in English, German, French, Spanish, Italian and Dutch.
_NAMES_OF_MONTHS = (
    ("jan", "ene", "gen"), ("feb", "fev"), ("mar", "mrz", "maa", "mrt"), ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei"), ("jun", "juin", "giu"), ("jul", "juil", "lug"),
    ("aug", "aou", "ago"), ("sep", "set"), ("oct", "okt", "ott"), ("nov",),
    ("dec", "dez", "dic"),
)  # fmt: skip


def months_of(month: int) -> tuple[str, ...]:
    """Return how the names of a month, from 1, begin in small letters without accents."""
    return _NAMES_OF_MONTHS[month - 1]


# Letters of European names that Unicode does not take apart into a letter and an accent.
_SPELLED = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o"}
    | {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i"}
)


def is_patient_identification(text: str) -> bool:
    """Tell whether ``text`` has the four sub-fields of EDF+: code, sex, birthdate, name."""
    return _is_header_text(text) and _PATIENT.fullmatch(text) is not None


def person_told(stored: str) -> Person:
    """Return what a patient field tells of the person; nothing where it is not one of EDF+.

    The sub-fields are code, sex, birthdate and name. ``X`` stands for what is unknown, and an
    underscore for a space.
    """
    parts = _PATIENT.fullmatch(stored)
    if parts is None:
        return Person()
    sex = parts["sex"].replace("X", "")
    return Person(_spaced(parts["name"]), _spaced(parts["code"]), _date_of(parts["born"]), sex)


def _spaced(subfield: str) -> str:
    return "" if subfield == "X" else subfield.replace("_", " ").strip()


def _date_of(subfield: str) -> date | None:
    try:
        day, month, year = subfield.split("-")
        return date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


def patient_identification(stored: str) -> str:
    """Return the patient field for a derived file: kept where it is EDF+, else made EDF+.

    Letters beyond ASCII are spelled with ASCII ones. Free text becomes the name sub-field,
    ``X X X free_text``.
    """
    spelled = header_text(stored)
    if is_patient_identification(spelled):
        return spelled
    return f"X X X {subfield(stored)}"[:MAX_IDENTIFICATION]


def recording_identification(start: datetime | None, stored: str, *, equipment: str) -> str:
    """Return the recording field for a derived file.

    Parameters
    ----------
    start
        Start of the recording; None where it is unknown.
    stored
        The recording field of the source; an EDF+ one gives its administration code and
        technician to the new field.
    equipment
        What made the derived file, with its parameters ("analysis results in EDF+").
    """
    spelled = header_text(stored)
    parts = _RECORDING.fullmatch(spelled) if _is_header_text(spelled) else None
    admin, technician = (parts["admin"], parts["technician"]) if parts else ("X", "X")
    date = start_date_subfield(start)
    field = f"Startdate {date} {admin} {technician} {subfield(equipment)}"
    if len(field) > MAX_IDENTIFICATION:
        # What made the file matters more here than codes that the source still holds.
        field = f"Startdate {date} X X {subfield(equipment)}"
    return field[:MAX_IDENTIFICATION]


def kept_recording_identification(start: datetime | None, stored: str) -> str:
    """Return the recording field for a copy: kept where it is EDF+, else made EDF+.

    Free text becomes the sub-field of the equipment, ``Startdate dd-MMM-yyyy X X free_text``.
    """
    spelled = header_text(stored)
    if _is_header_text(spelled) and _RECORDING.fullmatch(spelled):
        return spelled
    field = f"Startdate {start_date_subfield(start)} X X {subfield(stored)}"
    return field[:MAX_IDENTIFICATION]


def start_date_subfield(start: datetime | None) -> str:
    """Return ``dd-MMM-yyyy``, months in English capitals, or ``X``."""
    if start is None:
        return "X"
    return f"{start.day:02d}-{MONTHS[start.month - 1]}-{start.year:04d}"


def start_fields(start: datetime | None) -> tuple[str, str]:
    """Return the date and time fields of the header, ``dd.mm.yy`` and ``hh.mm.ss``.

    The two digits stand for 1985 to 2084; of any other year they are the last two, and the
    recording field, which has four, tells the century.
    """
    if start is None:
        return UNKNOWN_DATE, _UNKNOWN_TIME
    return f"{start:%d.%m.%y}", f"{start:%H.%M.%S}"


def subfield(text: str) -> str:
    """Return ``text`` as one sub-field: printable ASCII, spaces as underscores, ``X`` if empty."""
    return re.sub(r"\s+", "_", header_text(text).strip()) or "X"


def known_day(start: datetime | None) -> date | None:
    """The day of a start; None where it is unknown, or :data:`UNKNOWN_START` stands for it."""
    return None if start is None or start.date() == UNKNOWN_START.date() else start.date()


def header_text(text: str) -> str:
    """Return ``text`` in printable ASCII: accents dropped, what has no letter left as ``_``."""
    spelled = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    bare = "".join(c for c in spelled if not unicodedata.combining(c))
    # The decomposed letters of Hangul become one character, and one underscore, again.
    bare = unicodedata.normalize("NFC", bare)
    return "".join(c if " " <= c <= "~" else " " if c.isspace() else "_" for c in bare)


def _is_header_text(text: str) -> bool:
    return len(text) <= MAX_IDENTIFICATION and all(" " <= c <= "~" for c in text)
