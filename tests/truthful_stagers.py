"""Stagers that know the true scoring of a simulated night, and err in a known share of it."""

import zlib

import numpy as np

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.scorings import fitted, read_scoring
from sleepscorer.simulated_files import scoring_path


class _Truthful:
    error_share = 0.0
    sure = 0.8
    sure_where_wrong = 0.5

    @property
    def title(self):
        return f"{type(self).__name__} 1.0"

    def stage(self, recording, channels, progress):
        progress(0.5, "remembering")
        truth = fitted(read_scoring(scoring_path(recording.path)), recording).hypnogram.stages
        rng = np.random.default_rng(zlib.crc32(f"{self.title} {recording.path.name}".encode()))
        is_wrong = rng.random(truth.size) < self.error_share
        stages = np.where(is_wrong, (truth + rng.integers(1, 5, truth.size)) % 5, truth)
        sure = np.where(is_wrong, self.sure_where_wrong, self.sure).astype(np.float32)
        probabilities = np.repeat((1 - sure[:, None]) / 4, 5, axis=1)
        probabilities[np.arange(truth.size), stages] = sure
        names = (tuple(one.name for one in role) for role in (channels.eeg, channels.eog))
        made = StagingProvenance("", "", *names, (), "cpu", self.title, "2026-01-01")
        return Staging(probabilities, made)


class FewErrors(_Truthful):
    error_share = 0.04


class ManyErrors(_Truthful):
    error_share = 0.3


class OftenMany(_Truthful):
    """Sure of what it gets wrong, so that it pulls a consensus down."""

    error_share = 0.3
    sure = sure_where_wrong = 0.97


class NeedsEog(_Truthful):
    """Refuses a night without EOG."""

    def stage(self, recording, channels, progress):
        if not channels.eog:
            raise StagingRefused("there is no EOG", path=recording.path)
        return super().stage(recording, channels, progress)
