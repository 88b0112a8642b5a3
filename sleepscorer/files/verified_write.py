"""Files that appear whole and checked, or not at all."""

import contextlib
import errno
import hashlib
import os
import platform
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError, OutputExists, OutputRefused, SleepScorerError
from sleepscorer.core.progress import Cancelled, Progress, silent

_PART_SUFFIX = ".sleepscorer-part"
_OLD_SUFFIX = ".sleepscorer-old"
# Who writes it stands in the name, so that others can tell whether it is still being written.
_PART_NAME = re.compile(
    rf"\.[0-9a-f]{{16}}(?:-([0-9a-f]{{8}})-(\d+))?{re.escape(_PART_SUFFIX)}", re.ASCII
)
_HOST = hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:8]
_DAY_S = 24 * 3600
_LONGEST_NAME_BYTES = 255
_ANYBODY, _OWN, _GROUP = 0o666, 0o600, 0o060

_being_written: set[Path] = set()


@dataclass(frozen=True)
class Output:
    """One file to be written.

    Parameters
    ----------
    path
        Where it shall appear.
    write
        Writes it to an empty, seekable binary file.
    verify
        Opens the file it is given and raises where it differs from what was meant; may raise
        Cancelled.
    """

    path: Path
    write: Callable[[BinaryIO], object]
    verify: Callable[[Path], None]


def nothing(_path: Path) -> bool:
    """Take no file for one that may be replaced."""
    return False


def check_targets(
    paths: Sequence[Path],
    *,
    force: bool,
    sources: Sequence[Path] = (),
    is_own: Callable[[Path], bool] = nothing,
) -> None:
    """Refuse, before anything is written, what must not be overwritten.

    Parameters
    ----------
    paths
        The files to be written.
    force
        Whether existing ones may be replaced.
    sources
        The files that are read for it, the recording first; they never are, by whatever name or
        link.
    is_own
        Tells which existing files ``force`` may replace; none unless it is given.

    Raises
    ------
    ExportError
        If one of ``paths`` is one of the ``sources``, a folder, no name the disk takes, exists
        where ``force`` is not set, or is not ours; where several exist, all are named.
    """
    for path in paths:
        _check_kind(path, sources)
    existing = [path for path in paths if os.path.lexists(path)]
    if existing and not force:
        raise _already_there(*existing)
    for path in existing:
        if not is_own(path):
            raise _not_ours(path)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder for outputs, and those above it, where it does not exist.

    Parameters
    ----------
    folder
        Stays as it is where it exists.
    mode
        Permissions of a new one, as far as the person's umask lets them.

    Raises
    ------
    OutputRefused
        If that is not possible.
    """
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OutputRefused(f"the folder can't be made: {reason or error}", path=folder) from error


def write_verified(
    outputs: Sequence[Output],
    *,
    force: bool = False,
    sources: Sequence[Path] = (),
    is_own: Callable[[Path], bool] = nothing,
    progress: Progress = silent,
) -> None:
    """Write files beside their targets, sync, reopen and compare them, then move all into place.

    Who may not read one of the ``sources`` may not read the files either. What a program that was
    killed left half written in their folders is removed first.

    Nothing is moved before every file has passed. Files to be replaced are put aside first and
    put back if anything fails, so a failure or an interruption leaves the folder as it was. Only
    a process that is killed outright, or a loss of power, in the moment of the renaming may leave
    them under the hidden names ``.*.sleepscorer-old``.

    Parameters
    ----------
    outputs
        What to write.
    force, sources, is_own
        As for :func:`check_targets`.
    progress
        Called before each file is written and before it is compared; may raise Cancelled. It is
        not called any more once the files are moved.

    Raises
    ------
    ExportError
        If a target must not be overwritten (see :func:`check_targets`), the disk refuses, or a
        file does not read back as it was meant.
    """

    def check() -> None:
        paths = [output.path for output in outputs]
        check_targets(paths, force=force, sources=sources, is_own=is_own)

    check()
    readers = _Readers.of(sources)
    for folder in {output.path.parent for output in outputs}:
        _remove_left_parts(folder)
    parts: dict[Path, Path] = {}
    try:
        for number, output in enumerate(outputs):
            part = _hidden_beside(output.path, _PART_SUFFIX)
            parts[output.path] = part
            progress(number / len(outputs), f"writing {output.path.name}")
            _write_part(output, part, readers)
            progress((number + 0.5) / len(outputs), f"checking {output.path.name}")
            _verify_part(output, part)
        progress(1.0, "written")
        # The work may have taken long: look again for what came into being meanwhile.
        looked_at = _identities(parts)
        check()
        _publish_all(parts, looked_at if force else {})
    finally:
        for part in parts.values():
            _discard(part)


def write_state(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file of the program's own over the one before: whole, or not at all.

    It is for files in folders that hold nothing else, such as the run of a training; it may be
    read by its person alone. A link of this name is replaced, and what it leads to stays.

    Raises
    ------
    ExportError
        If it can't be written.
    """
    _remove_left_parts(path.parent)
    part = _hidden_beside(path, _PART_SUFFIX)
    try:
        _write_part(Output(path, write, lambda _part: None), part, _Readers(_OWN))
        part.replace(path)
    except OSError as error:
        raise _export_error(error, path) from error
    finally:
        _discard(part)


