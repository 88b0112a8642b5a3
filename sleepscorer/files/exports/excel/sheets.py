"""Sheets of the Excel report on stages and how they were made: what stands in which row."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer import __version__
from sleepscorer.core.cycles import CYCLES_RULE
from sleepscorer.core.doubtful import DOUBTFUL_UNDER
from sleepscorer.core.event_statistics import EVENT_FIGURES
from sleepscorer.core.stages import STAGES
from sleepscorer.core.statistics import DEFINITIONS, Definition
from sleepscorer.core.undefined import figure_of, figures_of
from sleepscorer.core.wording import percent
from sleepscorer.files.exports.excel.answers import consensus_rows, second_opinion_rows
from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    align_left,
    new_sheet,
    put,
    put_headings,
    put_rows,
    put_section,
    put_sentence,
    set_print_area,
    wrap,
)
from sleepscorer.files.exports.excel.charts import LAST_CHART_COLUMN, LAST_CHART_ROW
from sleepscorer.files.exports.excel.columns import (
    CLOCK,
    DATE_AND_CLOCK,
    DURATION,
    PLAIN,
    TENTHS,
    WHOLE,
    Column,
    Value,
)
from sleepscorer.files.exports.excel.epochs import clock_value
from sleepscorer.files.exports.excel.event_figures import (
    FORMAT_OF_UNIT,
    event_sentences,
    headline_rows,
)
from sleepscorer.files.exports.excel.person import put_person
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.score_state import score_state_text

_ONSET_RULE = "First epoch of any sleep ({} or R) between lights off and lights on (AASM)"
_GRID_RULE = "Epochs of {:g} s from the start of the recording; a shorter rest is not scored"

_NOT_MARKED = "not marked"
_LISTED_ELSEWHERE = ("cycles", "transitions")

_SUMMARY = (
    Column("Quantity", 46),
    Column("Value", 22),
    Column("Unit", 8),
    Column("Duration (hh:mm:ss)", 13, DURATION),
)
_STAGES = (
    Column("Stage", 9, is_stage=True),
    Column("Epochs (n)", 10, WHOLE),
    Column("Duration (min)", 11, TENTHS),
    Column("Duration (hh:mm:ss)", 13, DURATION),
    Column("Share of TST (%)", 11, TENTHS),
    Column("Share of TRT (%)", 11, TENTHS),
    Column("Latency from lights off (min)", 16, TENTHS),
    Column("Latency from sleep onset (min)", 16, TENTHS),
)
_CYCLES = (
    Column("Cycle (n)", 10, WHOLE),
    Column("Start (min from lights off)", 16, TENTHS),
    Column("End (min from lights off)", 16, TENTHS),
    Column("Duration (min)", 11, TENTHS),
    Column("Duration (hh:mm:ss)", 13, DURATION),
    Column("NREM (min)", 10, TENTHS),
    Column("REM (min)", 10, TENTHS),
)
_PROVENANCE = (Column("Item", 32), Column("Value", 100))
_DEFINITIONS = (
    Column("Key", 28),
    Column("Quantity", 46),
    Column("Unit", 8),
    Column("Definition", 90),
)


def add_summary(workbook: Workbook, night: Night) -> Worksheet:
    """Add the sheet that a reader sees first: warnings, the recording, every statistic."""
    sheet = new_sheet(workbook, "Summary", "Sleep report", _SUMMARY)
    row = _put_sentences(sheet, FIRST_ROW, "Warnings", night.all_warnings)
    notes = (*night.reading_notes, *night.confidence_notes, *night.statistics.notes)
    row = _put_sentences(sheet, row, "Notes", notes)
    row = put_person(sheet, row, night, len(_SUMMARY))
    row = _put_facts(sheet, row, night)
    row = _put_statistics(sheet, row, night)
    row = _put_events(sheet, row, night)
    for title, text in (("Comment", night.form.comment), ("Impression", night.form.impression)):
        # A paragraph a row: a row has a greatest height.
        row = _put_sentences(sheet, row, title, [one for one in text.splitlines() if one.strip()])
    set_print_area(sheet, LAST_CHART_COLUMN, n_rows=LAST_CHART_ROW, is_one_page=True)
    return sheet


def add_stages(workbook: Workbook, night: Night) -> Worksheet:
    """Add minutes, shares and latencies by stage; the minutes add up to TRT."""
    sheet = new_sheet(workbook, "Stages", f"Stages, {_window(night)}", _STAGES)
    put_rows(sheet, _STAGES, _stage_rows(night))
    set_print_area(sheet, len(_STAGES), is_one_page=True)
    return sheet


def add_transitions(workbook: Workbook, night: Night) -> Worksheet:
    """Add how often each stage follows each, and beside it the same as a share of each row."""
    names = [stage.text for stage in night.statistics.transition_stages]
    counts = (
        Column("From \\ to (n)", 13, is_stage=True),
        *(Column(f"{n} (n)", 9, WHOLE) for n in names),
    )
    shares = (
        Column("From \\ to (0–1)", 16, is_stage=True),
        *(Column(f"{n} (0–1)", 9, "0.000") for n in names),
    )
    title = f"Transitions from each epoch to the next, {_window(night)}"
    sheet = new_sheet(workbook, "Transitions", title, counts)
    beside = len(counts) + 2
    put_headings(sheet, shares, first_column=beside)
    table = night.statistics.transitions
    put_rows(sheet, counts, [(n, *row) for n, row in zip(names, table, strict=True)])
    put_rows(
        sheet,
        shares,
        [(n, *_shares(row)) for n, row in zip(names, table, strict=True)],
        first_column=beside,
    )
    return sheet


def add_cycles(workbook: Workbook, night: Night) -> Worksheet:
    """Add the NREM-REM cycles and the rule they were found by."""
    sheet = new_sheet(workbook, "Cycles", "NREM-REM cycles (research)", _CYCLES)
    cycles = night.statistics.cycles
    put_rows(
        sheet,
        _CYCLES,
        [
            (
                number,
                cycle.start_min,
                cycle.end_min,
                cycle.end_min - cycle.start_min,
                timedelta(minutes=cycle.end_min - cycle.start_min),
                cycle.nrem_min,
                cycle.rem_min,
            )
            for number, cycle in enumerate(cycles, start=1)
        ],
    )
    row = FIRST_ROW + len(cycles) + 1
    if night.hypnogram.stage_set != STAGES:
        put(sheet.cell(row, 1), "Cycles can't be told in three stages.")
        return sheet
    if not cycles:
        is_told = figure_of(night.statistics, "cycles") is not None
        put(sheet.cell(row, 1), "No cycle was found." if is_told else "Nothing was scored.")
    put_sentence(sheet, row + 1, f"Rule: {CYCLES_RULE}", len(_CYCLES))
    return sheet


def add_provenance(workbook: Workbook, night: Night) -> Worksheet:
    """Add what the figures were made from, by what and by which rules."""
    sheet = new_sheet(workbook, "Provenance", "Provenance", _PROVENANCE)
    put_rows(sheet, _PROVENANCE, list(_provenance_rows(night)))
    for row in range(FIRST_ROW, sheet.max_row + 1):
        wrap(sheet.cell(row, 2), _PROVENANCE[1].width)
    return sheet


def add_definitions(workbook: Workbook, night: Night) -> Worksheet:
    """Add what each quantity means."""
    sheet = new_sheet(workbook, "Definitions", "Definitions", _DEFINITIONS)
    definitions = night.statistics.definitions
    if night.event_statistics is not None:
        definitions += tuple(one.definition for one in EVENT_FIGURES)
    put_rows(sheet, _DEFINITIONS, [(d.key, d.label, d.unit, d.text) for d in definitions])
    for row in range(FIRST_ROW, FIRST_ROW + len(definitions)):
        wrap(sheet.cell(row, 4), _DEFINITIONS[3].width)
    return sheet


def _put_sentences(sheet: Worksheet, row: int, title: str, sentences: Sequence[str]) -> int:
    """Write a section of sentences, none where there are none; return the row below it."""
    if not sentences:
        return row
    put_section(sheet, row, title, len(_SUMMARY))
    for number, sentence in enumerate(sentences, start=row + 1):
        is_warning = title == "Warnings"
        put_sentence(sheet, number, sentence, len(_SUMMARY), is_warning=is_warning)
    return row + 1 + len(sentences)


def _put_facts(sheet: Worksheet, row: int, night: Night) -> int:
    """Write the recording's facts; return the row below them."""
    put_section(sheet, row, "Recording", len(_SUMMARY))
    clock_format = CLOCK if night.deidentify else DATE_AND_CLOCK
    facts = list(_facts(night))
    for number, (label, value) in enumerate(facts, start=row + 1):
        is_duration = isinstance(value, timedelta)
        put(sheet.cell(number, 1), label)
        put(sheet.cell(number, 2), value, DURATION if is_duration else clock_format)
        align_left(sheet.cell(number, 2))
    return row + 1 + len(facts)


