"""Where in an epoch the network found its stage: gradient-weighted class activation maps.

Selvaraju et al. 2017 (ICCV, Grad-CAM), in one dimension: the maps of the front-end, each weighed by
how much the logit of the stage grows with it, summed, and what is negative left out. The gradient
goes from the logit through the sequence model, the features against the night and the encoder, for
any front-end and head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.recording import Recording
from sleepscorer.core.runs import runs_of
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.staging.measured_night import MeasuredNight
from sleepscorer.staging.networks.staging_network import N_STAGES, StagingNetwork, night_features
from sleepscorer.staging.preprocess import Band, epoch_blocks
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.staging.stager import Stager

STEP_S = 0.5
"""Time between two values of a map."""

_SEEN_FROM = 0.5


@dataclass(frozen=True, eq=False)
class ActivationMap:
    """Where in an epoch of one channel a stage was found.

    Parameters
    ----------
    channel, stored_labels
        Name of the derivation, and the stored signals it is made of.
    kind
        ``"eeg"``, ``"eog"`` or ``"emg"``.
    values
        (60,) float32, 0 to 1, each half a second; all maps of an epoch share one scale, so that a
        channel that did not matter stays dark.
    """

    channel: str
    stored_labels: tuple[str, ...]
    kind: Band
    values: NDArray[np.float32]

    @property
    def seen(self) -> NDArray[np.float32]:
        """(60,) float32: the values from half of the strongest on, and 0 for the others.

        Words and tints are both made of it, so that they agree.
        """
        return np.where(self.values >= _SEEN_FROM, self.values, np.float32(0))

    @property
    def places(self) -> str:
        """The stretches that are seen, in words: ``"3 to 4.5, 20 to 21 s"``."""
        runs = runs_of(self.seen > 0) * (EPOCH_S / len(self.values))
        said = ", ".join(f"{start:g} to {stop:g}" for start, stop in runs.tolist())
        return f"{said}\N{NO-BREAK SPACE}s" if said else "nowhere much"


def activation_maps(
    stager: Stager, night: MeasuredNight, recording: Recording, epoch: int, stage: Stage
) -> tuple[ActivationMap, ...]:
    """Explain a stage of an epoch, channel by channel.

    Parameters
    ----------
    stager, night
        What staged the recording, and what it measured (:meth:`Stager.measure`).
    recording
        Read once more at this epoch.
    epoch
        Its index.
    stage
        Of which the network is asked; not necessarily the most probable one.

    Returns
    -------
    One map for each channel that was usable in the epoch; none where nothing was.

    Raises
    ------
    RecordingError
        If the recording can't be read.
    """
    if not 0 <= epoch < recording.n_epochs or stage not in range(N_STAGES):
        raise ValueError(f"no stage {stage} of epoch {epoch} of {recording.n_epochs}")
    network = stager.network_on_cpu()
    found: list[tuple[ResolvedDerivation, Band, Tensor]] = []
    for kind in network.config.kinds:
        for index, channel in enumerate(night.channels[kind]):
            if channel.quality.usable[epoch]:
                wanted = partial(_logit, network, stager.info.recalibration, stage)
                raw = _raw_map(network, night, recording, (kind, index, epoch), wanted)
                found.append((channel.derivation, kind, raw))
    highest = max((float(raw.max()) for _, _, raw in found), default=0.0)
    return tuple(
        ActivationMap(
            one.name, one.stored_labels, kind, (raw / highest if highest > 0 else raw).numpy()
        )
        for one, kind, raw in found
    )


def _raw_map(
    network: StagingNetwork,
    night: MeasuredNight,
    recording: Recording,
    which: tuple[Band, int, int],
    wanted: Callable[[Tensor], Tensor],
) -> Tensor:
    """(60,) not yet scaled."""
    kind, index, epoch = which
    kinds, channel = network.config.kinds, night.channels[kind][index]
    # The other kinds take part with their first channel, as they did when it was staged.
    chosen: dict[Band, int | None] = {k: 0 if night.channels[k] else None for k in kinds}
    chosen[kind] = index
    window = _window(epoch, night.n_epochs, network.config.window_epochs)
    features, present = (each[window] for each in night.inputs(chosen, kinds))
    own = (torch.arange(len(present)) == epoch - window.start)[:, None]
    (block,) = epoch_blocks(
        channel.derivation, epoch + 1, band=kind, gaps=recording.gaps, first_epoch=epoch
    )
    levels = torch.from_numpy(channel.levels(night.around))
    with torch.enable_grad():
        maps, log_power = network.encoder.maps(torch.from_numpy(block.epochs))
        maps = maps.detach().requires_grad_()
        relative = night_features(network.encoder.measures(maps, log_power.detach()), levels)
        seen = features.clone()
        seen[:, kinds.index(kind)] = torch.where(own, relative, features[:, kinds.index(kind)])
        logits = torch.stack(
            [head(seen[None], present[None]) for head in network.stage_heads]
        )  # (n_heads, 1, n_epochs, 7)
        (gradient,) = torch.autograd.grad(wanted(logits[:, 0, epoch - window.start]), maps)
    weights = gradient.mean(dim=2, keepdim=True)  # (1, n_maps, 1)
    summed = torch.relu((weights * maps.detach()).sum(dim=1, keepdim=True))  # (1, 1, n_frames)
    n_steps = round(EPOCH_S / STEP_S)
    return functional.interpolate(summed, n_steps, mode="linear", align_corners=False)[0, 0]


def _logit(
    network: StagingNetwork, recalibration: Recalibration | None, stage: Stage, heads: Tensor
) -> Tensor:
    """() of (n_heads, 7): of the stage as it is answered, also where a site's habits are in it."""
    if recalibration is None:
        return heads[:, int(stage)].mean()
    stages = network.joined_stages(heads).log_softmax(dim=-1)
    return recalibration.logit(stage, stages, heads[:, N_STAGES].mean())


def _window(epoch: int, n_epochs: int, window_epochs: int) -> slice:
    """The window of the heads that has the epoch in its middle, as far as the night allows."""
    length = min(window_epochs, n_epochs)
    start = min(max(epoch - length // 2, 0), n_epochs - length)
    return slice(start, start + length)