def _check_kind(path: Path, sources: Sequence[Path]) -> None:
    hint = "choose another folder or name"
    if len(os.fsencode(path.name)) > _LONGEST_NAME_BYTES:
        raise _too_long(path)
    try:
        for number, source in enumerate(sources):
            if _is_same(path, source):
                which = "is the recording itself" if not number else "is read for it"
                raise ExportError(f"this {which}, which is never overwritten", path=path, hint=hint)
        if stat.S_ISDIR(os.lstat(path).st_mode) or path.is_dir():
            raise ExportError("there is a folder of this name", path=path)
    except (FileNotFoundError, NotADirectoryError):
        return
    except ValueError as error:
        raise ExportError("this can't be the name of a file", path=path, hint=hint) from error
    except OSError as error:
        raise _export_error(error, path) from error


def _is_same(path: Path, source: Path) -> bool:
    """Tell whether both names lead to one file, by links or in other letters."""
    try:
        return path.samefile(source)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        # A link that leads to itself leads to no source.
        if error.errno == errno.ELOOP:
            return False
        raise


def _not_ours(path: Path) -> ExportError:
    return ExportError(
        "this file was not made by sleepscorer and is kept",
        path=path,
        hint="move it away, or choose another folder or name",
    )


@dataclass(frozen=True)
class _Readers:
    """Who may read a new file.

    Parameters
    ----------
    mode
        Permissions, as far as the person's umask lets them.
    group
        To whom those of the group are meant; None where that is any.
    """

    mode: int = _ANYBODY
    group: int | None = None

    @classmethod
    def of(cls, sources: Sequence[Path]) -> "_Readers":
        """Nobody who may not read all of the sources."""
        mode, groups = _ANYBODY, set()
        for source in sources:
            with contextlib.suppress(OSError, ValueError):
                status = source.stat()
                mode &= status.st_mode | _OWN
                groups.add(status.st_gid)
        if len(groups) > 1:
            mode &= ~_GROUP
        return cls(mode, min(groups, default=None))

    def open(self, part: Path) -> BinaryIO:
        """Open a new file for them."""
        file = open(  # noqa: SIM115 - pathlib knows no opener
            part, "xb+", opener=lambda name, flags: os.open(name, flags, self.mode)
        )
        if sys.platform != "win32" and self.group is not None:
            status = os.fstat(file.fileno())
            # What everybody may, the group may as well.
            more = status.st_mode & _GROUP & ~(self.mode << 3)
            if status.st_gid != self.group and more:
                # The group of a new file is the person's or the folder's.
                try:
                    os.fchown(file.fileno(), -1, self.group)
                except OSError:
                    os.fchmod(file.fileno(), status.st_mode & 0o777 & ~more)
        return file


def _already_there(first: Path, *others: Path) -> OutputExists:
    if not others:
        return OutputExists("this file exists already and is kept", path=first)
    names = ", ".join(path.name for path in (first, *others))
    return OutputExists(f"{names} exist already in {first.parent} and are kept")


def _hidden_beside(path: Path, suffix: str) -> Path:
    # The random name keeps simultaneous runs apart. It ends unlike any recording, so that a
    # batch over *.edf never picks it up, and does not grow with the target's name, which may
    # use all that the file system allows.
    return path.parent / f".{secrets.token_hex(8)}-{_HOST}-{os.getpid()}{suffix}"


