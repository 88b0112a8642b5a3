"""Downloads the public weights. Nothing in the program does so but a person who asks for it."""

import tempfile
from pathlib import Path

from sleepscorer.core.errors import WeightsError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.staging.robust_sleep_net import public_weights
from sleepscorer.staging.robust_sleep_net.model_card import COMMIT, REPOSITORY
from sleepscorer.staging.robust_sleep_net.public_weights import FILE_BYTES, FILE_NAME, PublicNet

PUBLIC_FOLDER = f"{REPOSITORY}/raw/{COMMIT}/pretrained_model"

_TIMEOUT_S = 30
_CHUNK_BYTES = 32_768


def fetch_public_files(progress: Progress = silent) -> dict[PublicNet, bytes]:
    """Download the networks of the published consensus; each must have its known SHA-256.

    Parameters
    ----------
    progress
        Called while the files come; may raise Cancelled.

    Raises
    ------
    WeightsError
        If one can't be had, or is another file.
    """
    nets = public_weights.CONSENSUS_NETS
    found = {}
    with tempfile.TemporaryDirectory(prefix="sleepscorer-") as folder:
        for index, net in enumerate(nets):
            part = part_of(progress, index / len(nets), (index + 1) / len(nets))
            found[net] = _fetched(net, Path(folder), part)
    return found


def _fetched(net: PublicNet, folder: Path, progress: Progress) -> bytes:
    # They take a tenth of a second to import, which nobody else needs.
    import pooch
    from requests import HTTPError, RequestException

    pooch.get_logger().setLevel("ERROR")
    url = f"{PUBLIC_FOLDER}/{net.folder}/{FILE_NAME}"
    download = pooch.HTTPDownloader(
        progressbar=_Watch(progress, net.name),
        chunk_size=_CHUNK_BYTES,
        timeout=_TIMEOUT_S,
        headers={"Accept-Encoding": "identity"},
    )
    try:
        path = pooch.retrieve(
            url, f"sha256:{net.sha256}", fname=net.name, path=folder, downloader=download
        )
        return Path(path).read_bytes()
    except HTTPError as error:
        why = f"the server answers {error.response.status_code}"
    except RequestException as error:
        why = f"the server can't be reached or does not answer ({type(error).__name__})"
    except ValueError:
        why = "it is another file than the one that was made public"
    except OSError as error:
        why = error.strerror or str(error)
    raise WeightsError(
        f"{url} can't be had: {why}",
        hint="where somebody gives you the files, add them: sleepscorer models add FOLDER",
    )


class _Watch:
    """Has the form of a progress bar of pooch; ends what sends more than the file can hold."""

    def __init__(self, progress: Progress, name: str) -> None:
        self.total = 0
        self._progress, self._name = progress, name
        self._n_bytes, self._is_over = 0, False

    def update(self, n_bytes: int) -> None:
        """Note that so many bytes came."""
        if self._is_over:
            return
        self._n_bytes += n_bytes
        if self._n_bytes > FILE_BYTES + _CHUNK_BYTES:
            raise ValueError("more than the file can hold")
        self._progress(min(self._n_bytes / FILE_BYTES, 1.0), self._name)

    def reset(self) -> None:
        """Note that all has come."""
        self._is_over = True

    def close(self) -> None:
        """Nothing is left to do."""
