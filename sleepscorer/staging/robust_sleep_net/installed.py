"""The weights on disk: ``robust-sleep-net/`` in the person's own folder of models.

``weights.safetensors`` holds the tensors of every network, ``stager.json`` says which they are and
the SHA-256 of that file, ``MODEL_CARD.md`` where they come from. Nothing here imports torch until
they are loaded.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError
from sleepscorer.core.json_files import read_json
from sleepscorer.core.wording import counted
from sleepscorer.staging.checkpoint import delete_folder

if TYPE_CHECKING:
    from torch import Tensor

    from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
    from sleepscorer.staging.robust_sleep_net.public_weights import PublicNet

NAME = "robust-sleep-net"
"""Of the stager, and of the folder of its weights."""

HOW_TO_GET = f"sleepscorer models fetch {NAME}"

_FORMAT = 1
_MOST_CONFIG_BYTES = 100_000
_MOST_WEIGHTS_BYTES = 50_000_000
_CONFIG, _WEIGHTS, _CARD = "stager.json", "weights.safetensors", "MODEL_CARD.md"


@dataclass(frozen=True)
class InstalledWeights:
    """What ``stager.json`` says.

    Parameters
    ----------
    folder
        Where they lie.
    nets
        Names of the networks.
    sha256
        Of the tensors.
    summary
        One sentence on how they were tuned here; empty of the public ones.
    """

    folder: Path
    nets: tuple[str, ...]
    sha256: str
    summary: str = ""

    @property
    def name(self) -> str:
        """Of the stager that has them."""
        return self.folder.name

    @property
    def title(self) -> str:
        """What that is, for people."""
        tuned = ", tuned to a site" if self.summary else ""
        return f"RobustSleepNet ({counted(len(self.nets), 'net')}{tuned})"

    @property
    def card(self) -> Path:
        """Whose work they are, from what they learned, the licence."""
        return self.folder / _CARD

    @property
    def is_own(self) -> bool:
        """Whether they were added here, and did not come with the program."""
        return self.folder.parent == paths.own_models_folder()


def installed_weights() -> InstalledWeights:
    """Those that were added, or else those that an installer put beside the program.

    Raises
    ------
    WeightsError
        If there are none, or the configuration is damaged.
    """
    folder = next(filter(is_there, _folders()), None)
    if folder is None:
        raise WeightsError("the weights of RobustSleepNet are not installed", hint=HOW_TO_GET)
    return read_weights(folder)


def read_weights(folder: Path) -> InstalledWeights:
    """Read the configuration of the weights in a folder.

    Raises
    ------
    WeightsError
        If it is damaged.
    """
    path = folder / _CONFIG
    try:
        raw = read_json(path, most_bytes=_MOST_CONFIG_BYTES)
        if (raw["format"], raw["stager"]) != (_FORMAT, NAME):
            raise ValueError("it is of another program")  # noqa: TRY301 - one way out
        nets = tuple(_text(net["name"]) for net in raw["nets"])
        if not nets or len(set(nets)) != len(nets):
            raise ValueError("it names no networks, or one twice")  # noqa: TRY301
        summary = _text(raw.get("summary", ""))
        return InstalledWeights(folder, nets, _text(raw["sha256"]), summary)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def read_card(installed: InstalledWeights) -> str:
    """The card; empty where it can't be read."""
    try:
        with installed.card.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_CONFIG_BYTES)
    except OSError:
        return ""


def check_weights() -> None:
    """Look whether the public weights are whole, if there are any.

    Raises
    ------
    WeightsError
        If they are damaged.
    """
    if any(map(is_there, _folders())):
        check_whole(installed_weights())


def check_whole(installed: InstalledWeights) -> None:
    """Raise WeightsError where the tensors are not those that the configuration names."""
    _verified(installed)


def load_networks(installed: InstalledWeights) -> "list[RobustSleepNet]":
    """The networks, ready to stage.

    Raises
    ------
    WeightsError
        If the tensors are missing or are not those that the configuration names.
    """
    from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet

    tensors = _tensors(installed)
    networks = []
    for name in installed.nets:
        network = RobustSleepNet().eval()
        own = {key[len(name) + 1 :]: t for key, t in tensors.items() if key.startswith(f"{name}.")}
        try:
            network.load_state_dict(own)
        except RuntimeError as error:
            raise _damaged(installed.folder / _WEIGHTS) from error
        networks.append(network)
    return networks


