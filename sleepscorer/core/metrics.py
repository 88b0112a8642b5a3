"""What is reported of a night, and what each figure means.

The definitions are those of the AASM manual's "parameters to be reported" where it has one
(wake after sleep onset therefore includes the final wake, and REM latency counts from sleep
onset). Each field of :class:`SleepStatistics` carries its definition in words; tables and reports
print them from :meth:`SleepStatistics.definitions`. A night told in three stages has no figure of
N1, N2 or N3, and none that rests on telling them apart.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple

from sleepscorer.core.cycles import CYCLES_RULE, Cycle
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage


class FigureGroup(StrEnum):
    """Figures that are read together; values are their headings, in the order of reading."""

    MAIN = "Main figures"
    TIME = "Sleep and time"
    LATENCIES = "Latencies"
    STAGES = "Stages"
    CONTINUITY = "Continuity"
    AROUSALS = "Arousals"
    RESPIRATORY = "Respiratory events"
    MOVEMENTS = "Limb movements"
    OXIMETRY = "Oxygen saturation"
    HEART = "Heart rate"
    RESEARCH = "Research"


class Definition(NamedTuple):
    """What one statistic is.

    Parameters
    ----------
    key
        In outputs.
    label, unit, text
        Its name, its unit and its rule in words.
    group
        What it is read together with.
    stage
        The one stage it is of; None for the others.
    """

    key: str
    label: str
    unit: str
    text: str
    group: FigureGroup
    stage: Stage | None = None


def _metric(
    label: str,
    unit: str,
    text: str,
    group: FigureGroup,
    *,
    stage: Stage | None = None,
    stage_set: tuple[Stage, ...] | None = None,
    absent: Any = None,
) -> Any:
    """A figure; only nights of this ``stage_set`` have it, if given, and others ``absent``."""
    metadata = {
        "label": label,
        "unit": unit,
        "text": text,
        "group": group,
        "stage": stage,
        "stage_set": stage_set,
    }
    return (
        field(metadata=metadata) if stage_set is None else field(metadata=metadata, default=absent)
    )


def _of(
    stage: str, label: str, unit: str, text: str, group: FigureGroup = FigureGroup.STAGES
) -> Any:
    """A figure of one stage."""
    stage_set = {"W": None, "R": None, "NREM": THREE_STAGES}.get(stage, STAGES)
    return _metric(label, unit, text, group, stage=Stage[stage], stage_set=stage_set)


def _minutes_of(stage: str) -> Any:
    return _of(stage, f"{stage} duration", "min", f"Epochs of stage {stage} in the window.")


def _percent_of(stage: str) -> Any:
    return _of(stage, f"{stage}, % of TST", "%", f"100 x minutes of stage {stage} / TST.")


def _latency_of(stage: str) -> Any:
    return _of(
        stage,
        f"{stage} latency from lights off",
        "min",
        f"Lights off to the start of the first epoch of stage {stage}.",
        FigureGroup.LATENCIES,
    )


def _onset_latency_of(stage: str) -> Any:
    return _of(
        stage,
        f"{stage} latency from sleep onset",
        "min",
        f"Sleep onset to the start of the first epoch of stage {stage}.",
        FigureGroup.LATENCIES,
    )


@dataclass(frozen=True, kw_only=True)
class SleepStatistics:
    """Statistics of one night; None where a quantity is undefined.

    Counts are whole numbers, times are minutes, shares are percent. ``transitions`` is a table of
    counts, rows "from" and columns "to" in the order of ``stage_set`` and then unscored. ``notes``
    says in words what a reader of the figures must know, ``stage_set`` the stages told apart.
    """

    trt_min: float = _metric(
        "Total recording time (TRT, time in bed)",
        "min",
        "Epochs a to b - 1, where a = floor(lights off / epoch length) and b = floor(lights on /"
        " epoch length); without a mark, the start or the end of the recording. The epoch in"
        " which lights come on does not count (in Luna it does). All statistics are computed in"
        " this window.",
        FigureGroup.TIME,
    )
    tst_min: float = _metric(
        "Total sleep time (TST)", "min", "Epochs of N1, N2, N3 and R.", FigureGroup.MAIN
    )
    spt_min: float = _metric(
        "Sleep period time (SPT)",
        "min",
        "First to last epoch of sleep, both included.",
        FigureGroup.TIME,
    )
    sl_min: float | None = _metric(
        "Sleep latency (SL)",
        "min",
        "Lights off to sleep onset: the start of the first epoch of any sleep (N1, N2, N3 or R).",
        FigureGroup.MAIN,
    )
    lps_min: float | None = _metric(
        "Latency to persistent sleep (LPS)",
        "min",
        "Lights off to the start of the first 10 min of uninterrupted sleep.",
        FigureGroup.LATENCIES,
    )
    rem_latency_min: float | None = _metric(
        "REM latency",
        "min",
        "Sleep onset to the start of the first epoch of R; wake between them is included.",
        FigureGroup.MAIN,
    )
    waso_min: float | None = _metric(
        "Wake after sleep onset (WASO)",
        "min",
        "Epochs of W from sleep onset to lights on, wake after the final awakening included.",
        FigureGroup.MAIN,
    )
    waso_spt_min: float | None = _metric(
        "WASO within SPT",
        "min",
        "Epochs of W between sleep onset and the last epoch of sleep (what YASA and Luna call"
        " WASO).",
        FigureGroup.CONTINUITY,
    )
    wafa_min: float | None = _metric(
        "Wake after final awakening (WAFA)",
        "min",
        "Epochs of W after the last epoch of sleep.",
        FigureGroup.CONTINUITY,
    )
    se_pct: float | None = _metric(
        "Sleep efficiency (SE)", "%", "100 x TST / TRT.", FigureGroup.MAIN
    )
    sme_pct: float | None = _metric(
        "Sleep maintenance efficiency (SME)", "%", "100 x TST / SPT.", FigureGroup.TIME
    )
    w_min: float = _minutes_of("W")
    n1_min: float | None = _minutes_of("N1")
    n2_min: float | None = _minutes_of("N2")
    n3_min: float | None = _minutes_of("N3")
    nrem_min: float | None = _minutes_of("NREM")
    r_min: float = _minutes_of("R")
    unscored_min: float = _metric(
        "Unscored",
        "min",
        "Epochs without a stage (?): they count in TRT, not in TST or WASO.",
        FigureGroup.STAGES,
        stage=Stage.UNSCORED,
    )
    n1_pct: float | None = _percent_of("N1")
    n2_pct: float | None = _percent_of("N2")
    n3_pct: float | None = _percent_of("N3")
    nrem_pct: float | None = _percent_of("NREM")
    r_pct: float | None = _percent_of("R")
    latency_n1_min: float | None = _latency_of("N1")
    latency_n2_min: float | None = _latency_of("N2")
    latency_n3_min: float | None = _latency_of("N3")
    latency_nrem_min: float | None = _latency_of("NREM")
    latency_r_min: float | None = _latency_of("R")
    latency_n1_onset_min: float | None = _onset_latency_of("N1")
    latency_n2_onset_min: float | None = _onset_latency_of("N2")
    latency_n3_onset_min: float | None = _onset_latency_of("N3")
    latency_nrem_onset_min: float | None = _onset_latency_of("NREM")
    latency_r_onset_min: float | None = _onset_latency_of("R")
    rem_latency_less_wake_min: float | None = _metric(
        "REM latency less wake",
        "min",
        "Epochs other than W between sleep onset and the first epoch of R.",
        FigureGroup.LATENCIES,
    )
    sol_5min_min: float | None = _metric(
        "Latency to 5 min of sleep (SOL 5 min)",
        "min",
        "Lights off to the start of the first 5 min of uninterrupted sleep.",
        FigureGroup.RESEARCH,
    )
    awakenings: int | None = _metric(
        "Awakenings",
        "n",
        "Runs of one or more epochs of W between sleep onset and the last epoch of sleep; the"
        " final awakening is not one of them.",
        FigureGroup.CONTINUITY,
    )
    awakenings_ge1min: int | None = _metric(
        "Awakenings of 1 min or more",
        "n",
        "Those awakenings that last at least 1 min.",
        FigureGroup.CONTINUITY,
    )
    awakening_index_per_h: float | None = _metric(
        "Awakening index", "1/h", "Awakenings per hour of TST.", FigureGroup.CONTINUITY
    )
    stage_shifts: int | None = _metric(
        "Stage shifts",
        "n",
        "Adjacent epochs of different stage within SPT; pairs with an unscored epoch do not count"
        " and are not bridged.",
        FigureGroup.CONTINUITY,
    )
    stage_shift_index_per_h: float | None = _metric(
        "Stage shift index", "1/h", "Stage shifts per hour of TST.", FigureGroup.CONTINUITY
    )
    sfi_per_h: float | None = _metric(
        "Sleep fragmentation index (SFI, YASA's definition)",
        "1/h",
        "Transitions from any sleep to W, the final one included, per hour of TST (Luna: per"
        " minute).",
        FigureGroup.RESEARCH,
    )
    arousal_index_per_h: float | None = _metric(
        "Arousal index",
        "1/h",
        "60 x arousals between lights off and lights on / TST; empty unless arousals were scored.",
        FigureGroup.AROUSALS,
    )
    cycles: tuple[Cycle, ...] = _metric(
        "NREM-REM cycles (research)",
        "min",
        CYCLES_RULE,
        FigureGroup.RESEARCH,
        stage_set=STAGES,
        absent=(),
    )
    transitions: tuple[tuple[int, ...], ...] = _metric(
        "Stage transitions",
        "n",
        "How often an epoch of one stage (row) is followed by one of another (column), in the"
        " window, unscored epochs included as ?.",
        FigureGroup.RESEARCH,
    )
    notes: tuple[str, ...] = ()
    stage_set: tuple[Stage, ...] = STAGES

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The figures that a night told in these stages has, in the order of the outputs."""
        return DEFINITIONS if self.stage_set == STAGES else _definitions(self.stage_set)

    @property
    def transition_stages(self) -> tuple[Stage, ...]:
        """Rows and columns of the transition counts, in order."""
        return (*self.stage_set, Stage.UNSCORED)

    def as_dict(self) -> dict[str, Any]:
        """Values by key, ready for JSON; cycles as objects, transitions as ``{from: {to: n}}``."""
        values = {key: getattr(self, key) for key, *_ in self.definitions}
        if "cycles" in values:
            values["cycles"] = [cycle.as_dict() for cycle in self.cycles]
        stages = self.transition_stages
        values["transitions"] = {
            stage.text: {to.text: n for to, n in zip(stages, row, strict=True)}
            for stage, row in zip(stages, self.transitions, strict=True)
        }
        return values


def _definitions(stage_set: tuple[Stage, ...]) -> tuple[Definition, ...]:
    def text_of(text: str) -> str:
        return text if stage_set == STAGES else text.replace("N1, N2, N3", "NREM")

    return tuple(
        Definition(
            f.name,
            f.metadata["label"],
            f.metadata["unit"],
            text_of(f.metadata["text"]),
            f.metadata["group"],
            f.metadata["stage"],
        )
        for f in fields(SleepStatistics)
        if f.metadata and f.metadata["stage_set"] in (None, stage_set)
    )


DEFINITIONS = _definitions(STAGES)
"""Every statistic of a night told in five stages, in the order of the outputs."""
