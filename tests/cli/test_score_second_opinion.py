"""``sleepscorer score --second-opinion``, with stagers of every kind beside ours."""

import csv
import shutil

import openpyxl
import pytest
from short_night import N_EPOCHS, run, staged


@pytest.fixture
def night(simulated, tmp_path):
    folder = tmp_path / "nights"
    folder.mkdir()
    return shutil.copy(simulated, folder / "night.edf")


def test_every_table_tells_what_the_other_stager_says(night, alone, offer_stagers, capsys):
    offer_stagers(calm="other_stagers:Calm")
    code, _, error = run(capsys, "score", night, "--second-opinion", "calm")
    assert code == 0
    document = staged(night)
    assert document["stages"] == alone["stages"]
    n_agreed = alone["stages"].count("N2")
    told = document["second_opinion"]
    assert (told["stager"], told["stages"]) == ("Calm 1.2", ["N2"] * N_EPOCHS)
    assert told["agreement_with_staging"]["accuracy"] == pytest.approx(n_agreed / N_EPOCHS)
    agreed = f"agrees with the machine in {100 * n_agreed / N_EPOCHS:.1f} %"
    assert f"Second opinion: Calm 1.2, {agreed}" in error
    with night.with_name("night_epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["second_stage"] for row in rows] == ["N2"] * N_EPOCHS
    agree = ["yes" if stage == "N2" else "no" for stage in alone["stages"]]
    assert [row["stagers_agree"] for row in rows] == agree
    report = openpyxl.load_workbook(night.with_name("night_report.xlsx"))
    made = {row[0]: row[1] for row in report["Provenance"].iter_rows(values_only=True)}
    assert made["Second opinion by"] == "Calm 1.2"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Raising", "Raising 3 failed: RuntimeError no idea"),
        ("Exiting", "Exiting 1 failed"),
        ("TooLong", "TooLong 1 gave 25 epochs of 24"),
        ("Odd", "Odd 1 failed"),
    ],
)
def test_one_that_fails_leaves_our_result_and_is_named_in_the_warnings(
    night, alone, offer_stagers, capsys, kind, said
):
    offer_stagers(bad=f"other_stagers:{kind}")
    code, _, error = run(capsys, "score", night, "--second-opinion", "bad")
    assert code == 0
    assert f"warning: There is no second opinion: {said}" in error
    document = staged(night)
    assert document["second_opinion"] is None
    for same in ("stages", "probabilities", "statistics"):
        assert document[same] == alone[same]
    for warnings in (document["warnings"], document["provenance"]["warnings"]):
        assert [w for w in warnings if said in w] == warnings[-1:]


def test_one_that_hangs_is_left_by_ctrl_c_and_nothing_is_written(night, offer_stagers, capsys):
    offer_stagers(slow="other_stagers:Interrupted")
    code, _, error = run(capsys, "score", night, "--second-opinion", "slow")
    assert code == 130
    assert "stopped" in error
    assert [path.name for path in night.parent.iterdir()] == ["night.edf"]


def test_an_unknown_one_is_refused_before_anything_is_staged(night, offer_stagers, capsys):
    offer_stagers(calm="other_stagers:Calm")
    code, out, error = run(capsys, "score", night, "--second-opinion", "yasa")
    assert (code, out) == (2, "")
    assert error.strip() == (
        "sleepscorer: no other stager called 'yasa' is installed"
        " (there is calm; to get YASA: pip install 'sleepscorer[yasa]')"
    )


def test_models_lists_other_stagers_or_what_to_install(offer_stagers, capsys):
    offer_stagers(calm="other_stagers:Calm", absent="other_stagers:Absent")
    assert run(capsys, "models")[1].endswith(
        "other stagers, for --second-opinion and --stagers\n  calm: Calm 1.2\n"
        "  to get RobustSleepNet: sleepscorer models fetch robust-sleep-net\n"
        "  to get YASA: pip install 'sleepscorer[yasa]'\n"
    )


def test_models_says_what_to_install_where_there_is_no_other(offer_stagers, capsys):
    offer_stagers()
    out = run(capsys, "models")[1]
    assert "  none\n" in out
    assert "to get YASA: pip install 'sleepscorer[yasa]'" in out
