"""Files that appear whole and checked, or not at all."""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError, SleepScorerError

_PART_SUFFIX = ".sleepscorer-part"


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


def check_targets(paths: Sequence[Path], *, source: Path | None = None, force: bool) -> None:
    """Refuse, before anything is written, what must not be overwritten.

    Raises
    ------
    ExportError
        If one of ``paths`` is the recording ``source``, a folder, or, without ``force``, exists.
    """
    for path in paths:
        _check_target(path, source=source, force=force)


def write_verified(
    outputs: Sequence[Output], *, source: Path | None = None, force: bool = False
) -> None:
    """Write files beside their targets, sync, reopen and compare them, then move all into place.

    Nothing is moved before every file has passed, so a failure leaves the folder as it was.

    Raises
    ------
    ExportError
        If a target must not be overwritten (see :func:`check_targets`), the disk refuses, or a
        file does not read back as it was meant.
    """
    check_targets([output.path for output in outputs], source=source, force=force)
    parts: dict[Path, Path] = {}
    try:
        for output in outputs:
            part = _part_beside(output.path)
            parts[output.path] = part
            _write_part(output, part)
            _verify_part(output, part)
        _publish_all(parts, source=source, force=force)
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _check_target(path: Path, *, source: Path | None, force: bool) -> None:
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
    if not force and os.path.lexists(path):
        raise _already_there(path)


def _already_there(path: Path) -> ExportError:
    return ExportError(
        "this file exists already and is kept", path=path, hint="use --force to replace it"
    )


def _part_beside(path: Path) -> Path:
    # The random name keeps simultaneous runs apart. It ends unlike any recording, so that a
    # batch over *.edf never picks it up, and does not grow with the target's name, which may
    # use all that the file system allows.
    return path.parent / f".{secrets.token_hex(8)}{_PART_SUFFIX}"


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


def _publish_all(parts: dict[Path, Path], *, source: Path | None, force: bool) -> None:
    # The work may have taken long: look again for what came into being meanwhile.
    check_targets(list(parts), source=source, force=force)
    created: list[Path] = []
    try:
        for path, part in parts.items():
            is_new = not os.path.lexists(path)
            try:
                _publish(part, path, force=force)
            except OSError as error:
                raise _export_error(error, path) from error
            if is_new:
                created.append(path)
    except BaseException:
        for path in created:
            with contextlib.suppress(OSError):
                path.unlink()
        raise
    for folder in {path.parent for path in parts}:
        _sync_folder(folder)


def _publish(part: Path, path: Path, *, force: bool) -> None:
    if not force:
        # A hard link, unlike a rename on POSIX, fails where another program was faster.
        try:
            path.hardlink_to(part)
        except FileExistsError:
            raise _already_there(path) from None
        except OSError:
            # FAT and some network shares know no hard links.
            if os.path.lexists(path):
                raise _already_there(path) from None
        else:
            return
    part.replace(path)


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
        return ExportError(
            "there is no room left on the disk", path=path, hint="free some space or use --out"
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return ExportError(
            "the folder may not be written to", path=path, hint="choose another one with --out"
        )
    reason = error.strerror or str(error)
    return ExportError(f"could not be written: {reason}", path=path)
