"""Keeps what was measured of a night to explain it, and finds it again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sleepscorer import __version__
from sleepscorer.analysis.evidence import NightMeasures
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.staging_result import StagingProvenance
from sleepscorer.files.sessions import KeptMeasures, Measures, fingerprint_of

if TYPE_CHECKING:
    from sleepscorer.staging.measured_night import MeasuredNight

_MEASURED_BY = 1
"""Raised with every change of what is measured between two versions of the program."""
_VALUES = "values."


def key_of(recording: Recording, provenance: StagingProvenance) -> dict[str, Any]:
    """Return all that the measures of a night depend on.

    Parameters
    ----------
    recording
        It is told by size, beginning and the time of its last change: whatever else holds these
        was not measured.
    provenance
        Of the staging that is explained.

    Raises
    ------
    RecordingError
        If its files can't be read.
    OSError
        If one of them is gone meanwhile.
    """
    fingerprint = fingerprint_of(recording.all_files)
    return {
        "measured_by": [_MEASURED_BY, __version__],
        "size_bytes": fingerprint.size_bytes,
        "head_sha256": fingerprint.head_sha256,
        # Whole seconds: not every drive keeps more.
        "changed_s": [int(path.stat().st_mtime) for path in recording.all_files],
        "n_epochs": recording.n_epochs,
        "weights_sha256": provenance.weights_sha256,
        "channels": {"eeg": provenance.eeg, "eog": provenance.eog, "emg": provenance.emg},
    }


def keep(
    kept: KeptMeasures,
    key: Mapping[str, Any],
    night: "MeasuredNight",
    measures: NightMeasures,
) -> None:
    """Keep a measured night."""
    from sleepscorer.staging.stored_night import night_arrays

    channels = {
        kind: [one.derivation.name for one in of_kind] for kind, of_kind in night.channels.items()
    }
    about = {"channels": channels, "measured_on": dict(measures.channels)}
    values = {f"{_VALUES}{name}": column for name, column in measures.values.items()}
    kept.write(key, Measures(about, night_arrays(night) | values))


def find(
    kept: KeptMeasures, key: Mapping[str, Any], channels: StagerChannels
) -> "tuple[MeasuredNight, NightMeasures] | None":
    """Return what was kept of a night under this key; None where there is nothing to go by."""
    from sleepscorer.staging.stored_night import restored_night

    found = kept.read(key)
    if found is None:
        return None
    by_kind = {"eeg": channels.eeg, "eog": channels.eog, "emg": channels.emg}
    try:
        # Of the channels that were given, the ones that could be used were measured.
        measured = {
            kind: [next(one for one in by_kind[kind] if one.name == name) for name in names]
            for kind, names in found.about["channels"].items()
        }
        night = restored_night(found.arrays, measured)
        values = {
            name.removeprefix(_VALUES): column
            for name, column in found.arrays.items()
            if name.startswith(_VALUES)
        }
        return night, NightMeasures(values, dict(found.about["measured_on"]))
    except (KeyError, ValueError, TypeError, StopIteration):
        return None
