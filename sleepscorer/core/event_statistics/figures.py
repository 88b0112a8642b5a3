"""What is reported of scored events and of slow channels, and what each figure means.

The figures are those of the AASM manual's "parameters to be reported" for respiratory events,
movements, oxygen saturation and heart rate, as far as they can be had from marks and channels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.metrics import Definition, FigureGroup

_RESPIRATORY = (EventFamily.RESPIRATORY,)
_MOVEMENT = (EventFamily.MOVEMENT,)
_COUNTED = "that begin in an epoch of sleep between lights off and lights on"


class Source(StrEnum):
    """The channel that a figure is computed from."""

    SATURATION = "spo2"
    PULSE = "pulse"


@dataclass(frozen=True)
class EventFigure:
    """One figure, and what it needs.

    Parameters
    ----------
    definition
        What it is.
    families
        All of these must have been scored in the whole night.
    source
        The channel it is computed from; None for figures of marks.
    """

    definition: Definition
    families: tuple[EventFamily, ...] = ()
    source: Source | None = None


def _of(
    group: FigureGroup,
    needs: tuple[EventFamily, ...] | Source,
    *rows: tuple[str, str, str, str],
) -> tuple[EventFigure, ...]:
    families = () if isinstance(needs, Source) else needs
    source = needs if isinstance(needs, Source) else None
    return tuple(
        EventFigure(Definition(key, label, unit, text, group), families, source)
        for key, label, unit, text in rows
    )


def _caused(what: str, families: tuple[EventFamily, ...], text: str) -> tuple[EventFigure, ...]:
    needs = (EventFamily.AROUSAL, *families)
    label = f"Arousals, {what}"
    return _of(
        FigureGroup.AROUSALS,
        needs,
        (f"arousals_{what}", label, "n", text),
        (f"arousal_{what}_index_per_h", f"{label}, index", "1/h", f"60 x {label.lower()} / TST."),
    )


EVENT_FIGURES: tuple[EventFigure, ...] = (
    *_caused(
        "respiratory",
        _RESPIRATORY,
        "Arousals between lights off and lights on that begin during a respiratory event or within"
        " 5 s after it (or as the laboratory's rules say).",
    ),
    *_caused(
        "limb",
        (*_RESPIRATORY, *_MOVEMENT),
        "Arousals between lights off and lights on that overlap a limb movement, or lie less than"
        " 0.5 s from one (or as the laboratory's rules say), and are not respiratory.",
    ),
    *_caused(
        "spontaneous",
        (*_RESPIRATORY, *_MOVEMENT),
        "Arousals between lights off and lights on that are neither respiratory nor of limb"
        " movements.",
    ),
    *_of(
        FigureGroup.RESPIRATORY,
        _RESPIRATORY,
        ("apneas", "Apneas", "n", f"Apneas of every kind {_COUNTED}."),
        ("apneas_obstructive", "Obstructive apneas", "n", f"Obstructive apneas {_COUNTED}."),
        ("apneas_central", "Central apneas", "n", f"Central apneas {_COUNTED}."),
        ("apneas_mixed", "Mixed apneas", "n", f"Mixed apneas {_COUNTED}."),
        ("hypopneas", "Hypopneas", "n", f"Hypopneas {_COUNTED}."),
        ("reras", "RERAs", "n", f"Respiratory effort-related arousals {_COUNTED}."),
        ("ai_per_h", "Apnea index (AI)", "1/h", "60 x apneas / TST."),
        ("oai_per_h", "Obstructive apnea index", "1/h", "60 x obstructive apneas / TST."),
        ("cai_per_h", "Central apnea index", "1/h", "60 x central apneas / TST."),
        ("mai_per_h", "Mixed apnea index", "1/h", "60 x mixed apneas / TST."),
        ("hi_per_h", "Hypopnea index (HI)", "1/h", "60 x hypopneas / TST."),
        ("ahi_per_h", "Apnea-hypopnea index (AHI)", "1/h", "60 x (apneas + hypopneas) / TST."),
        (
            "ahi_nrem_per_h",
            "AHI in NREM",
            "1/h",
            "60 x apneas and hypopneas that begin in NREM / minutes of NREM.",
        ),
        (
            "ahi_rem_per_h",
            "AHI in REM",
            "1/h",
            "60 x apneas and hypopneas that begin in R / minutes of R.",
        ),
        (
            "rdi_per_h",
            "Respiratory disturbance index (RDI)",
            "1/h",
            "60 x (apneas + hypopneas + RERAs) / TST.",
        ),
    ),
    *_of(
        FigureGroup.MOVEMENTS,
        _MOVEMENT,
        (
            "limb_movements",
            "Limb movements",
            "n",
            f"Limb movements {_COUNTED}, last 0.5 to 10 s, and, where respiratory events were"
            " scored, are more than 0.5 s from any; those whose onsets lie less than 5 s apart are"
            " one (or as the laboratory's rules say).",
        ),
        ("lmi_per_h", "Limb movement index", "1/h", "60 x limb movements / TST."),
        (
            "plm_series",
            "Series of periodic limb movements",
            "n",
            "Four limb movements or more, each 5 to 90 s after the one before from onset to onset"
            " (or as the laboratory's rules say).",
        ),
        ("plms", "Periodic limb movements in sleep (PLMS)", "n", "Limb movements of such series."),
        ("plmi_per_h", "PLMS index (PLMI)", "1/h", "60 x PLMS / TST."),
    ),
    *_of(
        FigureGroup.MOVEMENTS,
        (*_MOVEMENT, EventFamily.AROUSAL),
        (
            "plms_arousal",
            "PLMS with arousal",
            "n",
            "PLMS that overlap an arousal, or lie less than 0.5 s from one (or as the laboratory's"
            " rules say).",
        ),
        ("plmai_per_h", "PLMS arousal index (PLMAI)", "1/h", "60 x PLMS with arousal / TST."),
    ),
    *_of(
        FigureGroup.OXIMETRY,
        Source.SATURATION,
        ("spo2_mean_pct", "Mean saturation in sleep", "%", "Mean of sound seconds in sleep."),
        ("spo2_lowest_pct", "Lowest saturation in sleep", "%", "Lowest sound second in sleep."),
        ("t90_min", "Saturation below 90 % (T90)", "min", "Sound seconds in sleep below 90 %."),
        ("t90_pct", "T90, % of sound sleep", "%", "100 x T90 / sound seconds in sleep."),
        ("t88_min", "Saturation below 88 % (T88)", "min", "Sound seconds in sleep below 88 %."),
        ("t88_pct", "T88, % of sound sleep", "%", "100 x T88 / sound seconds in sleep."),
        (
            "desaturations_3",
            "Desaturations of 3 % or more",
            "n",
            "Falls that begin in sleep by at least 3 % from the highest value of the last 120 s,"
            " found by the program in the channel and not by people.",
        ),
        ("odi3_per_h", "ODI, 3 %", "1/h", "60 x desaturations of 3 % or more / TST."),
        (
            "desaturations_4",
            "Desaturations of 4 % or more",
            "n",
            "The same with 4 %.",
        ),
        ("odi4_per_h", "ODI, 4 %", "1/h", "60 x desaturations of 4 % or more / TST."),
        (
            "spo2_sound_pct",
            "Sleep with sound saturation",
            "%",
            "100 x seconds in sleep whose saturation is no artefact / TST. An artefact is a value"
            " outside 50 to 100 %, or one that would need a change of more than 4 % a second.",
        ),
    ),
    *_of(
        FigureGroup.HEART,
        Source.PULSE,
        ("pulse_mean_per_min", "Mean pulse in sleep", "1/min", "Mean of sound seconds in sleep."),
        (
            "pulse_highest_per_min",
            "Highest pulse in sleep",
            "1/min",
            "Highest sound second in sleep, of rates from 25 to 220.",
        ),
        (
            "pulse_lowest_per_min",
            "Lowest pulse in sleep",
            "1/min",
            "Lowest sound second in sleep, of rates from 25 to 220.",
        ),
    ),
)
"""Every figure in the order of the outputs; definitions name the values of the shipped rules."""

FIGURES_BY_KEY: Mapping[str, EventFigure] = {one.definition.key: one for one in EVENT_FIGURES}
