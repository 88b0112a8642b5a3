"""Which nights of a folder people scored, and which of them judge a stager."""

import shutil

import numpy as np
import pytest
from site_nights import (
    ANNA,
    CLINICAL,
    N_EPOCHS,
    START,
    stages_of,
    staging_of,
    with_errors,
    write_recording,
    write_session,
    write_table,
)

from sleepscorer.cli import main
from sleepscorer.core.errors import UsageError
from sleepscorer.core.events import Event
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.stages import Stage
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import (
    ImportChoice,
    export_document,
    open_document,
    read_importable,
)
from sleepscorer.validation.nights import find_nights

TRUTH = stages_of(1)


def found_in(folder, **options):
    """The nights by name, and why others are none."""
    found = find_nights(folder, **options)
    return (
        {one.night.name: one.night for one in found.nights},
        {one.name: one.why for one in found.not_judged},
    )


@pytest.fixture
def recording(tmp_path):
    return write_recording(tmp_path / "nights" / "a.edf", 1)


def stage_events(stages):
    texts = (Stage(int(stage)).text for stage in stages)
    return [Event(30.0 * n, 30.0, f"Sleep stage {text}") for n, text in enumerate(texts)]


# -- what counts ---------------------------------------------------------------------------------


def test_a_session_scored_by_hand_counts_before_the_files_beside_it(recording):
    write_session(recording, TRUTH, lights=(60.0, 2300.0))
    write_table(recording.with_name("a.csv"), with_errors(TRUTH, 9))
    before = {path: path.read_bytes() for path in recording.parent.iterdir()}
    nights, refused = found_in(recording.parent)
    night = nights["a"]
    assert refused == {}
    assert (night.left_out, night.person, night.answers) == ("", "P1 X X Somebody", {})
    np.testing.assert_array_equal(night.reference, TRUTH)
    np.testing.assert_array_equal(night.second_reference, with_errors(TRUTH, 9))
    assert (night.lights.off_s, night.lights.on_s) == (60.0, 2300.0)
    assert night.notes[0] == "second scoring: a.csv"
    assert {path: path.read_bytes() for path in recording.parent.iterdir()} == before


def test_a_session_that_is_open_elsewhere_is_read_all_the_same(recording):
    write_session(recording, TRUTH)
    document = open_document(recording, author=ANNA)
    nights, _ = found_in(recording.parent)
    assert nights["a"].left_out == ""
    document.session.score([0], Stage.W)
    document.close()


@pytest.mark.parametrize("name", ["a.csv", "a_scored.txt", "A_second.csv"])
def test_a_scoring_of_any_format_counts_that_is_called_like_the_recording(recording, name):
    write_table(recording.with_name(name), TRUTH)
    nights, refused = found_in(recording.parent)
    assert refused == {}
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)
    assert nights["a"].second_reference is None


def test_a_file_belongs_to_the_longest_name_it_begins_with(recording):
    write_recording(recording.with_name("a_2.edf"), 2)
    write_recording(recording.with_name("a1.edf"), 3)
    write_table(recording.with_name("a_2.csv"), stages_of(2))
    write_table(recording.with_name("a1.csv"), stages_of(3))
    nights, refused = found_in(recording.parent)
    assert set(nights) == {"a_2", "a1"}
    np.testing.assert_array_equal(nights["a_2"].reference, stages_of(2))
    assert refused == {"a": "nobody scored it: there is neither a session nor a scoring beside it"}


def test_a_recording_may_hold_its_stages(tmp_path):
    events = stage_events(TRUTH)
    write_recording(tmp_path / "a.edf", 1, events=events)
    x = np.random.default_rng(0).normal(0, 20, (N_EPOCHS, 2, 3000)).astype(np.float32)
    np.savez(tmp_path / "b.npz", x=x, fs=100.0, y=stages_of(2).astype(np.int64))
    np.savez(tmp_path / "c.npz", x=x[::-1], fs=100.0)
    nights, refused = found_in(tmp_path)
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)
    np.testing.assert_array_equal(nights["b"].reference, stages_of(2))
    assert refused["c"].startswith("nobody scored it")


def test_a_scoring_with_a_signal_in_it_is_no_night_of_its_own(recording):
    for name, labels in (("a_scoring", ("Marker",)), ("a_ben", CLINICAL)):
        stages = TRUTH if name == "a_scoring" else with_errors(TRUTH, 9)
        path = recording.with_name(f"{name}.edf")
        write_recording(path, 9, labels=labels, events=stage_events(stages))
    nights, refused = found_in(recording.parent)
    assert (list(nights), refused) == (["a"], {})
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)
    np.testing.assert_array_equal(nights["a"].second_reference, with_errors(TRUTH, 9))


