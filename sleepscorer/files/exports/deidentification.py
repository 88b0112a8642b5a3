"""Take out of a night everything that tells who was recorded and when.

What is kept is known: fields that hold nothing foreign, and labels, annotations and quotations as
far as they are names that laboratories share. Sentences lose besides every word of the fields that
may tell of a person, in whatever spelling. Dates go, the time of day stays (HIPAA Safe Harbor,
45 CFR 164.514(b)(2), names dates only).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from sleepscorer.core.channel_names import is_known_label
from sleepscorer.core.edits import Author
from sleepscorer.core.event_kinds import KNOWN_TEXTS
from sleepscorer.core.events import Event
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.core.report_form import ReportForm
from sleepscorer.core.signatures import Signature
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.edf import UNKNOWN_PATIENT, UNKNOWN_START, months_of
from sleepscorer.files.exports.night import Night, NightSpectrogram

_REMOVED = "[removed]"
_NOBODY = Author("", "")
_NOTE = "note"
_MONTHS = r"[^\W\d_]{3,10}\.?"
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_DATES = re.compile(
    # 1985-03-02, 1985/3/2T10:00:00; 02.03.1985, 3/2/85, 02-MAR-1985
    r"(?<!\d)\d{4}([-./_ ])\d{1,2}\1\d{1,2}(?:T[\d:.]+)?(?!\d)"
    r"|(?<!\d)\d{1,2}([-./_])(?:\d{1,2}|[A-Za-z]{3,9})\2(?:\d{4}|\d{2})(?!\d)"
    # 2 March 1985, 2. Mrz. 1985, March 2nd, 1985
    rf"|(?<!\d){_DAY}(?:\.|st|nd|rd|th)?[ _]*(?:de |of )?{_MONTHS}[ _,]*(?:de )?{_YEAR}(?!\d)"
    rf"|(?<![^\W\d_]){_MONTHS}[ _]*{_DAY}(?:st|nd|rd|th)?[ _,]+{_YEAR}(?!\d)"
    # 19850302, 02031985
    rf"|(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_YEAR}(?!\d)"
)
_TOKENS = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_QUOTED = re.compile(r"""(?<![^\W_])'([^']+)'(?![^\W_])|“([^”]+)”|(?<![^\W_])"([^"]+)"(?![^\W_])""")
_BY_US = re.compile(r"(?:channel \d+|note|\[removed\])")
_HUMPS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
# How a derivation was had stands behind its name: "C4-M1 (derived)".
_HAD = re.compile(r"(.*?)( \((?:derived|inverted|from .*)\))?")
_SHORTEST_CUT, _SHORTEST_PART, _MOST_CUT_OFF = 4, 5, 2
_SHORTEST_CODE = 3
_WORDS_OF_A_SENTENCE = 4
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})

# Words of identification fields, names of files and folders that identify nobody.
_HARMLESS = frozenset(
    {"startdate", "eeg", "eog", "emg", "ecg", "psg", "edf", "bdf", "night", "nights", "sleep"}
    | {"signal", "signals", "channel", "channels", "file", "files", "recording", "recordings"}
    | {"epoch", "epochs", "stage", "stages", "lights", "light", "off", "on", "the", "and", "not"}
    | {"is", "of", "in", "to", "for", "from", "with", "was", "were", "are", "has", "have", "had"}
    | {"this", "that", "these", "them", "they", "their", "then", "than", "when", "where", "which"}
    | {"will", "would", "may", "more", "most", "many", "mark", "marks", "hold", "holds", "read"}
    | {"left", "right", "start", "stop", "end", "name", "names", "note", "notes", "data", "time"}
    | {"n1", "n2", "n3", "rem", "nrem", "hz", "uv", "mv", "annotation", "annotations", "option"}
    | {"home", "user", "users", "tmp", "var", "mnt", "media", "work", "desktop", "documents"}
    | {"downloads", "shared", "private", "volumes", "root", "folder", "test", "header", "power"}
    | {"removed", "scoring", "scorings", "machine", "person", "people", "mains", "loose"}
    | {"electrode", "electrodes", "label", "stored", "derived", "inverted", "used", "said", "says"}
)


