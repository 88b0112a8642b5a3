"""Other packages' readers: what they raise, warn of and print."""

import io
import sys
import threading
import warnings
from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.other_formats.quietly import read_quietly

PATH = Path("night.fif")


@pytest.mark.parametrize(
    ("error", "what", "hint"),
    [
        (ValueError("[Errno 2] no such file"), "a file that belongs to it", "into one folder"),
        (FileNotFoundError("No such file: x"), "a file that belongs to it", "into one folder"),
        (OSError("fname does not exist: x"), "a file that belongs to it", "into one folder"),
        (ImportError("pymatreader"), "a package that is needed", "save it as EDF"),
        (PermissionError(13, "denied"), "is not permitted", "ask for the right"),
        (KeyError("x"), "its content is damaged", "copy it once more"),
    ],
)
def test_whatever_a_reader_raises_is_told_with_its_reason(error, what, hint):
    def read() -> None:
        raise error

    with pytest.raises(RecordingError, match="read as FIF: ") as caught:
        read_quietly(read, "FIF", PATH)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert caught.value.path == PATH


@pytest.mark.parametrize("error", [MemoryError(), RecordingError("our words", path=PATH)])
def test_what_is_ours_to_tell_passes(error):
    def read() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        read_quietly(read, "FIF", PATH)
    assert caught.value is error


def test_of_a_reader_s_warnings_those_of_use_are_told_once():
    def read() -> int:
        for text in (
            "Omitted 3 annotation(s) that\n  were outside",
            "omitted 3 annotations",
            "next file night-1.fif does not exist",
            "Split raw file detected but not found",
            "filter is too long",
        ):
            warnings.warn(text, RuntimeWarning, stacklevel=1)
        return 7

    result, said = read_quietly(read, "FIF", PATH)
    assert result == 7
    assert said == [
        "annotations outside the recording were left out: 3",
        "the recording was split into several files, and one of them is not there: it ends early",
    ]


class _Stream(io.StringIO):
    n_flushed = 0

    def flush(self) -> None:
        super().flush()
        self.n_flushed += 1


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_other_threads_are_heard_while_a_reader_is_silent(name, monkeypatch):
    stream = _Stream()
    monkeypatch.setattr(sys, name, stream)

    def read() -> int:
        other = threading.Thread(target=lambda: print("heard", file=getattr(sys, name), flush=True))
        other.start()
        other.join()
        return getattr(sys, name).write("not heard")

    assert read_quietly(read, "FIF", PATH) == (9, [])
    assert stream.getvalue() == "heard\n"
    assert stream.n_flushed
    assert getattr(sys, name) is stream


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_is_closed_or_none_keeps_nothing_from_being_read(name, monkeypatch):
    closed = io.StringIO()
    closed.close()
    for stream in (closed, None):
        monkeypatch.setattr(sys, name, stream)
        assert read_quietly(lambda: print("x", file=sys.stderr, flush=True), "FIF", PATH)[1] == []
        result, _ = read_quietly(lambda: getattr(sys, name) and getattr(sys, name).flush(), "FIF",
                                 PATH)  # fmt: skip
        assert result is None
