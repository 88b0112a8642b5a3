"""What is said of weights that were tuned on a site's own nights: a table, and their card."""

# ruff: noqa: E501 - the lines of the card are paragraphs

from collections.abc import Sequence

from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.training.comparison import Comparison

_ROWS = (
    ("accuracy", "accuracy"),
    ("kappa", "kappa"),
    ("macro-F1", "macro_f1"),
    ("calibration error", "ece"),
    ("calibration error of the confidence", "ece_of_confidence"),
    ("errors in the least certain fifth", "errors_in_least_certain_fifth"),
)


def compared_rows(found: Comparison) -> tuple[tuple[str, str, str], ...]:
    """Figure, former weights, new weights: over all held-out epochs, then kappa night by night."""
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


def site_card(
    *,
    former: WeightsInfo,
    sha256: str,
    nights: str,
    network: StagingNetwork,
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
    network
        The new one.
    compared
        Both on held-out nights.
    """
    # Names of nights may tell who was recorded; the card goes where the weights go.
    pooled = [row for row in compared_rows(compared) if not row[0].startswith("kappa,")]
    return f"""# {former.name}, tuned to a site

The heads of `{former.name}` (SHA-256 `{former.sha256}`), trained further by a site on its own reviewed sessions; the front-end is unchanged. SHA-256 of `weights.safetensors`: `{sha256}`.

*For research use. Not a medical device. Its stages are a draft for a qualified scorer to review.*

## Data

{nights}: recordings of the site, with the stages that its scorers gave or confirmed; epochs that nobody reviewed taught nothing. The recordings stay with the site, which decides who may use the weights. What the former weights were made of stands on their own card, and its licences hold here as well.

## How good it is

Five folds of people: every night was staged by heads that had not seen its person, and by the former weights.

{_table(pooled, len(compared.nights))}

The heads in this folder were tuned in the same way on everybody (the people of one fold said when to stop). Temperature {float(network.log_temperature.exp()):.2f}, and the model of the confidence, fitted on the answers on held-out nights.

## Where to be careful

- Few people: other nights of the same site will differ from these figures.
- Scorers saw the machine's stages when they reviewed them, and agree with them more than they would unseen. The figures flatter both columns.
- The heads have learned the habits of this site. Another site does better to begin with the former weights.
- Confidence does not show that the input is wrong: read the warnings in every output.
"""


def _table(rows: Sequence[tuple[str, str, str]], n_nights: int) -> str:
    lines = [f"| {counted(n_nights, 'held-out night')} | former | new |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
