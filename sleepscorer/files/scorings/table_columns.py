"""What the columns of a table of stages are called, and the cells of one read as numbers."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sleepscorer.core.errors import ScoringError


class Role(Enum):
    """What a column tells of a row."""

    STAGE = auto()
    EPOCH = auto()
    """The number of its epoch, from 0 or 1."""
    ROW = auto()
    """The number of the row, as pandas and spreadsheets count."""
    START = auto()
    END = auto()
    DURATION = auto()
    CLOCK = auto()
    """When it starts, by the clock; seconds from the start where the cells are numbers."""
    DATE = auto()
    SCORER = auto()
    NIGHT = auto()
    """Of which recording it is."""
    OTHER_PLACE = auto()
    """By its words something on where it lies or who scored it, in a way not known here."""
    OTHER = auto()
    """Something else: a probability, a comment."""


_HEADINGS = {
    name: role
    for role, names in (
        (
            Role.STAGE,
            "stage stages sleep_stage sleep_stages sleepstage staging hypnogram hypno stage_name"
            " stage_label stade stadium schlafstadium slaapstadium",
        ),
        (
            Role.EPOCH,
            "epoch epochs epoch_number epoch_no epoch_nr epoch_num epoch_id epoch_index epoch_idx"
            " epoche epochen epoque",
        ),
        (Role.ROW, "# index nr no number row n unnamed_0 unnamed"),
        (
            Role.START,
            "start onset begin starts start_time onset_time begin_time starttime beginn debut"
            " elapsed elapsed_time time_from_start init_time t start_sec startzeit beginnzeit"
            " anfang anfangszeit heure_de_debut heure_debut inicio hora_de_inicio hora_inicio"
            " hora_inicial inizio ora_di_inizio ora_inizio starttijd begintijd starttid"
            " starttidspunkt alkamisaika aloitusaika upphaf upphafstimi czas_rozpoczecia",
        ),
        (
            Role.END,
            "end stop offset ends end_time stop_time endtime finish ende fin endzeit heure_de_fin"
            " heure_fin hora_de_fin hora_fin hora_final hora_de_finalizacion hora_de_termino"
            " hora_de_fim fine ora_di_fine ora_fine einde eindtijd slut sluttid sluttidspunkt"
            " stopptid paattymisaika lopetusaika lok lokatimi endir endatimi czas_zakonczenia",
        ),
        (
            Role.DURATION,
            "duration dur length epoch_length epoch_duration epoch_len stage_duration dauer duree"
            " duracion duracao durata duur kesto varaktighet varighed varighet lengd czas_trwania",
        ),
        (
            Role.CLOCK,
            "clock time datetime date_time timestamp clock_time local_time absolute_time uhrzeit"
            " zeit heure hora ora tijd tid klokkeslaet klokkeslett aika kellonaika timi klockslag",
        ),
        (Role.DATE, "date day datum jour"),
        (
            Role.SCORER,
            "scorer scorers scorer_id scorer_name rater rater_id annotator annotator_id expert"
            " method source technician technologist algorithm model reader observer user coder"
            " human rated_by annotated_by",
        ),
        (
            Role.NIGHT,
            "subject subject_id subj sub ses pid participant participant_id patient patient_id"
            " night night_id session session_id recording recording_id record file filename"
            " file_name run visit id",
        ),
    )
    for name in names.split()
}
_UNITS_S = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden", "secondes"), 1.0),
    **dict.fromkeys(("ms", "msec", "milliseconds"), 1e-3),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
# Numbers of rows and epochs have no unit: "epoch_s" is no epoch.
_WITH_UNIT = frozenset({Role.START, Role.END, Role.DURATION, Role.CLOCK})
_PLACE_WORDS = frozenset(
    {"time", "times", "onset", "start", "begin", "end", "stop", "duration", "length", "seconds"}
    | {"epoch", "epochs", "date", "day", "clock", "timestamp", "sample", "samples", "offset"}
    | {"scorer", "rater", "annotator"}
)
_ELAPSED = frozenset({"elapsed", "elapsed_time", "time_from_start"})
_LARGEST = 1e7
# As pandas and Python write a length of time: "0 days 00:00:30", "1 day, 0:00:30.5".
_LENGTH = re.compile(
    r"(?P<d>\d{1,4}) days?,?(?: \+?(?P<h>\d\d?):(?P<m>\d\d):(?P<s>\d\d(?:\.\d{1,9})?))?", re.ASCII
)
_HOURS = re.compile(r"(?P<h>\d{1,3}):(?P<m>[0-5]\d):(?P<s>[0-5]\d(?:[.,]\d{1,9})?)", re.ASCII)


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    index
        Its place in a row, from 0.
    heading
        As it stands in the file.
    role
        What it tells.
    unit_s
        What its numbers count, seconds.
    """

    index: int
    heading: str
    role: Role
    unit_s: float = 1.0

    @classmethod
    def headed(cls, index: int, heading: str) -> "Column":
        """Return the column of this heading."""
        words = words_of(heading)
        if "hh" in words[1:]:  # "Time [hh:mm:ss]" says how its cells are written.
            words = words[: words.index("hh", 1)]
        name = "_".join(words)
        if not words:
            return cls(index, heading, Role.ROW if index == 0 else Role.OTHER)
        if role := _HEADINGS.get(name):
            return cls(index, heading, role)
        if len(words) == 1 and words[0] in _UNITS_S and words[0] not in ("h", "min", "ms"):
            return cls(index, heading, Role.START)  # "seconds"
        role = _HEADINGS.get("_".join(words[:-1]))
        if role in _WITH_UNIT and words[-1] in _UNITS_S:
            return cls(index, heading, role, _UNITS_S[words[-1]])
        is_place = bool(_PLACE_WORDS & set(words))
        return cls(index, heading, Role.OTHER_PLACE if is_place else Role.OTHER)

    @property
    def is_elapsed(self) -> bool:
        """Tell whether h:mm:ss in it is a time since the start, not one of the day."""
        return self.role is Role.DURATION or "_".join(words_of(self.heading)) in _ELAPSED


