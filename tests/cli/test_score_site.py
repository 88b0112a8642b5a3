"""``sleepscorer score --site``: whom this site validated is asked, and said in every output."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from short_night import run, staged

from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.pipeline import SiteChoice, keep_site_choice, read_site_choice, site_choice_file
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info

MEASURED = "9 nights of 9 people of this site, 30 November 2026"
SENTENCE = f"Confidence was measured on {MEASURED}."
CURVE = ((0.0, 0.2, 0.8), (0.5, 0.7, 0.95), (1.0, 1.0, 1.0))


@pytest.fixture
def night(simulated, tmp_path):
    return shutil.copy(simulated, tmp_path / "night.edf")


@pytest.fixture
def site(offer_stagers):
    """Our own stager and another, by one EEG, are sure by half on the scale of logits."""
    offer_stagers(calm="other_stagers:Calm")
    info = read_info(DEFAULT_WEIGHTS)
    choice = SiteChoice(
        stagers=("sleepscorer", "calm"),
        full_names=("sleepscorer (sleepscorer, ours)", "calm (Calm 1.2, calm)"),
        own_weights=info.name,
        own_weights_sha256=info.sha256,
        montage="C4-M1 + EOG",
        channels=ChannelChoice(eeg=("C4-M1",)),
        calibration=SiteCalibration(2.0, CURVE, MEASURED),
        decided_utc="2026-11-30T12:00:00+00:00",
        verdict="The consensus stays.",
        validated_by=((("C4-M1",), ("E1-E2",), ("Chin1-Chin2",)),),
    )
    keep_site_choice(choice)
    return choice


def test_whom_the_site_validated_is_asked_by_its_channels_and_as_sure_as_measured(
    night, site, capsys
):
    code, _, said = run(capsys, "score", night, "--site", "--device", "cpu")
    assert code == 0
    assert f"  {SENTENCE}" in said.splitlines()
    document = staged(night)
    made = document["provenance"]
    assert made["consensus_of"] == ["sleepscorer", "calm"]
    assert made["eeg"] == ["C4-M1"]
    assert made["confidence_measured_on"] == MEASURED
    assert made["confidence_temperature"] == 2.0
    assert document["confidence_is_measured"] is True
    assert SENTENCE in document["notes"]
    odds = [max(row) / (1 - max(row)) for row in document["probabilities"]]
    expected = [odd**0.5 / (1 + odd**0.5) for odd in odds]
    assert document["confidence"] == pytest.approx(expected, abs=1e-5)
    with night.with_name("night_epochs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["confidence"]) for row in rows] == pytest.approx(expected, abs=1e-5)
    book = openpyxl.load_workbook(night.with_name("night_report.xlsx"))
    for name in ("Summary", "Epochs", "Provenance"):
        texts = [str(cell) for row in book[name].values for cell in row if cell]
        assert any(SENTENCE in text for text in texts), name


def test_without_the_option_a_command_means_what_it_meant_everywhere(night, site, capsys):
    _, _, said = run(capsys, "score", night, "--device", "cpu")
    assert staged(night)["provenance"]["consensus_of"] == []
    sentence = (
        "Confidence was measured on Sleep-EDF (validation nights of the weights), not on nights of"
        " this site."
    )
    assert f"  {sentence}" in said.splitlines()
    assert sentence in staged(night)["notes"]


def test_of_a_consensus_that_nobody_measured_every_output_says_so(night, site, capsys):
    asked = ("--stagers", "sleepscorer,calm", "--consensus", "--device", "cpu")
    _, _, said = run(capsys, "score", night, *asked)
    sentence = "The probability of a consensus: how often it is right was not measured here."
    assert f"  {sentence}" in said.splitlines()
    assert sentence in staged(night)["notes"]


def test_a_recording_without_the_montage_is_staged_by_others_with_a_warning(tmp_path, site, capsys):
    path = tmp_path / "few.edf"
    wanted = ("--hours", "0.1", "--derivations", "F4-M1,E1-M2")
    assert run(capsys, "simulate", *wanted, path)[0] == 0
    code, _, said = run(capsys, "score", path, "--site", "--device", "cpu")
    assert code == 0
    warning = "warning: The recording lacks the montage that was validated here (C4-M1 + EOG)"
    assert warning in said
    document = staged(path)
    assert document["answers"][0]["provenance"]["eeg"] == ["F4-M1"]
    assert document["confidence_is_measured"] is False


@pytest.mark.parametrize(
    "clashing",
    [
        ("--stagers", "calm"),
        ("--consensus",),
        ("--second-opinion", "calm"),
        ("--weights", DEFAULT_WEIGHTS),
    ],
)
def test_what_else_says_who_is_asked_is_refused(night, site, capsys, clashing):
    code, _, said = run(capsys, "score", night, "--site", *clashing)
    assert code == 2
    assert f"--site asks whom this site validated, and {clashing[0]} somebody else" in said
    assert [path.name for path in night.parent.glob("night*")] == ["night.edf"]


def test_without_a_choice_it_says_how_to_get_one(night, capsys):
    code, _, said = run(capsys, "score", night, "--site")
    assert code == 2
    assert "nothing was validated here yet" in said
    # Without that word the next attempt would end here as well.
    assert "--keep" in said
    assert "sleepscorer validate" in said


def test_a_stager_that_is_gone_since_is_said_to_be_the_sites(night, site, capsys):
    keep_site_choice(replace(site, stagers=("sleepscorer", "gone")))
    code, _, said = run(capsys, "score", night, "--site")
    assert code == 2
    assert "validated here was consensus of sleepscorer and gone, C4-M1 + EOG; now" in said
    assert "'gone' is installed" in said
    assert "run sleepscorer validate --folder NIGHTS --keep" in said
    assert not list(Path(night).parent.glob("night_*"))


def test_a_damaged_choice_is_said_and_scores_nothing(night, site, capsys):
    site_choice_file().write_text("{")
    code, _, said = run(capsys, "score", night, "--site")
    assert code != 0
    assert "the choice of this site is damaged" in said
    code, out, said = run(capsys, "models")
    assert code == 0
    assert DEFAULT_WEIGHTS in out
    assert "the choice of this site is damaged" in said


def test_models_show_it_and_it_can_be_forgotten(site, capsys):
    _, out, _ = run(capsys, "models")
    lines = out.splitlines()
    place = lines.index("validated here, for score --site")
    assert lines[place + 1 : place + 3] == [
        "  consensus of sleepscorer and calm, C4-M1 + EOG",
        "  The consensus stays.",
    ]
    assert f"  SHA-256 {site.own_weights_sha256}" in lines[place:]
    assert f"  confidence measured on {MEASURED}" in lines
    code, out, _ = run(capsys, "validate", "--forget")
    assert (code, str(site_choice_file()) in out) == (0, True)
    assert read_site_choice() is None
    assert run(capsys, "validate", "--forget") == (0, "nothing was validated here\n", "")
    _, out, _ = run(capsys, "models")
    assert "validated here" not in out