def _facts(night: Night) -> Iterator[tuple[str, Value]]:
    hypnogram, statistics = night.hypnogram, night.statistics
    yield "File", night.source_name
    yield "Patient", night.patient_id or None
    yield "Start", clock_value(night, 0.0)
    yield "Duration of the recording (hh:mm:ss)", timedelta(seconds=night.duration_s)
    yield "Scoring", score_state_text(night)
    for sentence in night.signed_sentences:
        yield "Signature", sentence
    yield from _stager_facts(night)
    off_s, on_s = hypnogram.lights_off_s, hypnogram.lights_on_s
    yield "Lights off", _NOT_MARKED if off_s is None else _clock_or_elapsed(night, off_s)
    yield "Lights on", _NOT_MARKED if on_s is None else _clock_or_elapsed(night, on_s)
    yield "Lights marks from", night.lights_source
    if statistics.sl_min is not None:
        window_s = math.floor((off_s or 0.0) / hypnogram.epoch_s + 1e-6) * hypnogram.epoch_s
        yield "Sleep onset", _clock_or_elapsed(night, window_s + 60 * statistics.sl_min)


def _stager_facts(night: Night) -> Iterator[tuple[str, Value]]:
    if night.staging is not None:
        made = night.staging.provenance
        yield "EEG used", ", ".join(made.eeg) or "none"
        yield "EOG used", ", ".join(made.eog) or "none"
        yield "Weights", made.weights_name
    if night.second is not None:
        yield "Second opinion", night.second_opinion_text
    if night.is_consensus:
        yield "Consensus of", ", ".join(one.full_name for one in night.others)