def weights_files(
    nets: "Mapping[str, Mapping[str, Tensor]]",
    described: Sequence[Mapping[str, str]],
    card: str,
    summary: str = "",
) -> dict[str, bytes]:
    """Return weights as the files of a folder, by their names.

    Parameters
    ----------
    nets
        The tensors of each by its name, by the names of our network.
    described
        What the configuration says of each; ``name`` among it.
    card
        In Markdown.
    summary
        How they were tuned here.
    """
    from safetensors.torch import save

    content = save(
        {
            f"{name}.{key}": tensor.contiguous()
            for name, tensors in nets.items()
            for key, tensor in tensors.items()
        }
    )
    config = {
        "format": _FORMAT,
        "stager": NAME,
        "sha256": hashlib.sha256(content).hexdigest(),
        "nets": list(described),
    }
    if summary:
        config["summary"] = summary
    return {
        _WEIGHTS: content,
        _CONFIG: (json.dumps(config, indent=2) + "\n").encode(),
        _CARD: card.encode(),
    }


def add_weights(new: "Mapping[PublicNet, Mapping[str, Tensor]]") -> InstalledWeights:
    """Add networks to the person's own; those that are there already stay.

    Parameters
    ----------
    new
        The tensors of each, by the names of our network.

    Raises
    ------
    WeightsError
        If they can't be written.
    """
    from sleepscorer.staging.robust_sleep_net.model_card import card_text
    from sleepscorer.staging.robust_sleep_net.public_weights import PUBLIC_NETS

    known = _own_networks() | {net.name: dict(tensors) for net, tensors in new.items()}
    nets = [net for net in PUBLIC_NETS if net.name in known]
    described = [
        {"name": net.name, "left_out": net.left_out, "public_sha256": net.sha256} for net in nets
    ]
    _write(weights_files({net.name: known[net.name] for net in nets}, described, card_text(nets)))
    installed = installed_weights()
    load_networks(installed)
    return installed


def remove_weights(name: str = NAME) -> Path:
    """Delete the person's own of this name; return the folder in which they were.

    Raises
    ------
    WeightsError
        If there are none, or they can't be deleted.
    """
    own, shipped = _folders()
    if name != NAME:
        own = paths.own_models_folder() / name
    if not own.is_dir():
        if name == NAME and is_there(shipped):
            raise WeightsError("these weights came with the program, and stay", path=shipped)
        raise WeightsError("the weights of RobustSleepNet are not installed")
    _check_ours(own)
    delete_folder(own)
    return own


def _folders() -> tuple[Path, Path]:
    return paths.own_models_folder() / NAME, paths.models_folder() / NAME


def is_there(folder: Path) -> bool:
    """Whether weights of this stager lie in a folder, whole or not."""
    try:
        return (folder / _CONFIG).exists()
    except OSError:
        # It may not be looked into.
        return False


def _check_ours(folder: Path) -> None:
    """Refuse a folder in which somebody keeps weights of our own network by this name."""
    if (folder / "config.json").exists():
        raise WeightsError(
            "weights that were trained here lie in this folder", path=folder, hint="rename it first"
        )


def _own_networks() -> "dict[str, dict[str, Tensor]]":
    """What is there already; nothing where that is damaged: it is replaced."""
    try:
        installed = installed_weights()
        networks = zip(installed.nets, load_networks(installed), strict=True)
        return {name: one.state_dict() for name, one in networks} if installed.is_own else {}
    except WeightsError:
        return {}


def _tensors(installed: InstalledWeights) -> "dict[str, Tensor]":
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors: dict[str, Tensor] = load(_verified(installed))
    except (SafetensorError, ValueError) as error:
        raise _damaged(installed.folder / _WEIGHTS) from error
    return tensors


def _verified(installed: InstalledWeights) -> bytes:
    """The bytes of the tensors, proven to be those that the configuration names."""
    path = installed.folder / _WEIGHTS
    try:
        # Reading a pipe would wait for ever.
        if not path.is_file() or path.stat().st_size > _MOST_WEIGHTS_BYTES:
            raise _damaged(path)
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if hashlib.sha256(content).hexdigest() != installed.sha256:
        raise _damaged(path)
    return content


def _write(files: Mapping[str, bytes]) -> None:
    """Replace the folder; whatever happens there is the old one or the new one."""
    own = paths.own_models_folder()
    target, part, old = own / NAME, own / f".{NAME}.part", own / f".{NAME}.old"
    _check_ours(target)
    try:
        paths.make_private_folder(own)
        for leftover in (part, old):
            shutil.rmtree(leftover, ignore_errors=True)
        part.mkdir()
        for name, content in files.items():
            (part / name).write_bytes(content)
        if target.exists():
            target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise WeightsError(
            f"the weights can't be kept: {error.strerror or error}", path=target
        ) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not text")
    # Half a character is no text: no output could hold it.
    value.encode("utf-8")
    return value


def _damaged(path: Path) -> WeightsError:
    name = path.parent.name
    is_public = name == NAME
    again = f"sleepscorer models remove {name}, and tune them again"
    return WeightsError(
        f"the weights of {'RobustSleepNet' if is_public else name} are damaged",
        path=path,
        hint=f"get them anew: {HOW_TO_GET if is_public else again}",
    )
