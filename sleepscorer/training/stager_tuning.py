"""Tunes RobustSleepNet as a whole to a site's own nights, and says whether other people gain."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.staging.robust_sleep_net.installed import (
    InstalledWeights,
    load_networks,
    read_card,
    weights_files,
)
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.training.evaluate import NightAnswers
from sleepscorer.training.fine_tuning import everybody
from sleepscorer.training.network_tuning import NetworkRecipe, answers_of, tune_network
from sleepscorer.training.nights import counted
from sleepscorer.training.runs import begin_run, named, write_bytes
from sleepscorer.training.site_card import stager_card
from sleepscorer.training.spectral_nights import SpectralNight
from sleepscorer.training.splits import Split, folds
from sleepscorer.training.tuned import Tuned, compared, digest_of, summary_of, write_figures

WHOLE = NetworkRecipe()

N_FOLDS = 3
"""Of people; the five networks of each take minutes."""

_VALIDATION_SHARE = 0.25
_LICENCE = (
    "MIT License",
    "without restriction, including without limitation the rights to use, copy, modify",
)


def check_licence(installed: InstalledWeights) -> None:
    """Refuse weights whose card does not say that they may be changed.

    Raises
    ------
    UsageError
        If it does not, or there is none.
    """
    said = " ".join(read_card(installed).split())
    if not all(words in said for words in _LICENCE):
        raise UsageError(
            "the card of these weights holds no licence by which they may be changed",
            path=installed.card,
            hint="get them anew: sleepscorer models fetch robust-sleep-net",
        )


def tune_stager(
    installed: InstalledWeights,
    nights: Sequence[SpectralNight],
    folder: Path,
    *,
    recipe: NetworkRecipe = WHOLE,
    progress: Progress = silent,
) -> Tuned:
    """Tune every network of the stager; judge them together by three folds of people.

    In each fold the people who test are seen by nothing; three quarters of the others train, the
    rest decide when to stop. The weights that come out are tuned in the same way on all people.

    Parameters
    ----------
    installed
        The former weights; nothing of them changes.
    nights
        As the networks read them.
    folder
        Of the run: configuration, a folder for each fold and network, ``weights``, figures. What
        was killed goes on there.
    recipe
        How.

    Raises
    ------
    UsageError
        If the licence does not allow it, another run was begun in the folder, or there are too few
        people.
    """
    check_licence(installed)
    splits = folds(nights, N_FOLDS, seed=recipe.seed, validation_share=_VALIDATION_SHARE)
    begin_run(
        folder,
        {
            "data": f"reviewed sessions: {counted(nights)}",
            "content": digest_of(nights),
            "start": {"name": installed.name, "sha256": installed.sha256},
            "recipe": asdict(recipe),
            "splits": [named(split) for split in splits],
        },
    )
    tuning = _Tuning(installed, nights, recipe)
    former: list[NightAnswers] = []
    new: list[NightAnswers] = []
    for index, split in enumerate(splits):
        part = part_of(progress, index / (N_FOLDS + 1), (index + 1) / (N_FOLDS + 1))
        networks = tuning.tuned(split, folder / f"fold-{index + 1:02d}", part)
        _, _, test = split.parts(nights)
        new += answers_of(networks, test)
        former += answers_of(load_networks(installed), test)
    comparison = compared(former, new)
    last = part_of(progress, N_FOLDS / (N_FOLDS + 1), 1.0)
    final = tuning.tuned(everybody(splits[0]), folder / "final", last)
    reasons = comparison.reasons_against()
    write_figures(folder, comparison, reasons, new)
    summary = summary_of(installed.name, "tuned as a whole", nights, comparison)
    card = stager_card(
        former=installed.name,
        former_card=read_card(installed),
        nights=counted(nights),
        compared=comparison,
        n_folds=N_FOLDS,
    )
    files = weights_files(
        {name: net.state_dict() for name, net in zip(installed.nets, final, strict=True)},
        [{"name": name, "tuned_from": installed.sha256} for name in installed.nets],
        card,
        summary,
    )
    for name, content in files.items():
        write_bytes(folder / "weights" / name, content)
    progress(1.0, "tuned")
    return Tuned(comparison, reasons, folder / "weights")


@dataclass(frozen=True)
class _Tuning:
    """What is the same in every fold."""

    installed: InstalledWeights
    nights: Sequence[SpectralNight]
    recipe: NetworkRecipe

    def tuned(self, split: Split, folder: Path, progress: Progress) -> list[RobustSleepNet]:
        """All networks, each tuned by itself."""
        training, validation, _ = split.parts(self.nights)
        networks = load_networks(self.installed)
        for index, (name, network) in enumerate(zip(self.installed.nets, networks, strict=True)):
            part = part_of(progress, index / len(networks), (index + 1) / len(networks))
            tune_network(
                network, training, validation, self.recipe, folder=folder / name, progress=part
            )
        return networks
