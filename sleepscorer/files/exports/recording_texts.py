"""Decides which words of an EDF or BDF file its de-identified copy has.

Identity and dates take the unknown forms of EDF+ (specification, 2.1.3.3 and 2.1.3.4). Of all other
texts those stay that laboratories share; a person may let others stay, unless they hold words of
the fields that tell who was recorded.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sleepscorer.core.errors import UsageError
from sleepscorer.core.report_form import Person
from sleepscorer.core.wording import counted
from sleepscorer.files.edf import (
    CHANNEL_FIELDS,
    UNKNOWN_PATIENT,
    UNKNOWN_RECORDING,
    ChannelWords,
    EdfRewriting,
    EdfWords,
    header_text,
    known_day,
    person_told,
    split_channel,
)
from sleepscorer.files.exports.shared_texts import (
    is_shared_annotation,
    is_shared_description,
    is_shared_label,
    is_shared_unit,
    unit_in_ascii,
)
from sleepscorer.files.exports.telling import Identity, Remover, neutral_labels

ANNOTATION = "annotation"
"""The place of a text that is one of an annotation."""

_MOST_DISTINCT = 20_000
_MOST_BYTES = 32 * 2**20
# Ages above tell who it is: 45 CFR 164.514(b)(2)(i)(C).
_OLDEST = 89


@dataclass(frozen=True)
class Staying:
    """What a person lets stay in a copy.

    Parameters
    ----------
    sex, age
        Of the patient field; the age in whole years at the start of the recording.
    texts
        Other texts, as they stand in the file.
    """

    sex: bool = False
    age: bool = False
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FoundText:
    """A text of a file, and what becomes of it in the copy.

    Parameters
    ----------
    place
        Where it stands: "label of channel 3", "annotation".
    text
        As it stands there.
    becomes
        What the copy has instead; empty where it goes.
    count
        How often it stands there.
    may_stay
        Whether a person may let it stay.
    """

    place: str
    text: str
    becomes: str = ""
    count: int = 1
    may_stay: bool = False

    @property
    def kind(self) -> str:
        """The place whatever the channel: "label"."""
        return self.place.partition(" of ")[0]

    @property
    def stays(self) -> bool:
        """Whether it is in the copy as it stands."""
        return self.text == self.becomes


class AnnotationTexts:
    """The texts of a file's annotations and how often each stands there.

    Memory is bounded: of a file that holds more texts than any night has, the rest are counted.
    """

    def __init__(self, texts: Iterable[tuple[str, bool]]) -> None:
        self.counts: Counter[tuple[str, bool]] = Counter()
        self.n_more = 0
        n_bytes = 0
        for one in texts:
            if one not in self.counts:
                n_bytes += len(one[0])
                if len(self.counts) >= _MOST_DISTINCT or n_bytes > _MOST_BYTES:
                    self.n_more += 1
                    continue
            self.counts[one] += 1


class RecordingTexts:
    """The words of a file and of its copy.

    Parameters
    ----------
    path, file
        The file.
    staying
        What a person lets stay.

    Raises
    ------
    UsageError
        If a text is to stay that tells who was recorded.
    """

    def __init__(self, path: Path, file: EdfRewriting, staying: Staying = Staying()) -> None:
        self._file, self._words, self._staying = file, file.words, staying
        self._remover = Remover(
            Identity(
                # Folders further up are called by what lies in them, or by their machine.
                files=(Path(path.absolute().parent.name, path.name),),
                patient_id=self._words.patient,
                recording_id=self._words.recording,
                start=file.start,
            )
        )
        for text in staying.texts:
            if found := self.telling_in(text):
                words = ", ".join(map(repr, found))
                raise UsageError(
                    f"{text!r} can't stay: {words} may tell who was recorded, or when", path=path
                )
        self._labels = self._new_labels()
        self.words = self._new_words()
        self._decided: dict[str, str | None] = {}

    def telling_in(self, text: str) -> tuple[str, ...]:
        """The words and dates in a text that may tell who was recorded, or when."""
        return self._remover.telling_in(text)

    def annotation(self, text: str) -> str | None:
        """Return what the copy has in place of an annotation; None where it goes."""
        if text not in self._decided:
            if len(self._decided) >= _MOST_DISTINCT:
                return self._decide(text)
            self._decided[text] = self._decide(text)
        return self._decided[text]

    def found(self, annotations: AnnotationTexts) -> tuple[FoundText, ...]:
        """All texts of the file in its order, and what becomes of them."""
        return _together(
            *self._found_in_header(),
            *(FoundText(one.place, one.text) for one in self._file.leftovers()),
            *self._found_in_annotations(annotations),
        )

    # -- annotations ----------------------------------------------------------------------------

    def _decide(self, text: str) -> str | None:
        if text in self._staying.texts:
            return text
        event, label = split_channel(text)
        if not (is_shared_annotation(event) or event in self._staying.texts):
            return None
        if label is None:
            return text
        named = self._label_now(label)
        if named == label:
            return text
        moved = f"{event}@@{named}" if named else event
        # There is no more room than before.
        return moved if len(moved.encode()) <= len(text.encode("latin-1", "replace")) else event

    def _label_now(self, label: str) -> str:
        """What the channel of an annotation is called in the copy; empty where there is none."""
        for place in self._file.ordinary:
            if label in (self._words.channels[place].label, self._labels[place]):
                return self._labels[place]
        return label if is_shared_label(label) else ""

    def _found_in_annotations(self, annotations: AnnotationTexts) -> Iterable[FoundText]:
        for (text, is_whole), count in annotations.counts.items():
            if not is_whole:
                yield FoundText("annotation that can't be read", text, count=count)
                continue
            may_stay = not self.telling_in(text)
            yield FoundText(ANNOTATION, text, self.annotation(text) or "", count, may_stay)
        if annotations.n_more:
            what = f"{counted(annotations.n_more, 'further annotation')}, too many to be listed"
            yield FoundText(ANNOTATION, what)

    # -- header ---------------------------------------------------------------------------------

    def _new_labels(self) -> tuple[str, ...]:
        """Labels of all channels; numbers in them are those that exports of scorings have."""
        places = self._file.ordinary
        old = tuple(one.label for one in self._words.channels)
        new = [_spelled(label, "label") for label in old]
        ordered = tuple(old[place] for place in places)
        for number, name in neutral_labels(ordered, self._staying.texts).items():
            new[places[number]] = name
        return tuple(new)

    def _new_words(self) -> EdfWords:
        date_text, time_text = self._file.dateless
        return EdfWords(
            patient=self._new_patient(),
            recording=UNKNOWN_RECORDING,
            date=date_text,
            time=time_text,
            reserved=self._file.kind,
            channels=tuple(
                ChannelWords(
                    label=self._labels[place],
                    transducer=self._new_description(one.transducer, "transducer"),
                    unit=self._new_unit(one.unit),
                    prefilter=self._new_description(one.prefilter, "prefilter"),
                    reserved="",
                )
                for place, one in enumerate(self._words.channels)
            ),
        )

    def _new_description(self, text: str, field: str) -> str:
        is_known = is_shared_description(text) and not self.telling_in(text)
        return _spelled(text, field) if is_known or text in self._staying.texts else ""

    def _new_unit(self, text: str) -> str:
        stays = is_shared_unit(text) or text in self._staying.texts
        return _spelled(text, "unit") if stays else ""

    def _new_patient(self) -> str:
        person = person_told(header_text(self._words.patient))
        sex = person.sex or "X"
        shown = (
            UNKNOWN_PATIENT.replace("X X", f"X {sex}", 1) if self._staying.sex else UNKNOWN_PATIENT
        )
        years = self._age(person) if self._staying.age else None
        if years is None:
            return shown
        return f"{shown} age_{years}" if years <= _OLDEST else f"{shown} age_{_OLDEST + 1}_or_over"

    def _age(self, person: Person) -> int | None:
        day = known_day(self._file.start)
        return None if day is None else person.age_on(day)

    def _found_in_header(self) -> Iterable[FoundText]:
        old, new = self._words, self.words
        for place in ("patient", "recording", "date", "time", "reserved"):
            text = getattr(old, place)
            if text:
                yield FoundText(place, text, getattr(new, place))
        for number, (before, after) in enumerate(
            zip(old.channels, new.channels, strict=True), start=1
        ):
            for field in ("label", "transducer", "unit", "prefilter", "reserved"):
                text, becomes = getattr(before, field), getattr(after, field)
                if not text:
                    continue
                is_same = becomes == _spelled(text, field)
                yield FoundText(
                    f"{field} of channel {number}",
                    text,
                    text if is_same else becomes,
                    may_stay=field != "reserved" and not self.telling_in(text),
                )


def _spelled(text: str, field: str) -> str:
    """A text as its field of the header takes it: in ASCII, and no longer than the field."""
    ascii_text = header_text(unit_in_ascii(text) if field == "unit" else text)
    return ascii_text[: CHANNEL_FIELDS[field]].rstrip()


def _together(*found: FoundText) -> tuple[FoundText, ...]:
    """Have what is the same for several channels once."""
    alike: dict[tuple[object, ...], list[FoundText]] = {}
    for one in found:
        alike.setdefault((one.kind, one.text, one.becomes, one.may_stay), []).append(one)
    return tuple(
        ones[0]
        if len(ones) == 1
        else replace(
            ones[0],
            place=f"{ones[0].kind} of {len(ones)} channels",
            count=sum(o.count for o in ones),
        )
        for ones in alike.values()
    )
