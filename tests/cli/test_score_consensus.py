"""``sleepscorer score --stagers … --consensus``: what is said and written of it."""

import csv
import json
import shutil

import openpyxl
import pytest
from short_night import N_EPOCHS

from sleepscorer.cli import main
from sleepscorer.files.exports import is_own_output, read_stagings_json
from sleepscorer.files.scorings import read_scoring


@pytest.fixture
def night(simulated, tmp_path):
    folder = tmp_path / "nights"
    folder.mkdir()
    return shutil.copy(simulated, folder / "night.edf")


@pytest.fixture
def run(capsys):
    def scored(*arguments):
        code = main(["score", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return scored


def told(night, ending):
    return night.with_name(f"night_{ending}")


def table(night):
    with told(night, "epochs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_output_names_the_stagers_and_what_each_says(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm", lively="test_score_consensus:Lively")
    names = "sleepscorer, calm,lively"
    code, _, said = run(night, "--stagers", names, "--consensus", "--device", "cpu")
    assert code == 0

    document = json.loads(told(night, "staging.json").read_text())
    by_name = {one["stager"]: one["stages"] for one in document["answers"]}
    assert (
        list(by_name) == document["provenance"]["consensus_of"] == ["sleepscorer", "calm", "lively"]
    )
    assert by_name["calm"] == ["N2"] * N_EPOCHS
    assert document["confidence_is_measured"] is False
    assert document["second_opinion"] is None
    unanimous = [len(set(stages)) == 1 for stages in zip(*by_name.values(), strict=True)]
    assert document["unanimous"] == unanimous
    assert document["confidence"] == [max(row) for row in document["probabilities"]]
    staging, others = read_stagings_json(told(night, "staging.json"))
    assert [one.name for one in (staging, *others)] == ["consensus", *by_name]

    rows = table(night)
    assert "confidence" not in rows[0]
    for place, row in enumerate(rows):
        assert row["machine_stage"] == row["stage"] == document["stages"][place]
        assert float(row["probability"]) == pytest.approx(document["confidence"][place], abs=1e-6)
        assert row["unanimous"] == ("yes" if unanimous[place] else "no")
        assert row["answered_by"] == "sleepscorer calm lively"
        assert [row[f"stager_{name}"] for name in by_name] == [s[place] for s in by_name.values()]
        assert row["stager_calm_probability"] == "0.600000"
    assert is_own_output(told(night, "epochs.csv"))
    assert read_scoring(told(night, "epochs.csv")).hypnogram.n_epochs == N_EPOCHS

    report = openpyxl.load_workbook(told(night, "report.xlsx"))
    headings = [cell.value for cell in report["Epochs"][3]]
    assert "Probability of the machine's stage (0–1)" in headings
    assert not any("onfidence" in str(heading) for heading in headings)
    first = dict(zip(headings, [cell.value for cell in report["Epochs"][4]], strict=True))
    assert (first["calm: stage"], first["calm: probability (0–1)"]) == ("N2", 0.6)
    assert first["Answered by"] == "sleepscorer calm lively"
    made = {row[0]: row[1] for row in report["Provenance"].iter_rows(values_only=True)}
    assert (made["Consensus of (n)"], made["calm: made by"]) == (3, "Calm 1.2")
    assert made["Unanimous epochs of those (%)"] == pytest.approx(100 * sum(unanimous) / N_EPOCHS)
    whose = "Consensus of sleepscorer (sleepscorer"
    in_words = f"; unanimous in {sum(unanimous)} of {N_EPOCHS} epochs."
    for texts in (
        document["notes"],
        [row[0] for row in report["Summary"].iter_rows(values_only=True)],
        [event.text for event in read_scoring(told(night, "hypnogram.edf")).events],
        said.splitlines(),
    ):
        assert any(whose in str(text) and in_words in str(text) for text in texts), texts

    n_differ = N_EPOCHS - sum(unanimous)
    assert f"{n_differ} epochs to review first, the most doubtful of them:" in said
    least = min(
        (place for place in range(N_EPOCHS) if not unanimous[place]),
        key=lambda place: document["confidence"][place],
    )
    stages = ", ".join(f"{name} {given[least]}" for name, given in by_name.items())
    assert f"epoch {least + 1}: not unanimous: {stages}" in said
    assert " sure)" not in said


def test_one_that_fails_is_named_in_the_outputs_and_the_rest_go_on(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm", bad="other_stagers:Raising")
    code, _, said = run(night, "--stagers", "sleepscorer,bad,calm", "--consensus")
    assert code == 0
    failure = "left out: bad (Raising 3 failed: RuntimeError no idea)"
    assert failure in said
    document = json.loads(told(night, "staging.json").read_text())
    assert any(failure in warning for warning in document["warnings"])
    assert [one["stager"] for one in document["answers"]] == ["sleepscorer", "calm"]
    assert "stager_bad" not in table(night)[0]


def test_three_stages_are_compared_as_three(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm", deep="test_score_consensus:Deep")
    assert run(night, "--stagers", "calm,deep", "--consensus", "--stages", 3)[0] == 0
    rows = table(night)
    assert {row["unanimous"] for row in rows} == {"yes"}
    assert {row["stager_deep"] for row in rows} == {"NREM"}


def test_one_of_another_maker_stages_alone_and_no_confidence_is_claimed(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm")
    code, _, said = run(night, "--stagers", "calm")
    assert code == 0
    assert {row["stage"] for row in table(night)} == {"N2"}
    assert {row["probability"] for row in table(night)} == {"0.600000"}
    assert "doubtful (the machine gives their stage a probability under 70 %)" in said


def test_without_stagers_nothing_is_another_than_before(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm")
    assert run(night)[0] == 0
    document = json.loads(told(night, "staging.json").read_text())
    assert (document["answers"], document["unanimous"]) == (None, None)
    assert document["confidence_is_measured"] is True
    assert "confidence" in table(night)[0]


def test_deidentified_outputs_hold_the_answers_and_no_time(night, offer_stagers, run):
    offer_stagers(calm="other_stagers:Calm")
    assert run(night, "--stagers", "sleepscorer,calm", "--consensus", "--deidentify")[0] == 0
    (path,) = night.parent.glob("recording_*_staging.json")
    document = json.loads(path.read_text())
    assert [one["stager"] for one in document["answers"]] == ["sleepscorer", "calm"]
    assert {one["provenance"]["created_utc"] for one in document["answers"]} == {""}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stagers", "sleepscorer,yasa", "--consensus"), "no other stager called 'yasa'"),
        (("--stagers", "sleepscorer,calm"), "--stagers names several, and not what"),
        (("--stagers", " , "), "--stagers names nothing"),
        (("--consensus",), "--consensus needs --stagers"),
        (("--stagers", "calm", "--consensus"), "a consensus needs two stagers or more"),
        (("--stagers", "calm,calm", "--consensus"), "a stager is named twice"),
        (("--stagers", "calm", "--second-opinion", "calm"), "can't be given together"),
        (("--stagers", "calm", "--weights", "x"), "--weights are those of sleepscorer"),
    ],
)
def test_what_makes_no_sense_is_said_before_the_night_is_read(offer_stagers, run, arguments, said):
    offer_stagers(calm="other_stagers:Calm")
    code, out, error = run("no_such_night.edf", *arguments)
    assert (code, out) == (2, "")
    assert said in error
    assert "no_such_night" not in error


class Lively:
    """W and N2 by turns, in the form of a stager."""

    title = "Lively 2"

    def stage(self, recording, channels, progress):  # noqa: ARG002
        from other_stagers import opinion

        calm, awake = opinion(recording.n_epochs), opinion(recording.n_epochs, stage=0)
        probabilities = calm.probabilities.copy()
        probabilities[::2] = awake.probabilities[::2]
        return type(calm)(probabilities, calm.provenance)


class Deep:
    """N3 all night, in the form of a stager."""

    title = "Deep 1"

    def stage(self, recording, channels, progress):  # noqa: ARG002
        from other_stagers import opinion

        return opinion(recording.n_epochs, stage=3)