def _discard(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
    _being_written.discard(part)


def _remove_left_parts(folder: Path) -> None:
    """Remove what programs that were killed left in a folder; a failure to is none of this one."""
    with contextlib.suppress(OSError, ValueError):
        for entry in folder.iterdir():
            name = _PART_NAME.fullmatch(entry.name)
            if name is not None and entry not in _being_written:
                with contextlib.suppress(OSError):
                    status = entry.lstat()
                    if stat.S_ISREG(status.st_mode) and _is_left(name, status.st_mtime):
                        entry.unlink()


def _is_left(name: re.Match[str], changed_s: float) -> bool:
    host, process = name[1], name[2]
    if host == _HOST and int(process) == os.getpid():
        # Of an earlier program of this number: what this one writes is known.
        return True
    if host == _HOST and sys.platform != "win32":
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
        return False
    # Elsewhere nobody can be asked; no file takes a day.
    return time.time() - changed_s > _DAY_S


def _write_part(output: Output, part: Path, readers: _Readers) -> None:
    _being_written.add(part)
    try:
        with readers.open(part) as file:
            output.write(file)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _export_error(error, output.path) from error


def _verify_part(output: Output, part: Path) -> None:
    try:
        output.verify(part)
    except Cancelled:
        raise
    except ExportError as error:
        raise ExportError(error.what, path=output.path, hint=error.hint) from error
    except Exception as error:
        # Whatever a reader raises on a damaged file, it means the same to the person; the name of
        # the temporary file means nothing.
        reason = error.what if isinstance(error, SleepScorerError) else error
        raise ExportError(
            f"the file did not read back as it was written and was discarded: {reason}",
            path=output.path,
            hint="check the disk and try again",
        ) from error


def _publish_all(parts: dict[Path, Path], to_replace: dict[Path, tuple[int, int]]) -> None:
    """Move all into place; what is to be replaced, and that alone, is put aside."""
    ours = {path: _identity(part) for path, part in parts.items()}
    replaced: dict[Path, Path] = {}
    try:
        for path, identity in to_replace.items():
            _put_aside(path, identity, replaced)
        for path, part in parts.items():
            _publish(part, path)
    except BaseException:
        _withdraw(ours, replaced)
        raise
    for old in replaced.values():
        with contextlib.suppress(OSError):
            old.unlink()
    for folder in {path.parent for path in parts}:
        _sync_folder(folder)


def _withdraw(ours: dict[Path, tuple[int, int]], replaced: dict[Path, Path]) -> None:
    """Take away what was published and put back what was put aside."""
    for path, identity in ours.items():
        # What another program made in this moment is not ours to delete.
        with contextlib.suppress(OSError):
            if _identity(path) == identity:
                path.unlink()
    for path, old in replaced.items():
        with contextlib.suppress(OSError):
            if not os.path.lexists(path):
                old.rename(path)


def _identities(paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Which files are there now."""
    return {path: _identity(path) for path in paths if os.path.lexists(path)}


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino


def _put_aside(path: Path, identity: tuple[int, int], replaced: dict[Path, Path]) -> None:
    if not os.path.lexists(path):
        return
    replaced[path] = _hidden_beside(path, _OLD_SUFFIX)
    try:
        path.rename(replaced[path])
    except PermissionError as error:
        raise ExportError(
            "this file can't be replaced: is it open in another program?",
            path=path,
            hint="close it there and try again",
        ) from error
    except OSError as error:
        raise _export_error(error, path) from error
    # Another program may have put its own there in the last moment.
    if _identity(replaced[path]) != identity:
        raise _already_there(path)


def _publish(part: Path, path: Path) -> None:
    # A hard link, unlike a rename on POSIX, fails where another program was faster.
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise _already_there(path) from None
    except OSError:
        # FAT and some network shares know no hard links.
        if os.path.lexists(path):
            raise _already_there(path) from None
        try:
            part.rename(path)
        except OSError as error:
            raise _export_error(error, path) from error


def _sync_folder(folder: Path) -> None:
    # Windows can't open a folder for this, and some network shares refuse.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _too_long(path: Path) -> ExportError:
    return ExportError(
        f"the name is longer than the disk takes: {path.name[:40]}…",
        path=path.parent,
        hint="choose a shorter one, or a folder nearer to the root",
    )


def _export_error(error: OSError, path: Path) -> ExportError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputRefused("there is no room left on the disk", path=path)
    if error.errno == errno.ENAMETOOLONG:
        return _too_long(path)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return OutputRefused("the folder may not be written to", path=path)
    reason = error.strerror or str(error)
    return ExportError(f"could not be written: {reason}", path=path)