def words_of(heading: str) -> list[str]:
    """Return the words of a heading, in small letters without accents."""
    plain = unicodedata.normalize("NFKD", heading.strip().strip('"').casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+|#", plain)


def number_of(cell: str) -> float | None:
    """Return the number in a cell, written with a decimal point or, as in most of Europe, comma.

    Returns
    -------
    The number, or None where the cell is none.
    """
    cell = cell.strip().replace("\N{NO-BREAK SPACE}", "")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", cell, re.ASCII):
        cell = cell.replace(".", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+\.\d+", cell, re.ASCII):
        cell = cell.replace(",", "")
    if re.fullmatch(r"[+-]?\d*[.,]?\d+([eE][+-]?\d{1,3})?|[+-]?\d+[.,]", cell, re.ASCII):
        return float(cell.replace(",", "."))
    return None


def length_of(cell: str, *, hours: bool = False) -> float | None:
    """Return the seconds of a length of time in words, such as ``0 days 00:00:30``.

    Parameters
    ----------
    cell
        The text.
    hours
        ``0:00:30`` is one as well, which elsewhere is a time of the day.

    Returns
    -------
    Seconds, or None where the cell is no length of time.
    """
    match = _LENGTH.fullmatch(cell.strip()) or (hours and _HOURS.fullmatch(cell.strip()))
    if not match:
        return None
    found = match.groupdict(default="0")
    minutes = int(found.get("d", "0")) * 1440 + int(found["h"]) * 60 + int(found["m"])
    return minutes * 60 + float(found["s"].replace(",", "."))


def numbers_of(column: Column, cells: Sequence[tuple[int, str]]) -> list[float]:
    """Return the numbers of a column, in seconds where it has a unit.

    Parameters
    ----------
    column
        The column.
    cells
        The number of the line and the cell of each row.

    Raises
    ------
    ScoringError
        If a cell is no number, or larger than any night has, naming the line.
    """
    numbers = []
    for line, cell in cells:
        if (length_s := length_of(cell, hours=column.is_elapsed)) is not None:
            numbers.append(length_s)
            continue
        number = number_of(cell)
        if number is None:
            raise ScoringError(f"line {line}: {column.heading} is not a number but {cell[:40]!r}")
        if abs(number) > _LARGEST:
            raise ScoringError(
                f"line {line}: {column.heading} is {cell[:40]}, which no time from the start of a"
                " recording is",
                hint="times count from the start of the recording, or are dates and times of day",
            )
        numbers.append(number * column.unit_s)
    return numbers