def deidentified(night: Night) -> Night:
    """Return the night without name, codes, dates, file and folder names and foreign texts.

    Channels with a label of the laboratory's own become "channel 3", as they are counted in the
    file; annotations that are in no list go. Sentences stay, less what may tell of a person.
    """
    remover = _Remover(night)
    start = None
    if night.start is not None:
        start = datetime.combine(UNKNOWN_START, night.start.time())
    return replace(
        night,
        path=Path(_REMOVED),
        start=start,
        patient_id=UNKNOWN_PATIENT,
        recording_id="",
        lights_source=remover.sentence(night.lights_source),
        staging=None if night.staging is None else _without_words(night.staging, remover),
        others=tuple(_without_words(other, remover) for other in night.others),
        events=tuple(_known(night.events)),
        notes=tuple(map(remover.sentence, night.notes)),
        warnings=tuple(map(remover.sentence, night.warnings)),
        labels=(),
        spectrogram=_without_label(night.spectrogram, remover),
        stored_texts=(),
        files=(),
        deidentify=True,
        form=ReportForm(),
        signatures=tuple(map(_nameless, night.signatures)),
        unlockings=tuple(
            replace(one, utc="", author=_NOBODY, reason=_REMOVED) for one in night.unlockings
        ),
        # Labels name files, authors people, and events hold what anybody wrote.
        edits=(),
    )


def _without_label(
    spectrogram: NightSpectrogram | None, remover: "_Remover"
) -> NightSpectrogram | None:
    if spectrogram is None:
        return None
    return replace(spectrogram, channel=remover.channel(spectrogram.channel))


def deidentified_stem(sha256: str) -> str:
    """What the outputs of a recording are called where its own name must not show.

    A file name tells as much as a header does: names of people, dates, numbers of patients.
    """
    return f"recording_{sha256[:12]}"


def _nameless(signature: Signature) -> Signature:
    """That somebody signed stays; its hash is one of names too, and leads to who has them."""
    return replace(signature, utc="", author=_NOBODY, name="", sha256="")


