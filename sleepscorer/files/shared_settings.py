"""The file in which a laboratory hands its settings from one computer to another."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sleepscorer import __version__
from sleepscorer.core.errors import SettingsError
from sleepscorer.core.json_files import parsed_json, read_json
from sleepscorer.files.verified_write import Output, write_verified

_FORMAT_KEY, _FORMAT = "sleepscorer_settings", 1
_WRITER_KEY = "written_by"
_MOST_BYTES = 10_000_000
_HINT = "choose one that Save settings to a file wrote"


def write_shared_settings(path: Path, content: Mapping[str, Any], *, force: bool = False) -> None:
    """Write settings to a file, over another one of settings if ``force``.

    Raises
    ------
    ExportError
        If it can't be written, or something other than settings is there already.
    """
    head = {_FORMAT_KEY: _FORMAT, _WRITER_KEY: f"sleepscorer {__version__}"}
    text = json.dumps({**head, **content}, indent=1, ensure_ascii=False) + "\n"
    # What can't be read back is refused before a file is touched.
    meant = _content(parsed_json(text), path)

    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    def verify(written: Path) -> None:
        if read_shared_settings(written) != meant:
            raise SettingsError("the settings did not read back as they were written", path=path)

    write_verified([Output(path, write, verify)], force=force, is_own=_is_settings)


def read_shared_settings(path: Path) -> dict[str, Any]:
    """Read what was given to :func:`write_shared_settings`; what is in it is for the caller.

    Raises
    ------
    SettingsError
        If it can't be read, holds no settings, or was written by a newer version.
    """
    try:
        return _content(read_json(path, most_bytes=_MOST_BYTES), path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"the file can't be read: {reason}", path=path) from error
    except ValueError as error:
        what = f"this is no file of settings: {error}"
        raise SettingsError(what, path=path, hint=_HINT) from error


def _content(read: object, path: Path) -> dict[str, Any]:
    number = read.get(_FORMAT_KEY) if isinstance(read, dict) else None
    if not isinstance(read, dict) or type(number) is not int or number < 1:
        raise SettingsError("this is no file of settings", path=path, hint=_HINT)
    if number > _FORMAT:
        raise SettingsError(
            f"a newer version of sleepscorer wrote these settings, in format {number};"
            f" this one reads format {_FORMAT}",
            path=path,
            hint="install the newer version here too",
        )
    return {name: value for name, value in read.items() if name not in (_FORMAT_KEY, _WRITER_KEY)}


def _is_settings(path: Path) -> bool:
    try:
        read_shared_settings(path)
    except SettingsError:
        return False
    return True
