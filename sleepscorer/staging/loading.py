"""Makes the network of weights, from a file that is distrusted."""

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors

from sleepscorer.core.errors import WeightsError
from sleepscorer.staging.checkpoint import WeightsInfo, read_verified
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork

ARCHITECTURE = "StagingNetwork"
"""What ``config.json`` of weights names that this program can load."""


def load_network(info: WeightsInfo) -> StagingNetwork:
    """Make the network of these weights, ready to run on the CPU.

    Raises
    ------
    WeightsError
        If they are damaged, or of a network that this program does not have.
    """
    content = read_verified(info)
    if info.architecture != ARCHITECTURE:
        raise WeightsError(
            f"this program has no network {info.architecture!r}",
            path=info.weights_path,
            hint="install the version of the program they were made for",
        )
    try:
        config = NetworkConfig.from_dict(info.network)
        _check_size(config, len(content))
        network = StagingNetwork(config)
        network.load_state_dict(load_tensors(content))
        _check_finite(network)
    except (
        TypeError,
        ValueError,
        LookupError,
        ArithmeticError,
        RuntimeError,
        MemoryError,
        SafetensorError,
    ) as error:
        raise WeightsError(
            "the weights do not fit their configuration",
            path=info.weights_path,
            hint="install them again",
        ) from error
    return network.eval()


def _check_size(config: NetworkConfig, n_bytes: int) -> None:
    """Refuse, with a ValueError, a network that the file is too small for, before it is made."""
    # Every sequence model holds at least one square of its width.
    least = torch.float32.itemsize * len(config.heads) * config.width**2
    if least > n_bytes:
        raise ValueError(f"{n_bytes} bytes are too few for such a network")


def _check_finite(network: StagingNetwork) -> None:
    if not all(torch.isfinite(tensor).all() for tensor in network.state_dict().values()):
        raise ValueError("a weight is no number")
