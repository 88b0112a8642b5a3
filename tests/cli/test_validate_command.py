"""``sleepscorer validate``: from a folder of scored nights to the verdict, as a person types it."""

import json
import shutil

import pytest
from short_night import run, staged

from sleepscorer.cli import main
from sleepscorer.core.edits import Author
from sleepscorer.core.errors import ExportError
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.scorings import fitted, read_scoring
from sleepscorer.pipeline import read_site_choice
from sleepscorer.session_documents import open_document
from sleepscorer.simulated_files import scoring_path
from sleepscorer.staging.stagers import offered_stager
from sleepscorer.validation import run as validation_run

ANNA = Author("anna", "lab-3")
N_NIGHTS, N_EPOCHS = 7, 90
GOOD_AND_BAD = {"good": "truthful_stagers:FewErrors", "bad": "truthful_stagers:OftenMany"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Simulated nights of one derivation each, with their true scorings."""
    folder = tmp_path_factory.mktemp("made")
    for seed in range(N_NIGHTS):
        wanted = ["simulate", "--hours", str(N_EPOCHS / 120), "--seed", str(seed)]
        channels = ["--derivations", "C4-M1,F4-M1,E1-M2", "--rate", "64"]
        assert main([*wanted, *channels, str(folder / f"n{seed}.edf")]) == 0
    return folder


@pytest.fixture
def nights(made, tmp_path):
    return shutil.copytree(made, tmp_path / "nights")


@pytest.fixture
def typed(capsys):
    return lambda folder, *more: run(capsys, "validate", "--folder", folder, *more)


def drafted(recording, name):
    """A stager fills the night, and a person corrects it to the truth."""
    document = open_document(recording, author=ANNA)
    opened = document.recording
    stager = offered_stager(name)
    truth = fitted(read_scoring(scoring_path(recording)), opened)
    document.session.fill(stager.stage(opened, choose_stager_channels(opened)))
    for stage in STAGES:
        document.session.score((truth.hypnogram.stages == stage).nonzero()[0].tolist(), stage)
    document.close()


def test_the_better_of_two_is_told_and_a_drafted_night_is_flagged(nights, offer_stagers, typed):
    offer_stagers(**GOOD_AND_BAD)
    drafted(nights / "n6.edf", "bad")
    (nights / "broken.edf").write_bytes(b"0       " + b"\0" * 20)
    before = {path: path.read_bytes() for path in nights.rglob("*") if path.is_file()}
    code, said, complained = typed(nights, "--stagers", "good,bad", "--montages", "default")
    assert code == 0
    lines = said.splitlines()
    assert lines[0].startswith("Rule: 6 nights of 6 people count; nights that a machine drafted")
    assert "n6.sleepscorer" in complained or "n6 does not count" in complained
    assert f"does not count: drafted by a machine: {N_EPOCHS} of {N_EPOCHS} epochs" in complained
    assert "broken is not judged: " in complained
    assert lines[1].startswith("Use good: its kappa is ")
    (table,) = (at for at, line in enumerate(lines) if line.startswith("candidate "))
    rows = {line.split()[0]: line for line in lines[table + 1 : table + 4]}
    assert set(rows) == {"consensus", "good", "bad"}
    assert "of the errors on your nights." in rows["good"]
    assert {path for path in nights.rglob("*") if path.is_file()} - set(before) == {
        nights / "validation" / name for name in ("validation.html", "validation.xlsx")
    }
    assert all(path.read_bytes() == content for path, content in before.items())
    assert lines[-1].startswith(f"Report: {nights / 'validation' / 'validation.html'}")
    assert read_site_choice() is None

    # An earlier report is replaced where that is asked for, and nothing is staged before.
    code, said, complained = typed(nights, "--stagers", "good")
    assert (code, said) == (2, "")
    assert "use --force to replace it" in complained
    code, said, complained = typed(
        nights, "--stagers", "good,bad", "--montages", "default", "--force", "--keep", "-q"
    )
    assert (code, said) == (0, "")
    kept = read_site_choice()
    assert (kept.stagers, kept.montage) == (("good",), "")
    assert kept.full_names == ("good (FewErrors 1.0)",)


def test_what_is_kept_is_asked_for_the_next_night_and_as_sure_as_measured(
    nights, offer_stagers, typed, capsys
):
    offer_stagers(one="truthful_stagers:ManyErrors", two="truthful_stagers:OftenMany")
    assert typed(nights, "--stagers", "one,two", "--montages", "default", "--keep", "-q")[0] == 0
    kept = read_site_choice()
    assert kept.stagers == ("one", "two")
    code, _, said = run(capsys, "score", nights / "n0.edf", "--site")
    assert code == 0
    found = staged(nights / "n0.edf")
    assert found["provenance"]["consensus_of"] == ["one", "two"]
    assert found["provenance"]["confidence_temperature"] == kept.calibration.temperature
    assert found["confidence_is_measured"] is True
    assert f"Confidence was measured on {kept.calibration.measured_on}." in said
    assert kept.calibration.measured_on.startswith(f"{N_NIGHTS} nights of {N_NIGHTS} people")


def test_two_that_are_alike_leave_the_consensus(nights, offer_stagers, typed, tmp_path):
    offer_stagers(one="truthful_stagers:ManyErrors", two="truthful_stagers:OftenMany")
    code, said, _ = typed(
        nights, "--stagers", "one,two", "--montages", "default", "--out", tmp_path / "out"
    )
    assert code == 0
    assert "Keep the consensus" in said
    assert "Nothing is kept of it: with --keep, score --site asks whom it chose." in said
    assert read_site_choice() is None
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "validation.html", "validation.xlsx",
    ]  # fmt: skip


def test_every_montage_that_all_nights_have_is_tried(nights, offer_stagers, typed):
    offer_stagers(good="truthful_stagers:FewErrors", needy="truthful_stagers:NeedsEog")
    code, said, _ = typed(nights, "--stagers", "good,needy")
    assert code == 0
    for montage in ("F4-M1 + EOG", "C4-M1 + EOG", "EEG without EOG"):
        assert f"good, {montage}" in said
        assert f"consensus, {montage}" in said
    # Without an EOG it gave no answer.
    assert "needy, C4-M1 + EOG" in said
    assert "needy, EEG without EOG has no figures" in said


def test_a_second_scoring_tells_how_far_people_agree(nights, offer_stagers, typed, tmp_path):
    offer_stagers(good="truthful_stagers:FewErrors")
    second = tmp_path / "ben"
    second.mkdir()
    for recording in nights.glob("n?.edf"):
        stages = read_scoring(scoring_path(recording)).hypnogram.stages.copy()
        stages[:9] = (stages[:9] + 1) % 5
        lines = (f"{n},{Stage(stage).text}\n" for n, stage in enumerate(stages.tolist(), start=1))
        (second / f"{recording.stem}.csv").write_text("epoch,stage\n" + "".join(lines))
    code, said, _ = typed(
        nights, "--stagers", "good", "--montages", "default", "--second", second,
        "--subject", r"(n)\d", "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0
    assert "Rule: 7 nights of 1 person count" in said
    assert "n3: second scoring: n3.csv" in said
    (told,) = (line for line in said.splitlines() if line.startswith("Two people on the same"))
    assert told.endswith("90 % of the epochs alike, on 7 nights of 1 person.")


def test_too_few_nights_are_refused_with_what_to_do(nights, offer_stagers, typed):
    offer_stagers(**GOOD_AND_BAD)
    for seed in range(2, N_NIGHTS):
        (nights / f"n{seed}_scoring.edf").unlink()
    code, said, complained = typed(nights, "--stagers", "good")
    assert code == 2
    assert said.startswith("Rule: 2 nights of 2 people count")
    assert "n4 is not judged: nobody scored it" in complained
    assert "2 nights of the folder count, and at least 3 are needed" in complained
    assert "score more nights" in complained
    assert not (nights / "validation").exists()


def test_a_folder_without_recordings_is_told_so(nights, offer_stagers, typed):
    offer_stagers(**GOOD_AND_BAD)
    for seed in range(N_NIGHTS):
        (nights / f"n{seed}.edf").unlink()
    code, _, complained = typed(nights, "--stagers", "good")
    assert code == 2
    assert "no recording lies in this folder" in complained


def test_where_no_report_can_go_is_said_before_any_night_is_staged(
    nights, offer_stagers, typed, tmp_path, monkeypatch
):
    offer_stagers(**GOOD_AND_BAD)
    code, printed, complained = typed(nights, "--out", nights / "n0.edf" / "deeper")
    assert (code, printed) == (2, "")
    assert f"{nights / 'n0.edf'}: no folder can be made" in complained
    assert "choose another folder with --out" in complained
    # Root may write everywhere.
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    code, printed, complained = typed(nights, "--out", tmp_path / "new" / "deeper")
    assert (code, printed) == (2, "")
    assert f"{tmp_path}: this folder may not be written to" in complained
    assert not (tmp_path / "new").exists()


def test_the_verdict_is_told_though_the_disk_is_full(nights, offer_stagers, typed, monkeypatch):
    offer_stagers(**GOOD_AND_BAD)

    def full(*_, **__):
        raise ExportError("there is no room left on the disk", path=nights)

    monkeypatch.setattr("sleepscorer.validation.report.writing.write_verified", full)
    code, said, complained = typed(nights, "--stagers", "good,bad", "--montages", "default")
    assert code == 2
    assert "Use good: its kappa is" in said
    assert "no room left" in complained


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--stagers", "nobody"], "no other stager called 'nobody' is installed"),
        (["--stagers", ", "], "--stagers names nothing"),
        (["--stagers", "good", "--weights", "own"], "weights are those of sleepscorer"),
        (["--stagers", "good", "--subject", "n"], "has no group"),
        (["--stagers", "good", "--second", "nowhere"], "there is no such folder"),
        (["--stagers", "good", "--weights", " "], "--weights names nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(nights, offer_stagers, typed, more, said):
    offer_stagers(**GOOD_AND_BAD)
    code, printed, complained = typed(nights, *more)
    assert (code, printed) == (2, "")
    assert said in complained


def test_nights_that_nobody_stages_are_named_and_nothing_is_kept(nights, offer_stagers, typed):
    offer_stagers(refusing="other_stagers:Refusing")
    code, said, complained = typed(nights, "--stagers", "refusing", "--keep")
    assert code == 1
    assert "There is no verdict" in said
    assert "n0 was staged by nobody: the night is too dark" in complained
    assert "nothing is kept" in complained
    assert read_site_choice() is None
    assert (nights / "validation" / "validation.html").is_file()


def test_who_never_answers_is_part_of_no_consensus(nights, offer_stagers, typed):
    offer_stagers(
        one="truthful_stagers:ManyErrors",
        two="truthful_stagers:OftenMany",
        dumb="other_stagers:Refusing",
    )
    code, _, _ = typed(
        nights, "--stagers", "one,dumb,two", "--montages", "default", "--keep", "--quiet"
    )
    assert code == 0
    assert "without dumb" not in (nights / "validation" / "validation.html").read_text()
    # Else it would be asked of every night, and what was measured would count for none.
    assert read_site_choice().stagers == ("one", "two")
    code, said, _ = typed(nights, "--stagers", "one,dumb", "--montages", "default", "--force")
    assert code == 0
    assert "Keep one: there is no other to compare it with." in said
    assert "dumb answered for no night: the night is too dark." in said
    assert "consensus  " not in said


def test_more_nights_than_are_usual_are_allowed_and_said(nights, offer_stagers, typed, monkeypatch):
    offer_stagers(good="truthful_stagers:FewErrors")
    monkeypatch.setattr(validation_run, "USUAL_NIGHTS", 6)
    code, said, _ = typed(nights, "--stagers", "good", "--montages", "default")
    assert code == 0
    assert "7 nights are more than the 6 that usually decide" in said


def test_a_report_of_others_is_never_replaced(nights, offer_stagers, typed):
    offer_stagers(**GOOD_AND_BAD)
    theirs = nights / "validation" / "validation.html"
    theirs.parent.mkdir()
    theirs.write_text("<html>ours</html>")
    code, _, complained = typed(nights, "--stagers", "good", "--force")
    assert code == 2
    assert str(theirs) in complained
    assert theirs.read_text() == "<html>ours</html>"


def test_our_own_stager_is_asked_as_by_score(nights, offer_stagers, typed, tmp_path, capsys):
    offer_stagers(good="truthful_stagers:FewErrors")
    for seed in range(3, N_NIGHTS):
        (nights / f"n{seed}.edf").unlink()
    code, said, _ = typed(nights, "--device", "cpu", "--keep")
    assert code == 0
    assert "Keep the consensus" in said
    assert "3 people are too few for a change" in said
    kept = read_site_choice()
    assert kept.stagers == ("sleepscorer", "good")
    assert kept.own_weights
    assert kept.full_names[0].endswith(f", {kept.own_weights})")
    assert json.loads(json.dumps(kept.calibration.temperature)) > 0
