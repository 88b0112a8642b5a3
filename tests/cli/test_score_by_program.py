"""``sleepscorer score --second-opinion`` by a program of its own, good and bad."""

import csv
import json
import shutil
import sys

import pytest
from short_night import N_EPOCHS, run, staged


@pytest.fixture
def night(simulated, tmp_path):
    folder = tmp_path / "nights of a & b; $HOME"
    folder.mkdir()
    return shutil.copy(simulated, folder / "night 'one'.edf")


def test_its_answer_stands_in_every_table_with_what_made_it(night, alone, name_program, capsys):
    name_program("good", N_EPOCHS)
    code, _, error = run(capsys, "score", night, "--second-opinion", "prog")
    assert code == 0
    assert "Second opinion: Prog 1.0, agrees with the machine in" in error
    document = staged(night)
    assert document["stages"] == alone["stages"]
    told = document["second_opinion"]
    assert (told["stager"], told["stages"]) == ("Prog 1.0", ["N2"] * N_EPOCHS)
    assert told["probabilities"][0] == pytest.approx([0.1, 0.1, 0.6, 0.1, 0.1], abs=1e-5)
    made = told["provenance"]
    assert made["eeg"] == document["provenance"]["eeg"]
    assert any(note.startswith("A program of its own: ") for note in made["notes"])
    assert any(note.startswith("SHA-256 of what it wrote: ") for note in made["notes"])
    with night.with_name(f"{night.stem}_epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["second_stager"], row["second_stage"]) for row in rows} == {("Prog 1.0", "N2")}


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("hang", "Prog 1.0 took longer than the 0.03 min it may take; the last it said: thinking"),
        ("short", "Prog 1.0 gave 23 epochs of 24"),
        ("sum", "the probabilities that Prog 1.0 gives epoch 1 sum to 1.4 and not to 1"),
        ("fail", "Prog 1.0 failed with code 3; the last it said: no EEG in the recording"),
        ("write_nothing", "Prog 1.0 wrote no scoring"),
    ],
)
def test_a_bad_one_leaves_our_result_and_is_named_in_the_warnings(
    night, alone, name_program, capsys, way, said
):
    name_program(way, N_EPOCHS, minutes=0.03)
    code, _, error = run(capsys, "score", night, "--second-opinion", "prog", "--formats", "json")
    assert code == 0
    assert f"warning: There is no second opinion: {said}." in error
    document = staged(night)
    assert document["second_opinion"] is None
    for same in ("stages", "probabilities", "statistics"):
        assert document[same] == alone[same]
    assert [path.name for path in night.parent.iterdir() if "staging" not in path.name] == [
        night.name
    ]


def test_one_that_is_not_there_is_a_warning_too(night, alone, name_program, capsys):
    path = name_program("good", N_EPOCHS)
    path.write_text(path.read_text().replace(json.dumps(sys.executable), '"/no/such/program"'))
    code, _, error = run(capsys, "score", night, "--second-opinion", "prog", "--formats", "json")
    assert code == 0
    assert "There is no second opinion: Prog 1.0 can't be asked: /no/such/program is not" in error
    assert staged(night)["stages"] == alone["stages"]


def test_what_is_deidentified_does_not_name_the_recording(night, name_program, capsys):
    secret = night.rename(night.with_name("Muellenbeck_Annegret.edf"))
    name_program("fail", N_EPOCHS)
    wanted = ("--second-opinion", "prog", "--formats", "json", "--deidentify")
    assert run(capsys, "score", secret, *wanted)[0] == 0
    (output,) = night.parent.glob("*_staging.json")
    assert "Muellenbeck" not in output.read_text()
    assert "Prog 1.0 failed with code 3" in output.read_text()


def test_models_lists_it_and_says_what_is_wrong_with_other_entries(
    name_program, offer_stagers, capsys
):
    offer_stagers(calm="other_stagers:Calm")
    path = name_program("good", N_EPOCHS, extra='[bad]\ncommand = "x"\n[calm]\ncommand = []\n')
    code, out, error = run(capsys, "models")
    assert code == 0
    assert "\n  calm: Calm 1.2\n  prog: Prog 1.0\n" in out
    assert f"{path}: the stager 'bad' can't be asked: command must be a list of texts" in error


def test_the_name_of_an_installed_stager_stays_its_own(name_program, offer_stagers, capsys):
    offer_stagers(prog="other_stagers:Calm")
    name_program("good", N_EPOCHS)
    _, out, error = run(capsys, "models")
    assert "prog: Calm 1.2" in out
    assert "the stager 'prog' can't be asked: an installed one has this name" in error


def test_an_unknown_name_is_refused_with_what_is_wrong_in_the_file(night, name_program, capsys):
    name_program("good", N_EPOCHS, extra='[gssc]\ncommand = ["x", "{recording}"]\n')
    code, _, error = run(capsys, "score", night, "--second-opinion", "gssc")
    assert code == 2
    assert "no other stager called 'gssc' is installed" in error
    assert "the stager 'gssc' can't be asked: command has no place {output}" in error
