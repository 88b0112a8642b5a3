"""What a site keeps of a validation: whom it trusts from now on."""

from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.pipeline import SiteChoice
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.validation.found import Validation


def site_choice_of(validation: Validation) -> SiteChoice:
    """Return what the site keeps of a validation, by its verdict.

    Raises
    ------
    ValueError
        If it has no verdict.
    WeightsError
        If our own stager is chosen and its weights can't be read.
    """
    verdict = validation.verdict
    if verdict is None:
        raise ValueError("no night counted, and nothing was decided")
    chosen = verdict.choice
    full_names = dict(validation.stagers)
    weights, sha256 = _own_weights(validation) if OWN_STAGER in chosen.stagers else ("", "")
    return SiteChoice(
        stagers=chosen.stagers,
        full_names=tuple(full_names[name] for name in chosen.stagers),
        own_weights=weights,
        own_weights_sha256=sha256,
        montage=chosen.montage.name,
        channels=chosen.montage.channels,
        validated_by=tuple(
            dict.fromkeys(
                night.channels[chosen.montage]
                for night in validation.nights
                if not night.left_out and chosen.montage in night.channels
            )
        ),
        calibration=validation.calibration,
        decided_utc=validation.created_utc,
        verdict=verdict.sentences[0],
    )


def _own_weights(validation: Validation) -> tuple[str, str]:
    if validation.own_weights is not None:
        return validation.own_weights
    info = read_info(DEFAULT_WEIGHTS)
    return info.name, info.sha256
