"""Weights on disk: ``models/<name>/`` with weights.safetensors, config.json and MODEL_CARD.md.

Those that were trained here lie in the person's own folder; those that come with the program go
first, and no others may have their names.

No pickle is ever loaded. The configuration names the SHA-256 of the weights, so a damaged or
exchanged file is found before it stages anybody.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError, WeightsNameRefused, WeightsNameTaken
from sleepscorer.core.json_files import read_json
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.staging_result import ReviewCurve, checked_review_curve
from sleepscorer.staging.bands import BANDS_HZ
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.preprocess import PASS_BANDS_HZ, RATE_HZ, Band
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.staging.windows import WINDOW_EPOCHS

DEFAULT_WEIGHTS = "sleepedf-ensemble-2"
_SHIPPED_MEASURED_ON = "Sleep-EDF (validation nights of the weights), not on nights of this site"
LEARNED_EEG = ("Fpz-Cz", "Pz-Oz")
"""What weights learned from whose configuration does not say: those of Sleep-EDF."""
_FORMAT = 2
# Programs that know of no recalibration refuse it, instead of staging without.
_RECALIBRATED_FORMAT = 3
_MOST_CONFIG_BYTES = 1_000_000
# A hundred times what the largest network here takes.
_MOST_WEIGHTS_BYTES = 1_000_000_000
INPUT: dict[str, Any] = {
    "rate_hz": RATE_HZ,
    "epoch_s": EPOCH_S,
    "pass_bands_hz": {band: list(edges) for band, edges in PASS_BANDS_HZ.items()},
    "power_bands_hz": [list(edges) for edges in BANDS_HZ],
}
"""What the weights are given; stored with them, so that no change of the program goes unseen.

