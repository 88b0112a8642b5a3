"""Stagers as other packages offer them: a good one, and every kind of bad one."""

# ruff: noqa: ARG002 - every one has the form of a stager

import os
import signal
import time

import numpy as np

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.staging_result import Staging, StagingProvenance

CALM_STAGE = 2


def opinion(n_epochs, *, stage=CALM_STAGE, **provenance):
    """0.6 for one stage in every epoch, the rest shared evenly."""
    probabilities = np.full((n_epochs, 5), 0.1, np.float32)
    probabilities[:, stage] = 0.6
    values = {"weights_name": "calm", "weights_sha256": "", "eog": (), "emg": (), "device": "cpu"}
    values |= {"eeg": ("C4-M1",), "software": "made by hand", "created_utc": ""}
    return Staging(probabilities, StagingProvenance(**(values | provenance)))


class Calm:
    """N2 all night."""

    title = "Calm 1.2"

    def stage(self, recording, channels, progress):
        progress(0.5, "calm")
        return opinion(recording.n_epochs)


class Deep(Calm):
    """N3 all night."""

    title = "Deep 1"

    def stage(self, recording, channels, progress):
        return opinion(recording.n_epochs, stage=3)


class Raising(Calm):
    title = "Raising 3"

    def stage(self, recording, channels, progress):
        raise RuntimeError("no idea")


class Refusing(Calm):
    title = "Refusing 1"

    def stage(self, recording, channels, progress):
        raise StagingRefused("the night is too dark", path=recording.path)


class Exiting(Calm):
    title = "Exiting 1"

    def stage(self, recording, channels, progress):
        raise SystemExit(3)


class TooLong(Calm):
    """One epoch more than there is."""

    title = "TooLong 1"

    def stage(self, recording, channels, progress):
        return opinion(recording.n_epochs + 1)


class Odd(Calm):
    """Gives an array, as one may think."""

    title = "Odd 1"

    def stage(self, recording, channels, progress):
        return opinion(recording.n_epochs).probabilities


class Untold(Calm):
    """What it used can't be written down."""

    title = "Untold 1"

    def stage(self, recording, channels, progress):
        return opinion(recording.n_epochs, eeg=channels.eeg)


class Hanging(Calm):
    """Never ends by itself."""

    title = "Hanging 1"

    def stage(self, recording, channels, progress):
        while True:
            progress(0.5, "thinking")
            time.sleep(0.01)


class Interrupted(Hanging):
    """Somebody presses Ctrl-C meanwhile."""

    def stage(self, recording, channels, progress):
        os.kill(os.getpid(), signal.SIGINT)
        return super().stage(recording, channels, progress)


class Absent:
    """What it needs is not installed."""

    def __init__(self):
        raise ImportError("no module named dream")
