"""What is said of weights that were tuned on a site's own nights: a table, and their card."""

# ruff: noqa: E501 - the lines of the card are paragraphs

from collections.abc import Sequence
from dataclasses import dataclass

from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.training.comparison import Comparison

_ROWS = (
    ("accuracy", "accuracy"),
    ("kappa", "kappa"),
    ("macro-F1", "macro_f1"),
    ("calibration error", "ece"),
    ("calibration error of the confidence", "ece_of_confidence"),
    ("errors in the least certain fifth", "errors_in_least_certain_fifth"),
)


def compared_rows(*found: Comparison) -> tuple[tuple[str, ...], ...]:
    """Figure, former weights, new weights: over all held-out epochs, then kappa night by night.

    Of several comparisons with the same former weights there is a column of each one's new ones.
    """
    each = [_rows(one) for one in found]
    return tuple(
        (rows[0][0], rows[0][1], *(new for _, _, new in rows)) for rows in zip(*each, strict=True)
    )


def _rows(found: Comparison) -> tuple[tuple[str, str, str], ...]:
    rows = [(name, found.former[key], found.new[key]) for name, key in _ROWS]
    rows += [
        (f"F1 {stage.text}", found.former["f1"][stage.text], found.new["f1"][stage.text])
        for stage in STAGES
    ]
    nights = sorted(found.nights, key=lambda each: each.night)
    rows += [(f"kappa, {each.night}", each.former, each.new) for each in nights]
    return tuple((name, _figure(former), _figure(new)) for name, former, new in rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


@dataclass(frozen=True)
class TuningInWords:
    """What a way of tuning changed, in the words of the card.

    Parameters
    ----------
    changed
        What it changed, and what it left.
    judged
        How the table came about.
    made
        How the new weights were made of everybody.
    habits
        What the new weights took over from the site.
    """

    changed: str
    judged: str
    made: str
    habits: str


def heads_tuned(temperature: float) -> TuningInWords:
    """Of heads that were trained further."""
    return TuningInWords(
        "The heads were trained further by a site on its own reviewed sessions; the front-end is unchanged.",
        "Five folds of people: every night was staged by heads that had not seen its person, and by the former weights.",
        f"The heads in this folder were tuned in the same way on everybody (the people of one fold said when to stop). Temperature {temperature:.2f}, and the model of the confidence, fitted on the answers on held-out nights.",
        "The heads have learned the habits of this site.",
    )


def numbers_fitted(ridge: float) -> TuningInWords:
    """Of weights that got a recalibration."""
    return TuningInWords(
        "Its tensors are unchanged. What it answers is recalibrated by 35 numbers in `config.json`, which a site fitted on its own reviewed sessions: a multinomial logistic regression on the logs of the five probabilities and the log-odds of wake by the hierarchy (5 x 7, with a constant), held towards changing nothing. Three stages are the five added up, and an explanation is of the stage as it is answered.",
        "Everybody was left out once: every night was staged with numbers fitted on the other people, and by the former weights.",
        f"The numbers in this folder were fitted on everybody, ridge {ridge:g}, chosen by cross-validation; the model of the confidence on the answers on held-out nights.",
        "The numbers follow the habits of this site, and how common each stage is in its nights.",
    )


def site_card(
    *,
    former: WeightsInfo,
    sha256: str,
    nights: str,
    tuning: TuningInWords,
    compared: Comparison,
) -> str:
    """The model card.

    Parameters
    ----------
    former
        The weights that were tuned.
    sha256
        Of the new ones.
    nights
        How much they learned from, in words.
    tuning
        How.
    compared
        Both on held-out nights.
    """
    # Names of nights may tell who was recorded; the card goes where the weights go.
    pooled = [row for row in _rows(compared) if not row[0].startswith("kappa,")]
    return f"""# {former.name}, tuned to a site

Made of `{former.name}` (SHA-256 `{former.sha256}`). {tuning.changed} SHA-256: `{sha256}`.

*For research use. Not a medical device. Its stages are a draft for a qualified scorer to review.*

## Data

{nights}: recordings of the site, with the stages that its scorers gave or confirmed; epochs that nobody reviewed taught nothing. The recordings stay with the site, which decides who may use the weights. What the former weights were made of stands on their own card, and its licences hold here as well.

## How good it is

{tuning.judged}

{_table(pooled, len(compared.nights))}

{tuning.made}

## Where to be careful

- Few people: other nights of the same site will differ from these figures.
- Scorers saw the machine's stages when they reviewed them, and agree with them more than they would unseen. The figures flatter both columns.
- {tuning.habits} Another site does better to begin with the former weights.
- Confidence does not show that the input is wrong: read the warnings in every output.
"""


def stager_card(
    *, former: str, former_card: str, nights: str, compared: Comparison, n_folds: int
) -> str:
    """The card of another maker's stager that was tuned as a whole; its own card follows.

    Parameters
    ----------
    former, former_card
        The stager, and its card with the licence, which must travel with what is made of it.
    nights
        How much it learned from, in words.
    compared
        Both on held-out nights.
    n_folds
        Of people.
    """
    pooled = [row for row in _rows(compared) if not row[0].startswith("kappa,")]
    return f"""# {former}, tuned to a site

All weights of `{former}` were trained further by a site on its own reviewed sessions. These are not the weights that its authors made public, who have no part in them.

*For research use. Not a medical device. Its stages are a draft for a qualified scorer to review.*

## Data

{nights}: recordings of the site, with the stages that its scorers gave or confirmed; epochs that nobody reviewed taught nothing. The recordings stay with the site, which decides who may use the weights.

## How good it is

{n_folds} folds of people: every night was staged by networks that had not seen its person, and by the former ones. The confidence is the probability of the stage.

{_table(pooled, len(compared.nights))}

The networks in this folder were tuned in the same way on everybody (the people of one fold said when to stop).

## Where to be careful

- Few people: other nights of the same site will differ from these figures.
- Where scorers saw a machine's stages when they reviewed them, they agree with them more than they would unseen.
- The networks have learned the habits of this site. Another site does better to begin with the former ones.

---

What follows is the card of `{former}`, of which they were made. What it says of unchanged numbers holds for those alone; its licence holds here as well.

{former_card}"""


def _table(rows: Sequence[tuple[str, str, str]], n_nights: int) -> str:
    lines = [f"| {counted(n_nights, 'held-out night')} | former | new |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