def test_a_session_in_which_nothing_is_scored_leaves_it_to_the_files(recording):
    open_document(recording, author=ANNA).close()
    write_table(recording.with_name("a.csv"), TRUTH)
    nights, refused = found_in(recording.parent)
    assert refused == {}
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)


@pytest.mark.parametrize(
    ("n_scored", "lights", "counts"),
    [(59, None, False), (60, None, True), (60, (0.0, 60 * 30.0), True)],
)
def test_a_night_that_is_hardly_scored_says_so(recording, n_scored, lights, counts):
    stages = TRUTH.copy()
    stages[n_scored:] = Stage.UNSCORED
    write_session(recording, stages, lights=lights)
    nights, _ = found_in(recording.parent)
    said = "people scored 59 of 80 epochs of the night; at least 60 and half of them are needed"
    assert nights["a"].left_out == ("" if counts else said)


# -- drafts --------------------------------------------------------------------------------------


def test_a_night_that_a_machine_drafted_is_left_out_with_the_share(recording):
    write_session(recording, TRUTH, machine=with_errors(TRUTH, 40), n_by_hand=20)
    nights, _ = found_in(recording.parent)
    assert nights["a"].left_out == "drafted by a machine: 60 of 80 epochs"
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)


@pytest.mark.parametrize(("n_by_hand", "counts"), [(75, False), (76, True)])
def test_few_drafted_epochs_are_left_out_alone(recording, n_by_hand, counts):
    write_session(recording, TRUTH, machine=TRUTH, n_by_hand=n_by_hand)
    night = found_in(recording.parent)[0]["a"]
    n_drafted = N_EPOCHS - n_by_hand
    what = f"drafted by a machine: {n_drafted} of 80 epochs"
    if not counts:
        assert night.left_out == what
        return
    assert night.left_out == ""
    assert (night.reference[:n_by_hand] == TRUTH[:n_by_hand]).all()
    assert (night.reference[n_by_hand:] == Stage.UNSCORED).all()
    assert f"{what}, left out" in night.notes


def test_an_answer_that_stood_beside_is_a_note_and_no_reason(recording):
    document = open_document(recording, author=ANNA)
    document.session.fill(staging_of(TRUTH))
    document.session.undo()
    document.close()
    write_session(recording, with_errors(TRUTH, 8))
    night = found_in(recording.parent)[0]["a"]
    assert night.left_out == ""
    assert night.notes[0].startswith("a machine's answer stood beside while a person scored it")


def exported(recording, *, machine, by_hand):
    """What a session was exported to, without the session."""
    write_session(recording, TRUTH, machine=machine, folder=recording.parent.parent / "elsewhere")
    document = open_document(
        recording.parent.parent / "elsewhere" / "a.sleepscorer", author=ANNA, read_only=True
    )
    formats = ("edf", "csv", "json") if by_hand is not None else ("edf", "csv")
    to = Destination(recording.parent, formats, False, False)
    export_document(document.snapshot(), to)
    document.close()


@pytest.mark.parametrize(
    ("machine", "by_hand", "counts"),
    [(None, True, True), (TRUTH, False, False), (None, None, False)],
)
def test_what_the_program_exported_counts_where_it_says_that_all_was_scored_by_hand(
    recording, machine, by_hand, counts
):
    (recording.parent.parent / "elsewhere").mkdir()
    exported(recording, machine=machine, by_hand=by_hand)
    nights, refused = found_in(recording.parent)
    assert refused == {}
    night = nights["a"]
    if counts:
        np.testing.assert_array_equal(night.reference, TRUTH)
        assert (night.left_out, night.second_reference) == ("", None)
    else:
        assert night.left_out.startswith("drafted by a machine: the program wrote a_")
    # A person's scoring beside a draft counts.
    write_table(recording.with_name("a.csv"), with_errors(TRUTH, 5))
    night = found_in(recording.parent)[0]["a"]
    assert night.left_out == ""
    assert (night.second_reference is not None) is counts


def test_what_says_by_its_name_that_a_machine_made_it_is_no_persons(recording):
    write_table(recording.with_name("a_yasa.csv"), TRUTH)
    _, refused = found_in(recording.parent)
    assert refused["a"].endswith("a_yasa.csv was not used: by its name, yasa made it")


# -- second scorings -----------------------------------------------------------------------------


def test_of_a_table_of_two_the_second_scorer_is_the_second_scoring(recording):
    write_table(recording.with_name("a.csv"), TRUTH, with_errors(TRUTH, 7))
    night = found_in(recording.parent)[0]["a"]
    np.testing.assert_array_equal(night.reference, TRUTH)
    np.testing.assert_array_equal(night.second_reference, with_errors(TRUTH, 7))
    assert "second scoring: a.csv, scorer 'ben'" in night.notes


