"""What several stagers say together of a night: one staging made of their answers."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.staging_result import Staging, StagingProvenance

CONSENSUS = "consensus"
"""What the consensus is called where a stager's name stands."""
LEAST_PROBABILITY = 1e-3
"""No probability counts for less: a stager that rules a stage out does not overrule all others."""
STAGE_ALONE_PROBABILITY = 0.8
"""What a stage counts for that is given without probabilities.

That is about how often two people who score the same night give an epoch the same stage (82 %,
Danker-Hopfe et al. 2009, J Sleep Res 18, 74-84).
"""
CONSENSUS_RULE = (
    "in each epoch the geometric mean of the probabilities of the stagers that answer there"
)
"""How a consensus is made, in words, for every output that holds one."""


def consensus_probabilities(answers: Sequence[NDArray[np.floating]]) -> NDArray[np.float32]:
    """Return the geometric mean of what stagers say, made to sum to 1.

    Of the stagers k that answer in an epoch, n in number, a stage s gets
    ``p(s) = exp(sum_k log q_k(s) / n) / sum_t exp(sum_k log q_k(t) / n)``: a logarithmic opinion
    pool with equal weights (Genest and Zidek 1986, Statistical Science 1, 114-135). Each q_k is
    p_k, not less than :data:`LEAST_PROBABILITY`; of a stager that gives all its epochs one stage
    with probability 1, and so no probabilities, it is :data:`STAGE_ALONE_PROBABILITY` for that
    stage and the rest shared by the others.

    Parameters
    ----------
    answers
        (n_epochs, 5) of each stager; rows sum to 1, or are NaN where it says nothing.

    Returns
    -------
    (n_epochs, 5) float32: rows sum to 1, or are NaN where no stager answers.

    Raises
    ------
    ValueError
        If there is no answer, or they are of different numbers of epochs.
    """
    if len({np.shape(answer) for answer in answers}) != 1:
        raise ValueError(f"a consensus of {[np.shape(answer) for answer in answers]}")
    logs = np.log(np.stack([_counted_for(np.asarray(one, np.float64)) for one in answers]))
    n_answering = (~np.isnan(logs[:, :, 0])).sum(axis=0)[:, None]
    mean = np.nansum(logs, axis=0) / np.maximum(n_answering, 1)
    product = np.exp(mean - mean.max(axis=1, keepdims=True))
    joined = product / product.sum(axis=1, keepdims=True)
    return np.where(n_answering > 0, joined, np.nan).astype(np.float32)


def _counted_for(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    answered = probabilities[~np.isnan(probabilities[:, 0])]
    if answered.size and (answered.max(axis=1) > 1 - 1e-6).all():
        rest = (1 - STAGE_ALONE_PROBABILITY) / (probabilities.shape[1] - 1)
        probabilities = rest + np.round(probabilities) * (STAGE_ALONE_PROBABILITY - rest)
    return np.asarray(np.maximum(probabilities, LEAST_PROBABILITY))


def consensus(answers: Sequence[Staging], *, software: str, failure: str = "") -> Staging:
    """Make the consensus of stagers' answers, a staging of its own; the answers stay as they are.

    Its confidence is the probability it gives its stage, and no more: our measured one is of our
    stages. It takes the faults of signals that any of the stagers found, and whatever warning one
    of them gave, by its name.

    Parameters
    ----------
    answers
        Of one or more stagers, in the order they are named in.
    software
        Program and version.
    failure
        Why others that were asked gave no answer, a warning; empty where all did.
    """
    made = [answer.provenance for answer in answers]
    suggested = [one.suggested_lights_s for one in made if one.suggested_lights_s]
    provenance = StagingProvenance(
        weights_name=CONSENSUS,
        weights_sha256="",
        eeg=_together(one.eeg for one in made),
        eog=_together(one.eog for one in made),
        emg=_together(one.emg for one in made),
        device=", ".join(_together((one.device,) for one in made)),
        software=software,
        created_utc=max(one.created_utc for one in made),
        notes=_together(_with_name(answer, answer.provenance.notes) for answer in answers),
        warnings=(
            *((failure,) if failure else ()),
            *_together(_with_name(answer, answer.provenance.warnings) for answer in answers),
        ),
        second_opinion_failure=failure,
        suggested_lights_s=suggested[0] if suggested else (),
        stager=CONSENSUS,
        consensus_of=tuple(answer.name for answer in answers),
    )
    return Staging(
        consensus_probabilities([answer.probabilities for answer in answers]),
        provenance,
        faults=np.bitwise_or.reduce([answer.faults for answer in answers]),
    )


def _together(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for some in texts for text in some))


def _with_name(answer: Staging, sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{answer.name}: {sentence}" for sentence in sentences)
