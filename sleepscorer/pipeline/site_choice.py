"""Whom a site trusts since it validated stagers on nights of its own: kept for this person."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from platformdirs import user_config_path

from sleepscorer import __version__
from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.errors import SettingsError
from sleepscorer.core.json_files import parsed_json, read_json
from sleepscorer.core.site_calibration import SiteCalibration, is_temperature
from sleepscorer.core.stager_channels import ROLES, ChannelChoice, ChannelNames
from sleepscorer.core.staging_result import checked_review_curve
from sleepscorer.files.verified_write import Output, make_folder, write_verified

_FORMAT_KEY, _FORMAT = "sleepscorer_site_choice", 1
_MOST_BYTES = 1_000_000
_HINT = "run sleepscorer validate again, or delete the file"
_PRIVATE = 0o700


@dataclass(frozen=True)
class SiteChoice:
    """Whom a site trusts, by which channels, and how sure they are on its nights.

    Parameters
    ----------
    stagers
        One name, or those that a consensus is made of.
    full_names
        Of each of them, as :attr:`~sleepscorer.core.staging_result.Staging.full_name` was then.
    own_weights, own_weights_sha256
        Name and SHA-256 of the weights of our own stager; empty where it is not among them.
    montage
        By what they stage, for people: ``"C4-M1 + EOG"``; empty for what the program chooses of
        each recording.
    channels
        The same as a choice that any recording can be asked for.
    calibration
        How sure they are on nights of this site; None where that was not measured.
    decided_utc
        ISO 8601.
    verdict
        The sentence that says what was decided.
    validated_by
        What the channels were in the nights of the validation, each set once: the program
        chooses others where a recording has others.
    """

    stagers: tuple[str, ...]
    full_names: tuple[str, ...]
    own_weights: str = ""
    own_weights_sha256: str = ""
    montage: str = ""
    channels: ChannelChoice = field(default_factory=ChannelChoice)
    calibration: SiteCalibration | None = None
    decided_utc: str = ""
    verdict: str = ""
    validated_by: tuple[ChannelNames, ...] = ()

    @property
    def is_consensus(self) -> bool:
        """Whether several are asked."""
        return len(self.stagers) > 1

    @property
    def in_words(self) -> str:
        """``"consensus of sleepscorer and yasa, C4-M1 + EOG"``."""
        *others, last = self.stagers
        who = f"{CONSENSUS} of {', '.join(others)} and {last}" if others else last
        return f"{who}, {self.montage}" if self.montage else who


def site_choice_file() -> Path:
    """Where the choice of this person's site lies; it need not exist."""
    return user_config_path("sleepscorer", appauthor=False) / "site_choice.json"


def read_site_choice() -> SiteChoice | None:
    """Read what :func:`keep_site_choice` kept; None where that is nothing.

    Raises
    ------
    SettingsError
        If the file can't be read, is damaged or was written by a newer version.
    """
    path = site_choice_file()
    try:
        return _choice(read_json(path, most_bytes=_MOST_BYTES), path)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            f"the choice of this site can't be read: {reason}", path=path
        ) from error
    except ValueError as error:
        raise _damaged(path, error) from error


def keep_site_choice(choice: SiteChoice) -> Path:
    """Keep a choice in place of the one before; return the file.

    Raises
    ------
    ExportError
        If it can't be written.
    """
    path = site_choice_file()
    head = {_FORMAT_KEY: _FORMAT, "written_by": f"sleepscorer {__version__}"}
    text = json.dumps({**head, **asdict(choice)}, indent=1, ensure_ascii=False) + "\n"
    # What can't be read back is refused before a file is touched.
    meant = _choice(parsed_json(text), path)

    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    def verify(written: Path) -> None:
        if _choice(read_json(written, most_bytes=_MOST_BYTES), path) != meant:
            raise SettingsError("the choice did not read back as it was written", path=path)

    make_folder(path.parent, _PRIVATE)
    # A damaged one is replaced too: nothing else mends it.
    write_verified([Output(path, write, verify)], force=True, is_own=lambda _old: True)
    return path


def forget_site_choice() -> bool:
    """Delete the choice; tell whether there was one.

    Raises
    ------
    SettingsError
        If the file can't be deleted.
    """
    path = site_choice_file()
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            f"the choice of this site can't be deleted: {reason}", path=path
        ) from error
    return True


def _choice(read: object, path: Path) -> SiteChoice:
    number = read.get(_FORMAT_KEY) if isinstance(read, dict) else None
    if not isinstance(read, dict) or type(number) is not int or number < 1:
        raise SettingsError("this is no choice of a site", path=path, hint=_HINT)
    if number > _FORMAT:
        raise SettingsError(
            f"a newer version of sleepscorer wrote this choice of a site, in format {number};"
            f" this one reads format {_FORMAT}",
            path=path,
            hint="install the newer version, or run sleepscorer validate again",
        )
    try:
        return _checked(
            SiteChoice(
                stagers=_texts(read["stagers"]),
                full_names=_texts(read["full_names"]),
                own_weights=_text(read["own_weights"]),
                own_weights_sha256=_text(read["own_weights_sha256"]),
                montage=_text(read["montage"]),
                channels=_channels(read["channels"]),
                validated_by=tuple(map(_names, read["validated_by"])),
                calibration=_calibration(read["calibration"]),
                decided_utc=_text(read["decided_utc"]),
                verdict=_text(read["verdict"]),
            )
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> SettingsError:
    what = f"the choice of this site is damaged: {error}"
    return SettingsError(what, path=path, hint=_HINT)


def _checked(choice: SiteChoice) -> SiteChoice:
    names = choice.stagers
    if not names or not all(names) or len(set(names)) < len(names):
        raise ValueError(f"{list(names)} are no names of stagers")
    if len(choice.full_names) != len(names):
        raise ValueError(f"{len(choice.full_names)} full names of {len(names)} stagers")
    return choice


def _channels(stored: Mapping[str, Any]) -> ChannelChoice:
    by_role = {role: stored[role] for role in ROLES}
    return ChannelChoice(
        **{role: None if names is None else _texts(names) for role, names in by_role.items()}
    )


def _names(stored: object) -> ChannelNames:
    if not isinstance(stored, list):
        raise TypeError(f"{stored!r:.40} is no list of channels")
    eeg, eog, emg = map(_texts, stored)
    return eeg, eog, emg


def _calibration(stored: Mapping[str, Any] | None) -> SiteCalibration | None:
    if stored is None:
        return None
    temperature = stored["temperature"]
    if type(temperature) not in (int, float) or not is_temperature(temperature):
        raise ValueError(f"{temperature!r:.40} is no temperature")
    curve = checked_review_curve(stored["review_curve"])
    return SiteCalibration(float(temperature), curve, _text(stored["measured_on"]))


def _texts(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list):
        raise TypeError(f"{stored!r:.40} is no list of texts")
    return tuple(map(_text, stored))


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError(f"{stored!r:.40} is not text")
    # Half a character is no text: no output could hold it.
    stored.encode("utf-8")
    return stored
