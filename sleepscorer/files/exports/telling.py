"""Finds in texts what tells who was recorded in one night, and when.

Sentences lose every word of the fields that may tell of a person, in whatever spelling. Dates go,
the time of day stays (HIPAA Safe Harbor, 45 CFR 164.514(b)(2), names dates only).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sleepscorer.core.events import Event
from sleepscorer.core.recording import Recording
from sleepscorer.core.wording import bare_letters
from sleepscorer.files.exports.date_spellings import DATES, spellings_of_dates
from sleepscorer.files.exports.shared_texts import is_shared_annotation, is_shared_label

REMOVED = "[removed]"
"""Stands for what was taken out of a sentence."""

_NOTE = "note"
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


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What may tell who was recorded, and when.

    Parameters
    ----------
    files
        Of which the recording consists; names of files and folders tell as much as a header.
    patient_id, recording_id
        The identification fields.
    start
        When it began; None where that is unknown.
    labels
        Of its channels, in the order by which they are numbered.
    stored_texts
        What else the recording holds in its own words: units, transducers, filters.
    events
        With their texts.
    of_form
        Who was recorded, as people wrote it for the report.
    """

    files: tuple[Path, ...]
    patient_id: str = ""
    recording_id: str = ""
    start: datetime | None = None
    labels: tuple[str, ...] = ()
    stored_texts: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    of_form: tuple[str, ...] = ()

    @classmethod
    def of_recording(cls, recording: Recording) -> "Identity":
        """Take the texts of an opened recording."""
        return cls(
            files=(recording.path, *recording.all_files),
            patient_id=recording.patient_id,
            recording_id=recording.recording_id,
            start=recording.start,
            labels=(
                *(signal.label for signal in recording.signals),
                *(channel.label for channel in recording.quarantined),
            ),
            stored_texts=tuple(
                text
                for one in recording.signals
                for text in (one.unit, one.stored_unit, one.prefilter, one.transducer)
            ),
            events=recording.events,
        )


def neutral_labels(
    labels: tuple[str, ...], staying: Collection[str] = frozenset()
) -> dict[int, str]:
    """Return what the labels that are not shared are called instead, by their places from 0.

    Parameters
    ----------
    labels
        Of all channels; they are numbered in this order, from 1.
    staying
        Labels that stay though they are not shared.
    """
    replaced = {
        place
        for place, label in enumerate(labels)
        if label.strip() and not (is_shared_label(label) or label in staying)
    }
    taken = {label.casefold() for place, label in enumerate(labels) if place not in replaced}
    names = {place: f"channel {place + 1}" for place in sorted(replaced)}
    # Another channel may be called so.
    return {place: f"{name} here" if name in taken else name for place, name in names.items()}


