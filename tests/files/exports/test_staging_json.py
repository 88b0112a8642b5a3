"""The JSON export, and the staging read back from it."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_nights import night, staging_of

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.site_calibration import SiteCalibration, with_calibration
from sleepscorer.files.exports.formats import write_exports
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.staging_json import read_stagings_json, stages_read_from


def _written(folder: Path, shown: Night) -> Path:
    return write_exports(shown, folder, stem="n", formats=("json",), force=True)[0]


def _strict(path: Path) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_staging_reads_back_exactly(tmp_path: Path) -> None:
    shown = night(960)
    staging = read_stagings_json(_written(tmp_path, shown))[0]
    np.testing.assert_array_equal(staging.probabilities, shown.staging.probabilities)
    np.testing.assert_array_equal(staging.stages, shown.staging.stages)
    assert staging.provenance == shown.staging.provenance


def test_what_a_site_measured_of_the_confidence_reads_back(tmp_path: Path) -> None:
    shown = night()
    site = SiteCalibration(1.5, ((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)), "9 nights of this site")
    path = _written(tmp_path, replace(shown, staging=with_calibration(shown.staging, site)))
    document = _strict(path)
    assert "Confidence was measured on 9 nights of this site." in document["notes"]
    assert document["confidence_is_measured"]
    found = read_stagings_json(path)[0]
    assert found.provenance.confidence_temperature == 1.5
    assert found.measured_sentence == "Confidence was measured on 9 nights of this site."
    expected = with_calibration(shown.staging, site).confidence
    np.testing.assert_array_equal(found.confidence, expected)
    # Files of older versions lack it.
    for name in ("confidence_temperature", "confidence_measured_on"):
        del document["provenance"][name]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read_stagings_json(path)[0].provenance.confidence_temperature == 1


def test_what_lowers_the_confidence_reads_back(tmp_path: Path) -> None:
    shown = night()
    shares = np.linspace(0, 1, len(shown.staging.stages)).astype(np.float32)
    changed = replace(shown, staging=replace(shown.staging, unsound=shares))
    path = _written(tmp_path, changed)
    np.testing.assert_array_equal(read_stagings_json(path)[0].unsound, shares)
    # Files of versions before 0.2 lack it.
    document = _strict(path)
    del document["unsound_shares"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert not read_stagings_json(path)[0].unsound.any()


def test_what_was_not_learned_reads_back(tmp_path: Path) -> None:
    shown = night()
    made = replace(shown.staging.provenance, unlearned_by_stage=(0.2, 0.6889, 0.2, 0.2, 0.2))
    path = _written(tmp_path, replace(shown, staging=replace(shown.staging, provenance=made)))
    found = read_stagings_json(path)[0]
    assert found.provenance == made
    assert found.doubted.max() > 0.1
    # Files of versions before lack it.
    document = _strict(path)
    del document["provenance"]["unlearned_by_stage"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert not read_stagings_json(path)[0].doubted.any()


def test_content(tmp_path: Path) -> None:
    shown = night()
    document = _strict(_written(tmp_path, shown))
    assert document["schema_version"] == 1
    assert document["software"] == "sleepscorer 0.1.0"
    assert document["recording"] == {
        "file": "psg_0042.edf",
        "sha256": "0f" * 32,
        "format": "EDF+C",
        "start": "2019-03-04T22:40:00.250000",
        "time_of_day": "22:40:00.250000",
        "duration_s": 3604.5,
        "patient_id": "MCH-0234567 F 02-MAY-1951 Haagse_Harry",
        "recording_id": "Startdate 04-MAR-2019 PSG-1234/2019 NN Telemetry03",
        "deidentified": False,
    }
    assert document["lights"] == {
        "off_s": 75.0,
        "on_s": 3555.0,
        "source": "lights off = annotation, lights on = annotation",
    }
    assert document["stages"][:11] == ["W", "W", "N1", "N2", "N2", "N3", "N3", "N2", "R", "R", "?"]
    assert document["probabilities"][10] == [None] * 5
    assert document["probability_columns"] == ["W", "N1", "N2", "N3", "R"]
    assert document["statistics"] == json.loads(json.dumps(shown.statistics.as_dict()))
    assert document["statistics"]["arousal_index_per_h"] is None
    assert document["warnings"] == ["C4-M1 was clipped in 12 % of the night"]
    assert document["provenance"]["warnings"] == []
    assert document["n_epochs_edited"] == 0
    assert document["events"][0] == {
        "onset_s": 12.5,
        "duration_s": 3.0,
        "text": "EEG arousal",
        "channel": "EEG C4-M1",
    }


def test_everything_has_its_key(tmp_path: Path) -> None:
    shown = night(12)
    three = np.tile(np.array([0.25, 0.5, 0.25], np.float32), (12, 1))
    three[10] = np.nan
    faults = np.array([0, 6, 32, *[0] * 9], np.uint8)
    staging = replace(shown.staging, hierarchy=three, faults=faults)
    second = staging_of(np.array([0, 0, 1, 2, 2, 3, 3, 3, 4, 4, -1, 2], np.int8), software="x 1")
    document = _strict(
        _written(tmp_path, replace(shown, staging=staging, others=(second,), smoothing="Smoothed."))
    )
    assert list(document) == [
        "format", "schema_version", "software", "intended_use", "recording", "provenance",
        "epoch_s", "lights", "n_epochs_edited", "reviewed", "stages_told", "stages",
        "machine_stages", "smoothing", "stages_are_smoothed", "smoothed_stages", "equivocal",
        "probability_columns", "probabilities", "summed_columns", "summed", "hierarchy_columns",
        "hierarchy", "confidence", "faults", "unsound_shares", "confidence_is_measured",
        "second_opinion", "answers", "unanimous", "statistics", "statistics_notes",
        "event_statistics", "events",
        "signed", "notes", "warnings",
    ]  # fmt: skip
    assert (document["format"], document["epoch_s"]) == ("sleepscorer staging", 30.0)
    assert document["intended_use"].startswith("For research use. Not a medical device")
    assert document["stages_told"] == ["W", "N1", "N2", "N3", "R"]
    assert document["machine_stages"] == document["stages"] == document["smoothed_stages"]
    assert (document["smoothing"], document["stages_are_smoothed"]) == ("Smoothed.", False)
    assert document["equivocal"] == [False] * 12
    assert document["summed_columns"] == document["hierarchy_columns"] == ["wake", "nrem", "rem"]
    row = staging.probabilities[3].tolist()
    assert document["summed"][3] == pytest.approx([row[0], sum(row[1:4]), row[4]], abs=1e-6)
    assert document["hierarchy"][3] == [0.25, 0.5, 0.25]
    assert document["hierarchy"][10] == document["summed"][10] == [None] * 3
    assert document["confidence"][3] == pytest.approx(max(row))
    assert document["confidence"][10] is None
    assert document["faults"][:3] == [[], ["flat", "clipped"], ["mains"]]
    assert document["unsound_shares"] == [0.0] * 12
    measured = "It is not known on which nights this confidence was measured."
    assert document["notes"] == ["Smoothed.", measured, "the last 4.5 s are no whole epoch"]
    assert document["statistics_notes"] == list(shown.statistics.notes)
    assert document["statistics_notes"]
    other = document["second_opinion"]
    assert list(other) == [
        "stager", "provenance", "stages", "probabilities", "agreement_with_staging",
    ]  # fmt: skip
    assert (other["stager"], other["provenance"]["software"]) == ("x 1", "x 1")
    assert other["stages"][7] == "N3"
    agreement = other["agreement_with_staging"]
    assert (list(agreement), agreement["n_epochs"]) == (["accuracy", "kappa", "n_epochs"], 11)
    assert agreement["accuracy"] == pytest.approx(10 / 11)


def test_without_a_staging_there_is_nothing_of_a_machine(tmp_path: Path) -> None:
    document = _strict(_written(tmp_path, night(staging=None, start=None)))
    assert [key for key, value in document.items() if value is None] == [
        "provenance", "n_epochs_edited", "machine_stages", "smoothing", "smoothed_stages",
        "equivocal", "probabilities", "summed", "hierarchy", "confidence", "faults",
        "unsound_shares", "confidence_is_measured", "second_opinion", "answers", "unanimous",
        "event_statistics",
    ]  # fmt: skip
    assert (document["recording"]["start"], document["recording"]["time_of_day"]) == (None, None)
    hidden = _strict(_written(tmp_path, night(deidentify=True)))["recording"]
    assert (hidden["start"], hidden["time_of_day"]) == (None, "22:40:00.250000")
    assert hidden["deidentified"]


def test_one_epoch_none_staged(tmp_path: Path) -> None:
    shown = night(1, staging=staging_of(np.array([-1], np.int8)))
    staging = read_stagings_json(_written(tmp_path, shown))[0]
    assert np.isnan(staging.probabilities).all()
    # Nobody edited the epoch: what differs from the staging counts only as far as a person did it.
    assert _strict(tmp_path / "n_staging.json")["n_epochs_edited"] == 0


def test_file_name_that_is_not_unicode(tmp_path: Path) -> None:
    path = _written(tmp_path, night(path=Path("/nowhere/n\udcff.edf"), warnings=("bad \udcff",)))
    assert _strict(path)["recording"]["file"] == "n?.edf"


def test_scored_by_people(tmp_path: Path) -> None:
    path = _written(tmp_path, night(staging=None))
    assert _strict(path)["probabilities"] is None
    with pytest.raises(ScoringError, match="stages set by people"):
        read_stagings_json(path)[0]


def _changed(**changes: Any) -> Any:
    return lambda document: {**document, **changes}


def _without(key: str) -> Any:
    return lambda document: {k: v for k, v in document.items() if k != key}


def _provenance(**changes: Any) -> Any:
    return lambda document: {**document, "provenance": {**document["provenance"], **changes}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_changed(format="other"), "not a staging written by sleepscorer"),
        (_changed(schema_version=2), "version 2 of its format"),
        (_changed(probabilities=[[0.5, 0.5]]), "damaged"),
        (_changed(probabilities=[[0.5] * 5]), "damaged.*sum to 1"),
        (_changed(probabilities=[[0.6, 0.6, -0.2, 0, 0]]), "damaged.*sum to 1"),
        (_changed(probabilities=[[None, 0.4, 0.6, 0, 0]]), "damaged.*NaN throughout"),
        (_changed(unsound_shares=[2.0]), "damaged"),
        (_changed(unsound_shares=[10**400]), "not a JSON file.*beyond all numbers"),
        (_changed(confidence=5), "damaged"),
        (_changed(faults=[["flat"] * 300] * 11), "damaged"),
        (_changed(faults=[[3]]), "damaged"),
        (_changed(hierarchy=[[[1]]]), "damaged"),
        (_changed(second_opinion=[]), "damaged"),
        (_provenance(review_curve=0.5), "damaged"),
        (_provenance(review_curve=[[0.1, 0.2]]), "damaged"),
        (_provenance(suggested_lights_s=[1.0]), "damaged"),
        (_provenance(confidence_temperature=0), "damaged"),
        (_provenance(confidence_temperature=None), "damaged"),
        (_provenance(confidence_measured_on=9), "damaged"),
        (_provenance(unlearned_by_stage=[0.1]), "damaged"),
        (_provenance(unlearned_by_stage=[0, 0, 0, 0, 1.5]), "damaged"),
        (_provenance(unlearned_by_stage="abcde"), "damaged"),
        (_provenance(eeg=["\udcff"]), "damaged"),
        (_provenance(warnings=None), "damaged"),
        (_changed(probabilities="W"), "damaged"),
        (_changed(probability_columns=["R", "W", "N1", "N2", "N3"]), "unknown columns"),
        (_changed(provenance={}), "damaged"),
        (_without("probabilities"), "damaged"),
        (lambda document: [document], "not a staging"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, change: Any, words: str) -> None:
    path = _written(tmp_path, night())
    path.write_text(json.dumps(change(_strict(path))), encoding="utf-8")
    with pytest.raises(ScoringError, match=words) as caught:
        read_stagings_json(path)[0]
    assert caught.value.path == path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[" * 60 + b"]" * 60,
        b'{"a": ' * 900 + b"1" + b"}" * 900,
        b"[NaN]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b'{"format": 1, "format": 2}',
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "n.json"
    path.write_bytes(content)
    with pytest.raises(ScoringError, match="not a JSON file"):
        read_stagings_json(path)[0]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="No such file"):
        read_stagings_json(tmp_path / "none.json")[0]


def test_provenance_of_wrong_type_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, night())
    document = _strict(path)
    document["provenance"]["device"] = 3
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ScoringError, match="device is not text"):
        read_stagings_json(path)[0]


def test_surrogates_in_provenance(tmp_path: Path) -> None:
    shown = night()
    made = replace(shown.staging.provenance, eeg=("C4\udcff",))
    path = _written(tmp_path, night(staging=replace(shown.staging, provenance=made)))
    assert read_stagings_json(path)[0].provenance.eeg == ("C4?",)


def test_a_second_opinion_reads_back_exactly_beside_ours(tmp_path: Path) -> None:
    shown = night(12)  # W W N1 N2 N2 N3 N3 N2 R R ? N2
    theirs = staging_of(np.array([0, 1, 1, 2, 2, 3, 2, 2, 4, -1, 4, 2], np.int8), software="Calm 1")
    path = _written(tmp_path, replace(shown, others=(theirs,)))
    told = _strict(path)["second_opinion"]
    assert told["stager"] == "Calm 1"
    assert "".join(told["stages"]) == "WN1N1N2N2N3N2N2R?RN2"
    assert told["agreement_with_staging"]["n_epochs"] == 10
    assert told["agreement_with_staging"]["accuracy"] == 0.8
    assert 0.5 < told["agreement_with_staging"]["kappa"] < 0.8
    ours, (second,) = read_stagings_json(path)
    np.testing.assert_array_equal(ours.probabilities, shown.staging.probabilities)
    np.testing.assert_array_equal(second.probabilities, theirs.probabilities)
    assert second.provenance == theirs.provenance


def test_a_second_opinion_of_another_night_is_damage(tmp_path: Path) -> None:
    path = _written(tmp_path, replace(night(4), others=(staging_of(np.zeros(4, np.int8)),)))
    document = _strict(path)
    del document["second_opinion"]["probabilities"][-1]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ScoringError, match="another number of epochs"):
        read_stagings_json(path)


def test_without_a_second_opinion_there_is_none(tmp_path: Path) -> None:
    path = _written(tmp_path, night(4))
    assert _strict(path)["second_opinion"] is None
    assert read_stagings_json(path)[1] == ()


def test_warnings_of_a_second_opinion_carry_its_name(tmp_path: Path) -> None:
    theirs = staging_of(np.zeros(4, np.int8), software="Calm 1", warnings=("It was dark.",))
    assert (
        "Calm 1: It was dark."
        in _strict(_written(tmp_path, night(4, others=(theirs,))))["warnings"]
    )


def test_stages_that_are_none_are_refused_and_three_are_told(tmp_path: Path) -> None:
    path = _written(tmp_path, night())
    document = _strict(path)
    assert stages_read_from(path) == (False, False)
    for told in (True, 3, None, ["W", "N1"], {"W": 1}):
        path.write_text(json.dumps({**document, "stages_told": told}), encoding="utf-8")
        with pytest.raises(ScoringError, match="its stages are unknown"):
            stages_read_from(path)
    path.write_text(json.dumps({**document, "stages_told": ["W", "NREM", "R"]}), encoding="utf-8")
    assert stages_read_from(path) == (True, False)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ScoringError, match="not a staging"):
        stages_read_from(path)


@pytest.mark.skipif(os.name == "nt", reason="there are no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "n_staging.json")
    with pytest.raises(ScoringError, match="not an ordinary file"):
        read_stagings_json(tmp_path / "n_staging.json")


@pytest.mark.data
def test_the_damaged_stagings_are_read_or_refused_in_words(real_data: Path) -> None:
    refused = []
    for path in sorted((real_data / "fault_cases").glob("*.json")):
        for read in (read_stagings_json, stages_read_from):
            try:
                read(path)
            except ScoringError as error:
                refused.append((path, error))
    assert refused
    assert all(error.path == path and error.what for path, error in refused)
