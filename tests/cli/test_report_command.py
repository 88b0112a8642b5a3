"""``sleepscorer report``: reports of sessions and scorings, with their recording or without."""

import io
import shutil

import pytest
from pypdf import PdfReader
from short_night import N_EPOCHS, run

from sleepscorer.cli import main
from sleepscorer.core.edits import Author
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.scorings import read_scoring
from sleepscorer.session_documents import open_document

ANNA = Author("anna", "lab")


@pytest.fixture(scope="module")
def scored(simulated, tmp_path_factory):
    """A night and what scoring it wrote; nobody writes there."""
    folder = tmp_path_factory.mktemp("scored")
    night = shutil.copy(simulated, folder / "night.edf")
    assert main(["score", str(night), "--quiet"]) == 0
    return folder


@pytest.fixture
def night(simulated, tmp_path):
    return shutil.copy(simulated, tmp_path / "night.edf")


@pytest.fixture
def session(night):
    """Some epochs scored by hand, with a form, signed."""
    document = open_document(night, author=ANNA)
    document.session.score(range(N_EPOCHS - 1), Stage.N2)
    form = ReportForm(Person(name="Zoë Łucja", code="K-47"), "quiet", "well")
    document.session.set_form(form)
    document.session.sign("Anna Meier", Meaning.SCORED)
    assert document.verify_fingerprint() is None
    path = document.session_path
    document.close()
    return path


def text_of(path):
    read = PdfReader(io.BytesIO(path.read_bytes()))
    return " ".join(" ".join(page.extract_text().split()) for page in read.pages)


def test_a_session_becomes_a_report_beside_its_recording(session, capsys, tmp_path):
    before = session.read_bytes()
    document = open_document(session, author=ANNA, read_only=True)
    statistics = sleep_statistics(document.session.state.hypnogram)
    document.close()
    code, out, _ = run(capsys, "report", session, "--quiet")
    assert (code, out) == (0, "")
    text = text_of(tmp_path / "night_report.pdf")
    for wanted in (
        "Zoë Łucja", "K-47", "quiet", "Anna Meier", f"{statistics.tst_min:.1f} min",
        f"{statistics.se_pct:.1f} %", "scored by people", "Spectrogram, ",
    ):  # fmt: skip
        assert wanted in text
    assert session.read_bytes() == before


def test_the_names_of_the_files_are_printed(session, capsys, tmp_path):
    wanted = ("report", session, "--out", tmp_path / "out", "--formats", "pdf,xlsx,csv")
    code, out, _ = run(capsys, *wanted)
    assert code == 0
    names = [line.rpartition("/")[2] for line in out.splitlines()]
    assert names == ["night_report.pdf", "night_report.xlsx", "night_epochs.csv"]


def test_the_recordings_own_annotations_are_added_where_that_is_asked(session, capsys, tmp_path):
    def texts(*options):
        out = tmp_path / "out"
        wanted = ("report", session, "--out", out, "--formats", "edf,bids", "--force", "--quiet")
        assert run(capsys, *wanted, *options)[0] == 0
        table = (out / "night_events.tsv").read_text().splitlines()[1:]
        events = {line.split("\t")[2] for line in table}
        edf = {event.text for event in read_scoring(out / "night_hypnogram.edf").events}
        return events, edf

    mine, edf = texts()
    assert {one for one in mine if not one.startswith(("sleep_", "lights_"))} == set()
    assert all(text.startswith("sleepscorer ") for text in edf)
    everything, edf = texts("--annotations", "all")
    assert "EEG arousal" in everything
    assert "EEG arousal" in edf


def test_a_recording_that_was_moved_is_named(session, night, capsys, tmp_path):
    moved = tmp_path / "elsewhere" / "other.edf"
    moved.parent.mkdir()
    night.rename(moved)
    code, _, err = run(capsys, "report", session)
    assert code == 2
    assert "was not found" in err
    assert "--recording" in err
    code, _, _ = run(capsys, "report", session, "--recording", moved, "--quiet")
    assert code == 0
    assert "Anna Meier" in text_of(moved.with_name("other_report.pdf"))


def test_another_recording_is_refused(session, capsys, tmp_path):
    other = tmp_path / "other.edf"
    assert main(["simulate", "--hours", "0.2", "--seed", "9", str(other)]) == 0
    code, _, err = run(capsys, "report", session, "--recording", other)
    assert code == 2
    assert "this is not the recording that was scored" in err
    assert not list(tmp_path.glob("*.pdf"))


def test_a_recording_that_changed_is_refused(session, night, capsys, tmp_path):
    content = bytearray(night.read_bytes())
    content[-1] ^= 1
    night.write_bytes(content)
    code, _, err = run(capsys, "report", session)
    assert code == 2
    assert "changed since it was scored" in err
    assert not list(tmp_path.glob("*.pdf"))


def test_a_scoring_alone_is_reported(scored, capsys, tmp_path):
    code, _, _ = run(capsys, "report", scored / "night_hypnogram.edf", "--out", tmp_path)
    assert code == 0
    text = text_of(tmp_path / "night_report.pdf")
    assert "Made from the scoring alone: the recording was not at hand." in text
    assert "automatic, not edited" in text
    assert "sleepedf" in text
    assert "not drawn" in text


