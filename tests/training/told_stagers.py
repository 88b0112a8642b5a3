"""Made-up recordings, and stagers that say of them what they are told to."""

import numpy as np
from scipy.io import savemat

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.training.raw_comparison import AskedStager

EXPERT = {1: [0, 0, 2, 2], 3: [2, 2, 1, 0], 5: [2, 3, 3, 0]}
RATES_HZ = {1: 100, 3: 50, 5: 200}
UNSTAGED = -1


def write_recordings(folder):
    """Three recordings of four epochs in the layout of DREAMS, and two of ten epochs of wake."""
    (folder / "dreams").mkdir()
    for number, stages in EXPERT.items():
        n_samples = len(stages) * 30 * RATES_HZ[number]
        lines = ["[C3-A1]", *(["1.0"] * n_samples)]
        (folder / "dreams" / f"excerpt{number}.txt").write_text("\n".join(lines))
        np.savez(folder / "dreams" / f"dreams_sp{number}.npz", y=np.array(stages))
    (folder / "pz_oz_wake").mkdir()
    for number in range(2):
        path = folder / "pz_oz_wake" / f"SC400{number}E0-PSG_edfm.mat"
        savemat(path, {"val": np.ones((1, 10 * 3000))})
    return folder


def told(name, says, *, sure=0.8, in_consensus=False, fails_on=()):
    """A stager that says the given stages of each excerpt; of wake, W in all but one epoch."""

    def stage(recording, channels):
        if recording.path.stem in fails_on:
            raise StagingRefused("it is too dark", path=recording.path)
        stages = [*[0] * (recording.n_epochs - 1), 2]
        if recording.path.stem.startswith("excerpt"):
            stages = says[int(recording.path.stem[-1])]
        probabilities = np.full((len(stages), 5), (1 - sure) / 4, np.float32)
        for epoch, one in enumerate(stages):
            if one == UNSTAGED:
                probabilities[epoch] = np.nan
            else:
                probabilities[epoch, one] = sure
        eeg = tuple(one.name for one in channels.eeg)
        made = StagingProvenance(name, "", eeg, (), (), "cpu", name, "", stager=name)
        return Staging(probabilities, made)

    return AskedStager(name, name.title(), stage, in_consensus=in_consensus)
