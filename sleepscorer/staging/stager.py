"""Stages a recording with a trained network."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, product
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from sleepscorer import __version__
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import NoUsableChannel, StagingRefused
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import (
    OWN_STAGER,
    Staging,
    StagingProvenance,
    doubted,
    lowered,
    most_probable,
)
from sleepscorer.core.wording import of_counted
from sleepscorer.staging import input_gate
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.channel_quality import judged
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.staging.devices import choose_device
from sleepscorer.staging.lights_suggestion import restlessness, suggested_lights
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.measured_night import MeasuredChannel, MeasuredNight
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.night_ahead import NightAhead, TraitedBlock, traited_blocks
from sleepscorer.staging.plausibility import EpochTraits
from sleepscorer.staging.preprocess import Band, EpochBlock
from sleepscorer.staging.scaling import around_main_sleep
from sleepscorer.staging.unlearned import unlearned_by_stage, unlearned_warnings
from sleepscorer.staging.windows import Run, averaged_windows

_MAX_SCALINGS = 5
_RECALIBRATED = "The probabilities were recalibrated to a site, by reviewed nights of its own."
_N_ANSWERS = len(STAGES) + 3

Result = TypeVar("Result")
_Channels = dict[Band, list[MeasuredChannel]]


class Stager:
    """A network with its weights, ready to stage recordings.

    Parameters
    ----------
    weights
        Name of a folder in ``models/``, or the path of any such folder.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    n_threads
        How many run the network side by side, on the CPU; the answers are the same. More are faster
        where nobody else wants the processor, as a window does.

    Raises
    ------
    WeightsError
        If the weights are missing or damaged.
    UsageError
        If there is no such device here.
    """

    def __init__(
        self,
        weights: str | Path = DEFAULT_WEIGHTS,
        *,
        device: str = "auto",
        n_threads: int = 1,
    ) -> None:
        # The network's operations take milliseconds: more threads gain a tenth of the time on an
        # idle machine, and on a busy one their spin-waiting for each other costs tenfold.
        torch.set_num_threads(1)
        self.info = read_info(weights)
        self._network = load_network(self.info)
        self._device = choose_device(device)
        self._fell_back = False
        self._n_threads = n_threads
        self._ahead: NightAhead | None = None
        self._measured: dict[tuple[object, ...], MeasuredChannel] | None = None
        self._on_device(lambda: None)

    @property
    def kinds(self) -> tuple[Band, ...]:
        """The kinds of channel that it looks at, in order."""
        return self._network.config.kinds

    def reading(self, ahead: NightAhead) -> "Stager":
        """The same stager for one night that is read ahead."""
        stager = copy(self)
        stager._ahead = ahead
        return stager

    def remembering(self) -> "Stager":
        """The same stager for one night by several choices of channels: each is measured once."""
        stager = copy(self)
        stager._measured = {}
        return stager

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
        return self.stage_and_measure(recording, channels, progress)[0]

    def stage_and_measure(
        self, recording: Recording, channels: StagerChannels, progress: Progress = silent
    ) -> tuple[Staging, MeasuredNight]:
        """Do what :meth:`stage` does, and return as well what was measured for it."""
        if recording.n_epochs < 1:
            raise StagingRefused(
                f"the recording lasts {recording.duration_s:.4g} s, less than one 30-s epoch",
                path=recording.path,
            )
        night = self.measure(recording, channels, part_of(progress, 0.0, 0.8))
        return self.stage_measured(night, part_of(progress, 0.8, 1.0))

    def stage_measured(
        self, night: MeasuredNight, progress: Progress = silent
    ) -> tuple[Staging, MeasuredNight]:
        """Stage what :meth:`measure` gave; return it also with its main sleep found.

        The first head alone finds the main sleep, to half an hour; then all of them stage it.
        """
        n_heads, n_epochs = len(self._network.stage_heads), night.n_epochs
        n_steps = _MAX_SCALINGS + (n_heads > 1)
        answers, night = self._located(night, part_of(progress, 0.0, _MAX_SCALINGS / n_steps))
        if n_heads > 1:
            last = part_of(progress, _MAX_SCALINGS / n_steps, 1.0)
            answers = self._mean_over_combinations(night, last, n_heads=n_heads)
        probabilities, hierarchy = self._fitted_to_site(answers)
        warnings = [*night.warnings]
        unstaged = int(np.isnan(probabilities[:, 0]).sum())
        if unstaged:
            staged_not = of_counted(unstaged, n_epochs, "epoch")
            warnings.append(f"{staged_not} have no signal and stay unscored.")
        if self._fell_back:
            warnings.append("The GPU ran out of memory: the network ran on the CPU.")
        stages = most_probable(probabilities)
        suggested = suggested_lights(1 - probabilities[:, Stage.W], restlessness(night))
        model = self.info.confidence
        confidence = probabilities.max(axis=1) if model is None else model.of(probabilities)
        eeg, eog = ([one.quality for one in night.channels[kind]] for kind in ("eeg", "eog"))
        unsound = np.maximum(
            input_gate.unsound_shares(eeg, eog, n_epochs), input_gate.one_stage_share(stages)
        )
        warnings.extend(input_gate.warnings_on_stages(stages))
        unlearned = unlearned_by_stage(night, self.info)
        warnings.extend(unlearned_warnings(night, self.info))
        progress(1.0, "staged")
        staging = Staging(
            probabilities,
            self._provenance(night, warnings, suggested, unlearned),
            hierarchy,
            confidence=lowered(confidence, doubted(unsound, stages, unlearned), len(STAGES)),
            faults=input_gate.faults_of(one.quality for one in night.all_channels),
            unsound=unsound,
        )
        return staging, night

    def measure(
        self, recording: Recording, channels: StagerChannels, progress: Progress = silent
    ) -> MeasuredNight:
        """Read every channel and measure its epochs; what can't be used is left out and said.

        Raises
        ------
        StagingRefused
            If no EEG or EOG can be used.
        """
        notes = [*channels.notes]
        warnings = [*channels.warnings, *input_gate.warnings_on_length(recording.n_epochs)]
        measured = self._measure_all(recording, channels, warnings, progress)
        for one in chain.from_iterable(measured.values()):
            notes.extend(input_gate.notes_on_units(one.derivation))
        if channels.emg and "emg" not in measured:
            notes.append(
                f"The chin EMG ({', '.join(c.name for c in channels.emg)}) was not used:"
                f" the weights {self.info.name} were trained without it."
            )
        if measured["eeg"] and measured["eog"]:
            warnings.extend(_swap_warnings(measured["eeg"][0], measured["eog"][0]))
        around = np.ones(recording.n_epochs, dtype=bool)
        return MeasuredNight(measured, around, tuple(notes), tuple(warnings))

    def located(self, night: MeasuredNight, progress: Progress = silent) -> MeasuredNight:
        """The same night with its main sleep found, as :meth:`stage` finds it."""
        return self._located(night, progress)[1]

    def _fitted_to_site(
        self, answers: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """(n_epochs, 5), and (n_epochs, 3) by the hierarchy.

        Once recalibrated, the hierarchy's own answer would contradict the five stages: three are
        those of the five, added up. What finds the main sleep stays as it was.
        """
        probabilities, hierarchy = np.split(answers, [len(STAGES)], axis=1)
        fitting = self.info.recalibration
        if fitting is None:
            return probabilities, hierarchy
        return fitting.of(probabilities, hierarchy), None

    def network_on_cpu(self) -> StagingNetwork:
        """The network, brought back from a GPU: to explain it epoch by epoch."""
        return self._network.to("cpu")

    def _provenance(
        self,
        night: MeasuredNight,
        warnings: Sequence[str],
        suggested: tuple[float, ...],
        unlearned: tuple[float, ...],
    ) -> StagingProvenance:
        names = {
            kind: tuple(one.derivation.name for one in channels)
            for kind, channels in night.channels.items()
        }
        return StagingProvenance(
            weights_name=self.info.name,
            weights_sha256=self.info.sha256,
            eeg=names["eeg"],
            eog=names["eog"],
            emg=names.get("emg", ()),
            device=self._device.type,
            software=f"sleepscorer {__version__}",
            created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=(*night.notes, *((_RECALIBRATED,) if self.info.recalibration else ())),
            warnings=tuple(dict.fromkeys(warnings)),
            review_curve=self.info.review_curve,
            suggested_lights_s=suggested,
            stager=OWN_STAGER,
            confidence_measured_on=self.info.confidence_measured_on,
            unlearned_by_stage=unlearned,
        )

    def _measure_all(
        self,
        recording: Recording,
        channels: StagerChannels,
        warnings: list[str],
        progress: Progress,
    ) -> _Channels:
        """Read and measure every channel that can be used; say why the others can't."""
        resolved = {"eeg": channels.eeg, "eog": channels.eog, "emg": channels.emg}
        kept: _Channels = {"eeg": [], "eog": []}
        for kind in self._network.config.kinds:
            kept[kind] = []
        wanted: list[tuple[ResolvedDerivation, Band]] = [
            (channel, kind) for kind in self._network.config.kinds for channel in resolved[kind]
        ]
        refused: list[str] = []
        for index, (channel, kind) in enumerate(wanted):
            part = part_of(progress, index / len(wanted), (index + 1) / len(wanted))
            reason = input_gate.reason_against(channel)
            if not reason:
                measured = self._measure_once(recording, channel, kind, part)
                reason = input_gate.reason_after(measured.quality)
            if reason:
                refused.append(reason)
                continue
            warnings.extend(input_gate.warnings_before(channel))
            warnings.extend(input_gate.warnings_after(measured.quality))
            kept[kind].append(measured)
        if not kept["eeg"] and not kept["eog"]:
            raise NoUsableChannel(
                "; ".join(refused) if refused else "no EEG or EOG was found or chosen",
                path=recording.path,
                hint="choose other channels",
            )
        warnings.extend(f"{reason}; it was left out." for reason in refused)
        qualities = ([one.quality for one in kept[kind]] for kind in ("eeg", "eog"))
        left_out = input_gate.left_out_as_implausible(*qualities)
        warnings.extend(
            f"{quality.channel.name} was left out, because there is an EEG without such doubt."
            for quality in left_out
        )
        return {
            kind: [one for one in channels if one.quality not in left_out]
            for kind, channels in kept.items()
        }

    def _measure_once(
        self, recording: Recording, channel: ResolvedDerivation, kind: Band, progress: Progress
    ) -> MeasuredChannel:
        if self._measured is None:
            return self._measure(recording, channel, kind, progress)
        # Signals are told apart as objects: of another recording they are others.
        key = (kind, channel.name, channel.parts)
        if key not in self._measured:
            self._measured[key] = self._measure(recording, channel, kind, progress)
        return self._measured[key]

    def _measure(
        self, recording: Recording, channel: ResolvedDerivation, kind: Band, progress: Progress
    ) -> MeasuredChannel:
        n_epochs = recording.n_epochs
        measures, parts = [], []
        ahead = self._ahead
        read = ahead.blocks(channel, kind) if ahead else traited_blocks(recording, channel, kind)
        for block, traits, encoded in self._all_encoded(read):
            measures.append(encoded)
            parts.append((block.quality, traits))
            done = block.first_epoch + len(block.epochs)
            progress(done / n_epochs, f"{channel.name}: epoch {done} of {n_epochs}")
        joined = np.concatenate(measures)
        quality = judged(channel, kind, joined[:, :N_BANDS], parts)
        return MeasuredChannel(joined, quality)

    def _all_encoded(
        self, read: Iterator[TraitedBlock]
    ) -> Iterator[tuple[EpochBlock, EpochTraits, NDArray[np.float32]]]:
        """Yield the blocks in order, with what the encoder measured of them."""
        if not self._is_threaded:
            for block, traits in read:
                yield block, traits, self._encoded(block.epochs)
            return
        with self._threads() as threads:
            coming: deque[tuple[EpochBlock, EpochTraits, Future[NDArray[np.float32]]]] = deque()
            for block, traits in read:
                coming.append((block, traits, threads.submit(self._encoded, block.epochs)))
                if len(coming) > 2 * self._n_threads:
                    first, its_traits, encoded = coming.popleft()
                    yield first, its_traits, encoded.result()
            for block, traits, encoded in coming:
                yield block, traits, encoded.result()

    @property
    def _is_threaded(self) -> bool:
        return self._n_threads > 1 and self._device.type == "cpu"

    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._n_threads, thread_name_prefix="network")

    def _encoded(self, epochs: NDArray[np.float32]) -> NDArray[np.float32]:
        def run() -> NDArray[np.float32]:
            with torch.inference_mode():
                on_device = torch.from_numpy(epochs).to(self._device)
                measures: NDArray[np.float32] = self._network.encoder(on_device).cpu().numpy()
                return measures

        return self._on_device(run)

    def _on_device(self, run: Callable[[], Result]) -> Result:
        """Run on the chosen device, and on the CPU for good once its memory is exhausted."""
        try:
            self._place()
            return run()
        except RuntimeError as error:
            if self._device.type == "cpu" or not _is_out_of_memory(error):
                raise
            self._fell_back = True
            self._device = torch.device("cpu")
            self._place()
            return run()

    def _place(self) -> None:
        # Asking every module of several heads takes as long as running them.
        if next(self._network.parameters()).device.type != self._device.type:
            self._network.to(self._device)

    def _located(
        self, night: MeasuredNight, progress: Progress
    ) -> tuple[NDArray[np.float32], MeasuredNight]:
        """Scale, stage by the first head, look where the main sleep is, until it holds still."""
        for scaling in range(_MAX_SCALINGS):
            part = part_of(progress, scaling / _MAX_SCALINGS, (scaling + 1) / _MAX_SCALINGS)
            answers = self._mean_over_combinations(night, part, n_heads=1)
            found = around_main_sleep(1 - answers[:, Stage.W])
            if np.array_equal(found, night.around):
                break
            night = replace(night, around=found)
        return answers, night

    def _mean_over_combinations(
        self, night: MeasuredNight, progress: Progress, *, n_heads: int
    ) -> NDArray[np.float32]:
        """(n_epochs, 8): the mean over the combinations of one channel of each kind.

        NaN where none is usable.
        """
        head = partial(self._head, n_heads)
        total = np.zeros((night.n_epochs, _N_ANSWERS))
        count = np.zeros(night.n_epochs)
        kinds = self._network.config.kinds
        combinations = list(product(*(range(len(night.channels[k])) or (None,) for k in kinds)))
        for index, combination in enumerate(combinations):
            part = part_of(progress, index / len(combinations), (index + 1) / len(combinations))
            features, present = night.inputs(dict(zip(kinds, combination, strict=True)), kinds)
            weight = _weight(present.numpy(), kinds)
            answers = averaged_windows(
                head,
                features.numpy(),
                present.numpy(),
                part,
                window_epochs=self._network.config.window_epochs,
                each=self._each,
            )
            total += weight[:, None] * answers
            count += weight
        staged = count > 0
        result = np.full(total.shape, np.nan, dtype=np.float32)
        result[staged] = total[staged] / count[staged, None]
        return result

    def _head(
        self, n_heads: int, features: NDArray[np.float32], present: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        def run() -> NDArray[np.float32]:
            with torch.inference_mode():
                on_device = (torch.from_numpy(x).to(self._device) for x in (features, present))
                answers = self._network.answers(*on_device, n_heads=n_heads)
                return np.asarray(answers.cpu().numpy(), dtype=np.float32)

        return self._on_device(run)

    def _each(self, run: Run, batches: Sequence[Sequence[int]]) -> Iterator[NDArray[np.float32]]:
        if not self._is_threaded:
            yield from map(run, batches)
            return
        with self._threads() as threads:
            yield from threads.map(run, batches)


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Tell an exhausted device from a bug; not every backend has an exception of its own for it."""
    words = str(error).casefold()
    return isinstance(error, torch.OutOfMemoryError) or any(
        sign in words for sign in ("out of memory", "alloc_failed", "not_enough_memory")
    )


def _weight(present: NDArray[np.float32], kinds: Sequence[Band]) -> NDArray[np.float64]:
    """(n_epochs,) how much a combination of channels counts.

    An epoch in which it has its EEG counts; one that has only the EOG is left to it where no EEG at
    all is usable. Nobody stages by the chin EMG alone.
    """
    by_kind = dict(zip(kinds, present.T.astype(np.float64), strict=True))
    nothing = np.zeros(len(present))
    weight: NDArray[np.float64] = np.where(
        by_kind.get("eeg", nothing) > 0, 1.0, 1e-3 * by_kind.get("eog", nothing)
    )
    return weight


def _swap_warnings(eeg: MeasuredChannel, eog: MeasuredChannel) -> tuple[str, ...]:
    return input_gate.swap_warning(
        eeg.derivation.name,
        eeg.log_powers[eeg.quality.usable],
        eog.derivation.name,
        eog.log_powers[eog.quality.usable],
    )
