"""One stage a line with comments around, and numbers as programs write them."""

import pytest

from sleepscorer.core.errors import CodesNeeded, EpochLengthNeeded, ScoringError, UsageError
from sleepscorer.files.scorings import codes_named, read_scoring

AASM = codes_named("aasm")


def read(tmp_path, text, **options):
    path = tmp_path / "scored.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_scoring(path, **options)


@pytest.mark.parametrize(
    "head",
    [
        "# 0: Wake, 1: N1, 2: N2, 3: N3, 4: REM\n",
        "# 0=W 1=N1 2=N2 3=N3 4=R\n",
        "% 0 = wake; 1 = N1; 2 = N2; 3 = N3; 4 = REM\n",
        "// W=0, N1=1, N2=2, N3=3, REM=4\n",
        "# scored by ab, 2021-03-04 22:30:00\n#\n# 0 -> Wake\n# 1 -> N1\n# 2 -> N2\n# 3 -> N3\n"
        "# 4 -> REM\n\n",
        "# Stage W: 0\n# Stage N1: 1\n# Stage N2: 2\n# Stage N3: 3\n# Stage R: 4, Art: -1\n",
    ],
)
def test_a_head_that_names_the_code_is_read_by_itself(tmp_path, head):
    found = read(tmp_path, f"{head}0\n1\n2\n3\n4\n")
    assert found.format == "lines"
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 4]


def test_comments_at_the_end_count_and_the_code_of_a_person_wins(tmp_path):
    text = "0\r\n1\r\n4.0\r\n\r\n# 0=W, 1=R, 4=N3\r\n\r\n"
    assert read(tmp_path, text).hypnogram.stages.tolist() == [0, 4, 3]
    by_person = read(tmp_path, text, codes=AASM)
    assert by_person.hypnogram.stages.tolist() == [0, 1, 4]
    assert "the file itself says otherwise: 1 R, 4 N3" in by_person.notes
    assert not any("otherwise" in note for note in read(tmp_path, text).notes)


@pytest.mark.parametrize(
    "head",
    [
        "# my hypnogram\n",
        "# 0: Wake, 1: N1\n",  # not of 5
        "# 0=W, 1=N1, 5=R, 5=N3\n",  # 5 twice
        "# 22:30:05 start, version 1: 2\n",
        "# 0: asleep, 1: awake, 5: elsewhere\n",
    ],
)
def test_a_head_that_does_not_name_every_number_is_asked_for(tmp_path, head):
    with pytest.raises(CodesNeeded) as raised:
        read(tmp_path, f"{head}0\n1\n5\n")
    assert dict(raised.value.counts) == {"0": 1, "1": 1, "5": 1}


@pytest.mark.parametrize(
    ("head", "epoch_s"),
    [
        ("# 1 value per 30 seconds of data (1 / 30 Hz)\n", 30.0),
        ("# epochs of 20 s\n", 20.0),
        ("# Epoch length: 15\n", 15.0),
        ("# epoch_s = 10.0\n", 10.0),
        ("# every 4 seconds\n", 4.0),
        ("# epochs of 20 s, then every 30 s\n", 30.0),
        ("# recorded for 8 s\n", 30.0),
    ],
)
def test_a_head_that_names_the_length_of_epochs_is_used(tmp_path, head, epoch_s):
    found = read(tmp_path, f"{head}0\n1\n", codes=AASM)
    assert found.hypnogram.epoch_s == epoch_s


def test_the_length_may_be_said_and_is_taken_as_30_s_with_a_note(tmp_path):
    said = read(tmp_path, "0\n1\n", codes=AASM, epoch_s=15.0)
    assert (said.hypnogram.epoch_s, said.notes) == (15.0, ())
    found = read(tmp_path, "0\n1\n", codes=AASM)
    assert found.notes == ("the file does not say how long its epochs are: 30 s were taken",)
    assert read(tmp_path, "W\nN1\n", epoch_s=20.0).hypnogram.epoch_s == 20.0
    with pytest.raises(UsageError, match=r"epochs last 0\.5 to 600 s, not 0 s"):
        read(tmp_path, "0\n1\n", epoch_s=0.0)
    with pytest.raises(ScoringError, match="tells it itself"):
        read(tmp_path, "epoch,stage\n1,W\n", epoch_s=30.0)


def test_codes_of_every_second_are_not_taken_for_days(tmp_path):
    text = "0\n" * 20_000
    with pytest.raises(EpochLengthNeeded, match=r"at 30 s they would be 6\.9 days") as raised:
        read(tmp_path, text, codes=AASM)
    assert raised.value.n_epochs == 20_000
    assert read(tmp_path, text, codes=AASM, epoch_s=1.0).hypnogram.duration_s == 20_000


@pytest.mark.parametrize("number", ["2", "2.0", "2,", "2.", "+2", " 2", "2.000000e+00", '"2"'])
def test_numbers_as_programs_write_them(tmp_path, number):
    found = read(tmp_path, f"0\n{number}\n0\n", codes=AASM)
    assert found.hypnogram.stages.tolist() == [0, 2, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0\n# lights off\n1\n", "line 2 is a comment between stages"),
        ("0\n\n1\n", "line 2 is blank"),
        ("\n0\n1\n", "line 1 is blank"),
        ("# only\n# comments\n", "holds no sleep stages"),
        ("0\n" + "1" * 10_000 + "\n", "line 2: '1{20}...' is no stage"),
        ("0\n1e308\n", "line 2: '1e308' is no stage"),
        ("0\n2.5\n", "line 2: '2.5' is no stage"),
        ("0\n\u0662\n", "line 2: '\u0662' is no stage"),
        ("0\n1\n", "are numbers"),
    ],
)
def test_what_is_no_list_of_stages_is_refused_in_words(tmp_path, text, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, text)


def test_a_commented_table_stays_a_table(tmp_path):
    assert read(tmp_path, "#,stage\n1,W\n2,N2\n").format == "table"