def _window(night: Night) -> str:
    """Return in words which part of the night the statistics are of."""
    off_s, on_s = night.hypnogram.lights_off_s, night.hypnogram.lights_on_s
    if off_s is None and on_s is None:
        return "whole recording"
    begin = "start of the recording" if off_s is None else "lights off"
    return f"{begin} to {'end of the recording' if on_s is None else 'lights on'}"


def _put_statistics(sheet: Worksheet, row: int, night: Night) -> int:
    """Write every statistic; return the row below."""
    put_section(sheet, row, f"Sleep statistics, {_window(night)}", len(_SUMMARY))
    row += 1
    for definition in night.statistics.definitions:
        if definition.key in _LISTED_ELSEWHERE:
            continue
        value = figure_of(night.statistics, definition.key)
        _put_figure(sheet, row, definition, value)
        if definition.unit == "min" and value is not None:
            put(sheet.cell(row, 4), timedelta(minutes=value), DURATION)
        row += 1
    if night.hypnogram.stage_set != STAGES:
        return row
    put(sheet.cell(row, 1), "NREM-REM cycles (research)")
    put(sheet.cell(row, 2), figure_of(night.statistics, "cycles"), WHOLE)
    put(sheet.cell(row, 3), "n")
    align_left(sheet.cell(row, 3))
    return row + 1


def _put_events(sheet: Worksheet, row: int, night: Night) -> int:
    """Write the figures of events that are read first; return the row below."""
    if night.event_statistics is None:
        return row
    put_section(sheet, row, f"Events and saturation, {_window(night)}", len(_SUMMARY))
    row += 1
    for definition, value in headline_rows(night):
        _put_figure(sheet, row, definition, value)
        row += 1
    for sentence in event_sentences(night.event_statistics):
        put_sentence(sheet, row, sentence, len(_SUMMARY))
        row += 1
    return row


