"""The layers of a session beside each other: who of them says what."""

from collections.abc import Sequence

from sleepscorer.core.comparison import Comparison, NamedStages
from sleepscorer.core.layers import LayerKind, LayerStages
from sleepscorer.core.stages import Stage


def comparison_of(layers: Sequence[LayerStages]) -> Comparison | None:
    """Return the comparison of layers, by their keys; None of none."""
    if not layers:
        return None
    return Comparison(tuple(NamedStages(one.key, one.title, one.stages) for one in layers))


def scorers_among(layers: Sequence[LayerStages]) -> tuple[LayerStages, ...]:
    """Return those who scored: what was decided between them is left out."""
    return tuple(one for one in layers if one.kind is not LayerKind.CONSENSUS)


def votes_in_words(layers: Sequence[LayerStages], epoch: int) -> str:
    """Return what each says of an epoch, the stage that most give first.

    ``N2 by anna, machine; W by ben``.
    """
    by_stage: dict[Stage, list[str]] = {}
    for one in layers:
        by_stage.setdefault(Stage(int(one.stages[epoch])), []).append(one.title)
    most_first = sorted(by_stage.items(), key=lambda told: -len(told[1]))
    return "; ".join(f"{stage.text} by {', '.join(titles)}" for stage, titles in most_first)
