"""The stages as YASA spells them, in a table that pandas reads: ``Epoch,Stage``.

Epochs count from 0, as those of ``yasa.Hypnogram`` do.
"""

from pathlib import Path

from sleepscorer.core.stages import Stage
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports.interchange.rendered_text import RenderedText
from sleepscorer.files.exports.night import Night

_HEADING = "Epoch,Stage"
_WORDS = {Stage.W: "WAKE", Stage.R: "REM", Stage.UNSCORED: "UNS"}
_MOST_BYTES = 1_000_000


def yasa_table(night: Night) -> RenderedText:
    """Return a row an epoch, with WAKE, N1, N2, N3, REM, UNS, or NREM in place of those three."""
    rows = (f"{epoch},{_word(Stage(s))}" for epoch, s in enumerate(night.hypnogram.stages.tolist()))
    return RenderedText("".join(f"{row}\n" for row in (_HEADING, *rows)))


def holds_yasa_stages_alone(path: Path) -> bool:
    """Tell whether a file is written as :func:`yasa_table` writes, and says nothing else."""
    *lines, rest = beginning_of(path, _MOST_BYTES).decode("ascii", "replace").split("\n")
    words = {_word(stage) for stage in Stage}
    return (
        lines[:1] == [_HEADING]
        and not rest
        and all(
            row.partition(",")[0] == str(epoch) and row.partition(",")[2] in words
            for epoch, row in enumerate(lines[1:])
        )
    )


def _word(stage: Stage) -> str:
    return _WORDS.get(stage, stage.text)
