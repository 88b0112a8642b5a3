"""Montage presets as files: the program's own, and those in the user's folder."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import BinaryIO

from platformdirs import user_config_path

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import AASM, Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import Recording
from sleepscorer.files.montages.toml import parsed_preset, preset_text
from sleepscorer.files.verified_write import Output, make_folder, write_verified
from sleepscorer.logs import LOGGER
from sleepscorer.paths import resource

__all__ = [
    "MontagePreset",
    "TraceRule",
    "check_preset",
    "default_montage",
    "delete_preset",
    "load_presets",
    "read_preset",
    "save_preset",
    "save_presets",
    "user_folder",
]

_BUILT_IN = (
    "aasm_recommended.toml",
    "aasm_alternative.toml",
    "sleep_edf.toml",
    "respiratory.toml",
    "all_signals.toml",
)
_FIRST_SIGHT = ("aasm_recommended.toml", "sleep_edf.toml", "aasm_alternative.toml")
_MOST_OF_ONE_NAME = 1000


def user_folder() -> Path:
    """Where the user's own presets lie."""
    return user_config_path("sleepscorer", appauthor=False) / "montages"


def default_montage(recording: Recording, laboratory: Laboratory = AASM) -> DisplayMontage:
    """Choose what to show of a recording at first sight.

    The first of the AASM manual's recommended montage, that of Sleep-EDF and the manual's
    alternative one by which an EEG, and something other than EEG, is seen; else all signals.
    """
    for name in _FIRST_SIGHT:
        montage = _built_in(name).resolve(recording, laboratory)
        kinds = {trace.channel.kind for trace in montage.traces}
        if "eeg" in kinds and len(kinds) > 1:
            return montage
    return _built_in("all_signals.toml").resolve(recording, laboratory)


def load_presets(
    *,
    folder: Path | None = None,
    on_broken: Callable[[MontageError], None] | None = None,
) -> list[MontagePreset]:
    """Return the program's presets, and after them the user's by name.

    Parameters
    ----------
    folder
        Of the user's presets; None is :func:`user_folder`.
    on_broken
        Told of each file that is no preset; it is left out, and logged where None.
    """
    own = []
    for path in sorted((folder or user_folder()).glob("*.toml")):
        try:
            own.append(read_preset(path))
        except MontageError as error:
            if on_broken is not None:
                on_broken(error)
            else:
                LOGGER.warning("A montage preset is left out: %s", error.what)
    own.sort(key=lambda preset: preset.name.casefold())
    return [*(_built_in(name) for name in _BUILT_IN), *own]


def read_preset(path: Path) -> MontagePreset:
    """Read a preset from its file.

    Raises
    ------
    MontageError
        If the file can't be read or is no preset; the message says which entry is wrong, and why.
    """
    try:
        # Reading a pipe would wait for ever.
        if not path.is_file() and path.exists():
            raise MontageError("this is no ordinary file", path=path)
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise MontageError(
            "this is no text in UTF-8", path=path, hint="mend the file or delete it"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise MontageError(f"the file can't be read: {reason}", path=path) from error
    return parsed_preset(text, path)


def save_preset(preset: MontagePreset, *, folder: Path | None = None) -> Path:
    """Write a preset to the user's folder, over the one of the same name if there is one.

    Returns
    -------
    The file.

    Raises
    ------
    MontageError
        If it has no name, or one of the program's, or no rows.
    ExportError
        If it can't be written.
    """
    return save_presets((preset,), folder=folder)[0]


def save_presets(
    presets: Sequence[MontagePreset], *, folder: Path | None = None
) -> tuple[Path, ...]:
    """Write presets of different names as :func:`save_preset` does: all of them, or none."""
    meant = [check_preset(preset) for preset in presets]
    folder = folder or user_folder()
    make_folder(folder)
    paths: list[Path] = []
    for preset in meant:
        paths.append(_file_for(preset.name, folder, paths))
    names = {path: preset.name for path, preset in zip(paths, meant, strict=True)}
    write_verified(
        [_output(path, preset) for path, preset in zip(paths, meant, strict=True)],
        force=True,
        is_own=lambda old: _name_in(old) == names[old],
    )
    return tuple(paths)


def check_preset(preset: MontagePreset) -> MontagePreset:
    """Return a preset as it would be saved.

    Raises
    ------
    MontageError
        If it can't be, see :func:`save_preset`.
    """
    name = preset.name.strip()
    if not name:
        raise MontageError("the montage has no name", hint="give it one")
    if name.casefold() in {_built_in(one).name.casefold() for one in _BUILT_IN}:
        raise MontageError(f"{name!r} is the name of a built-in montage", hint="choose another")
    meant = replace(preset, name=name, path=None)
    # What can't be read back is refused before a file is touched.
    parsed_preset(preset_text(meant))
    return meant


def _output(path: Path, meant: MontagePreset) -> Output:
    def write(file: BinaryIO) -> None:
        file.write(preset_text(meant).encode())

    def verify(written: Path) -> None:
        if replace(read_preset(written), path=None) != meant:
            raise MontageError("the montage did not read back as it was written", path=path)

    return Output(path, write, verify)


def delete_preset(preset: MontagePreset) -> None:
    """Delete the file of a preset of the user's own.

    Raises
    ------
    MontageError
        If it is one of the program's, or the file can't be deleted.
    """
    if preset.path is None:
        raise MontageError(f"{preset.name!r} is built in and can't be deleted")
    try:
        preset.path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MontageError(f"the file can't be deleted: {reason}", path=preset.path) from error


@cache
def _built_in(name: str) -> MontagePreset:
    return replace(read_preset(resource("montages", name)), path=None)


def _file_for(name: str, folder: Path, taken: Sequence[Path]) -> Path:
    """Return the file that holds the preset of this name, or a new one; none that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:60] or "montage"
    for number in range(1, _MOST_OF_ONE_NAME):
        path = folder / (f"{stem}.toml" if number == 1 else f"{stem}_{number}.toml")
        is_free = not path.exists() or _name_in(path) == name
        if path not in taken and is_free:
            return path
    raise MontageError("there are too many montages of this name", hint="choose another")


def _name_in(path: Path) -> str | None:
    try:
        return read_preset(path).name
    except MontageError:
        return None
