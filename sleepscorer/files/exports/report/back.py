"""Sections of the second page: what the figures rest on, and what they mean."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from sleepscorer import __version__
from sleepscorer.analysis.shades import shade_limits
from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.metrics import Definition
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.exports.own_files import PROGRAM
from sleepscorer.files.exports.report.content import (
    COLUMN_GAP,
    GAP,
    SMALL,
    SMALL_INK,
    Cell,
    Content,
    facts_table,
    paragraph,
    run_in,
    section,
    side_by_side,
    table,
)
from sleepscorer.files.exports.report.figures import reason_of
from sleepscorer.files.exports.report.front import messages, scoring_text
from sleepscorer.files.exports.report.languages import DASH
from sleepscorer.files.exports.report.spectrogram import SpectrogramDrawing


def spectrogram(content: Content) -> list[Flowable]:
    """Power over the night of one derivation."""
    words, found = content.words, content.night.spectrogram
    if found is None or not content.night.hypnogram.n_epochs:
        note = paragraph(f"{DASH} ({words('spectrogram.not_made')})")
        return section(words("spectrogram.heading_alone"), note)
    low, high = shade_limits(found.values.power_db)
    scale = words("spectrogram.scale", low=words.number(low, 0), high=words.number(high, 0))
    title = words("spectrogram.heading", channel=words.derivation(found.channel))
    drawing = SpectrogramDrawing(content, found)
    return section(title, Spacer(0, 1.4 * mm), drawing, paragraph(scale, SMALL))


def cycles(content: Content) -> list[Flowable]:
    """The NREM-REM cycles."""
    words, statistics = content.words, content.night.statistics
    title = words("cycles.heading")
    if statistics.stage_set != STAGES:
        return section(title, paragraph(f"{DASH} ({words('cycles.three')})"))
    if reason := reason_of(content, "cycles"):
        return section(title, paragraph(f"{DASH} ({reason})"))
    if not statistics.cycles:
        return section(title, paragraph(words("cycles.no_cycles")))
    keys = ("number", "start", "end", "duration", "nrem", "rem")
    rows: list[list[Cell]] = [[words(f"cycles.{key}") for key in keys]]
    for number, cycle in enumerate(statistics.cycles, start=1):
        length_min = cycle.end_min - cycle.start_min
        minutes = (cycle.start_min, cycle.end_min, length_min, cycle.nrem_min, cycle.rem_min)
        rows.append([str(number), *(words.figure(value, "min") for value in minutes)])
    return section(title, table(rows, [content.width_pt / len(keys)] * len(keys)))


def transitions(content: Content) -> list[Flowable]:
    """How often each stage follows each."""
    words, statistics = content.words, content.night.statistics
    names = [stage.text for stage in statistics.transition_stages]
    rows: list[list[Cell]] = [["", *names]]
    for name, counts in zip(names, statistics.transitions, strict=True):
        rows.append([name, *map(str, counts)])
    width = content.width_pt / (len(names) + 1)
    made = table(rows, [width] * (len(names) + 1), strong_first=True)
    return section(words("transitions.heading"), made)


def agreement_of_machine(content: Content) -> list[Flowable]:
    """How far the machine agrees with the people who went over its stages."""
    words = content.words
    title = words("agreement.heading")
    if content.night.answer is None:
        return section(title, paragraph(f"{DASH} ({words('agreement.no_machine')})"))
    found = _agreement(content)
    if found is None:
        return section(title, paragraph(f"{DASH} ({words('agreement.no_person')})"))
    kappa = words.number(found.kappa, 2)
    facts: list[list[Cell]] = [
        [words("agreement.epochs"), str(found.n_epochs)],
        [words("agreement.share"), f"{words.number(100 * found.accuracy)} %"],
        [words("agreement.kappa"), kappa],
    ]
    names = [stage.text for stage in found.stage_set]
    rows: list[list[Cell]] = [["", *names, words("agreement.sensitivity")]]
    for name, counts, recall in zip(names, found.confusion, found.recall, strict=True):
        share = None if recall is None else 100 * recall
        rows.append([name, *map(str, counts), words.number(share)])
    precision = [None if one is None else 100 * one for one in found.precision]
    rows.append([words("agreement.precision"), *map(words.number, precision), ""])
    said = paragraph(f"{words('agreement.reviewed_only')} {words('agreement.seeded')}", SMALL)
    width = content.width_pt
    left, right = (width, width) if content.is_narrow else (0.30 * width, 0.66 * width)
    cell = 0.62 * right / len(names)
    widths = (0.19 * right, *([cell] * len(names)), 0.19 * right)
    counts = table(facts, (0.65 * left, 0.35 * left), head=False)
    matrix: list[Flowable] = [table(rows, widths, strong_first=True)]
    matrix.append(paragraph(words("agreement.rows"), SMALL))
    if content.is_narrow:
        return section(title, counts, Spacer(0, GAP), *matrix, said)
    beside = side_by_side([counts], matrix, (left, right), width - left - right)
    return section(title, beside, said)


def _agreement(content: Content) -> Agreement | None:
    """Compare the epochs that a person scored or reviewed; None where there is none."""
    night = content.night
    if night.answer is None or night.by_person is None or night.reviewed is None:
        return None
    hypnogram, machine = night.hypnogram, night.answer.stages
    seen = (night.by_person | night.reviewed) & (hypnogram.stages >= 0) & (machine >= 0)
    if not seen.any():
        return None

    def scoring(stages: NDArray[np.int8]) -> Scoring:
        shown = np.where(seen, stages, np.int8(Stage.UNSCORED))
        return Scoring(Hypnogram(shown, hypnogram.epoch_s, stage_set=hypnogram.stage_set))

    return agreement(scoring(hypnogram.stages), scoring(machine))


def provenance(content: Content) -> list[Flowable]:
    """What made the figures: enough to make them again."""
    words, width = content.words, content.width_pt
    facts = ((words(f"provenance.{key}"), value or DASH) for key, value in _provenance(content))
    made = facts_table(facts, width, in_row=2, style=SMALL_INK)
    return section(words("provenance.heading"), made)


def _provenance(content: Content) -> Iterator[tuple[str, str]]:
    words, night = content.words, content.night
    n_epochs = night.hypnogram.n_epochs

    def share(count: int) -> str:
        return words(
            "provenance.share",
            count=count,
            total=n_epochs,
            percent=words.number(100 * count / n_epochs if n_epochs else None),
        )

    staging = dict(_staging(content))
    yield "software", f"{PROGRAM} {__version__}"
    yield from _taken(staging, "stager", "staged_at", "weights", "weights_hash")
    yield "source_hash", night.sha256 or ""
    yield "source", night.source_name
    yield "format", night.format_name
    yield from staging.items()
    yield "scoring", scoring_text(content)
    if night.n_edited is not None:
        yield "edited", share(night.n_edited)
    if night.reviewed is not None and night.staging is not None:
        yield "reviewed", share(int(np.count_nonzero(night.reviewed)))
    yield "unscored", share(int(np.count_nonzero(night.hypnogram.stages == Stage.UNSCORED)))
    if night.doubtful is not None:
        # Where the machine could stage nothing, nobody knows what is doubtful.
        yield "doubtful", share(night.doubtful.n_open) if night.doubtful.n_staged else ""
    if night.edits and not night.deidentify:
        yield "edits", str(len(night.edits))
    name = "" if night.deidentify else f"{content.template.name}, "
    yield "template", f"{name}{words('language.name')}"
    epoch_s = words.number(night.hypnogram.epoch_s, 0)
    yield "epochs", words("provenance.epochs_text", count=n_epochs, seconds=epoch_s)
    yield "lights", night.lights_source
    yield "onset_rule", words("provenance.onset_rule_text")
    yield "clock", words("provenance.clock_text")


def _taken(facts: dict[str, str], *keys: str) -> Iterator[tuple[str, str]]:
    """Take these out of the facts, as far as they are among them."""
    for key in keys:
        if key in facts:
            yield key, facts.pop(key)


def _staging(content: Content) -> Iterator[tuple[str, str]]:
    words, night = content.words, content.night
    if night.staging is None:
        return
    made = night.staging.provenance
    none = words("report.none")
    yield "stager", made.software
    yield "staged_at", words.moment(made.created_utc) if made.created_utc else ""
    yield "weights", made.weights_name
    yield "weights_hash", made.weights_sha256
    yield "device", made.device
    for kind, names in (("eeg", made.eeg), ("eog", made.eog), ("emg", made.emg)):
        yield kind, ", ".join(map(words.derivation, names)) or none
    if night.second is not None:
        yield "second", night.second.provenance.software
    if night.is_consensus:
        yield "consensus", ", ".join(one.full_name for one in night.others)
    yield "filters", words("provenance.filters_text")


def notes(content: Content) -> list[Flowable]:
    """What was decided on the way, in the program's own sentences."""
    night = content.night
    made = () if night.staging is None else night.staging.provenance.notes
    return messages(content, "messages.notes", (*night.all_notes, *made), SMALL_INK)


def definitions(content: Content) -> list[Flowable]:
    """What each figure means, in two columns."""
    words = content.words
    parts = [run_in(label, text) for label, text in _definitions(content)]
    # By the length of their texts the columns come out even.
    width = (content.width_pt - COLUMN_GAP) / 2
    heights = np.cumsum([part.wrap(width, 1e6)[1] for part in parts])
    middle = int(np.searchsorted(heights, heights[-1] / 2)) + 1
    columns = side_by_side(parts[:middle], parts[middle:], (width, width), COLUMN_GAP)
    return section(words("definitions.heading"), columns)


def _definitions(content: Content) -> Iterator[tuple[str, str]]:
    """Name and meaning of each figure; figures of single stages are told once for all."""
    words, statistics = content.words, content.night.statistics
    is_three = statistics.stage_set != STAGES
    told: dict[str, list[Definition]] = {}
    for one in statistics.definitions:
        told.setdefault(words.pattern_of(one), []).append(one)
    for alike in told.values():
        stages = "/".join(one.stage.text for one in alike if one.stage is not None)
        label = words.label(alike[0], stage=stages)
        unit = words.unit(alike[0].unit)
        yield f"{label} ({unit}):", words.definition(alike[0], three_stages=is_three, stage=stages)
