"""``sleepscorer convert``: any scoring that is read, in any format that is written."""

import pytest
from short_night import run

from sleepscorer.cli import main
from sleepscorer.files.scorings import read_scoring


@pytest.fixture
def numbers(tmp_path):
    path = tmp_path / "scored.txt"
    path.write_text("0\n1\n2\n3\n5\n9\n")
    return path


def stages(path):
    return read_scoring(path).hypnogram.stages.tolist()


def test_numbers_are_asked_for_and_converted_once_named(numbers, capsys):
    out = numbers.with_name("out.csv")
    code, out_text, errors = run(capsys, "convert", numbers, out)
    assert code == 2
    assert "give --codes" in errors
    assert "rk know these numbers" in errors
    assert not out.exists()
    code, out_text, errors = run(capsys, "convert", numbers, "--codes", "rk", out)
    assert code == 0
    assert "label     '5': 1 taken as R" in out_text
    assert "label     '9': 1 taken as unscored" in out_text
    assert stages(out) == [0, 1, 2, 3, 4, -1]


def test_a_preview_writes_nothing(numbers, capsys):
    out = numbers.with_name("out.csv")
    code, _out_text, _errors = run(capsys, "convert", numbers, out, "--preview", "--codes", "aasm")
    assert code == 2  # 5 and 9 are none of that code
    code, out_text, _errors = run(capsys, "convert", numbers, out, "--preview", "--codes", "rk")
    assert code == 0
    assert "stages    W 1, N1 1, N2 1, N3 1, R 1, ? 1" in out_text
    assert not out.exists()


@pytest.mark.parametrize("name", ["out_hypnogram.edf", "out.csv"])
def test_there_and_back(numbers, name):
    out = numbers.with_name(name)
    assert main(["convert", str(numbers), str(out), "--codes", "rk", "--quiet"]) == 0
    assert stages(out) == [0, 1, 2, 3, 4, -1]


def test_neither_the_source_nor_what_others_wrote_is_replaced(numbers, capsys):
    before = numbers.read_bytes()
    for force in ([], ["--force"]):
        code, _out_text, errors = run(
            capsys, "convert", numbers, numbers, "--codes", "rk", "--to", "csv", *force
        )
        assert code == 2
        assert "this is the scoring that is read" in errors
    assert numbers.read_bytes() == before
    theirs = numbers.with_name("theirs.csv")
    theirs.write_text("a,b\n")
    code, *_ = run(capsys, "convert", numbers, theirs, "--codes", "rk", "--force")
    assert code == 2
    assert theirs.read_text() == "a,b\n"


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("out", (), "has no ending"),
        ("out.mat", (), "no format ends with '.mat'"),
        ("out.json", (), "probabilities of a stager"),
        ("out.csv", ("--to", "guess"), "'guess' is not an output format"),
        ("out.csv", ("--to", "guess", "--preview"), "'guess' is not an output format"),
        ("out.csv", ("--from", "guess"), "'guess' is no format of scorings"),
    ],
)
def test_what_can_not_be_is_said(numbers, capsys, name, more, said):
    out = numbers.with_name(name)
    code, _out_text, errors = run(capsys, "convert", numbers, out, "--codes", "rk", *more)
    assert code == 2
    assert said in errors
    assert not out.exists()


def test_a_session_is_no_scoring_and_the_way_to_one_is_said(tmp_path, capsys):
    session = tmp_path / "night.sleepscorer"
    session.write_bytes(b"SQLite format 3\0" + bytes(4000))
    code, _out_text, errors = run(capsys, "convert", session, tmp_path / "out.csv")
    assert code == 2
    assert "open the session, and export the scoring from it" in errors
    assert len(errors) < 300


def test_a_scoring_gets_the_epochs_of_its_recording(simulated, tmp_path, capsys):
    path = tmp_path / "scored.txt"
    path.write_text("W\nN2\nR\n")
    out = tmp_path / "out.csv"
    code, out_text, _errors = run(capsys, "convert", path, out, "--recording", simulated)
    assert code == 0
    assert "recording begins at epoch 1 of" in out_text
    found = read_scoring(out)
    assert found.hypnogram.stages[:4].tolist() == [0, 2, 4, -1]
    assert found.start is not None


def test_epochs_of_another_length_are_written_exactly_or_by_choice(tmp_path, capsys):
    path, out = tmp_path / "scored.txt", tmp_path / "out.csv"
    path.write_text("W\n" * 4 + "N2\n" * 2)
    how = ("--epoch-length", "20", "--epochs", "30")
    code, _out_text, errors = run(capsys, "convert", path, out, *how)
    assert (code, out.exists()) == (2, False)
    assert "1 of 4 epochs would hold several stages (give --align: choose" in errors
    code, out_text, _errors = run(capsys, "convert", path, out, *how, "--align", "majority")
    assert code == 0
    assert "epochs that hold several stages have that of the greatest part: 1" in out_text
    assert stages(out) == [0, 0, 0, 2]
    for more in (("--offset", "5"), ("--align", "nearest")):
        code, _out_text, errors = run(capsys, "convert", path, out, "--force", *more)
        assert code == 2
        assert "none is named" in errors
    code, _out_text, errors = run(capsys, "convert", path, out, "--force", "--align", "majority")
    assert code == 2
    assert "no other epochs" in errors


def test_a_shifted_scoring_is_moved_by_choice(simulated, tmp_path, capsys):
    path, out = tmp_path / "scored.txt", tmp_path / "out.csv"
    path.write_text("W\nN2\nR\n")
    how = ("--recording", simulated, "--offset", "37")
    code, _out_text, errors = run(capsys, "convert", path, out, *how)
    assert code == 2
    assert "(give --align: choose how its epochs are aligned: nearest or majority)" in errors
    code, *_ = run(capsys, "convert", path, out, *how, "--align", "nearest")
    assert code == 0
    assert read_scoring(out).hypnogram.stages[:5].tolist() == [-1, 0, 2, 4, -1]
    code, _out_text, errors = run(capsys, "convert", path, out, *how, "--epochs", "20")
    assert code == 2
    assert "the epochs of a recording are of 30 s" in errors


def test_a_list_of_days_is_asked_how_long_its_epochs_are(tmp_path, capsys):
    path = tmp_path / "scored.txt"
    path.write_text("0\n" * 9000)
    code, _out_text, errors = run(capsys, "convert", path, tmp_path / "o.csv", "--codes", "aasm")
    assert code == 2
    assert "give --epoch-length" in errors


def test_the_formats_are_listed_without_a_file(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["convert", "--list-formats"])
    assert ended.value.code == 0
    assert "nsrr" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["out_hypnogram.edf", "out.csv", "out.annot", "out_events.tsv", "out_edfbrowser.xml"]
)
def test_epochs_of_20_s_there_and_back(tmp_path, name):
    path, out = tmp_path / "scored.txt", tmp_path / name
    path.write_text("W\nW\nN1\nN2\nN2\nR\nW\n")
    assert main(["convert", str(path), str(out), "--epoch-length", "20", "--quiet"]) == 0
    found = read_scoring(out)
    assert found.hypnogram.epoch_s == 20.0
    assert found.hypnogram.stages.tolist() == [0, 0, 1, 2, 2, 4, 0]
