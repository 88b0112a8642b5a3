"""Files appear whole and checked, or not at all."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from sleepscorer.core.errors import ExportError
from sleepscorer.core.progress import Cancelled
from sleepscorer.files.verified_write import Output, check_targets, write_state, write_verified


def _output(path: Path, content: bytes = b"new", *, damaged: bool = False) -> Output:
    def write(file: BinaryIO) -> None:
        file.write(b"damaged" if damaged else content)

    def verify(part: Path) -> None:
        if part.read_bytes() != content:
            raise ValueError("not what was meant")

    return Output(path, write, verify)


def _anything(_path: Path) -> bool:
    return True


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
    write_verified([_output(old)], force=True, is_own=_anything)
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
        write_verified([_output(old)], force=True, is_own=lambda path: path.read_bytes() != b"old")
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
        write_verified([_output(path) for path in paths], force=True, is_own=_anything)
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
        write_verified([_output(target)], sources=[source], force=True, is_own=_anything)
    assert source.read_bytes() == b"recording"


@pytest.mark.parametrize("force", [False, True])
def test_damaged_file_is_discarded_with_all_others(tmp_path: Path, force: bool) -> None:
    old = tmp_path / "a.csv"
    if force:
        old.write_bytes(b"old")
    before = list(tmp_path.iterdir())
    with pytest.raises(ExportError, match=r"b\.csv: the file did not read back.*not what was"):
        write_verified(
            [_output(old), _output(tmp_path / "b.csv", damaged=True)], force=force, is_own=_anything
        )
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
        write_verified([_output(tmp_path / "a.csv")], force=True, is_own=_anything)


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


def test_nothing_is_replaced_unless_it_is_told_what_is_ours(tmp_path: Path) -> None:
    old = tmp_path / "a.csv"
    old.write_bytes(b"old")
    with pytest.raises(ExportError, match="not made by sleepscorer"):
        write_verified([_output(old)], force=True)
    assert old.read_bytes() == b"old"


def test_every_source_is_kept_by_whatever_name(tmp_path: Path) -> None:
    recording, companion = tmp_path / "night.vhdr", tmp_path / "night.eeg"
    for path in (recording, companion):
        path.write_bytes(b"read")
    link = tmp_path / "a.csv"
    link.symlink_to(companion)
    with pytest.raises(ExportError, match="is read for it, which is never overwritten"):
        write_verified(
            [_output(link)], sources=[recording, companion], force=True, is_own=_anything
        )
    assert companion.read_bytes() == b"read"


def test_a_file_that_takes_the_place_of_ours_at_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, theirs = tmp_path / "a.csv", tmp_path / "theirs"
    target.write_bytes(b"old")
    theirs.write_bytes(b"theirs")
    rename = Path.rename

    def late(self: Path, other: Path) -> Path:
        if self == target and theirs.exists():
            rename(theirs, target)
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(ExportError, match="exists"):
        write_verified([_output(target)], force=True, is_own=_anything)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.csv": b"theirs"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize(
    ("modes", "wanted"),
    [
        ((0o600,), 0o600),
        ((0o400,), 0o600),
        ((0o640,), 0o640),
        ((0o644,), 0o644),
        ((0o666,), 0o644),
        ((0o644, 0o600), 0o600),
        ((0o640, 0o604), 0o600),
    ],
)
def test_who_may_not_read_a_source_may_not_read_what_is_made_of_it(
    tmp_path: Path, modes: tuple[int, ...], wanted: int
) -> None:
    sources = [tmp_path / f"{number}.edf" for number in range(len(modes))]
    for source, mode in zip(sources, modes, strict=True):
        source.touch()
        source.chmod(mode)
    before = os.umask(0o022)
    try:
        write_verified([_output(tmp_path / "a.csv")], sources=sources)
    finally:
        os.umask(before)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == wanted


def test_what_killed_programs_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from sleepscorer.files.verified_write import Output, write_verified\n"
        "def die(file):\n    file.write(b'half')\n    file.flush()\n"
        "    os._exit(9)\n"
        "write_verified([Output(Path(sys.argv[1]), die, print)])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.csv")], check=False, timeout=60
    )
    assert ended.returncode == 9
    (left,) = tmp_path.iterdir()
    host = left.name.split("-")[1]
    others = [
        f".{'0' * 16}-{host}-{os.getppid()}.sleepscorer-part",  # of a living program
        f".{'0' * 16}-ffffffff-1.sleepscorer-part",  # of another machine, just now
        ".mine.sleepscorer-part",
        "b.sleepscorer-part",
    ]
    for name in others:
        (tmp_path / name).touch()
    of_yesterday = tmp_path / f".{'1' * 16}-ffffffff-1.sleepscorer-part"
    of_older_versions = tmp_path / f".{'2' * 16}.sleepscorer-part"
    of_this_number = tmp_path / f".{'3' * 16}-{host}-{os.getpid()}.sleepscorer-part"
    for path in (of_yesterday, of_older_versions, of_this_number):
        path.touch()
        os.utime(path, (0, 0))
    write_verified([_output(tmp_path / "a.csv")])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*others, "a.csv"])


def test_a_part_of_another_machine_is_left_over_after_a_day(tmp_path: Path) -> None:
    day_s, minute_s = 86_400, 60
    for number, age_s in enumerate((day_s - minute_s, day_s + minute_s)):
        part = tmp_path / f".{str(number) * 16}-ffffffff-1.sleepscorer-part"
        part.touch()
        os.utime(part, (0, time.time() - age_s))
    write_verified([_output(tmp_path / "a.csv")])
    names = [f".{'0' * 16}-ffffffff-1.sleepscorer-part", "a.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_part_that_is_being_written_stays(tmp_path: Path) -> None:
    def meanwhile(file: BinaryIO) -> None:
        write_verified([_output(tmp_path / "other.csv")])
        file.write(b"new")

    def verify(part: Path) -> None:
        assert part.read_bytes() == b"new"

    write_verified([Output(tmp_path / "a.csv", meanwhile, verify)])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "other.csv"]


def test_state_is_the_persons_alone_and_replaces_a_link_not_what_it_leads_to(
    tmp_path: Path,
) -> None:
    theirs, state = tmp_path / "theirs", tmp_path / "run.json"
    theirs.write_bytes(b"theirs")
    state.symlink_to(theirs)
    write_state(state, lambda file: file.write(b"ours"))
    assert theirs.read_bytes() == b"theirs"
    assert state.read_bytes() == b"ours"
    assert os.name == "nt" or state.lstat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.json", "theirs"]
    with pytest.raises(ExportError, match="could not be written"):
        write_state(tmp_path, lambda file: file.write(b"ours"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("n" * 256 + ".csv", "longer than the disk takes"),
        ("ü" * 130 + ".csv", "longer than the disk takes"),
        ("a\0.csv", "can't be the name of a file"),
    ],
)
def test_names_that_the_disk_does_not_take_are_refused_before_the_work(
    tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(ExportError, match=words):
        check_targets([tmp_path / "to be made" / name], force=False)
    with pytest.raises(ExportError, match=words):
        check_targets([tmp_path / name], force=False)


def test_cancelled_amid_comparing_nothing_is_left_and_nothing_is_called_damaged(
    tmp_path: Path,
) -> None:
    def cancel(_part: Path) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_verified([Output(tmp_path / "a.csv", lambda file: file.write(b"new"), cancel)])
    assert list(tmp_path.iterdir()) == []
