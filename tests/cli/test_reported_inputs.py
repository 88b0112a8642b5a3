"""Inputs of public reports, and damaged ones, by the whole command line: what is read is right."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sleepscorer.cli import main

pytestmark = pytest.mark.data


@pytest.fixture
def case(real_data, tmp_path):
    """Copy a folder of inputs, so that nothing is written beside the originals."""

    def copied(name):
        folder = real_data / "input_cases" / name
        if not folder.is_dir():
            pytest.skip(f"{folder} is not there")
        shutil.copytree(folder, tmp_path / "case", copy_function=shutil.copyfile)
        return tmp_path / "case"

    return copied


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


@pytest.fixture
def statistics(run):
    def statistics(*arguments):
        code, out, err = run("statistics", *arguments, "--json")
        assert code == 0, err
        return json.loads(out), err

    return statistics


@pytest.fixture
def score(run, tmp_path):
    """Score a recording by the default channels of it or by those named; its table and words."""

    def score(path, *options):
        code, out, err = run("score", path, "--out", tmp_path / "out", *options)
        assert code == 0, err
        (table,) = (tmp_path / "out").glob("*_epochs.csv")
        return pd.read_csv(table), out + err

    return score


def test_merged_rows_of_bids(case, statistics):
    folder = case("02-bids-hypnogram-tsv-merged")
    found, _ = statistics(folder / "sub-01_hypnogram.tsv")
    assert (found["trt_min"], found["tst_min"]) == (16.0, 13.0)
    found, notes = statistics(folder / "late_hypnogram.tsv")
    assert (found["trt_min"], found["unscored_min"]) == (26.0, 10.0)
    assert "epochs before the first row were left unscored: 20" in notes


@pytest.mark.parametrize("name", ["n.edf", "n.vhdr"])
def test_marks_of_brainvision_are_those_of_edf(case, run, statistics, name):
    path = case("27-brainvision-marks") / name
    found, notes = statistics(path)
    assert found["n2_min"] == 2.5
    assert "lights off from annotation, lights on from annotation" in notes
    code, _, err = run("score", path, "--out", path.parent / "out")
    assert code == 0, err
    (answer,) = (path.parent / "out").glob("*_staging.json")
    assert "lights off from annotation" in answer.read_text()


@pytest.mark.parametrize(("name", "n_marks"), [("ascii.vhdr", 1), ("n.vhdr", 1)])
def test_brainvision_in_latin_1(case, run, name, n_marks):
    code, out, err = run("info", case("29-brainvision-latin1") / name, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert {signal["unit"] for signal in told["signals"]} == {"uV"}
    assert told["n_annotations"] == n_marks


@pytest.mark.parametrize(
    ("name", "file"), [("30-brainvision-pause", "n.vhdr"), ("34-persyst-sampletimes-gap", "p.lay")]
)
def test_pauses_of_other_formats_are_gaps(case, run, score, name, file):
    path = case(name) / file
    code, out, err = run("info", path)
    assert code == 0, err
    assert "gap" in out
    table, words = score(path)
    staged = table["stage"] != "?"
    # 150 s before the pause and as much behind it, 600 s between.
    assert len(table) == 30
    assert not staged[5:25].any()
    assert staged[:5].any()
    assert "20 of 30 epochs have no signal and stay unscored" in words
    clocks = pd.to_datetime(table["clock"])
    assert (clocks.iloc[25] - clocks.iloc[0]).total_seconds() == 750


def test_infants_and_rechtschaffen_and_kales(case, run, statistics):
    folder = case("40-infant-and-rk-texts")
    for name in ("nrem.edf", "n.edf"):
        code, _, err = run("statistics", folder / name)
        assert code == 2
        assert "does not tell N1, N2 and N3 apart" in err
    found, _ = statistics(folder / "rk.edf")
    assert (found["n3_min"], found["unscored_min"], found["tst_min"]) == (1.0, 1.0, 2.5)


@pytest.mark.parametrize(
    ("name", "tst_min"),
    [
        ("de.csv", 2.0),
        ("de_int.csv", 2.0),
        ("u16.txt", 2.0),
        ("u16le_nobom.txt", 1.0),
        ("q.csv", 1.0),
        ("trail.csv", 1.0),
    ],
)
def test_tables_that_excel_saved(case, statistics, name, tst_min):
    assert statistics(case("41-excel-locale") / name)[0]["tst_min"] == tst_min


def test_two_nights_in_one_recording(case, statistics):
    path = case("43-longer-than-a-day") / "d.edf"
    _, notes = statistics(path)
    assert "2 lights off marks" in notes
    second, notes = statistics(path, "--lights-off", "86000", "--lights-on", "115200")
    assert second["tst_min"] == 480.0
    assert "holds" not in notes
    first, _ = statistics(path, "--lights-off", "22:57", "--lights-on", "06:00")
    assert first["trt_min"] == 423.0


def test_a_partial_last_epoch_is_one_in_every_format(case, run, statistics):
    folder = case("55-nsrr-partial-last-epoch")
    for name in ("p.edf", "p-nsrr.xml"):
        found, _ = statistics(folder / name)
        assert (found["trt_min"], found["r_min"]) == (16.0, 1.0)
    code, out, _ = run("agreement", folder / "p.edf", folder / "p-nsrr.xml", "--json")
    assert code == 0
    assert (json.loads(out)["n_epochs"], json.loads(out)["accuracy"]) == (32, 1.0)


def test_hypnograms_of_yasa(case, statistics):
    folder = case("57-yasa-csv-zero-based")
    for name in ("y0.csv", "yt.csv"):
        found, _ = statistics(folder / name)
        assert (found["tst_min"], found["unscored_min"]) == (2.0, 1.0)
    found, _ = statistics(folder / "yt.csv", "--lights-off", "22:01")
    assert found["trt_min"] == 3.0


@pytest.mark.parametrize(
    ("name", "tst_min"),
    [("movement.edf", 12.5), ("rem.edf", 13.0), ("tail.edf", 13.0), ("note.edf", 13.0)],
)
def test_bare_labels_beside_a_full_text(case, statistics, name, tst_min):
    path = case("65-bare-labels-with-one-full-text") / name
    assert statistics(path)[0]["tst_min"] == tst_min


def test_the_vocabulary_of_sleep_n2(case, run, statistics):
    folder = case("66-sleep-n2-vocabulary")
    found, _ = statistics(folder / "night.edf")
    assert (found["tst_min"], found["n2_min"]) == (113.0, 60.0)
    found, _ = statistics(folder / "norem.edf")
    assert (found["tst_min"], found["unscored_min"]) == (93.0, 20.0)
    found, notes = statistics(folder / "mt.edf")
    assert (found["tst_min"], found["unscored_min"]) == (92.5, 20.5)
    assert "movement time was taken as unscored" in notes
    code, out, _ = run("agreement", folder / "ref.txt", folder / "night.edf", "--json")
    assert code == 0
    assert (json.loads(out)["n_epochs"], json.loads(out)["accuracy"]) == (256, 1.0)


def test_channels_without_a_label_can_be_named(case, run, score):
    path = case("67-blank-label-cannot-be-named") / "b.edf"
    code, out, err = run("info", path, "--json")
    assert code == 0, err
    labels = [signal["label"] for signal in json.loads(out)["signals"]]
    assert len(set(labels)) == 3
    code, _, err = run("score", path, "--out", path.parent / "none")
    assert code != 0
    assert all(label in err for label in labels)
    table, _ = score(path, "--eeg", labels[1])
    assert (table["stage"] != "?").any()


def test_the_unit_of_eeglab_is_not_told_to_be_volts(case, run, score):
    path = case("68-stored-unit-note") / "l.set"
    _, out, _ = run("info", path)
    assert " V" not in out.replace("\N{MICRO SIGN}V", "uV")
    _, words = score(path)
    assert "stored in V" not in words


@pytest.mark.parametrize("name", ["p.lay", "q.lay"])
def test_what_readers_log_reaches_nobody(case, run, name):
    folder = case("69-json-broken-by-reader-log")
    code, out, err = run("info", folder / name, "--json")
    assert code == 0, err
    assert json.loads(out)["signals"]
    code, out, err = run("explain", folder / name, "--epoch", "3", "--json")
    assert code == 0, err
    json.loads(out)
    code, out, err = run("score", folder / name, "--out", folder / "out", "--quiet")
    assert (code, out) == (0, "")


@pytest.mark.parametrize("name", ["ppm200.edf", "ppm200_c.edf", "jitter10ms.edf"])
def test_clocks_that_drift_or_jitter_make_no_gaps(case, score, name):
    table, _ = score(case("71-edfd-drifting-record-clock") / name)
    assert (table["stage"] != "?").all()


def test_faults_end_in_words(real_data, tmp_path, run):
    """Whatever opens them, by every command that reads such files."""
    folder = real_data / "fault_cases"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    for source in sorted(folder.iterdir()):
        path = Path(shutil.copyfile(source, tmp_path / source.name))
        for command in ("info", "statistics"):
            code, _, err = run(command, path)
            assert code in (0, 1, 2), (source.name, err)
            if code:
                assert source.name in err, (command, err)
                assert len(err.strip().splitlines()) == 1, (command, err)
