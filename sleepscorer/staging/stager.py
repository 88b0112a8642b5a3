"""Stages a recording with a trained network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors

from sleepscorer import __version__
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import StagingRefused, WeightsError
from sleepscorer.core.montage import StagerChannels
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.staging import input_gate
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, WeightsInfo, read_info, read_verified
from sleepscorer.staging.devices import choose_device
from sleepscorer.staging.input_gate import ChannelQuality
from sleepscorer.staging.networks.cnn_lstm import CnnLstm, CnnLstmConfig
from sleepscorer.staging.preprocess import Band, epoch_blocks
from sleepscorer.staging.scaling import around_main_sleep, log_scale
from sleepscorer.staging.windows import averaged_windows

_MAX_SCALINGS = 5

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class _Measured:
    """One channel as the encoder saw it: (n_epochs, 5) log band powers, and its quality."""

    log_powers: NDArray[np.float32]
    quality: ChannelQuality


class Stager:
    """A network with its weights, ready to stage recordings.

    Parameters
    ----------
    weights
        Name of a folder in ``models/``, or the path of any such folder.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.

    Raises
    ------
    WeightsError
        If the weights are missing or damaged.
    UsageError
        If there is no such device here.
    """

    def __init__(self, weights: str | Path = DEFAULT_WEIGHTS, *, device: str = "auto") -> None:
        # The network's operations take milliseconds: more threads gain a tenth of the time on an
        # idle machine, and on a busy one their spin-waiting for each other costs tenfold.
        torch.set_num_threads(1)
        self.info = read_info(weights)
        self._network = _load_network(self.info)
        self._device = choose_device(device)
        self._fell_back = False
        self._on_device(lambda: None)

    def stage(
        self, recording: Recording, channels: StagerChannels, progress: Progress = silent
    ) -> Staging:
        """Stage every epoch of a recording.

        Parameters
        ----------
        recording
            What to stage.
        channels
            The derivations to use; any subset with at least one EEG or EOG.
        progress
            Called about every 20 epochs; may raise Cancelled.

        Returns
        -------
        Probabilities, NaN where an epoch lies in a gap or no channel has a signal. The same input
        gives the same output on the same device.

        Raises
        ------
        StagingRefused
            If the recording is shorter than an epoch or no channel can be used.
        """
        n_epochs = recording.n_epochs
        if n_epochs < 1:
            raise StagingRefused(
                f"the recording lasts {recording.duration_s:.4g} s, less than one 30-s epoch",
                path=recording.path,
            )
        notes = [*channels.notes]
        warnings = [*channels.warnings, *input_gate.warnings_on_length(n_epochs)]
        eeg, eog = self._measure_all(recording, channels, warnings, part_of(progress, 0.0, 0.8))
        for measured in (*eeg, *eog):
            notes.extend(input_gate.notes_on_units(measured.quality.channel))
        if channels.emg:
            notes.append(
                f"The chin EMG ({', '.join(c.name for c in channels.emg)}) was not used:"
                f" the weights {self.info.name} were trained on EEG and EOG."
            )
        if eeg and eog:
            warnings.extend(_swap_warnings(eeg[0], eog[0]))
        probabilities = self._staged(eeg, eog, n_epochs, part_of(progress, 0.8, 1.0))
        unstaged = int(np.isnan(probabilities[:, 0]).sum())
        if unstaged:
            warnings.append(f"{unstaged} of {n_epochs} epochs have no signal and stay unscored.")
        if self._fell_back:
            warnings.append("The GPU ran out of memory: the network ran on the CPU.")
        progress(1.0, "staged")
        return Staging(probabilities, self._provenance(eeg, eog, notes, warnings))

    def _provenance(
        self,
        eeg: Sequence[_Measured],
        eog: Sequence[_Measured],
        notes: Sequence[str],
        warnings: Sequence[str],
    ) -> StagingProvenance:
        return StagingProvenance(
            weights_name=self.info.name,
            weights_sha256=self.info.sha256,
            eeg=tuple(measured.quality.channel.name for measured in eeg),
            eog=tuple(measured.quality.channel.name for measured in eog),
            emg=(),
            device=self._device.type,
            software=f"sleepscorer {__version__}",
            created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=tuple(notes),
            warnings=tuple(dict.fromkeys(warnings)),
        )

    def _measure_all(
        self,
        recording: Recording,
        channels: StagerChannels,
        warnings: list[str],
        progress: Progress,
    ) -> tuple[list[_Measured], list[_Measured]]:
        """Read and measure every channel that can be used; say why the others can't."""
        wanted: list[tuple[ResolvedDerivation, Band]] = [
            *((channel, "eeg") for channel in channels.eeg),
            *((channel, "eog") for channel in channels.eog),
        ]
        kept: dict[Band, list[_Measured]] = {"eeg": [], "eog": []}
        refused: list[str] = []
        for index, (channel, band) in enumerate(wanted):
            part = part_of(progress, index / len(wanted), (index + 1) / len(wanted))
            reason = input_gate.reason_against(channel)
            if not reason:
                measured = self._measure(recording, channel, band, part)
                reason = input_gate.reason_after(measured.quality)
            if reason:
                refused.append(reason)
                continue
            warnings.extend(input_gate.warnings_before(channel))
            warnings.extend(input_gate.warnings_after(measured.quality))
            kept[band].append(measured)
        if not kept["eeg"] and not kept["eog"]:
            raise StagingRefused(
                "; ".join(refused) if refused else "no EEG or EOG was found or chosen",
                path=recording.path,
                hint="name channels with --eeg and --eog; sleepscorer info lists them",
            )
        warnings.extend(f"{reason}; it was left out." for reason in refused)
        return kept["eeg"], kept["eog"]

    def _measure(
        self, recording: Recording, channel: ResolvedDerivation, band: Band, progress: Progress
    ) -> _Measured:
        n_epochs = recording.n_epochs
        log_powers, blocks = [], []
        for block in epoch_blocks(channel, n_epochs, band=band, gaps=recording.gaps):
            log_powers.append(self._encoded(block.epochs))
            blocks.append(block.quality)
            done = block.first_epoch + len(block.epochs)
            progress(done / n_epochs, f"{channel.name}: epoch {done} of {n_epochs}")
        powers = np.concatenate(log_powers)
        return _Measured(powers, input_gate.judged(channel, powers, blocks))

    def _encoded(self, epochs: NDArray[np.float32]) -> NDArray[np.float32]:
        def run() -> NDArray[np.float32]:
            with torch.inference_mode():
                on_device = torch.from_numpy(epochs).to(self._device)
                powers: NDArray[np.float32] = self._network.encoder(on_device).cpu().numpy()
                return powers

        return self._on_device(run)

    def _on_device(self, run: Callable[[], Result]) -> Result:
        """Run on the chosen device, and on the CPU for good once its memory is exhausted."""
        try:
            self._network.to(self._device)
            return run()
        except RuntimeError as error:
            if self._device.type == "cpu" or not _is_out_of_memory(error):
                raise
            self._fell_back = True
            self._device = torch.device("cpu")
            self._network.to(self._device)
            return run()

    def _staged(
        self,
        eeg: Sequence[_Measured],
        eog: Sequence[_Measured],
        n_epochs: int,
        progress: Progress,
    ) -> NDArray[np.float32]:
        """Scale, stage, look where the main sleep is, and scale by that until it holds still."""
        around = np.ones(n_epochs, dtype=bool)
        for scaling in range(_MAX_SCALINGS):
            part = part_of(progress, scaling / _MAX_SCALINGS, (scaling + 1) / _MAX_SCALINGS)
            probabilities = self._mean_over_pairs(eeg, eog, around, part)
            found = around_main_sleep(1 - probabilities[:, Stage.W])
            if np.array_equal(found, around):
                break
            around = found
        return probabilities

    def _mean_over_pairs(
        self,
        eeg: Sequence[_Measured],
        eog: Sequence[_Measured],
        around: NDArray[np.bool_],
        progress: Progress,
    ) -> NDArray[np.float32]:
        """(n_epochs, 5): the mean over the pairs of EEG and EOG, NaN where none is usable."""
        n_epochs = around.size
        total = np.zeros((n_epochs, len(STAGES)))
        count = np.zeros(n_epochs)
        pairs = list(product(eeg or (None,), eog or (None,)))
        for index, pair in enumerate(pairs):
            part = part_of(progress, index / len(pairs), (index + 1) / len(pairs))
            powers, present = _head_inputs(pair, around, n_epochs)
            # An epoch in which this pair has its EEG counts; one that has only the EOG is left to
            # it where no EEG at all is usable.
            weight = np.where(present[:, 0] > 0, 1.0, 1e-3 * present[:, 1])
            total += weight[:, None] * averaged_windows(self._head, powers, present, part)
            count += weight
        staged = count > 0
        result = np.full((n_epochs, len(STAGES)), np.nan, dtype=np.float32)
        mean = total[staged] / count[staged, None]
        result[staged] = mean / mean.sum(axis=1, keepdims=True)
        return result

    def _head(
        self, powers: NDArray[np.float32], present: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        def run() -> NDArray[np.float32]:
            with torch.inference_mode():
                inputs = torch.from_numpy(powers).to(self._device)
                answers: NDArray[np.float32] = (
                    self._network.probabilities(
                        inputs[..., :N_BANDS],
                        inputs[..., N_BANDS:],
                        torch.from_numpy(present).to(self._device),
                    )
                    .cpu()
                    .numpy()
                )
                return answers

        return self._on_device(run)


def _load_network(info: WeightsInfo) -> CnnLstm:
    content = read_verified(info)
    if info.architecture != "CnnLstm":
        raise WeightsError(
            f"this program has no network {info.architecture!r}",
            path=info.weights_path,
            hint="install the version of the program they were made for",
        )
    try:
        network = CnnLstm(CnnLstmConfig(**info.network))
        network.load_state_dict(load_tensors(content))
    except (TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            "the weights do not fit their configuration",
            path=info.weights_path,
            hint="install them again",
        ) from error
    return network.eval()


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Tell an exhausted device from a bug; not every backend has an exception of its own for it."""
    words = str(error).casefold()
    return isinstance(error, torch.OutOfMemoryError) or any(
        sign in words for sign in ("out of memory", "alloc_failed", "not_enough_memory")
    )


def _head_inputs(
    pair: tuple[_Measured | None, _Measured | None],
    around: NDArray[np.bool_],
    n_epochs: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n_epochs, 10) scaled log band powers of EEG and EOG, and (n_epochs, 2) their presence."""
    powers = np.zeros((n_epochs, 2 * N_BANDS), dtype=np.float32)
    present = np.zeros((n_epochs, 2), dtype=np.float32)
    for index, measured in enumerate(pair):
        if measured is None:
            continue
        usable = measured.quality.usable
        counted = usable & around if (usable & around).any() else usable
        scaled = measured.log_powers - log_scale(measured.log_powers, counted)
        columns = slice(index * N_BANDS, (index + 1) * N_BANDS)
        powers[usable, columns] = scaled[usable]
        present[:, index] = usable
    return powers, present


def _swap_warnings(eeg: _Measured, eog: _Measured) -> tuple[str, ...]:
    return input_gate.swap_warning(
        eeg.quality.channel.name,
        eeg.log_powers[eeg.quality.usable],
        eog.quality.channel.name,
        eog.log_powers[eog.quality.usable],
    )
