"""Answers on the nights of a site that validated them: as sure as they were right there."""

from collections.abc import Sequence
from dataclasses import replace

from sleepscorer.core.recording import Recording
from sleepscorer.core.site_calibration import with_calibration
from sleepscorer.core.stager_channels import ChannelNames, StagerChannels
from sleepscorer.core.staging_result import OWN_STAGER, Staging
from sleepscorer.pipeline.channels import find_channels, lacking_channels
from sleepscorer.pipeline.site_choice import SiteChoice


def as_sure_as_validated(
    staging: Staging,
    others: Sequence[Staging],
    *,
    choice: SiteChoice,
    recording: Recording,
    channels: StagerChannels,
) -> Staging:
    """Give a staging the confidence that the site measured of the like.

    What it measured of other stagers, weights or channels says nothing of these: then the
    confidence stays, and a note says why; a warning where the recording lacks the channels.

    Parameters
    ----------
    staging
        Of one stager, or the consensus.
    others
        Answers beside it, among them those that it is the consensus of.
    choice
        Of the site.
    recording
        What was staged.
    channels
        By which it was.
    """
    made = staging.provenance
    missing = lacking_channels(recording, choice)
    if missing:
        warning = (
            f"The recording lacks the montage that was validated here ({choice.montage}):"
            f" {missing}. It was staged by other channels, and what was measured here of the"
            " confidence is not used."
        )
        return replace(staging, provenance=replace(made, warnings=(*made.warnings, warning)))
    answers = others if made.consensus_of else (staging,)
    why = _why_not(answers, choice) or _other_channels(recording, channels, choice)
    if why or choice.calibration is None:
        why = why or "the validation measured none"
        note = f"What was measured here of the confidence is not used: {why}."
        return replace(staging, provenance=replace(made, notes=(*made.notes, note)))
    return with_calibration(staging, choice.calibration)


def _why_not(answers: Sequence[Staging], choice: SiteChoice) -> str:
    """Whose answers these are that were not validated; empty where all are those that were."""
    by_name = {answer.name: answer for answer in answers}
    if set(by_name) != set(choice.stagers):
        return f"validated was {choice.in_words}, and these are of {', '.join(by_name)}"
    for name, full_name in zip(choice.stagers, choice.full_names, strict=True):
        answer = by_name[name]
        if name != OWN_STAGER:
            validated, this = full_name, answer.full_name
        else:
            # Another version of this program is the same stager by the same weights.
            made = answer.provenance
            validated = _weights(choice.own_weights, choice.own_weights_sha256)
            this = _weights(made.weights_name, made.weights_sha256)
        if validated != this:
            return f"validated was {validated}, and this is {this}"
    return ""


def _weights(name: str, sha256: str) -> str:
    return f"{OWN_STAGER} by {name} (SHA-256 {sha256})"


def _other_channels(recording: Recording, channels: StagerChannels, choice: SiteChoice) -> str:
    """Which channels were validated that are not those; empty where they are the same."""
    validated = find_channels(recording, choice.channels)
    # Whoever names them may do so in another order.
    if [set(role) for role in validated.parts] != [set(role) for role in channels.parts]:
        by = choice.montage or "the channels that the program chooses"
        return f"validated was by {by}, and these are by others"
    if channels.names not in choice.validated_by:
        return f"no night of the validation was staged by {_in_words(channels.names)}"
    return ""


def _in_words(names: ChannelNames) -> str:
    return ", ".join(name for role in names for name in role)
