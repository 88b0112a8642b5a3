"""The weights that the authors made public, and finding them in what a person has."""

import hashlib
import io
import os
import pickle
import stat
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import torch
from torch import Tensor

from sleepscorer.core.errors import WeightsError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet, own_names

FILE_NAME = "best_model.gz"
FILE_BYTES = 747_520
"""Of each public file; whatever has another size need not be looked into."""

_STATE_NAME, _MOST_STATE_BYTES = "state.torch", FILE_BYTES
_MOST_ENTRIES = 200_000
_MOST_ZIP_BYTES = 500_000_000


@dataclass(frozen=True)
class PublicNet:
    """A network whose weights are public.

    Parameters
    ----------
    name
        The first block of its folder's name.
    folder
        Of the public repository.
    left_out
        The cohort that took no part in its training.
    sha256
        Of the public file.
    """

    name: str
    folder: str
    left_out: str
    sha256: str


def _net(folder: str, left_out: str, sha256: str) -> PublicNet:
    return PublicNet(folder.partition("-")[0], folder, left_out, sha256)


PUBLIC_NETS = (
    _net(
        "0dfcee73-055a-4c4d-929c-8fdf630e14f1",
        "Sleep-EDF",
        "f25df5e1efc3c43ef1d487f03b3430ef691070bb58fca78b560150e23f63fe0a",
    ),
    _net(
        "415fe39c-0729-41b6-bf8a-a04570042f5c",
        "MASS",
        "e92df6faeb56fe36367918a1330a2edb648aa0ad8cbac7d67a59b02f941d4189",
    ),
    _net(
        "8f1969fa-0f79-426e-aaa5-7ab3a076a215",
        "SHHS",
        "5326139c6d03a5c3e1bfc6f508975ae1904e9456df8a808fcd23611c9a786586",
    ),
    _net(
        "a2eb4aed-90de-4968-8535-a424588c0dfa",
        "DOD-O",
        "e79d91595e25feece64348a1e3ca537529e0a3a28a5eaecfacfdb5ed68a13eb0",
    ),
    _net(
        "be685bd5-eaab-4c22-b2e6-c487ecc8773c",
        "MrOS",
        "ba5c89d648257526f6f80cdc0f7bee00964bb02c9e3a0355f2ebefac683620e1",
    ),
    _net(
        "e5844e92-6b9b-4033-8362-2f139c7bab0e",
        "MESA",
        "97d86e0c2c1dd6628205a5ea5727800124b9bb60d3978acf8e87d702f491c3b1",
    ),
    _net(
        "fdbd193a-0408-4fc8-9a6a-a18351459512",
        "DOD-H",
        "07ed101eb18e0bff0d72f5f547e261edc5cc4bf7c7de41fe1d5d7f9d96c4a9f7",
    ),
)
"""All of them that differ, by name."""

CONSENSUS_NETS = PUBLIC_NETS[:5]
"""Those whose mean the published tool gives, each once."""

# An eighth file, named after the cohort CAP, holds the tensors of the first: it counts once.
_SAME_AS_FIRST = "6cb557989921424bb8aa09f5695cc45e5ca1c74fd630942ebd18a9b4870cb64c"
_BY_SHA256 = {net.sha256: net for net in PUBLIC_NETS} | {_SAME_AS_FIRST: PUBLIC_NETS[0]}


def find_public_files(path: Path, progress: Progress = silent) -> dict[PublicNet, bytes]:
    """Find the public files in a file, a folder with all below it, or a ZIP archive.

    They are known by their SHA-256 alone, whatever they are called. Nothing is unpacked to the
    disk, and nothing else is looked into.

    Parameters
    ----------
    path
        Where to look.
    progress
        Called for every file; may raise Cancelled.

    Raises
    ------
    WeightsError
        If there is none, or it can't be read.
    """
    try:
        if path.is_dir():
            contents = _in_folder(path, progress)
        elif not stat.S_ISREG(path.stat().st_mode):
            raise WeightsError("this is no ordinary file", path=path)
        elif zipfile.is_zipfile(path):
            contents = _in_zip(path, progress)
        else:
            contents = iter([_content(path)])
        known = ((hashlib.sha256(one).hexdigest(), one) for one in contents)
        found = {_BY_SHA256[sha256]: one for sha256, one in known if sha256 in _BY_SHA256}
    except FileNotFoundError as error:
        raise WeightsError("there is no such file or folder", path=path) from error
    except OSError as error:
        raise WeightsError(f"it can't be read: {error.strerror or error}", path=path) from error
    if not found:
        raise WeightsError(
            "it holds none of the public weights of RobustSleepNet, unchanged",
            path=path,
            hint=f"they are files called {FILE_NAME} of {FILE_BYTES:,} bytes;"
            " sleepscorer models fetch robust-sleep-net downloads them",
        )
    return found


