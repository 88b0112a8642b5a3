"""Files that appear whole and checked, or not at all."""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError, OutputExists, OutputRefused, SleepScorerError
from sleepscorer.core.progress import Progress, silent

_PART_SUFFIX = ".sleepscorer-part"
_OLD_SUFFIX = ".sleepscorer-old"


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
        Opens the file it is given and raises where it differs from what was meant.
    """

    path: Path
    write: Callable[[BinaryIO], None]
    verify: Callable[[Path], None]


def anything(_path: Path) -> bool:
    """Take every file for one that may be replaced."""
    return True


def check_targets(
    paths: Sequence[Path],
    *,
    force: bool,
    source: Path | None = None,
    is_own: Callable[[Path], bool] = anything,
) -> None:
    """Refuse, before anything is written, what must not be overwritten.

    Parameters
    ----------
    paths
        The files to be written.
    force
        Whether existing ones may be replaced.
    source
        The recording, which never is.
    is_own
        Tells which existing files ``force`` may replace.

    Raises
    ------
    ExportError
        If one of ``paths`` is the recording ``source`` or a folder, exists where ``force`` is not
        set, or is not ours; where several exist, all are named.
    """
    for path in paths:
        _check_kind(path, source)
    existing = [path for path in paths if os.path.lexists(path)]
    if existing and not force:
        raise _already_there(*existing)
    for path in existing:
        if not is_own(path):
            raise ExportError(
                "this file was not made by sleepscorer and is kept",
                path=path,
                hint="move it away, or choose another folder or name",
            )


def make_folder(folder: Path) -> None:
    """Make a folder for outputs, and those above it, where it does not exist.

    Raises
    ------
    OutputRefused
        If that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OutputRefused(f"the folder can't be made: {reason or error}", path=folder) from error


def write_verified(
    outputs: Sequence[Output],
    *,
    force: bool = False,
    source: Path | None = None,
    is_own: Callable[[Path], bool] = anything,
    progress: Progress = silent,
) -> None:
    """Write files beside their targets, sync, reopen and compare them, then move all into place.

    Nothing is moved before every file has passed. Files to be replaced are put aside first and
    put back if anything fails, so a failure or an interruption leaves the folder as it was. Only
    a process that is killed outright, or a loss of power, in the moment of the renaming may leave
    them under the hidden names ``.*.sleepscorer-old``.

    Parameters
    ----------
    outputs
        What to write.
    force, source, is_own
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
        check_targets(paths, force=force, source=source, is_own=is_own)

    check()
    parts: dict[Path, Path] = {}
    try:
        for number, output in enumerate(outputs):
            part = _hidden_beside(output.path, _PART_SUFFIX)
            parts[output.path] = part
            progress(number / len(outputs), f"writing {output.path.name}")
            _write_part(output, part)
            progress((number + 0.5) / len(outputs), f"checking {output.path.name}")
            _verify_part(output, part)
        progress(1.0, "written")
        # The work may have taken long: look again for what came into being meanwhile.
        check()
        _publish_all(parts, force=force)
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _check_kind(path: Path, source: Path | None) -> None:
    try:
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise ExportError(
                "this is the recording itself, which is never overwritten",
                path=path,
                hint="choose another folder or name",
            )
        if path.is_dir():
            raise ExportError("there is a folder of this name", path=path)
    except OSError as error:
        raise _export_error(error, path) from error


def _already_there(first: Path, *others: Path) -> OutputExists:
    if not others:
        return OutputExists("this file exists already and is kept", path=first)
    names = ", ".join(path.name for path in (first, *others))
    return OutputExists(f"{names} exist already in {first.parent} and are kept")


def _hidden_beside(path: Path, suffix: str) -> Path:
    # The random name keeps simultaneous runs apart. It ends unlike any recording, so that a
    # batch over *.edf never picks it up, and does not grow with the target's name, which may
    # use all that the file system allows.
    return path.parent / f".{secrets.token_hex(8)}{suffix}"


def _write_part(output: Output, part: Path) -> None:
    try:
        with part.open("xb+") as file:
            output.write(file)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _export_error(error, output.path) from error


def _verify_part(output: Output, part: Path) -> None:
    try:
        output.verify(part)
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


def _publish_all(parts: dict[Path, Path], *, force: bool) -> None:
    ours = {path: _identity(part) for path, part in parts.items()}
    replaced: dict[Path, Path] = {}
    try:
        for path in parts if force else ():
            _put_aside(path, replaced)
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


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino


def _put_aside(path: Path, replaced: dict[Path, Path]) -> None:
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


def _export_error(error: OSError, path: Path) -> ExportError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputRefused("there is no room left on the disk", path=path)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return OutputRefused("the folder may not be written to", path=path)
    reason = error.strerror or str(error)
    return ExportError(f"could not be written: {reason}", path=path)