def _known(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        text = KNOWN_TEXTS.get(event.text.strip().casefold())
        if text is not None:
            yield Event(event.onset_s, event.duration_s, text)


def _without_words(staging: Staging, remover: "_Remover") -> Staging:
    made = staging.provenance
    provenance = replace(
        made,
        weights_name=remover.own_name(made.weights_name),
        eeg=tuple(map(remover.channel, made.eeg)),
        eog=tuple(map(remover.channel, made.eog)),
        emg=tuple(map(remover.channel, made.emg)),
        notes=tuple(map(remover.sentence, made.notes)),
        warnings=tuple(map(remover.sentence, made.warnings)),
        second_opinion_failure=remover.sentence(made.second_opinion_failure),
        created_utc="",
    )
    return replace(staging, provenance=provenance)


class _Remover:
    """Takes out of texts what may tell who was recorded in one night, and when."""

    def __init__(self, night: Night) -> None:
        self._labels = {
            _plain(label): f"channel {number}"
            for number, label in enumerate(night.labels, start=1)
            if label.strip() and not is_known_label(label)
        }
        files = (night.path, *night.files)
        names = (*files, *(f.absolute() for f in files), *(f.name for f in files))
        folders_whole = (p for f in files for p in f.absolute().parents if len(p.parts) > 1)
        identity = (night.patient_id, night.recording_id, *_of_form(night))
        phrases = dict.fromkeys(
            (*map(str, (*names, *folders_whole)), *(f.stem for f in files), *identity), _REMOVED
        )
        phrases |= dict.fromkeys(filter(_is_foreign, night.stored_texts), _REMOVED)
        notes = (e.text for e in night.events if not _is_shared(e.text))
        channels = (e.channel for e in night.events if e.channel and not is_known_label(e.channel))
        phrases |= dict.fromkeys(notes, _NOTE) | dict.fromkeys(channels, _REMOVED) | self._labels
        self._phrases = {
            _plain(text): shown
            for text, shown in sorted(phrases.items(), key=lambda one: -len(one[0]))
            if len(_plain(text)) > 1 and _fold(text) not in _HARMLESS
        }
        self._shown = {text.casefold(): shown for text, shown in self._phrases.items()}
        # Their folders tell as much as they do themselves.
        folders = [part for file in files for part in file.parts[:-1] if not _is_a_sentence(part)]
        stems = [file.stem for file in files]
        parts = [*folders, *stems]
        words = {*_words(night.patient_id, 2), *_words(night.recording_id, 3)}
        words |= {word for text in _of_form(night) for word in _words(text, 3)}
        self._identity = {form for word in words for form in _spellings(word)} - _HARMLESS
        words |= {word for text in (*stems, *self._labels) for word in _words(text, 3)}
        of_folders = {word for folder in folders for word in _words(folder, 3)}
        self._dates = _spellings_of_dates((*identity, *parts), night.start)
        self._codes = {
            run.lstrip("0")
            for text in (*identity, *parts, *self._labels)
            for run in re.findall(r"\d+", _DATES.sub(" ", text))
            if len(run) > _SHORTEST_CODE
        } - {""}
        spelled = {form for word in words for form in _spellings(word)}
        self._long = tuple(word for word in spelled - _HARMLESS if len(word) >= _SHORTEST_PART)
        # A part of a folder's word is a part of any word.
        spelled |= {form for word in of_folders for form in _spellings(word)}
        self._telling = frozenset(spelled - _HARMLESS)

    def sentence(self, text: str) -> str:
        """A sentence without words, dates and quotations that may tell of a person."""
        return self.words(_QUOTED.sub(self._quotation, self._without_phrases(_plain(text))))

    def channel(self, name: str) -> str:
        """The name of a channel or derivation as far as it is made of known ones."""
        plain = _plain(name)
        if plain in self._labels:
            return self._labels[plain]
        bare, had = _HAD.fullmatch(plain).groups()  # type: ignore[union-attr]
        if is_known_label(bare) and (not had or not had.startswith(" (from ")):
            return plain
        shown = self._without_phrases(plain)
        left = _BY_US.sub(" ", _HAD.fullmatch(shown)[1])  # type: ignore[index]
        parts = [part.strip(" -") for part in left.split("-")]
        if all(not part or is_known_label(part) for part in parts):
            return self.words(shown)
        return _REMOVED

    def own_name(self, text: str) -> str:
        """A name that the laboratory gave: it may have a person's, but its folders' is its own."""
        return _TOKENS.sub(
            lambda one: _REMOVED if _spellings(one[0]) & self._identity else one[0], text
        )

    def words(self, text: str) -> str:
        """A text without single words and dates."""
        dateless = _DATES.sub(_REMOVED, text)
        for spelling in self._dates:
            dateless = spelling.sub(_REMOVED, dateless)
        kept = _BY_US.split(dateless)
        ours = _BY_US.findall(dateless)
        cleaned = [_TOKENS.sub(self._token, part) for part in kept]
        return "".join(a + b for a, b in zip(cleaned, (*ours, ""), strict=True))

    def _without_phrases(self, text: str) -> str:
        if not self._phrases:
            return text
        pattern = _any_of(tuple(self._phrases))
        return pattern.sub(lambda found: self._shown.get(found[0].casefold(), _REMOVED), text)

    def _quotation(self, found: re.Match[str]) -> str:
        inner = next(group for group in found.groups() if group is not None)
        is_ours = _BY_US.fullmatch(inner) or re.fullmatch(r"[-+\d.,: ]{1,8}", inner)
        if is_ours or _is_shared(inner) or is_known_label(inner) or _DATES.search(inner):
            return found[0]
        return found[0].replace(inner, _REMOVED)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        if self._is_telling(token):
            return _REMOVED
        return _PIECES.sub(self._piece, token)

    def _piece(self, found: re.Match[str]) -> str:
        """A part of what is written together, as P1234 of which 1234 is the patient's number."""
        is_telling = _spellings(found[0]) & self._telling or found[0].lstrip("0") in self._codes
        return _REMOVED if is_telling else found[0]

    def _is_telling(self, token: str) -> bool:
        for form in _spellings(token):
            if form in _HARMLESS:
                continue
            if form in self._telling or any(word in form for word in self._long):
                return True
            # Fields of EDF end after 16 or 80 characters, in the middle of a name.
            if len(form) >= _SHORTEST_CUT and any(
                word.startswith(form)
                and (len(form) >= _SHORTEST_PART or len(word) - len(form) <= _MOST_CUT_OFF)
                for word in self._long
            ):
                return True
        return False


def _of_form(night: Night) -> tuple[str, ...]:
    """Who was recorded, as people wrote it into the form."""
    person = night.form.person
    born = "" if person.birth_date is None else person.birth_date.isoformat()
    return tuple(filter(None, (person.name, person.code, born)))


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    choices = "|".join(map(re.escape, phrases))
    return re.compile(rf"(?<![^\W_])(?:{choices})(?![^\W_])", re.IGNORECASE)


def _plain(text: str) -> str:
    """One spelling of letters with accents, whichever way the file has them."""
    return unicodedata.normalize("NFC", text).strip()


def _fold(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))