def tensors_of(content: bytes, path: Path | None = None) -> dict[str, Tensor]:
    """The tensors of a public file, by the names of our network.

    Parameters
    ----------
    content
        The file: in spite of its name a plain tar archive, one member of which is what PyTorch
        saved. No code in it is run.
    path
        To name in an error.

    Raises
    ------
    WeightsError
        If it is no such file, or holds anything but the tensors of the network.
    """
    try:
        with warnings.catch_warnings():
            # Of an odd pickle it warns before it refuses it.
            warnings.simplefilter("ignore")
            state = torch.load(io.BytesIO(_state(content)), map_location="cpu", weights_only=True)
        tensors = own_names({str(name): torch.as_tensor(state[name]) for name in state})
        wanted = RobustSleepNet().state_dict()
        _check_same(tensors, wanted)
    except (
        tarfile.TarError, pickle.UnpicklingError, zlib.error, EOFError, OSError, RuntimeError,
        ValueError, TypeError, LookupError, AttributeError, ImportError, MemoryError, OverflowError,
    ) as error:  # fmt: skip
        raise WeightsError(
            "these are no weights of RobustSleepNet", path=path, hint="download the file again"
        ) from error
    return {name: tensors[name].clone() for name in wanted}


def _check_same(given: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Refuse, with a ValueError, what the network could not have been trained to."""
    kinds = [
        {name: (one.shape, one.dtype) for name, one in some.items()} for some in (given, wanted)
    ]
    if kinds[0] != kinds[1]:
        raise ValueError("the tensors are others than the network's")
    if not all(bool(one.isfinite().all()) for one in given.values()):
        raise ValueError("a number is missing")


def _state(content: bytes) -> bytes:
    """The member that holds the tensors; no more of it than there can be."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for member in archive:
            if Path(member.name).name != _STATE_NAME or not member.isreg():
                continue
            if member.size > _MOST_STATE_BYTES:
                raise ValueError(f"{member.size} bytes are too many")
            file = archive.extractfile(member)
            if file is not None:
                return file.read(_MOST_STATE_BYTES + 1)
    raise ValueError(f"there is no {_STATE_NAME}")


def _in_folder(folder: Path, progress: Progress) -> Iterator[bytes]:
    n_entries = 0
    for place, folders, names in os.walk(folder):
        n_entries += len(folders) + len(names)
        if n_entries > _MOST_ENTRIES:
            raise WeightsError(
                f"the folder holds more than {_MOST_ENTRIES:,} files",
                path=folder,
                hint="name the one that holds the weights",
            )
        for name in names:
            progress(0.0, name)
            path = Path(place, name)
            # A link may lead to a pipe, or round in a circle.
            if path.is_file() and path.stat().st_size == FILE_BYTES:
                yield _content(path)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return _limited(file)


def _limited(file: IO[bytes]) -> bytes:
    """What the file holds, or a byte more than the public ones hold: that is none of them."""
    return file.read(FILE_BYTES + 1)


def _in_zip(path: Path, progress: Progress) -> Iterator[bytes]:
    if path.stat().st_size > _MOST_ZIP_BYTES:
        raise WeightsError(
            f"the archive is larger than {_MOST_ZIP_BYTES / 1e6:.0f} MB",
            path=path,
            hint="unpack it and name the folder that holds the weights",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                progress(0.0, member.filename)
                # Its own word for its size is not trusted further than to leave it out.
                if member.file_size == FILE_BYTES and not member.is_dir():
                    with archive.open(member) as file:
                        yield _limited(file)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError
    ) as error:  # fmt: skip
        raise WeightsError(
            "the archive is damaged, or locked by a password",
            path=path,
            hint="unpack it and name the folder that holds the weights",
        ) from error
