"""Files appear whole and checked, or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from sleepscorer.core.errors import ExportError
from sleepscorer.core.progress import Cancelled
from sleepscorer.files.verified_write import Output, write_verified


def _output(path: Path, content: bytes = b"new", *, damaged: bool = False) -> Output:
    def write(file: BinaryIO) -> None:
        file.write(b"damaged" if damaged else content)

    def verify(part: Path) -> None:
        if part.read_bytes() != content:
            raise ValueError("not what was meant")

    return Output(path, write, verify)


def _raising(path: Path, error: BaseException) -> Output:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    return Output(path, write, lambda _part: None)


def test_file_appears_with_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    write_verified([_output(tmp_path / "a.csv")])
    assert (tmp_path / "a.csv").read_bytes() == b"new"
    assert (tmp_path / "a.csv").stat().st_mode == plain.stat().st_mode
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "plain"]


def test_existing_file_is_kept_and_nothing_else_written(tmp_path: Path) -> None:
    old = tmp_path / "b.csv"
    old.write_bytes(b"old")
    with pytest.raises(ExportError, match=r"b\.csv.*exists already"):
        write_verified([_output(tmp_path / "a.csv"), _output(old)])
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_force_replaces(tmp_path: Path) -> None:
    old = tmp_path / "a.csv"
    old.write_bytes(b"old and longer")
    write_verified([_output(old)], force=True)
    assert old.read_bytes() == b"new"


def test_all_existing_files_are_named(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    with pytest.raises(ExportError, match=r"a\.csv, b\.csv exist already in .* and are kept$"):
        write_verified([_output(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv")])


def test_force_replaces_only_what_is_ours(tmp_path: Path) -> None:
    old = tmp_path / "a.csv"
    old.write_bytes(b"old")
    with pytest.raises(ExportError, match=r"a\.csv.*not made by sleepscorer and is kept"):
        write_verified([_output(old)], force=True, is_own=lambda path: path != old)
    assert old.read_bytes() == b"old"


_DENIED = PermissionError(errno.EACCES, "Permission denied")
_BROKEN = OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        ("put aside", _DENIED, r"b\.csv.*is it open in another program\?"),
        ("put aside", _BROKEN, r"b\.csv.*Input/output error"),
        ("put aside", KeyboardInterrupt("stop"), "stop"),
        ("publish", _DENIED, r"b\.csv.*may not be written"),
        ("publish", _BROKEN, r"b\.csv.*Input/output error"),
        ("publish", KeyboardInterrupt("stop"), "stop"),
    ],
)
def test_a_failure_midway_puts_every_old_file_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException, words: str
) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path in paths:
        path.write_bytes(b"old " + path.name.encode())
    rename = Path.rename

    def refuse_links(path: Path, part: Path) -> None:
        # As on disks without hard links.
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    def failing(self: Path, other: Path) -> Path:
        failing_suffix = ".csv" if step == "put aside" else ".sleepscorer-part"
        if paths[1] in (self, other) and self.suffix == failing_suffix:
            raise error
        return rename(self, other)

    monkeypatch.setattr(Path, "hardlink_to", refuse_links)
    monkeypatch.setattr(Path, "rename", failing)
    caught = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ExportError
    with pytest.raises(caught, match=words):
        write_verified([_output(path) for path in paths], force=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        path.name: b"old " + path.name.encode() for path in paths
    }


def test_progress_may_cancel_until_files_appear(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    outputs = [_output(tmp_path / name) for name in ("a.csv", "b.csv")]
    write_verified(outputs, progress=lambda *step: told.append(step))
    assert told == [
        (0.0, "writing a.csv"),
        (0.25, "checking a.csv"),
        (0.5, "writing b.csv"),
        (0.75, "checking b.csv"),
        (1.0, "written"),
    ]

    def cancel(_fraction: float, text: str) -> None:
        if text == "written":
            raise Cancelled

    with pytest.raises(Cancelled):
        write_verified([_output(tmp_path / "c.csv")], progress=cancel)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "b.csv"]


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_recording_itself_is_never_overwritten(
    tmp_path: Path, link: Callable[[Path, Path], None] | None
) -> None:
    source = tmp_path / "night.edf"
    source.write_bytes(b"recording")
    target = source
    if link is not None:
        target = tmp_path / "other.edf"
        link(source, target)
    with pytest.raises(ExportError, match="the recording itself"):
        write_verified([_output(target)], source=source, force=True)
    assert source.read_bytes() == b"recording"


@pytest.mark.parametrize("force", [False, True])
def test_damaged_file_is_discarded_with_all_others(tmp_path: Path, force: bool) -> None:
    old = tmp_path / "a.csv"
    if force:
        old.write_bytes(b"old")
    before = list(tmp_path.iterdir())
    with pytest.raises(ExportError, match=r"b\.csv: the file did not read back.*not what was"):
        write_verified([_output(old), _output(tmp_path / "b.csv", damaged=True)], force=force)
    assert list(tmp_path.iterdir()) == before
    assert not force or old.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no room left on the disk"),
        (PermissionError(errno.EACCES, "Permission denied"), "may not be written to"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_disk_errors_become_sentences(tmp_path: Path, error: OSError, words: str) -> None:
    with pytest.raises(ExportError, match=rf"a\.csv: .*{words}") as caught:
        write_verified([_raising(tmp_path / "a.csv", error)])
    assert caught.value.path == tmp_path / "a.csv"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()])
def test_interruption_and_bugs_leave_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        write_verified([_output(tmp_path / "a.csv"), _raising(tmp_path / "b.csv", error)])
    assert list(tmp_path.iterdir()) == []


def test_file_that_another_program_made_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "b.csv"

    def verify(part: Path) -> None:
        target.write_bytes(b"theirs")

    with pytest.raises(ExportError, match="exists"):
        write_verified(
            [_output(tmp_path / "a.csv"), Output(target, lambda _file: None, verify)], force=False
        )
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_file_made_at_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_hard_links: bool
) -> None:
    target = tmp_path / "b.csv"
    link = Path.hardlink_to

    def late(path: Path, part: Path) -> None:
        if path == target:
            target.write_bytes(b"theirs")
        if not has_hard_links:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        link(path, part)

    monkeypatch.setattr(Path, "hardlink_to", late)
    with pytest.raises(ExportError, match="exists"):
        write_verified([_output(tmp_path / "a.csv"), _output(target)])
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_disks_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, part: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    write_verified([_output(tmp_path / "a.csv")])
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_name_of_full_length(tmp_path: Path) -> None:
    longest = tmp_path / ("n" * 251 + ".csv")
    write_verified([_output(longest)])
    assert longest.read_bytes() == b"new"


def test_missing_folder_and_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file or directory"):
        write_verified([_output(tmp_path / "none" / "a.csv")])
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ExportError, match="folder of this name"):
        write_verified([_output(tmp_path / "a.csv")], force=True)


def test_file_is_synced_before_it_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: steps.append("sync"))
    output = Output(
        tmp_path / "a.csv",
        lambda _file: steps.append("write"),
        lambda part: steps.append(f"verify {part.parent == tmp_path} {part.suffix}"),
    )
    write_verified([output])
    assert steps[:3] == ["write", "sync", "verify True .sleepscorer-part"]
    assert steps[3:] == ["sync"]  # of the folder, after the renaming