class Remover:
    """Takes out of texts what may tell who was recorded in one night, and when."""

    def __init__(self, of: Identity) -> None:
        self._labels: dict[str, str] = {}
        for place, name in neutral_labels(of.labels).items():
            self._labels.setdefault(_plain(of.labels[place]), name)
        files = of.files
        names = (*files, *(f.absolute() for f in files), *(f.name for f in files))
        folders_whole = (p for f in files for p in f.absolute().parents if len(p.parts) > 1)
        identity = (of.patient_id, of.recording_id, *of.of_form)
        phrases = dict.fromkeys(
            (*map(str, (*names, *folders_whole)), *(f.stem for f in files), *identity), REMOVED
        )
        phrases |= dict.fromkeys(filter(_is_foreign, of.stored_texts), REMOVED)
        notes = (e.text for e in of.events if not is_shared_annotation(e.text))
        channels = (e.channel for e in of.events if e.channel and not is_shared_label(e.channel))
        phrases |= dict.fromkeys(notes, _NOTE) | dict.fromkeys(channels, REMOVED) | self._labels
        self._phrases = {
            _plain(text): shown
            for text, shown in sorted(phrases.items(), key=lambda one: -len(one[0]))
            if len(_plain(text)) > 1 and bare_letters(text) not in _HARMLESS
        }
        self._shown = {text.casefold(): shown for text, shown in self._phrases.items()}
        # Their folders tell as much as they do themselves.
        folders = [part for file in files for part in file.parts[:-1] if not _is_a_sentence(part)]
        stems = [file.stem for file in files]
        parts = [*folders, *stems]
        words = {*_words(of.patient_id, 2), *_words(of.recording_id, 3)}
        words |= {word for text in of.of_form for word in _words(text, 3)}
        self._identity = {form for word in words for form in _spellings(word)} - _HARMLESS
        words |= {word for text in (*stems, *self._labels) for word in _words(text, 3)}
        of_folders = {word for folder in folders for word in _words(folder, 3)}
        self._dates = spellings_of_dates((*identity, *parts), of.start)
        self._codes = {
            run.lstrip("0")
            for text in (*identity, *parts, *self._labels)
            for run in re.findall(r"\d+", DATES.sub(" ", text))
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
        if is_shared_label(bare) and (not had or not had.startswith(" (from ")):
            return plain
        shown = self._without_phrases(plain)
        left = _BY_US.sub(" ", _HAD.fullmatch(shown)[1])  # type: ignore[index]
        parts = [part.strip(" -") for part in left.split("-")]
        if all(not part or is_shared_label(part) for part in parts):
            return self.words(shown)
        return REMOVED

    def event(self, text: str) -> str:
        """The text of an event that many use; "note" in place of any other."""
        return text if is_shared_annotation(text) else _NOTE

    def own_name(self, text: str) -> str:
        """A name that the laboratory gave: it may have a person's, but its folders' is its own."""
        return _TOKENS.sub(
            lambda one: REMOVED if _spellings(one[0]) & self._identity else one[0], text
        )

    def words(self, text: str) -> str:
        """A text without single words and dates."""
        dateless = DATES.sub(REMOVED, text)
        for spelling in self._dates:
            dateless = spelling.sub(REMOVED, dateless)
        kept = _BY_US.split(dateless)
        ours = _BY_US.findall(dateless)
        cleaned = [_TOKENS.sub(self._token, part) for part in kept]
        return "".join(a + b for a, b in zip(cleaned, (*ours, ""), strict=True))

    def telling_in(self, text: str) -> tuple[str, ...]:
        """The words and dates of a text that :meth:`words` takes out."""
        plain = _plain(text)
        dates = (found[0] for one in (DATES, *self._dates) for found in one.finditer(plain))
        tokens = (one[0] for one in _TOKENS.finditer(plain) if self._token(one) != one[0])
        return tuple(dict.fromkeys((*dates, *tokens)))

    def _without_phrases(self, text: str) -> str:
        if not self._phrases:
            return text
        pattern = _any_of(tuple(self._phrases))
        return pattern.sub(lambda found: self._shown.get(found[0].casefold(), REMOVED), text)

    def _quotation(self, found: re.Match[str]) -> str:
        inner = next(group for group in found.groups() if group is not None)
        is_ours = _BY_US.fullmatch(inner) or re.fullmatch(r"[-+\d.,: ]{1,8}", inner)
        if is_ours or is_shared_annotation(inner) or is_shared_label(inner) or DATES.search(inner):
            return found[0]
        return found[0].replace(inner, REMOVED)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        if self._is_telling(token):
            return REMOVED
        return _PIECES.sub(self._piece, token)

    def _piece(self, found: re.Match[str]) -> str:
        """A part of what is written together, as P1234 of which 1234 is the patient's number."""
        is_telling = _spellings(found[0]) & self._telling or found[0].lstrip("0") in self._codes
        return REMOVED if is_telling else found[0]

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


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    choices = "|".join(map(re.escape, phrases))
    return re.compile(rf"(?<![^\W_])(?:{choices})(?![^\W_])", re.IGNORECASE)


def _plain(text: str) -> str:
    """One spelling of letters with accents, whichever way the file has them."""
    return unicodedata.normalize("NFC", text).strip()


def _spellings(word: str) -> set[str]:
    """A word in the letters of ASCII: Müller is Muller, and Mueller."""
    small = unicodedata.normalize("NFC", word).casefold()
    return {bare_letters(small), bare_letters(small.translate(_GERMAN))}


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
    dateless = DATES.sub(" ", unicodedata.normalize("NFC", text))
    for token in _TOKENS.findall(dateless):
        parts = [token, *_HUMPS.sub(" ", token).split(), *_PIECES.findall(token)]
        for word in dict.fromkeys(parts):
            is_code = word.isdigit() and word != token
            if len(word) >= (max(shortest, _SHORTEST_CODE + 1) if is_code else shortest):
                yield word