def test_a_scoring_with_its_recording_has_the_spectrogram(scored, capsys, tmp_path):
    scoring, night = scored / "night_epochs.csv", scored / "night.edf"
    wanted = ("report", scoring, "--recording", night, "--out", tmp_path, "--language", "de")
    assert run(capsys, *wanted)[0] == 0
    text = text_of(tmp_path / "night_report.pdf")
    assert "Spektrogramm, " in text
    assert "automatisch, nicht geändert" in text


def test_figures_are_those_that_score_wrote(scored, capsys, tmp_path):
    """The same night, by whichever way it comes."""
    texts = []
    for name in ("night_hypnogram.edf", "night_epochs.csv", "night_staging.json"):
        wanted = ("report", scored / name, "--out", tmp_path / name)
        assert run(capsys, *wanted, "--recording", scored / "night.edf")[0] == 0
        text = text_of(tmp_path / name / "night_report.pdf")
        texts.append(text.partition("Sleep figures")[2].partition("Warnings")[0])
    assert texts[0]
    assert texts[0] == texts[1] == texts[2]


def test_stages_of_our_own_are_not_taken_for_a_persons(scored, capsys, tmp_path):
    alone = shutil.copy(scored / "night_hypnogram.edf", tmp_path / "night_hypnogram.edf")
    assert run(capsys, "report", alone)[0] == 0
    text = text_of(tmp_path / "night_report.pdf")
    assert "names neither people nor a machine" in text
    assert "scored by people" not in text


def test_true_stages_of_a_simulation_are_named_as_such(simulated, capsys, tmp_path):
    truth = shutil.copy(simulated.with_name("night_scoring.edf"), tmp_path / "true.edf")
    assert run(capsys, "report", truth, "--formats", "pdf,xlsx")[0] == 0
    text = text_of(tmp_path / "true_report.pdf")
    assert "simulated: the true stages of a synthetic night" in text
    assert "not known" not in text.partition("Hypnogram")[0]
    assert "scored by people" not in text
    assert "nothing tells which stages are people's" not in text


def test_an_experts_scoring_is_peoples(simulated, capsys, tmp_path):
    scoring = tmp_path / "expert.txt"
    scoring.write_text("\n".join(["W", "N1", "N2", "N3", "R"] * 4))
    assert run(capsys, "report", scoring)[0] == 0
    text = text_of(tmp_path / "expert_report.pdf")
    assert "scored by people" in text
    assert "8.0 min" in text


def test_de_identified_it_is_named_by_a_number(session, capsys, tmp_path):
    wanted = ("report", session, "--deidentify", "--out", tmp_path / "out", "--quiet")
    assert run(capsys, *wanted)[0] == 0
    (path,) = (tmp_path / "out").iterdir()
    assert path.name.startswith("recording_")
    text = text_of(path)
    for secret in ("Łucja", "K-47", "quiet", "Meier", "night.edf", "2024"):
        assert secret not in text


def test_what_is_there_stays_unless_force(scored, capsys, tmp_path):
    wanted = ("report", scored / "night_hypnogram.edf", "--out", tmp_path, "--quiet")
    assert run(capsys, *wanted)[0] == 0
    code, _, err = run(capsys, *wanted)
    assert code == 2
    assert "--force" in err
    assert run(capsys, *wanted, "--force")[0] == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--language", "tlh"), "--language tlh is not known (there are en, de, es, fr, nl)"),
        (("--paper", "a3"), "--paper a3 is not known (there are a4, letter)"),
        (("--template", "other"), "there is no report template 'other'"),
        (("--formats", "fax"), "'fax' is not an output format"),
        (("--formats", ","), "no output format was named"),
    ],
)
def test_what_there_is_not_is_refused_in_words(scored, capsys, tmp_path, options, why):
    wanted = ("report", scored / "night_hypnogram.edf", "--out", tmp_path, *options)
    code, out, err = run(capsys, *wanted)
    assert (code, out) == (2, "")
    assert why in err
    assert not list(tmp_path.iterdir())


def test_what_is_no_scoring_is_refused(night, capsys, tmp_path):
    assert run(capsys, "report", tmp_path / "none.edf")[0] == 2
    code, _, err = run(capsys, "report")
    assert code == 2
    assert "the session or the scoring is missing" in err
    text = tmp_path / "a.sleepscorer"
    text.write_text("no session")
    assert run(capsys, "report", text)[0] == 2
    assert run(capsys, "report", night)[0] == 2
    assert not list(tmp_path.glob("*.pdf"))


def test_a_recording_is_told_from_its_session(session, night, capsys, tmp_path):
    code, _, err = run(capsys, "report", night)
    assert code == 2
    assert "holds no sleep stages" in err
    assert "its session is night.sleepscorer" in err


def test_templates_are_listed(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code, out, err = run(capsys, "report", "--list-templates")
    assert code == 0
    assert out.startswith("default ")
    assert "report_templates" in err


def test_score_writes_it_where_it_is_asked_for(night, capsys, tmp_path):
    wanted = ("score", night, "--formats", "pdf", "--out", tmp_path / "out", "--quiet")
    assert run(capsys, *wanted)[0] == 0
    (path,) = (tmp_path / "out").iterdir()
    assert "Spectrogram, " in text_of(path)
