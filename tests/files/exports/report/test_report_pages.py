"""What a report says of people, and what it says where nobody may know."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from pypdf import PdfReader
from report_nights import (
    FORM,
    PERSON,
    PHYSICIAN,
    SCORER,
    UNLOCKING,
    looking,
    night_of,
    pages_of,
    reader,
    text_of,
    written,
)
from reportlab.pdfbase.pdfmetrics import stringWidth
from test_report_figures import NIGHTS

from sleepscorer.analysis.spectrogram import Spectrogram
from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import ReportForm
from sleepscorer.core.stages import STAGES
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.files.exports.formats import is_own_output, write_exports
from sleepscorer.files.exports.night import NightSpectrogram
from sleepscorer.files.exports.report.document import PdfReport

USUAL = NIGHTS["usual"]


def _signed(**changes):
    values = {"form": FORM, "signatures": (SCORER, PHYSICIAN), "unlockings": (UNLOCKING,)}
    return night_of(USUAL, **(values | changes))


def test_the_person_stands_on_the_first_page():
    first = pages_of(_signed())[0]
    for text in (
        PERSON.name, "K-4711", "02 May 1951 (67 years)", "female", "168 cm", "70.5 kg",
        "25.0 kg/m²", "Dr. Praxis am Markt", PERSON.indication, "Ruhige Nacht. Sensor um 3 Uhr ab.",
        "Kein Hinweis auf Insomnie.",
    ):  # fmt: skip
        assert text in first


def test_what_nobody_entered_is_named_in_one_line():
    first = pages_of(night_of(USUAL))[0]
    assert first.count("not entered") == 1
    labels = "Name, Date of birth, Sex, ID, Height, Weight, Referred by, Indication"
    assert f"Person – not entered: {labels} Recording" in first
    some = replace(FORM, person=replace(PERSON, code="", weight_kg=None))
    first = pages_of(night_of(USUAL, form=some))[0]
    assert "– not entered: ID, Weight Recording" in first
    assert "BMI" not in first
    assert "not entered" not in pages_of(_signed())[0]


def test_recorded_before_birth_has_no_age():
    late = replace(FORM, person=replace(PERSON, birth_date=PERSON.birth_date + timedelta(30_000)))
    assert "years)" not in pages_of(night_of(USUAL, form=late))[0]


def test_signatures_say_who_when_and_what_was_signed():
    first = pages_of(_signed(unlockings=()))[0]
    assert "Signed" in first
    assert "Not signed" not in first
    assert "Scored by" in first
    assert "Anna Meier, 01 Mar 2026, 21:10 UTC" in first
    assert f"SHA-256 {SCORER.sha256[:12]}" in first
    assert SCORER.sha256[:13] not in first
    assert "Dr. Béla Nagy, 02 Mar 2026, 08:00 UTC" in first


def test_a_signature_that_was_taken_back_is_named_as_void():
    first = pages_of(_signed())[0]
    assert (
        "Signature 1 (Anna Meier, 01 Mar 2026, 21:10 UTC) is void: taken back by am,"
        " 01 Mar 2026, 22:00 UTC: N1 seen again"
    ) in first
    assert "Not signed" in first
    assert "Dr. Béla Nagy" in first


def test_a_broken_signature_does_not_count():
    broken = replace(SCORER, is_broken=True)
    first = pages_of(night_of(USUAL, signatures=(broken,)))[0]
    assert "Sleep report Not signed" in first
    assert "Signature 1 (Anna Meier, 01 Mar 2026, 21:10 UTC) does not count" in first


def test_the_scorers_signature_alone_is_not_the_physicians():
    first = pages_of(night_of(USUAL, signatures=(SCORER,)))[0]
    assert "Sleep report Signed by the scorer only" in first
    assert "Reviewed by Not signed" in first


def test_nobody_signed():
    first = pages_of(night_of(USUAL))[0]
    assert first.count("Not signed") == 3
    assert first.count("Name, date, signature") == 2


def test_long_names_wrap_and_stay_whole():
    person = replace(
        PERSON,
        name="Maximiliana-Theodora von und zu Hohenlohe-Langenburg-Schillingsfürst " * 3,
        indication="x" * 700,
        referrer="Gemeinschaftspraxis für Schlafmedizin und Pneumologie am Bahnhof",
    )
    night = night_of(USUAL, form=replace(FORM, person=person))
    text = text_of(night)
    assert person.name.strip() in text
    assert person.indication in text.replace(" ", "")
    _assert_inside(night)


def _assert_inside(night):
    """No text begins or ends outside the margins, and none stands on the footer but its own."""
    for page in reader(night).pages:
        found = []

        def look(text, cm, tm, font, size, found=found):
            if text.strip():
                name = font["/BaseFont"].split("+")[1]
                left = tm[4] * cm[0] + cm[4]
                long = max(text.strip().splitlines(), key=len)
                right = left + stringWidth(long, name, size) * cm[0]
                found.append((left, right, tm[5] * cm[3] + cm[5], text))

        page.extract_text(visitor_text=look)
        assert len(found) > 20
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        for left, right, bottom, text in found:
            assert left >= 42, text
            # Spaces between words are as wide as the reader guesses.
            assert right <= width - 40, text
            assert 8 <= bottom <= height - 31, text


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", NIGHTS)
def test_nothing_stands_outside_the_paper(name, paper):
    _assert_inside(night_of(NIGHTS[name], form=FORM, look=looking(language="fr", paper=paper)))


def test_a_comment_of_pages_goes_on_on_further_pages():
    comment = "\n".join(f"Line {number} of the comment." for number in range(300))
    night = night_of(USUAL, form=ReportForm(PERSON, comment, "short"))
    pages = pages_of(night)
    assert len(pages) > 5
    text = " ".join(pages)
    assert all(f"Line {number} of the comment." in text for number in range(300))
    assert f"Page 1 of {len(pages)}" in pages[0]
    _assert_inside(night)


def test_texts_of_others_steer_nothing():
    form = ReportForm(
        replace(PERSON, name='<img src="/etc/passwd"/>', code="<b>&amp;", referrer="{page}%s"),
        "</para><a href='http://x'>x</a>\x00\x1b[31m",
        "\N{RIGHT-TO-LEFT OVERRIDE}txt",
    )
    night = night_of(USUAL, form=form, warnings=("<font size=90>LOUD",))
    text = text_of(night)
    assert '<img src="/etc/passwd"/>' in text
    assert "<b>&amp;" in text
    assert "</para><a href='http://x'>x</a>" in text
    assert "<font size=90>LOUD" in text
    raw = written(night)
    assert b"/URI" not in raw
    assert b"\x1b[31m" not in raw


def test_de_identified_it_names_nobody_and_no_day():
    night = _signed(
        deidentify=True,
        lights=(75.0, 28_000.0),
        spectrogram=NightSpectrogram("Haagse_Harry", _spectrogram()),
        labels=("Haagse_Harry",),
    )
    shown = deidentified(night)
    for one in (night, shown):
        text = text_of(one)
        for secret in (
            "Zoë", "Łucja", "4711", "1951", "Praxis", "Schnarchen", "Ruhige", "Insomnie",
            "Meier", "Nagy", "N1 seen", "2026", "2019", SCORER.sha256[:8],
        ):  # fmt: skip
            assert secret not in text, secret
        assert "22:41:15" in text
        # What was entered nobody can tell any more.
        assert "not entered" not in text
        assert "De-identified: names and dates are left out." in text
    raw = written(shown)
    for secret in (b"psg_0042", b"Haagse", b"Harry", "Zoë".encode(), b"Meier"):
        assert secret not in raw
    assert "Haagse" not in text_of(shown)
    assert "psg_0042" not in text_of(shown)


def test_properties_say_what_made_it_and_nothing_else():
    read = reader(_signed())
    found = read.metadata
    assert found.title == "Sleep report"
    assert found.author == "sleepscorer"
    assert found.creator.startswith("sleepscorer ")
    assert found.creation_date.year == 2000
    assert PERSON.name not in str(found)


def test_the_same_night_gives_the_same_bytes():
    assert written(_signed()) == written(_signed())


def test_fonts_are_embedded():
    fonts = {}
    for page in reader(_signed()).pages:
        for one in page["/Resources"]["/Font"].values():
            described = one.get_object().get("/FontDescriptor")
            if described is not None:
                fonts[one["/BaseFont"]] = "/FontFile2" in described.get_object()
    assert all(fonts.values())
    assert any("DejaVuSans-Bold" in name for name in fonts)


def test_letters_of_many_scripts_come_back():
    form = ReportForm(replace(PERSON, name="Ελένη Иванова Dvořáková Åse ½µ"))
    assert "Ελένη Иванова Dvořáková Åse ½µ" in text_of(night_of(USUAL, form=form))


def test_what_did_not_arrive_on_the_disk_is_found(tmp_path):
    report = PdfReport(_signed())
    file = io.BytesIO()
    report.write(file)
    path = tmp_path / "n_report.pdf"
    path.write_bytes(file.getvalue())
    report.verify(path)
    path.write_bytes(file.getvalue()[:-1])
    with pytest.raises(ExportError, match="did not read back"):
        report.verify(path)


def test_an_own_report_may_be_replaced_and_no_other(tmp_path):
    (path,) = write_exports(_signed(), tmp_path, stem="n", formats=("pdf",))
    assert path.name == "n_report.pdf"
    assert is_own_output(path)
    write_exports(night_of(USUAL), tmp_path, stem="n", formats=("pdf",), force=True)
    path.write_bytes(b"%PDF-1.4\n1 0 obj << /Creator (Writer) >> endobj\n%%EOF")
    assert not is_own_output(path)
    with pytest.raises(ExportError):
        write_exports(_signed(), tmp_path, stem="n", formats=("pdf",), force=True)


def test_events_are_counted_where_they_are_drawn():
    events = (
        Event(100.0, 4.0, "EEG arousal"),
        Event(200.0, 20.0, "Obstructive apnea"),
        Event(300.0, 15.0, "Hypopnea"),
        Event(400.0, None, "patient turns round"),
        Event(0.0, 30.0, "Sleep stage W"),
    )
    first = pages_of(night_of(USUAL, events=events))[0]
    assert "Arousals 1" in first
    assert "Respiratory 2" in first
    assert "Movements" not in first
    assert "turns round" not in first
    assert "AHI" not in first


def _spectrogram(n_columns=960):
    frequencies_hz = np.arange(0.625, 30, 0.25)
    power_db = np.random.default_rng(1).normal(0, 10, (frequencies_hz.size, n_columns))
    power_db[:, 5] = np.nan
    return Spectrogram(power_db.astype(np.float32), frequencies_hz, np.arange(n_columns) * 30.0)


def test_the_spectrogram_names_its_derivation():
    night = night_of(USUAL, spectrogram=NightSpectrogram("F4-M1", _spectrogram()))
    page = reader(night).pages[1]
    assert len(page.images) == 1
    assert "Spectrogram, F4-M1" in page.extract_text()
    assert "not drawn" in text_of(night_of(USUAL))


def test_a_night_without_start_is_told_in_hours():
    first = pages_of(night_of(USUAL, start=None, lights=(75.0, 28_000.0)))[0]
    assert "Start not known" in first
    assert "Lights off 00:01:15" in first
    assert "3 h" in first


def test_a_time_of_day_that_comes_twice_has_its_day():
    first = pages_of(night_of(NIGHTS["26 hours"], lights=(75.0, 93_000.0)))[0]
    assert "Lights off 22:41:15 Lights on 00:30:00 (+2 d)" in first
    assert "(+1 d)" not in pages_of(night_of(USUAL, lights=(75.0, 28_000.0)))[0]


def test_missing_lights_are_said():
    assert "the whole recording: no lights marks" in pages_of(night_of(USUAL))[0]
    half = pages_of(night_of(USUAL, lights=(75.0, None)))[0]
    assert "to the end of the recording: no mark of lights on" in half


def test_provenance_names_what_made_the_figures():
    second = pages_of(night_of(USUAL, n_edited=3, by_person=np.arange(960) < 3))[1]
    for text in (
        "cnn_lstm_v1", "EEG used C4-M1 (derived)", "EOG used E1-M2", "EMG used none",
        "Format EDF+C", "3 of 960 epochs (0.3 %)", "first epoch of any sleep",
    ):  # fmt: skip
        assert text in second
    hashes = re.sub(r"\s", "", second)
    assert "ab" * 24 in hashes
    assert "0f" * 24 in hashes


def test_what_nobody_can_know_is_no_number():
    nothing = night_of(NIGHTS["nothing scored"])
    assert "Doubtful, not reviewed – " in text_of(nothing)
    assert "Doubtful, not reviewed 0 of 960 epochs" in text_of(night_of(USUAL))


def test_true_stages_of_a_simulation_are_its_own():
    night = night_of(USUAL, staging=None, by_person=np.zeros(960, bool), is_simulated=True)
    assert "Scoring simulated: the true stages of a synthetic night" in pages_of(night)[0]


def test_boxes_to_write_in_take_the_room_that_is_left():
    def room(night):
        """Points between the heading of the impression and the signatures."""
        found = {}

        def look(text, cm, tm, _font, _size):
            if text.strip():
                found.setdefault(text.strip(), tm[5] * cm[3] + cm[5])

        reader(night).pages[0].extract_text(visitor_text=look)
        return found["Impression"] - found["Scored by"]

    plain = night_of(NIGHTS["one hour"])
    assert room(plain) > 60
    # Beside a comment there is room for the impression.
    assert room(night_of(NIGHTS["one hour"], form=ReportForm(comment="quiet"))) > 60
    full = night_of(
        NIGHTS["one hour"], warnings=tuple(f"{number} {'w' * 90}" for number in range(9))
    )
    assert 30 < room(full) < room(plain)
    _assert_inside(plain)


def test_people_alone_scored():
    text = text_of(night_of(USUAL, staging=None))
    assert "scored by people" in text
    assert "no automatic staging" in text
    assert "Prob." not in text


def test_a_scoring_of_unknown_origin_is_nobodys():
    night = night_of(USUAL, staging=None, by_person=np.zeros(960, bool))
    text = text_of(night)
    assert "names neither people nor a machine" in text
    assert "scored by people" not in text


def test_it_can_be_read_by_others():
    read = PdfReader(io.BytesIO(written(_signed())), strict=True)
    assert len(read.pages) == 2
    assert len(STAGES) == 5