def test_what_a_session_came_from_is_no_second_scoring(recording):
    table = write_table(recording.with_name("a.csv"), TRUTH, with_errors(TRUTH, 7))
    document = open_document(recording, author=ANNA)
    document.import_scoring(read_importable(table, document.recording, ImportChoice("anna")))
    document.session.score([0], Stage((int(TRUTH[0]) + 2) % 5))
    export_document(
        document.snapshot(), Destination(recording.parent, ("edf", "json"), False, False)
    )
    document.session.score([1], Stage((int(TRUTH[1]) + 2) % 5))
    document.close()
    night = found_in(recording.parent)[0]["a"]
    assert night.left_out == ""
    assert night.reference[0] == (TRUTH[0] + 2) % 5
    # The other of the table scored it for herself; the export is of this very session.
    np.testing.assert_array_equal(night.second_reference, with_errors(TRUTH, 7))


def test_the_source_of_an_import_and_the_same_again_are_one(recording):
    table = write_table(recording.with_name("a.csv"), TRUTH)
    write_table(recording.with_name("a_b.csv"), TRUTH)
    document = open_document(recording, author=ANNA)
    document.import_scoring(read_importable(table, document.recording))
    document.session.score([0], Stage((int(TRUTH[0]) + 2) % 5))
    document.close()
    assert found_in(recording.parent)[0]["a"].second_reference is None


def test_a_machines_answer_beside_a_session_is_no_second_scoring(recording):
    write_session(recording, TRUTH, machine=with_errors(TRUTH, 30), n_by_hand=N_EPOCHS)
    write_table(recording.with_name("a.csv"), with_errors(TRUTH, 30))
    assert found_in(recording.parent)[0]["a"].second_reference is None


def test_second_scorings_may_lie_in_a_folder_of_their_own_even_within(recording):
    write_table(recording.with_name("a.csv"), TRUTH)
    write_recording(recording.with_name("b.edf"), 2)
    write_table(recording.with_name("b.csv"), stages_of(2))
    second = recording.parent / "ben"
    second.mkdir()
    write_table(second / "a.csv", with_errors(TRUTH, 6))
    write_session(recording, with_errors(TRUTH, 5), folder=second)
    write_session(recording.with_name("b.edf"), stages_of(2), machine=stages_of(2), folder=second)
    nights, refused = found_in(recording.parent, second=second)
    assert refused == {}
    np.testing.assert_array_equal(nights["a"].reference, TRUTH)
    np.testing.assert_array_equal(nights["a"].second_reference, with_errors(TRUTH, 6))
    assert "more scorings of it were not used: a.sleepscorer" in nights["a"].notes
    assert nights["b"].left_out == ""
    assert nights["b"].second_reference is None
    drafted = "b.sleepscorer is no second scoring: drafted by a machine: 80 of 80 epochs"
    assert drafted in nights["b"].notes
    (second / "a.csv").unlink()
    night = found_in(recording.parent, second=second)[0]["a"]
    np.testing.assert_array_equal(night.second_reference, with_errors(TRUTH, 5))


def test_a_second_scoring_that_is_called_like_no_night_is_named(recording):
    write_table(recording.with_name("a.csv"), TRUTH)
    second = recording.parent / "ben"
    second.mkdir()
    for name in ("a_ben.csv", "patient1.csv", "a.docx", ".patient2.csv"):
        write_table(second / name, with_errors(TRUTH, 6))
    nights, refused = found_in(recording.parent, second=second)
    assert "second scoring: a_ben.csv" in nights["a"].notes
    assert refused == {"patient1.csv": "a second scoring that is called like none of the nights"}


def test_lengths_that_disagree_are_fitted(recording):
    write_table(recording.with_name("a.csv"), np.append(TRUTH, TRUTH[:3]))
    write_table(recording.with_name("a_b.csv"), with_errors(TRUTH, 4)[:70])
    night = found_in(recording.parent)[0]["a"]
    np.testing.assert_array_equal(night.reference, TRUTH)
    np.testing.assert_array_equal(night.second_reference[:70], with_errors(TRUTH, 4)[:70])
    assert (night.second_reference[70:] == Stage.UNSCORED).all()
    assert (
        "a.csv: the scoring covers epochs 1 to 80 of 80, from its own epoch 1 of 83" in night.notes
    )


# -- what is no night ----------------------------------------------------------------------------


