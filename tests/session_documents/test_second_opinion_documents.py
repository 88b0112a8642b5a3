"""A second opinion from the session to the exports and back into another session."""

import json
import shutil

import numpy as np
import pytest
from other_stagers import opinion

from sleepscorer.core.consensus import consensus
from sleepscorer.core.edits import Author
from sleepscorer.core.stages import Stage
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import export_document, open_document, read_importable

N = 10
ANNA = Author("anna", "lab")


@pytest.fixture
def night(tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    header = EdfPlan(
        signals=(
            SignalHeader(
                label="EEG C4-M1", sampling_rate_hz=100, physical_min=-500, physical_max=500
            ),
        ),
        n_records=N * 30,
        record_duration_s=1,
        start=None,
    )
    samples = np.random.default_rng(1).normal(0, 20, N * 3000).astype(np.float32)
    write_edf(folder / "night.edf", header, [[samples]])
    return folder / "night.edf"


@pytest.fixture
def opened():
    documents = []

    def open_(path):
        documents.append(open_document(path, author=ANNA))
        return documents[-1]

    yield open_
    for document in documents:
        document.close()


def test_it_outlives_closing_undo_and_corrections(night, opened):
    document = opened(night)
    document.session.fill(opinion(N, stage=4), others=(opinion(N, software="Calm 1.2"),))
    document.session.score([0, 1], Stage.W)
    document.session.undo()
    document.session.undo()
    document.close()
    again = opened(night).session
    assert (again.state.stages == Stage.UNSCORED).all()
    assert (again.machine.stages == Stage.R).all()
    assert (again.others[0].stages == Stage.N2).all()
    assert again.others[0].provenance.software == "Calm 1.2"


def test_an_export_carries_it_into_another_session_in_one_edit(night, opened, tmp_path):
    document = opened(night)
    document.session.fill(opinion(N, stage=4), others=(opinion(N, software="Calm 1.2"),))
    document.session.score([0, 1], Stage.N2)
    there = tmp_path / "there"
    export_document(document.snapshot(), Destination(there, formats=("edf", "json")))
    told = json.loads((there / "night_staging.json").read_text())["second_opinion"]
    # The machine's own answer is compared, whatever a person made of it.
    assert told["agreement_with_staging"] == {"accuracy": 0.0, "kappa": 0.0, "n_epochs": N}
    other = opened(shutil.copy(night, there))
    other.import_scoring(read_importable(other.importable, other.recording))
    session = other.session
    assert session.state.stages.tolist() == [2, 2, *[4] * (N - 2)]
    assert np.flatnonzero(session.state.by_person).tolist() == [0, 1]
    assert (session.others[0].stages == Stage.N2).all()
    assert len(session.done) == 1


def test_a_consensus_goes_with_all_its_answers_into_another_session(night, opened, tmp_path):
    document = opened(night)
    answers = tuple(
        opinion(N, stage=stage, stager=name) for name, stage in (("a", 2), ("b", 2), ("c", 3))
    )
    document.session.fill(consensus(answers, software="x 1"), others=answers)
    there = tmp_path / "there"
    export_document(document.snapshot(), Destination(there, formats=("edf", "csv", "json")))
    document.close()
    again = opened(night).session
    assert [one.name for one in again.others] == ["a", "b", "c"]
    again_beside = read_importable(there / "night_staging.json", opened(night).recording)
    assert [one.name for one in again_beside.others] == ["a", "b", "c"]
    assert again_beside.staging.provenance.consensus_of == ("a", "b", "c")
    assert "stager_c" in (there / "night_epochs.csv").read_text().partition("\n")[0]
