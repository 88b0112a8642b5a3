"""``sleepscorer annotate``: says what it wrote, and what helps where there is no such copy."""

import pytest
from edf_bytes import Channel, Edf, annotations
from short_night import run

from sleepscorer.files.scorings import read_scoring

STAGES = ["W", "N1", "N2", "R"]


@pytest.fixture
def scoring(tmp_path):
    path = tmp_path / "scored.txt"
    path.write_text("\n".join(STAGES))
    return path


def night(path, *, kind="", more=b""):
    n_records = 30 * len(STAGES)
    digital = [(37 * i) % 2001 - 1000 for i in range(n_records * 4)]
    tals = [f"+{r}\x14\x14\x00".encode() for r in range(n_records)]
    channels = [Channel("C4-M1", digital), *([annotations(tals)] if kind else [])]
    edf = Edf(channels, n_records, reserved=kind, recording="Monday")
    path.write_bytes(edf.to_bytes() + more)
    return path


def test_it_says_what_it_wrote_and_what_is_to_be_known(scoring, tmp_path, capsys):
    source, out = night(tmp_path / "night.edf", more=b"odd"), tmp_path / "copy.edf"
    code, said, errors = run(capsys, "annotate", source, scoring, out)
    assert code == 0
    assert f"wrote {out}; its samples were compared" in said
    assert "3 bytes behind the last whole data record not copied" in errors
    assert "recording field was not as in EDF+, and is so now" in errors
    assert read_scoring(out).hypnogram.stages.tolist() == [0, 1, 2, 4]
    code, said, errors = run(capsys, "annotate", source, scoring, out)
    assert code != 0
    assert "use --force to replace it" in errors
    code, *_ = run(capsys, "annotate", source, scoring, out, "--force", "--quiet")
    assert code == 0
    code, _, errors = run(capsys, "annotate", out, scoring, tmp_path / "second.edf")
    assert code != 0
    assert "--replace-scoring" in errors


def test_interruptions_offer_the_annotations_alone(scoring, tmp_path, capsys):
    source = night(tmp_path / "night.edf", kind="EDF+D")
    code, _, errors = run(capsys, "annotate", source, scoring, tmp_path / "copy.edf")
    assert code == 2
    assert errors.count("\n") == 1
    command = f"sleepscorer convert {scoring} night_hypnogram.edf --recording {source}"
    assert f"the annotations alone are written by: {command}" in errors
    alone = command.replace(" night_", f" {tmp_path}/night_").split()[1:]
    assert run(capsys, *alone)[0] == 0
    assert (tmp_path / "night_hypnogram.edf").exists()


def test_numbers_are_asked_for(scoring, tmp_path, capsys):
    scoring.write_text("0\n1\n2\n5\n")
    source, out = night(tmp_path / "night.edf"), tmp_path / "copy.edf"
    code, _, errors = run(capsys, "annotate", source, scoring, out)
    assert code == 2
    assert "give --codes" in errors
    assert run(capsys, "annotate", source, scoring, out, "--codes", "rk")[0] == 0
    assert read_scoring(out).hypnogram.stages.tolist() == [0, 1, 2, 4]
