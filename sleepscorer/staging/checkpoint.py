"""Weights on disk: ``models/<name>/`` with weights.safetensors, config.json and MODEL_CARD.md.

No pickle is ever loaded. The configuration names the SHA-256 of the weights, so a damaged or
exchanged file is found before it stages anybody.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError

DEFAULT_WEIGHTS = "sleepedf-bands-1"
_FORMAT = 1


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
        The network's class, ``"CnnLstm"``.
    network
        Its sizes.
    sha256
        Of ``weights.safetensors``.
    summary
        One sentence for people: trained on what.
    """

    name: str
    folder: Path
    architecture: str
    network: dict[str, Any]
    sha256: str
    summary: str

    @property
    def weights_path(self) -> Path:
        """The tensors."""
        return self.folder / "weights.safetensors"


def available_weights() -> tuple[WeightsInfo, ...]:
    """Every set of weights that lies in ``models/``, by name."""
    folder = paths.models_folder()
    if not folder.is_dir():
        return ()
    return tuple(read_info(entry.parent.name) for entry in sorted(folder.glob("*/config.json")))


def read_info(name: str) -> WeightsInfo:
    """Read the configuration of the weights of this name.

    Raises
    ------
    WeightsError
        If there are none of this name, or their configuration can't be used.
    """
    if not name or Path(name).name != name or name.startswith("."):
        raise WeightsError(f"{name!r} is not a name of weights", hint="see: sleepscorer models")
    folder = paths.models_folder() / name
    path = folder / "config.json"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(
            entry.parent.name for entry in sorted(paths.models_folder().glob("*/config.json"))
        )
        raise WeightsError(
            f"there are no weights called {name!r}", hint=f"there are: {known or 'none'}"
        ) from error
    try:
        raw = json.loads(text)
        if raw["format"] != _FORMAT:
            raise WeightsError(
                f"these weights have format {raw['format']}, this program reads {_FORMAT}",
                path=path,
                hint="install the version of the program they were made for",
            )
        return WeightsInfo(
            name=name,
            folder=folder,
            architecture=str(raw["architecture"]),
            network=dict(raw["network"]),
            sha256=str(raw["sha256"]),
            summary=str(raw["summary"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            "the configuration of these weights is damaged", path=path, hint="install them again"
        ) from error


def read_verified(info: WeightsInfo) -> bytes:
    """Return the bytes of the weights, proven to be those the configuration names."""
    try:
        content = info.weights_path.read_bytes()
    except OSError as error:
        raise WeightsError(
            "the weights can't be read", path=info.weights_path, hint="install them again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != info.sha256:
        raise WeightsError(
            f"the weights are damaged: SHA-256 {found[:12]}… instead of {info.sha256[:12]}…",
            path=info.weights_path,
            hint="install them again",
        )
    return content


def write_weights(
    folder: Path, tensors: bytes, *, architecture: str, network: dict[str, Any], summary: str
) -> str:
    """Write weights and their configuration; return the SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256(tensors).hexdigest()
    (folder / "weights.safetensors").write_bytes(tensors)
    config = {
        "format": _FORMAT,
        "architecture": architecture,
        "network": network,
        "sha256": sha256,
        "summary": summary,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return sha256