def _put_figure(sheet: Worksheet, row: int, definition: Definition, value: Value) -> None:
    put(sheet.cell(row, 1), definition.label)
    put(sheet.cell(row, 2), value, FORMAT_OF_UNIT.get(definition.unit, PLAIN))
    put(sheet.cell(row, 3), definition.unit)
    align_left(sheet.cell(row, 3))


def _clock_or_elapsed(night: Night, onset_s: float) -> Value:
    return timedelta(seconds=onset_s) if night.start is None else clock_value(night, onset_s)


def _stage_rows(night: Night) -> Iterator[tuple[Value, ...]]:
    values = figures_of(night.statistics)
    trt_min = night.statistics.trt_min
    for stage in night.statistics.transition_stages:
        key = stage.name.lower()
        minutes = values[f"{key}_min"]
        if minutes is None:
            yield (stage.text, *(None,) * (len(_STAGES) - 1))
            continue
        yield (
            stage.text,
            _n_epochs(night, minutes),
            minutes,
            timedelta(minutes=minutes),
            values.get(f"{key}_pct"),
            100 * minutes / trt_min if trt_min else None,
            values.get(f"latency_{key}_min"),
            values.get(f"latency_{key}_onset_min"),
        )
    total = ("TRT", _n_epochs(night, trt_min), trt_min, timedelta(minutes=trt_min))
    yield (*total, None, 100.0 if trt_min else None, None, None)


def _n_epochs(night: Night, minutes: float) -> int:
    return round(minutes * 60 / night.hypnogram.epoch_s)


def _shares(counts: Sequence[int]) -> tuple[float | None, ...]:
    total = sum(counts)
    return tuple(count / total if total else None for count in counts)


def _provenance_rows(night: Night) -> Iterator[tuple[str, Value]]:
    hypnogram = night.hypnogram
    yield "Software", f"sleepscorer {__version__}"
    yield from _staging_rows(night)
    yield "Scoring", score_state_text(night)
    for sentence in night.signed_sentences:
        yield "Signature", sentence
    yield "Lights marks from", night.lights_source
    yield "Lights off (s from the start)", hypnogram.lights_off_s
    yield "Lights on (s from the start)", hypnogram.lights_on_s
    sleep_stages = "N1, N2, N3" if hypnogram.stage_set == STAGES else "NREM"
    yield "Sleep onset rule", _ONSET_RULE.format(sleep_stages)
    yield "Epoch grid", _GRID_RULE.format(hypnogram.epoch_s)
    yield "Window of the statistics", DEFINITIONS[0].text
    yield "Clock times", "start of the recording plus elapsed time, without change to summer time"
    yield "Source file", night.source_name
    yield "Source SHA-256", night.sha256
    yield "Source format", night.format_name
    yield "Duration of the recording (s)", night.duration_s
    yield "Patient field", night.patient_id or None
    yield "Recording field", night.recording_id or None
    yield "De-identified", "yes" if night.deidentify else "no"
    for sentence in night.all_warnings:
        yield "Warning", sentence
    for sentence in night.all_notes:
        yield "Note", sentence


def _staging_rows(night: Night) -> Iterator[tuple[str, Value]]:
    if night.staging is None:
        return
    made = night.staging.provenance
    yield "Staged with", made.software
    yield "Staged at (UTC)", made.created_utc or None
    yield "Weights", made.weights_name
    yield "Weights SHA-256", made.weights_sha256
    yield "Device", made.device
    yield "EEG used", ", ".join(made.eeg) or "none"
    yield "EOG used", ", ".join(made.eog) or "none"
    yield "EMG used", ", ".join(made.emg) or "none"
    if (doubtful := night.doubtful) is not None:
        share, under = doubtful.share, percent(DOUBTFUL_UNDER)
        which = f"of which the machine is under {under} sure"
        if not doubtful.is_measured:
            which = f"whose stage has a probability under {under}"
        yield (
            f"Epochs {which} (%)",
            (None if share is None else 100 * share),
        )
        yield (
            "Those of them that no person reviewed (n)",
            doubtful.n_open if doubtful.n_staged else None,
        )
    for sentence in made.notes:
        yield "Staging note", sentence
    yield from second_opinion_rows(night)
    yield from consensus_rows(night)
