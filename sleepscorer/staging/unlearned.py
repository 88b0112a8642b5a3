"""What weights did not learn of a night's signals: said in words, and taken from the confidence."""

import numpy as np

from sleepscorer.core.head_regions import is_central
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.staging.measured_night import MeasuredNight
from sleepscorer.staging.recording_filters import filter_warnings, lost_share

_WAKE_CALLED_N1 = 33 / 54
"""Of the wake epochs of nine people with one central EEG, staged by weights that learned from
Fpz-Cz and Pz-Oz: 15 of 54 were called W, 33 N1. At Fpz-Cz wake has the slow waves of blinks, which
the vertex has not. Nearly all that was called W was wake; so what is called N1 loses, and nothing
else does. How probable W was in those epochs was not kept, and can't tell them from N1."""


def unlearned_warnings(night: MeasuredNight, info: WeightsInfo) -> tuple[str, ...]:
    """Say what these weights did not learn: central EEG alone, and filters that take away much."""
    told = [
        (one.derivation.name, kind, one.quality.filter_findings)
        for kind, channels in night.channels.items()
        for one in channels
    ]
    return (*_central_warning(night, info), *filter_warnings(told))


def unlearned_by_stage(night: MeasuredNight, info: WeightsInfo) -> tuple[float, ...]:
    """Return how much less an answer of W, N1, N2, N3 and R is worth; empty where none is less."""
    eeg = night.channels.get("eeg", ())
    lost = np.full(len(STAGES), lost_share(one.quality.filter_findings for one in eeg))
    if _is_central_unlearned(night, info):
        lost[Stage.N1] = 1 - (1 - lost[Stage.N1]) * (1 - _WAKE_CALLED_N1)
    return tuple(round(float(share), 4) for share in lost) if lost.any() else ()


def _central_warning(night: MeasuredNight, info: WeightsInfo) -> tuple[str, ...]:
    if not _is_central_unlearned(night, info):
        return ()
    names = ", ".join(one.derivation.name for one in night.channels["eeg"])
    learned = " and ".join(info.learned_eeg)
    return (
        f"The only EEG is central ({names}), and these weights learned from {learned}: wake is"
        " under-called and read as N1. Review wake and N1 first; the confidence of N1 is lowered.",
    )


def _is_central_unlearned(night: MeasuredNight, info: WeightsInfo) -> bool:
    eeg = night.channels.get("eeg", ())
    is_all_central = all(is_central(one.derivation.name) for one in eeg)
    return bool(eeg) and is_all_central and not any(map(is_central, info.learned_eeg))
