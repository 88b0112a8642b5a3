"""One stage a line, as any program reads it, and as Luna's ``.eannot``."""

from pathlib import Path

from sleepscorer.core.errors import ExportError
from sleepscorer.core.stages import Stage
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports.interchange.rendered_text import RenderedText
from sleepscorer.files.exports.night import Night

_STAGES = frozenset(stage.text.encode("ascii") for stage in Stage)
# Ten days of epochs.
_MOST_BYTES = 200_000


def stage_lines(night: Night) -> RenderedText:
    """Return W, N1, N2, N3, R or ? for each epoch; NREM where those three are not told apart."""
    return RenderedText(_lines(night))


def luna_lines(night: Night) -> RenderedText:
    """Return the same for Luna, which takes a line for each epoch of the recording.

    Raises
    ------
    ExportError
        If the recording has gaps: Luna counts no epochs there.
    """
    if night.format_name.endswith("+D"):
        raise ExportError(
            "an .eannot file tells no times, and the recording may have gaps (EDF+D)",
            hint="choose Luna's .annot instead",
        )
    return RenderedText(_lines(night).replace("NREM", "NR"))


def holds_stages_alone(path: Path) -> bool:
    """Tell whether a file is written as :func:`stage_lines` writes, and says nothing else.

    It has no room for a mark of who wrote it.
    """
    *lines, rest = beginning_of(path, _MOST_BYTES).split(b"\n")
    return bool(lines) and not rest and all(line in _STAGES or line == b"NR" for line in lines)


def _lines(night: Night) -> str:
    return "".join(f"{Stage(stage).text}\n" for stage in night.hypnogram.stages.tolist())