def test_files_that_are_no_nights_are_named_and_stop_nothing(recording):
    folder = recording.parent
    write_session(recording, TRUTH)
    (folder / "broken.edf").write_bytes(b"0       " + b"\0" * 20)
    (folder / "torn.sleepscorer").write_bytes(b"not a session")
    gone = write_recording(folder / "gone.edf", 7)
    write_session(gone, stages_of(7))
    gone.unlink()
    copy = folder / "copies" / "c.edf"
    copy.parent.mkdir()
    shutil.copy(recording, copy)
    write_table(copy.with_name("c.csv"), TRUTH)
    write_recording(folder / "d.edf", 8)
    (folder / "d.csv").write_text("epoch,stage\n1,N7\n")
    nights, refused = found_in(folder)
    assert list(nights) == ["a"]
    assert refused.pop("broken")
    assert refused.pop("torn.sleepscorer")
    assert refused.pop("gone.sleepscorer").startswith("The recording gone.edf was not found")
    assert refused.pop("c") == "the same recording as that of a; one counts"
    assert refused.pop("d").startswith("nobody scored it: there is neither a session nor a scoring")
    assert refused == {}


def test_a_copy_that_people_scored_counts_before_a_draft(recording):
    copy = recording.parent / "z" / "c.edf"
    copy.parent.mkdir()
    shutil.copy(recording, copy)
    write_table(copy.with_name("c.csv"), TRUTH)
    assert main(["score", str(recording), "--formats", "edf", "--quiet"]) == 0
    nights, refused = found_in(recording.parent)
    assert {name: night.left_out for name, night in nights.items()} == {"c": ""}
    assert refused == {"a": "the same recording as that of c.edf; one counts"}


def test_nights_that_only_begin_alike_are_two(recording):
    content = bytearray(recording.read_bytes())
    content[-1] ^= 1
    recording.with_name("b.edf").write_bytes(content)
    for name in ("a", "b"):
        write_table(recording.with_name(f"{name}.csv"), TRUTH)
    assert set(found_in(recording.parent)[0]) == {"a", "b"}


def test_of_two_sessions_of_a_recording_that_counts_which_judges_more(recording):
    write_session(recording, TRUTH, machine=TRUTH)
    other = recording.parent / "again" / "z.edf"
    other.parent.mkdir()
    shutil.copy(recording, other)
    write_session(other, TRUTH)
    nights, refused = found_in(recording.parent)
    assert {name: night.left_out for name, night in nights.items()} == {"z": ""}
    assert refused == {"a.sleepscorer": "the same recording as that of z.sleepscorer; one counts"}


def test_nights_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for number, who in enumerate(("anna", "ben")):
        path = write_recording(tmp_path / who / "night.edf", number)
        write_table(path.with_suffix(".csv"), stages_of(number))
    assert set(found_in(tmp_path)[0]) == {"anna/night", "ben/night"}


def test_a_scoring_of_another_night_is_none_of_this(recording):
    write_session(recording, TRUTH)
    document = open_document(recording, author=ANNA, read_only=True)
    moved = write_recording(recording.parent / "x" / "b.edf", 5, start=START.replace(hour=3))
    to = Destination(moved.parent, ("edf",), False, False)
    export_document(document.snapshot(), to)
    document.close()
    (moved.parent / "a_hypnogram.edf").rename(moved.parent / "b_scoring.edf")
    _, refused = found_in(recording.parent)
    assert "it has no epoch in common with the recording" in refused["b"]


def test_people_are_told_apart_as_in_training(tmp_path):
    for number, patient in enumerate(("P1 F X Ann", "P1 F X Ann", "X X X X")):
        path = write_recording(tmp_path / f"q{number % 2}_{number}.edf", number, patient=patient)
        write_table(path.with_suffix(".csv"), stages_of(number))
    found = find_nights(tmp_path)
    assert {one.night.name: one.night.person for one in found.nights} == {
        "q0_0": "P1 F X Ann", "q1_1": "P1 F X Ann", "q0_2": "q0_2",
    }  # fmt: skip
    assert (found.n_people, found.n_unknown) == (2, 1)
    found = find_nights(tmp_path, subject=r"(q\d)_[01]")
    assert {one.night.person for one in found.nights} == {"q0", "q1"}
    assert found.n_unknown == 0
    assert [one.name for one in found.not_judged] == ["q0_2"]
    assert found.not_judged[0].why == "the pattern of the subject does not match this name"


def test_a_search_is_stopped_and_senseless_folders_are_refused(recording):
    def stop(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        find_nights(recording.parent, progress=stop)
    with pytest.raises(UsageError, match="there is no such folder"):
        find_nights(recording.parent / "nowhere")
    with pytest.raises(UsageError, match="a folder of their own"):
        find_nights(recording.parent, second=recording.parent)
