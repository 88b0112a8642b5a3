"""``sleepscorer train``."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from sleepscorer.cli.output import INTERRUPTED, complain, say
from sleepscorer.cli.training_progress import training_progress
from sleepscorer.core.errors import UsageError
from sleepscorer.core.people import told_of_unknown
from sleepscorer.core.wording import counted

if TYPE_CHECKING:
    from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
    from sleepscorer.staging.preprocess import Band
    from sleepscorer.training.nights import TrainingNight
    from sleepscorer.training.raw_nights import Trim
    from sleepscorer.training.trainer import Recipe

_FEATURES, _SESSIONS = "features", "sessions"
_FRONT_END, _HEAD, _CHANNELS, _N_LEARNED = "multi_scale_cnn", "bilstm", "eeg,eog", 64
_RAW_STEPS, _RAW_WINDOW_EPOCHS = 4000, 20
# Of a batch: what a CPU gets through in reasonable time, and what keeps a GPU busy.
_RAW_WINDOWS, _RAW_WINDOWS_ON_GPU = 8, 64


def train_network(options: argparse.Namespace) -> int:
    """Train a network on scored nights, people apart, and judge it on those it did not see."""
    try:
        if options.data == _SESSIONS and options.stager is not None:
            from sleepscorer.cli.stager_training import tune_other_stager

            return tune_other_stager(options)
        if options.data == _SESSIONS:
            from sleepscorer.cli.site_training import tune_to_sessions

            return tune_to_sessions(options)
        return _train(options)
    except KeyboardInterrupt:
        complain(
            f"sleepscorer: stopped; the same command goes on from the last look at the validation"
            f" nights that is kept in {options.out}"
        )
        return INTERRUPTED


def _train(options: argparse.Namespace) -> int:
    for name in ("name", "tune", "stager"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name} is for --data sessions", hint="other weights lie in --out")
    for name, least in (("batch", 1), ("workers", 0)):
        given = getattr(options, name)
        if given is not None and given < least:
            raise UsageError(f"--{name} {given}", hint=f"at least {least}")
    config = _config(options)
    # torch takes a second to import: what is wrong with the options is said before that.
    from sleepscorer.staging.devices import choose_device
    from sleepscorer.training.batch_loading import n_workers_for
    from sleepscorer.training.protocols import splits_of
    from sleepscorer.training.runs import Run, run_folds

    start = _start(options, config)
    device = choose_device(options.device)
    recipe = _recipe(options, on_gpu=device.type != "cpu")
    n_workers = n_workers_for(device, options.workers)
    nights, data = _nights(options, config.kinds)
    splits = splits_of(nights, protocol=options.protocol, n_folds=options.folds, seed=options.seed)
    if options.only_fold is not None:
        if not 1 <= options.only_fold <= len(splits):
            raise UsageError(f"there is no fold {options.only_fold} of {len(splits)}")
        splits = splits[options.only_fold - 1 : options.only_fold]
    run = Run(config, recipe, data, device, n_workers)
    with training_progress(options.out.name, quiet=options.quiet) as progress:
        found = run_folds(run, nights, splits, options.out, start=start, progress=progress)
    if not options.quiet:
        say(
            f"{counted(found['n_nights'], 'night')}, {counted(found['n_epochs'], 'epoch')}"
            f" of people"
            " it did not see:"
            f" accuracy {found['accuracy']:.3f}, kappa {found['kappa']:.3f},"
            f" macro-F1 {found['macro_f1']:.3f}, calibration error {found['ece']:.3f}"
        )
        say(f"weights, curves and figures are in {options.out}")
    return 0


def _recipe(options: argparse.Namespace, *, on_gpu: bool) -> "Recipe":
    from sleepscorer.training.runs import begun_batch
    from sleepscorer.training.trainer import Recipe

    if options.data == _FEATURES:
        n_steps, n_windows = Recipe.n_steps, Recipe.batch_windows
    else:
        n_steps, n_windows = _RAW_STEPS, _RAW_WINDOWS_ON_GPU if on_gpu else _RAW_WINDOWS
    return Recipe(
        n_steps=options.steps or n_steps,
        batch_windows=options.batch or begun_batch(options.out) or n_windows,
        seed=options.seed,
        raw=options.data != _FEATURES,
    )


def _config(options: argparse.Namespace) -> "NetworkConfig":
    from sleepscorer.staging.networks.staging_network import KINDS, NetworkConfig

    wanted = {name.strip() for name in (options.channels or _CHANNELS).split(",")}
    unknown = wanted - set(KINDS)
    if unknown:
        raise UsageError(
            f"--channels {', '.join(sorted(unknown))}", hint=f"there are {', '.join(KINDS)}"
        )
    kinds = tuple(kind for kind in KINDS if kind in wanted)
    is_raw = options.data != _FEATURES
    n_learned = _N_LEARNED if options.learned is None else options.learned
    try:
        return NetworkConfig(
            options.front_end or _FRONT_END,
            (options.head or _HEAD,),
            kinds,
            n_learned=n_learned if is_raw else 0,
            detailed=is_raw and n_learned > 0,
            window_epochs=_RAW_WINDOW_EPOCHS if is_raw else NetworkConfig.window_epochs,
            undo_stage_weights=bool(options.undo_weights),
        )
    except ValueError as error:
        raise UsageError(str(error), hint="see: sleepscorer train --help") from error


def _start(options: argparse.Namespace, config: "NetworkConfig") -> "StagingNetwork | None":
    """The network to begin from: the one named, or the front-end of a shipped one."""
    from sleepscorer.staging.checkpoint import read_info, shipped_weights
    from sleepscorer.staging.loading import load_network
    from sleepscorer.training.runs import without_heads

    if options.start == "none":
        return None
    if options.start is not None:
        complain(
            f"sleepscorer: begins from {options.start}: the figures hold only if those weights"
            " were trained on none of these people"
        )
        return load_network(read_info(options.start))
    for info in shipped_weights():
        if info.network["front_end"] == config.front_end:
            # Their heads know the stages of people of Sleep-EDF, who may be those that test here.
            return without_heads(load_network(info))
    return None


def _nights(
    options: argparse.Namespace, kinds: "tuple[Band, ...]"
) -> "tuple[Sequence[TrainingNight], str]":
    """The nights, and in words where they come from."""
    from sleepscorer.training.nights import feature_nights
    from sleepscorer.training.raw_nights import prepared
    from sleepscorer.training.runs import claim_run
    from sleepscorer.training.scored_recordings import (
        NAME_THEM,
        SOURCES,
        any_folder,
        downloaded_sleep_edf,
    )

    if options.data != _FEATURES and options.data not in SOURCES:
        raise UsageError(
            f"--data {options.data}",
            hint=f"there are {', '.join((_FEATURES, _SESSIONS, *SOURCES))}",
        )
    if options.folder is None and options.data != "sleep-edf":
        raise UsageError(f"--data {options.data} needs --folder")
    if options.data == _FEATURES:
        return feature_nights(options.folder), f"features of {options.folder.name}"
    if options.data == "folder":
        scored = any_folder(options.folder, subject=options.subject)
    elif options.folder is None:
        scored = downloaded_sleep_edf()
    else:
        scored = SOURCES[options.data](options.folder)
    claim_run(options.out)
    with training_progress("reading", quiet=options.quiet) as progress:
        nights, refused = prepared(
            scored, kinds, options.out / "epochs", trim=_trim(options), progress=progress
        )
    n_unknown = sum(not one.is_known for one in scored)
    for sentence in (*refused, *told_of_unknown(n_unknown, remedy=NAME_THEM)):
        complain(f"sleepscorer: {sentence}")
    if not nights:
        raise UsageError("none of the recordings can be learned from", path=options.folder)
    return nights, options.data


def _trim(options: argparse.Namespace) -> "Trim":
    from sleepscorer.training.protocols import PROTOCOLS
    from sleepscorer.training.raw_nights import Trim

    if options.trim is None:
        known = PROTOCOLS.get(options.protocol or "")
        return known.trim if known is not None else "30min"
    if options.trim not in get_args(Trim):
        raise UsageError(f"--trim {options.trim}", hint=f"there are {', '.join(get_args(Trim))}")
    trim: Trim = options.trim
    return trim