def _spellings(word: str) -> set[str]:
    """A word in the letters of ASCII: Müller is Muller, and Mueller."""
    small = unicodedata.normalize("NFC", word).casefold()
    return {_fold(small), _fold(small.translate(_GERMAN))}


def _is_shared(text: str) -> bool:
    """Tell whether an annotation says what many say."""
    bare = text.strip().casefold()
    if bare in KNOWN_TEXTS or is_lights_off(text) or is_lights_on(text):
        return True
    return bare.removeprefix("sleep stage ").upper() in _STAGE_TEXTS


_STAGE_TEXTS = frozenset({"W", "N1", "N2", "N3", "R", "?", "1", "2", "3", "4", "M", "NREM", "REM"})


def _is_a_sentence(folder: str) -> bool:
    """Tell whether a folder is called by many ordinary words, which a sentence needs as well."""
    words = re.findall(r"[a-z]+", folder)
    return len(words) >= _WORDS_OF_A_SENTENCE and folder == folder.casefold()


def _is_foreign(text: str) -> bool:
    """Tell whether a unit or the like is more than a few letters that say nothing."""
    return len(text.strip()) > len("degC") + 1


def _words(text: str, shortest: int) -> Iterator[str]:
    """The words of a text, and the parts of those that are written together: PSG0042, HansMeyer."""
    # Dates are found by their form; their months alone are words of any sentence ("may").
    dateless = _DATES.sub(" ", unicodedata.normalize("NFC", text))
    for token in _TOKENS.findall(dateless):
        parts = [token, *_HUMPS.sub(" ", token).split(), *_PIECES.findall(token)]
        for word in dict.fromkeys(parts):
            is_code = word.isdigit() and word != token
            if len(word) >= (max(shortest, _SHORTEST_CODE + 1) if is_code else shortest):
                yield word


def _spellings_of_dates(
    texts: Iterable[str], start: datetime | None
) -> tuple[re.Pattern[str], ...]:
    """Patterns of the shorter spellings of dates that stand in texts: 850302, 02.03., 2 March."""
    found = {day for text in texts for day in _dates_in(text)}
    if start is not None and start.date() != UNKNOWN_START.date():
        found.add(start.date())
    patterns = []
    # "3 marks", "5 may be"
    no_word = r"(?!marks?\b|may be\b)"
    for day in sorted(found):
        d, m, y = f"0?{day.day}", f"0?{day.month}", f"{day:%y}"
        digits = {f"{day:%y%m%d}", f"{day:%d%m%y}", f"{day:%m%d%y}"}
        names = "|".join(f"{name}[^\\W\\d_]*" for name in months_of(day.month))
        patterns.append(
            re.compile(
                rf"(?<!\d)(?:{'|'.join(sorted(digits))})(?!\d)"
                rf"|(?<![\d.]){d}\.{m}\.(?!\d)"
                rf"|(?<![\d/]){d}/{m}(?![\d/])|(?<![\d/]){m}/{d}(?![\d/])"
                rf"|(?<!\d){d}\.?[-_ ]?{no_word}(?:{names})(?:[-_ ]?{y}(?!\d))?"
                rf"|(?<![^\W\d_]){no_word}(?:{names})[-_ ]?{d}(?!\d)"
                rf"|(?<!\d){day:%Y}(?!\d)",
                re.IGNORECASE,
            )
        )
    return tuple(patterns)


def _dates_in(text: str) -> Iterator[date]:
    """Every date that a stretch of a text may stand for."""
    for found in _DATES.finditer(text):
        parts = re.findall(r"\d+|[^\W\d_]+", found[0].partition("T")[0])
        if len(parts) == 1 and len(parts[0]) == 8:
            whole = parts[0]
            yield from _as_dates(whole[:4], whole[4:6], whole[6:])
            yield from _as_dates(whole[4:], whole[2:4], whole[:2])
        elif len(parts) >= 3:
            first, second, third = parts[:3]
            yield from _as_dates(first, second, third)
            yield from _as_dates(third, second, first)
            yield from _as_dates(third, first, second)


def _as_dates(year: str, month: str, day: str) -> Iterator[date]:
    months = [n for n in range(1, 13) for name in months_of(n) if _fold(month).startswith(name)]
    numbers = [int(month)] if month.isdigit() else months[:1]
    if not (year.isdigit() and day.isdigit() and numbers):
        return
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    for one in years if len(year) in (2, 4) else ():
        try:
            yield date(one, numbers[0], int(day))
        except ValueError:
            continue
