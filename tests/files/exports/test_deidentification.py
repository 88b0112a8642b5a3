"""What a de-identified night still holds."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from example_nights import night, staging_of

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.core.event_kinds import EVENT_KINDS, EventKind
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.files.exports.deidentification import deidentified, deidentified_stem


def test_identity_goes_and_the_rest_stays() -> None:
    shown = night()
    clean = deidentified(shown)
    assert clean.deidentify
    assert clean.patient_id == "X X X X"
    assert clean.recording_id == ""
    assert clean.path == Path("[removed]")
    assert clean.start == datetime(1985, 1, 1, 22, 40, 0, 250_000)
    assert clean.clock_text(0) == "22:40:00"
    assert clean.sha256 == shown.sha256
    assert clean.statistics is shown.statistics
    assert clean.hypnogram is shown.hypnogram
    assert clean.staging.provenance.created_utc == ""
    assert clean.staging.provenance.eeg == ("C4-M1 (derived)",)
    assert clean.warnings == shown.warnings
    assert deidentified(night(start=None)).start is None


def test_form_log_names_and_reasons_go_and_that_somebody_signed_stays() -> None:
    anna, utc = Author("anna", "lab-3"), "2024-05-06T21:00:00.000+00:00"
    person = Person("Berta Wagenknecht", "K-77413", date(1951, 5, 2))
    signature = Signature(1, utc, anna, "Anna Meier", Meaning.REVIEWED, "ab" * 32, 1)
    note = "Berta turned: Wagenknecht (77413), born 1951-05-02, 02.05., lay on the left side"
    clean = deidentified(
        night(
            form=ReportForm(person, "Berta slept", "none"),
            signatures=(signature, replace(signature, number=2, is_broken=True)),
            unlockings=(Unlocking(utc, anna, "Berta asked", (1,)),),
            edits=(Edit(1, utc, anna, EditKind.IMPORT, "Import berta.csv", Change()),),
            notes=(note,),
        )
    )
    assert (clean.form, clean.edits) == (ReportForm(), ())
    first, second = clean.signatures
    assert first == Signature(1, "", Author("", ""), "", Meaning.REVIEWED, "", 1)
    assert second.is_broken
    (unlocking,) = clean.unlockings
    assert (unlocking.voids, unlocking.reason, unlocking.author.user) == ((1,), "[removed]", "")
    (cleaned,) = clean.notes
    assert cleaned.endswith("lay on the left side")
    assert not any(piece in cleaned for piece in ("Berta", "Wagenknecht", "77413", "1951", "02.05"))


def test_known_events_stay_without_channel_and_free_text_goes() -> None:
    events = (
        Event(1.0, 3.0, "EEG arousal", "EEG of Harry"),
        Event(2.0, None, "harry woke up"),
        Event(3.0, None, " obstructive APNEA"),
        Event(4.0, None, "Lights off by Harry"),
    )
    assert deidentified(night(events=events)).events == (
        Event(1.0, 3.0, "EEG arousal"),
        Event(3.0, None, "Obstructive apnea"),
    )


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_mark_stays_and_what_somebody_added_to_it_goes(kind: EventKind) -> None:
    events = (
        Event(1.0, 3.0, kind.text, "EEG of Harry"),
        Event(2.0, 3.0, f" {kind.text.upper()} "),
        Event(3.0, 3.0, kind.label.casefold()),
        Event(4.0, 3.0, f"{kind.text} of Harry"),
    )
    assert deidentified(night(events=events)).events == (
        Event(1.0, 3.0, kind.text),
        Event(2.0, 3.0, kind.text),
        Event(3.0, 3.0, kind.label),
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Harry's EEG", "[removed]'s EEG"),
        ("signal HAAGSE_harry is flat", "signal [removed]_[removed] is flat"),
        ("MCH-0234567 appears twice", "[removed]-[removed] appears twice"),
        ("the start date '04.03.19' is odd", "the start date '[removed]' is odd"),
        ("born 02-MAY-1951, 1951-05-02 or 2/5/1951", "born [removed], [removed] or [removed]"),
        ("it may be doubtful", "it may be doubtful"),
        ("/nowhere/psg_0042.edf was cut", "[removed] was cut"),
        ("C4-M1 was clipped in 12 % of 3.5 h", "C4-M1 was clipped in 12 % of 3.5 h"),
        ("N1 and R at 22:40:00", "N1 and R at 22:40:00"),
        ("done 2024-01-01T10:00:00", "done [removed]"),
    ],
)
def test_sentences_lose_identifying_words(text: str, left: str) -> None:
    staging = staging_of(night().hypnogram.stages, notes=(text,), warnings=(text,))
    clean = deidentified(night(notes=(text,), warnings=(text,), staging=staging))
    assert clean.notes == clean.warnings == (left,)
    made = clean.staging.provenance
    assert made.notes == made.warnings == (left,)


def test_outputs_are_called_by_the_beginning_of_the_hash() -> None:
    assert deidentified_stem("0123456789abcdef" * 4) == "recording_0123456789ab"


def test_short_names_and_free_text_fields() -> None:
    clean = deidentified(night(patient_id="Li Xu", notes=("the signal of xu is flat",)))
    assert clean.notes == ("the signal of [removed] is flat",)
    assert deidentified(night(patient_id="", recording_id="", path=Path("x"))).notes


def test_a_second_opinion_loses_identifying_words_too() -> None:
    made = {"notes": ("Harry slept",), "created_utc": "2024-01-01T00:00:00Z"}
    second = staging_of(night().hypnogram.stages, software="Calm 1.2", **made)
    clean = deidentified(night(others=(second,))).second
    assert clean.provenance.notes == ("[removed] slept",)
    assert (clean.provenance.created_utc, clean.provenance.software) == ("", "Calm 1.2")


def test_the_trained_hierarchy_stays() -> None:
    three = np.full((120, 3), 1 / 3, np.float32)
    staging = replace(night().staging, hierarchy=three)
    np.testing.assert_array_equal(deidentified(night(staging=staging)).staging.hierarchy, three)


LABELS = ("C4-M1", "Hansen Bett 3", "EEG Haagse_Harr", "X", "Flow", "Mu\u0308ller", "EEG Fpz-Cz")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C4-M1", "C4-M1"),
        ("C4-M1 (derived)", "C4-M1 (derived)"),
        ("EEG Fpz-Cz", "EEG Fpz-Cz"),
        ("Flow", "Flow"),
        ("Hansen Bett 3", "channel 2"),
        ("EEG Haagse_Harr", "channel 3"),
        ("M\u00fcller", "channel 6"),
        ("Hansen Bett 3-EEG Haagse_Harr (derived)", "channel 2-channel 3 (derived)"),
        ("C4-M1 (from M1-C4, inverted)", "C4-M1 (from M1-C4, inverted)"),
        ("C4-M1 (from Haagse, inverted)", "C4-M1 (from [removed], inverted)"),
        ("Somebody's", "[removed]"),
    ],
)
def test_channels_are_shown_as_far_as_their_labels_are_known(name: str, shown: str) -> None:
    staging = staging_of(night().hypnogram.stages, eeg=(name,), eog=(name,), emg=(name,))
    made = deidentified(night(staging=staging, labels=LABELS)).staging.provenance
    assert made.eeg == made.eog == made.emg == (shown,)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hansen Bett 3 is flat", "channel 2 is flat"),
        ("the label 'EEG Haagse_Harr' says nothing", "the label 'channel 3' says nothing"),
        ("Mu\u0308ller is flat", "channel 6 is flat"),
        ("M\u00dcLLERS and Mueller are flat", "[removed] and [removed] are flat"),
        ("Haags, Harr and Haagsestraat", "[removed], [removed] and [removed]"),
        ("the mark 'he rang the bell' at 5 s", "the mark 'note' at 5 s"),
        ("he rang the bell: 3 times", "note: 3 times"),
        ("the mark 'nobody knows' at 5 s", "the mark '[removed]' at 5 s"),
        (
            "the mark 'Lights off' and the label 'C4-M1'",
            "the mark 'Lights off' and the label 'C4-M1'",
        ),
        (
            "it doesn't say whose signals' units these are",
            "it doesn't say whose signals' units these are",
        ),
        ("P0234567, mch234567 and 234567", "[removed], [removed][removed] and [removed]"),
        ("the signals of 12 channels hold 3 marks", "the signals of 12 channels hold 3 marks"),
        ("Ward7 and ward 7, Anna Kowalska", "[removed] and [removed] 7, [removed] [removed]"),
        ("12 is stored in mU_Harry", "12 is stored in [removed]"),
    ],
)
def test_foreign_names_in_sentences(text: str, left: str) -> None:
    shown = night(
        notes=(text,),
        labels=LABELS,
        stored_texts=("uV", "mU_Harry"),
        path=Path("/home/Ward7/Anna Kowalska/x.edf"),
        events=(Event(5.0, None, "he rang the bell"), Event(6.0, None, "Lights off")),
    )
    assert deidentified(shown).notes == (left,)


@pytest.mark.parametrize(
    ("patient", "word", "is_removed"),
    [
        # A name within a word counts from 5 letters on.
        ("Anton", "antonweg", True),
        ("Toni", "toniweg", False),
        ("Toni", "toni", True),
        # Its beginning alone from 4 letters on where 2 at most are cut off, else from 5.
        ("Haagse", "haag", True),
        ("Haagser", "haag", False),
        ("Haags", "haa", False),
        ("Margareta", "marga", True),
        ("Margareta", "marg", False),
    ],
)
def test_parts_of_a_name_go_as_far_as_they_tell_of_it(
    patient: str, word: str, is_removed: bool
) -> None:
    shown = night(patient_id=patient, recording_id="", notes=(f"it says {word} here",))
    left = "[removed]" if is_removed else word
    assert deidentified(shown).notes == (f"it says {left} here",)


ORDINARY = (
    "this is the start and the end of that night", "these nights were not read when they had data",
    "most signals which the machine has used are from more than many channels to this time",
    "their left and right electrode was loose, then the electrodes of them have power of mains",
    "lights off, lights on, light will stop", "the header would hold names for a label, it holds",
    "annotation, annotations: mark, marks, note, notes, name", "test recording, recordings, file",
    "where a scoring or scorings of epochs in a stage with an epoch may hold stages",
    "eeg eog emg ecg psg edf bdf, hz uv mv, n1 n2 n3 rem nrem sleep", "signal, channel, option",
    "home user users tmp var mnt media work desktop documents downloads shared private volumes",
    "root folder, files: startdate",
    "derived, inverted, stored, removed; people are a person, it said, says",
)  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_stay_in_sentences_whatever_a_folder_is_called(text: str) -> None:
    words = text.replace(",", "").replace(":", "").replace(";", "").split()
    # Upper case, as such names are a person's and no sentence's.
    path = Path("/", *(word.upper() for word in words), "x.edf")
    assert deidentified(night(notes=(text,), path=path)).notes == (text,)


@pytest.mark.parametrize(
    ("folder", "left"),
    [
        ("mila tova rusk", "[removed] slept"),
        ("mila tova rusk bett", "rusk slept"),
        ("mila tova Rusk bett", "[removed] slept"),
    ],
)
def test_a_folder_called_by_four_small_words_tells_of_nobody(folder: str, left: str) -> None:
    shown = night(notes=("rusk slept",), path=Path("/") / folder / "x.edf")
    assert deidentified(shown).notes == (left,)


@pytest.mark.parametrize(
    "spelling",
    [
        "1951-05-02", "02.05.1951", "2.5.51", "5/2/51", "2/5/1951", "02-MAY-1951", "2 May 1951",
        "2. Mai 1951", "May 2, 1951", "May 2nd, 1951", "2 de mayo de 1951", "19510502", "02051951",
        "510502", "020551", "050251", "2.5.", "02/05", "2-MAY", "2 may", "02may51", "MAI 2",
        "1951", "1951_05_02", "1951/5/2T10:00:00",
    ],
)  # fmt: skip
def test_the_birthdate_goes_in_any_spelling(spelling: str) -> None:
    for text in (f"it says {spelling} here", f"'{spelling}'", f"({spelling})"):
        (left,) = deidentified(night(notes=(text,))).notes
        assert left == text.replace(spelling, "[removed]")


@pytest.mark.parametrize("spelling", ["2003-11-09", "9 Nov 2003", "20031109", "9.11.03"])
def test_any_date_goes(spelling: str) -> None:
    assert deidentified(night(notes=(f"on {spelling}",))).notes == ("on [removed]",)