Beside it stands ``window_epochs``, the length of the windows, which each has of its own.
"""


@dataclass(frozen=True)
class WeightsInfo:
    """What ``config.json`` says of a set of weights.

    Parameters
    ----------
    name
        Name of the folder.
    folder
        Where it lies.
    architecture
        The network's class, ``"StagingNetwork"``.
    network
        Its sizes, and the length of the windows that it was trained on.
    file_sha256
        Of ``weights.safetensors``.
    summary
        One sentence for people: trained on what.
    confidence
        How likely its answers are right, or None where that was not measured.
    review_curve
        What reviewing the least certain epochs gained on the validation nights.
    learned_eeg
        The EEG derivations that they learned from.
    recalibration
        Fits the probabilities to a site, before the confidence is asked; None changes nothing.
    """

    name: str
    folder: Path
    architecture: str
    network: dict[str, Any]
    file_sha256: str
    summary: str
    confidence: ConfidenceModel | None = None
    review_curve: ReviewCurve = ()
    learned_eeg: tuple[str, ...] = LEARNED_EEG
    recalibration: Recalibration | None = None

    @property
    def sha256(self) -> str:
        """Tells what gives the answers: the tensors', and with it the recalibration's if any."""
        if self.recalibration is None:
            return self.file_sha256
        both = json.dumps([self.file_sha256, self.recalibration.as_list()])
        return hashlib.sha256(both.encode()).hexdigest()

    @property
    def weights_path(self) -> Path:
        """The tensors."""
        return self.folder / "weights.safetensors"

    @property
    def kinds(self) -> tuple[Band, ...]:
        """The kinds of channel that they are for, as far as the configuration makes sense."""
        stated = self.network.get("kinds")
        return tuple(kind for kind in PASS_BANDS_HZ if isinstance(stated, list) and kind in stated)

    @property
    def confidence_measured_on(self) -> str:
        """On which nights the confidence was measured, as a staging by them says it.

        Empty where nobody measured it.
        """
        if self.confidence is None:
            return ""
        if self.folder.parent == paths.models_folder():
            return _SHIPPED_MEASURED_ON
        return f"nights that were held out when the weights {self.name} were trained"

    @property
    def is_own(self) -> bool:
        """Whether they were trained here, and did not come with the program."""
        return self.folder.parent == paths.own_models_folder()


def available_weights() -> tuple[WeightsInfo | WeightsError, ...]:
    """Every set of weights, by name, own ones last; a damaged one as its error."""

    def read(name: str) -> WeightsInfo | WeightsError:
        try:
            return read_info(name)
        except WeightsError as error:
            return error

    return tuple(read(name) for name in _names())


def _names() -> list[str]:
    shipped, own = map(_names_in, (paths.models_folder(), paths.own_models_folder()))
    # A dot begins what is still being written.
    return [*shipped, *(name for name in own if name not in shipped and name[0] != ".")]


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.parent.name for entry in folder.glob("*/config.json"))
    except OSError:
        # It may not be looked into.
        return []


def read_info(weights: str | Path) -> WeightsInfo:
    """Read the configuration of the weights of this name, or in this folder.

    A text with a slash is a folder: what people type who have just trained.

    Raises
    ------
    WeightsError
        If there are none, or this program can't use them.
    """
    folder = weights if isinstance(weights, Path) else _folder_of(weights)
    path = folder / "config.json"
    try:
        raw = read_json(path, most_bytes=_MOST_CONFIG_BYTES)
    except OSError as error:
        raise WeightsError(
            f"there are no weights called {folder.name!r}",
            hint=f"there are: {', '.join(_names()) or 'none'}",
        ) from error
    except ValueError as error:
        raise _damaged(path) from error
    return _info(raw, folder, path)


def _folder_of(name: str) -> Path:
    if "/" in name or os.sep in name:
        return Path(name)
    if not name or name.startswith("."):
        raise _no_name(name)
    own = paths.own_models_folder() / name
    is_own = _is_there(own / "config.json") and not _is_shipped(name)
    return own if is_own else paths.models_folder() / name


def _check_is_name(name: str) -> None:
    if not name or name.startswith(".") or Path(name).name != name:
        raise _no_name(name)


def _no_name(name: str) -> WeightsNameRefused:
    return WeightsNameRefused(f"{name!r} is not a name of weights")


def _is_shipped(name: str) -> bool:
    return _is_there(paths.models_folder() / name / "config.json")


def _is_there(path: Path) -> bool:
    # A name longer than the disk takes, or a folder that may not be looked into.
    try:
        return path.exists()
    except OSError:
        return False


def shipped_weights() -> tuple[WeightsInfo, ...]:
    """Those that came with the program and can be read, by name."""
    return tuple(
        info for info in available_weights() if isinstance(info, WeightsInfo) and not info.is_own
    )


def own_weights() -> tuple[WeightsInfo, ...]:
    """Those that were trained here and can be read, by name."""
    return tuple(
        info for info in available_weights() if isinstance(info, WeightsInfo) and info.is_own
    )


def check_own_name(name: str) -> None:
    """Refuse a name that new weights can't have.

    Raises
    ------
    WeightsError
        If it is no name of a folder, or weights of this name exist.
    """
    _check_is_name(name)
    # Other stagers keep their weights there, too.
    if _is_there(paths.own_models_folder() / name) or _is_shipped(name):
        raise WeightsNameTaken(f"there are weights called {name!r} already, and they are kept")


def add_own_weights(folder: Path, name: str | None = None) -> WeightsInfo:
    """Copy new weights to the person's own, for every command and the window to find.

    Parameters
    ----------
    folder
        Holds the files; nothing in it changes.
    name
        None takes the first of site-1, site-2 and so on that is free.

    Returns
    -------
    The weights as they now lie there; of the same content they are not added twice.

    Raises
    ------
    WeightsError
        If the name is taken or they can't be written.
    """
    new = read_info(folder)
    read_verified(new)
    known = {info.name: info.sha256 for info in own_weights()}
    return read_info(
        keep_once(folder, name, sha256=new.sha256, known=known, stem="site", taken=_names())
    )


def keep_once(
    folder: Path,
    name: str | None,
    *,
    sha256: str,
    known: Mapping[str, str],
    stem: str,
    taken: Collection[str],
) -> str:
    """Copy a folder of weights to the person's own, and return their name there.

    All of it appears, or nothing; of the same content they are not added twice.

    Parameters
    ----------
    folder
        Holds the files; nothing in it changes.
    name
        None takes the first of STEM-1, STEM-2 and so on that is free.
    sha256
        Of what gives the answers.
    known
        The same of those of the kind that are there, by name.
    stem
        Of names that nobody chose.
    taken
        Names that are not free.

    Raises
    ------
    WeightsError
        If the name is taken or they can't be written.
    """
    for there, theirs in known.items():
        if theirs == sha256 and name in (None, there):
            return there
    if name is None:
        name = next(free for n in count(1) if (free := f"{stem}-{n}") not in taken)
    check_own_name(name)
    own = paths.own_models_folder()
    part = own / f".{name}.part"
    try:
        paths.make_private_folder(own)
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder, part)
        part.rename(own / name)
    except OSError as error:
        raise WeightsError(
            f"the new weights can't be kept: {error.strerror or error}",
            path=own / name,
            hint=f"they lie in {folder}",
        ) from error
    return name


def remove_own_weights(name: str) -> Path:
    """Delete weights that were trained here; return the folder in which they were.

    Raises
    ------
    WeightsError
        If there are none of this name, they came with the program, or they can't be deleted.
    """
    _check_is_name(name)
    folder = paths.own_models_folder() / name
    if not _is_there(folder / "config.json"):
        if _is_shipped(name):
            raise WeightsError(f"the weights {name} came with the program, and stay")
        own = ", ".join(info.name for info in own_weights()) or "none"
        raise WeightsError(f"no weights called {name!r} were added here", hint=f"there are: {own}")
    delete_folder(folder)
    return folder


def delete_folder(folder: Path) -> None:
    """Delete the folder of weights that lie in a person's own.

    Raises
    ------
    WeightsError
        If that can't be done.
    """
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise WeightsError(
            f"the weights can't be deleted: {error.strerror or error}", path=folder
        ) from error


def _info(raw: Any, folder: Path, path: Path) -> WeightsInfo:
    try:
        given = dict(raw["input"] or {})
        window_epochs = given.pop("window_epochs", None)
        recalibration = _recalibration(raw.get("recalibration"))
        format_ = _FORMAT if recalibration is None else _RECALIBRATED_FORMAT
        if (raw["format"], given) != (format_, INPUT) or window_epochs is None:
            raise WeightsError(
                "these weights expect other signals than this program gives",
                path=path,
                hint="install the version of the program they were made for",
            )
        return WeightsInfo(
            name=folder.name or folder.resolve().name,
            folder=folder,
            architecture=_text(raw["architecture"]),
            network=dict(raw["network"]) | {"window_epochs": window_epochs},
            file_sha256=_text(raw["sha256"]),
            summary=_text(raw["summary"]),
            confidence=_confidence(raw.get("confidence")),
            review_curve=checked_review_curve(raw.get("review_curve", ())),
            learned_eeg=_texts(raw.get("learned_eeg", [])) or LEARNED_EEG,
            recalibration=recalibration,
        )
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise _damaged(path) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not text")
    # Half a character is no text: no output could hold it.
    value.encode("utf-8")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r:.40} is no list")
    return tuple(map(_text, values))


def _confidence(stored: dict[str, Any] | None) -> ConfidenceModel | None:
    return None if stored is None else ConfidenceModel.from_dict(stored)


def _recalibration(stored: Any) -> Recalibration | None:
    return None if stored is None else Recalibration.from_list(stored)


def _damaged(path: Path) -> WeightsError:
    return WeightsError(
        "the configuration of these weights is damaged", path=path, hint="install them again"
    )


def read_verified(info: WeightsInfo) -> bytes:
    """Return the bytes of the weights, proven to be those the configuration names.

    Raises
    ------
    WeightsError
        If they can't be read, or are others.
    """
    path = info.weights_path
    try:
        # Reading a pipe would wait for ever.
        if not path.is_file() and path.exists():
            raise WeightsError("the weights are no ordinary file", path=path)
        if path.stat().st_size > _MOST_WEIGHTS_BYTES:
            raise WeightsError("the file is too large for weights of this program", path=path)
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            "the weights can't be read", path=path, hint="install them again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != info.file_sha256:
        raise WeightsError(
            f"the weights are damaged: SHA-256 {found[:12]}… instead of {info.file_sha256[:12]}…",
            path=info.weights_path,
            hint="install them again",
        )
    return content


def weights_files(
    tensors: bytes,
    *,
    architecture: str,
    network: dict[str, Any],
    summary: str,
    confidence: ConfidenceModel | None = None,
    review_curve: ReviewCurve = (),
    learned_eeg: Sequence[str] = (),
    recalibration: Recalibration | None = None,
) -> dict[str, bytes]:
    """Return weights and their configuration as the files of a folder, by their names."""
    sizes = dict(network)
    window_epochs = sizes.pop("window_epochs", WINDOW_EPOCHS)
    config = {
        "format": _FORMAT if recalibration is None else _RECALIBRATED_FORMAT,
        "input": INPUT | {"window_epochs": window_epochs},
        "architecture": architecture,
        "network": sizes,
        "sha256": hashlib.sha256(tensors).hexdigest(),
        "summary": summary,
        "confidence": None if confidence is None else confidence.as_dict(),
        "review_curve": [list(point) for point in review_curve],
        **({"learned_eeg": list(learned_eeg)} if learned_eeg else {}),
    }
    if recalibration is not None:
        config["recalibration"] = recalibration.as_list()
    text = json.dumps(config, indent=2) + "\n"
    return {"weights.safetensors": tensors, "config.json": text.encode()}
