"""From the nights and what all candidates say of them to the whole of a validation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sleepscorer import __version__
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.validation.calibration import site_calibration
from sleepscorer.validation.candidates import Candidate, JudgedNight, Montage, NotJudged
from sleepscorer.validation.compared import staged_by_all
from sleepscorer.validation.figures import figures_of, human_ceiling
from sleepscorer.validation.found import Validation
from sleepscorer.validation.verdict import baseline_of, rule, verdict

_UNSCORED_WHY = "Nobody scored an epoch of it."


def judged(
    folder: Path,
    nights: Iterable[JudgedNight],
    not_judged: Iterable[NotJudged],
    *,
    stagers: tuple[tuple[str, str], ...],
    notes: Sequence[str] = (),
) -> Validation:
    """Judge all candidates by the nights, and say whom the site should trust.

    Candidates are those that the nights that count name. One on a montage other than the
    program's choice counts where it answered on every night that its stager answered by that
    choice; of the others the notes say why they do not.

    Parameters
    ----------
    folder
        Whose nights.
    nights
        All that were staged; those left out count for no figure.
    not_judged
        Files that could not be.
    stagers
        Name and full name of each that was asked.
    notes
        Whatever else one should know, one sentence each.
    """
    nights = tuple(map(_left_out_if_unscored, nights))
    counting = tuple(night for night in nights if not night.left_out)
    candidates, dropped = _candidates(counting)
    baseline = baseline_of(candidates)
    compared_with = {one: _compared_with(one, candidates, baseline) for one in candidates}
    figures = (figures_of(counting, one, compared_with[one]) for one in candidates)
    found = verdict(counting, candidates)
    now = datetime.now(UTC)
    return Validation(
        folder=folder,
        created_utc=now.isoformat(timespec="seconds"),
        software=f"sleepscorer {__version__}",
        stagers=stagers,
        rule=rule(len(counting), len({night.person for night in counting})),
        nights=nights,
        not_judged=tuple(not_judged),
        figures=tuple(one for one in figures if one is not None),
        ceiling=human_ceiling(counting),
        verdict=found,
        calibration=site_calibration(counting, found.choice, now.astimezone()) if found else None,
        notes=(*notes, *dropped),
    )


def _left_out_if_unscored(night: JudgedNight) -> JudgedNight:
    is_scored = bool((night.reference != Stage.UNSCORED).any())
    return night if night.left_out or is_scored else replace(night, left_out=_UNSCORED_WHY)


def _candidates(nights: Sequence[JudgedNight]) -> tuple[list[Candidate], list[str]]:
    """Those that count, the baseline first and other montages last; why others do not."""
    answered: dict[Candidate, set[int]] = {}
    for at, night in enumerate(nights):
        for one in (*night.answers, *night.failures):
            answered.setdefault(one, set())
            if staged_by_all(night, one).any():
                answered[one].add(at)
    notes = list(_reasons(answered, len(nights)))
    counted = [one for one in answered if one not in dict(notes)]
    baseline = baseline_of(counted)
    counted.sort(key=lambda one: (one != baseline, bool(one.montage.name)))
    return counted, [why for _, why in notes]


def _reasons(answered: dict[Candidate, set[int]], n_nights: int) -> Iterator[tuple[Candidate, str]]:
    for one, on in answered.items():
        if not on:
            yield one, f"{one.name} has no figures: it staged none of the nights that count."
            continue
        needed = answered.get(Candidate(one.stagers), set(range(n_nights)))
        if one.montage.name and not needed <= on:
            part = of_counted(len(needed - on), len(needed), "night")
            yield (
                one,
                f"{one.name} is not compared: it gave no answer for {part} that its stager staged"
                " by the channels that the program chooses.",
            )


def _compared_with(
    candidate: Candidate, candidates: Sequence[Candidate], baseline: Candidate | None
) -> Candidate | None:
    """Whose kappa to subtract: of the same by the program's channels, or else the baseline's."""
    if candidate.montage.name:
        plain = Candidate(candidate.stagers, Montage())
        return plain if plain in candidates else None
    return None if candidate == baseline else baseline
