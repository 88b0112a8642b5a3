"""Sections of the first page: the head, the person, the recording, the figures, the signatures."""

import io
import math
from collections.abc import Iterator, Sequence
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Spacer, Table

from sleepscorer.core.metrics import FigureGroup
from sleepscorer.core.signatures import Meaning, Signature, standing
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.undefined import why_undefined
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.exports.report.content import (
    ALARM,
    COLUMN_GAP,
    GAP,
    GREY,
    HOUSE,
    LABEL,
    LARGE,
    LINE,
    PLAIN,
    SHADE,
    SMALL,
    STRONG,
    STRONG_NUMBER,
    TITLE,
    Cell,
    Content,
    facts_table,
    heading,
    paragraph,
    section,
    side_by_side,
    table,
)
from sleepscorer.files.exports.report.hypnogram import (
    HypnogramDrawing,
    clock_or_elapsed,
    colour_of,
    hours_text,
)
from sleepscorer.files.exports.report.languages import DASH
from sleepscorer.files.exports.score_state import ScoreState, score_state

_SIGNING_SPACE = 6.5 * mm
_BELOW_HEADING = Spacer(0, 0.8 * mm)
_MOST_LINES_BESIDE = 6.1
_GROUPS = tuple(FigureGroup)
_TABLES = ("cycles", "transitions")


def letterhead(content: Content) -> list[Flowable]:
    """Name, address and logo of the laboratory; none de-identified, for they tell where."""
    head = content.template.letterhead
    if content.night.deidentify or not (head.laboratory or head.lines or head.logo):
        return []
    left: list[Flowable] = [paragraph(head.laboratory, HOUSE)] if head.laboratory else []
    left += [paragraph(line, SMALL) for line in head.lines]
    widths = (content.width_pt / 2, content.width_pt / 2)
    made = Table([[left, _logo(content) if head.logo else ""]], widths, hAlign="LEFT")
    made.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("ALIGN", (1, 0), (1, 0), "RIGHT"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return [made, Spacer(0, GAP)]


def _logo(content: Content) -> Flowable:
    head = content.template.letterhead
    picture = Image(io.BytesIO(head.logo))
    height, most = head.logo_height_mm * mm, content.width_pt / 2
    scale = min(height / picture.imageHeight, most / picture.imageWidth)
    picture.drawWidth, picture.drawHeight = (
        picture.imageWidth * scale,
        picture.imageHeight * scale,
    )
    return picture


def title(content: Content) -> list[Flowable]:
    """What this is, and whether it is signed."""
    words = content.words
    right = paragraph(
        words(f"status.{'signed' if _holding(content) else 'not_signed'}"), STRONG_NUMBER
    )
    widths = (content.width_pt * 0.7, content.width_pt * 0.3)
    parts: list[Flowable] = [
        side_by_side([paragraph(words("report.title"), TITLE)], [right], widths)
    ]
    if content.night.deidentify:
        parts.append(paragraph(words("report.deidentified"), SMALL))
    return [*parts, Spacer(0, GAP)]


def person(content: Content) -> list[Flowable]:
    """Who was recorded, as the form says."""
    words, night, who = content.words, content.night, content.night.form.person
    entered = words("report.not_entered")
    left_out = DASH if night.deidentify else ""
    sex = {"F": "female", "M": "male", "X": "other"}.get(who.sex)
    height = "" if who.height_cm is None else f"{words.number(who.height_cm, 0)} cm"
    weight = "" if who.weight_kg is None else f"{words.number(who.weight_kg)} kg"
    bmi = "" if who.bmi is None else f"{words.number(who.bmi)} kg/m²"
    facts = (
        ("name", left_out or who.name),
        ("birth_date", left_out or _born(content)),
        ("sex", words(f"person.{sex}") if sex else ""),
        ("code", left_out or who.code),
        ("height", height),
        ("weight", weight),
        ("bmi", bmi),
        ("referrer", left_out or who.referrer),
        ("indication", left_out or who.indication),
    )
    shown = [
        (words(f"person.{key}"), value.strip() or f"{DASH} ({entered})") for key, value in facts
    ]
    return section(words("person.heading"), facts_table(shown, content.width_pt))


def _born(content: Content) -> str:
    who, start, words = content.night.form.person, content.night.start, content.words
    if who.birth_date is None:
        return ""
    born = words.date(who.birth_date)
    day = None if start is None or start.date() == UNKNOWN_START.date() else start.date()
    age = None if day is None else who.age_on(day)
    return born if age is None else f"{born} ({words('person.age', years=age)})"


def recording(content: Content) -> list[Flowable]:
    """What was recorded when, the lights marks, and whose the stages are."""
    return section(
        content.words("recording.heading"),
        facts_table(_recording_facts(content), content.width_pt),
    )


def _recording_facts(content: Content) -> Iterator[tuple[str, str]]:
    words, night = content.words, content.night
    hypnogram, statistics = night.hypnogram, night.statistics

    def fact(key: str, value: str) -> tuple[str, str]:
        return words(f"recording.{key}"), value or DASH

    if not night.deidentify:
        yield fact("file", night.source_name)
        if night.patient_id:
            yield fact("patient_field", night.patient_id)
    yield fact("start", _moment(content, 0.0))
    yield fact("end", _moment(content, night.duration_s))
    yield fact("duration", hours_text(night.duration_s))
    off_s, on_s = hypnogram.lights_off_s, hypnogram.lights_on_s
    for key, mark_s in (("lights_off", off_s), ("lights_on", on_s)):
        shown = words("recording.not_marked")
        yield fact(key, shown if mark_s is None else clock_or_elapsed(night, mark_s))
    onset = f"{DASH} ({_reason(content, 'sl_min')})"
    if statistics.sl_min is not None:
        window_s = math.floor((off_s or 0.0) / hypnogram.epoch_s + 1e-6) * hypnogram.epoch_s
        onset = clock_or_elapsed(night, window_s + 60 * statistics.sl_min)
    yield fact("sleep_onset", onset)
    yield fact("scoring", scoring_text(content))
    if night.staging is not None:
        made = night.staging.provenance
        yield fact("channels", ", ".join((*made.eeg, *made.eog, *made.emg)))
    if off_s is None and on_s is None:
        yield fact("counted", words("recording.whole_recording"))
    elif off_s is None or on_s is None:
        lacking = "no_lights_off" if off_s is None else "no_lights_on"
        yield fact("counted", words(f"recording.{lacking}"))


def _moment(content: Content, time_s: float) -> str:
    night, words = content.night, content.words
    moment = night.time_of(time_s)
    if moment is None:
        return words("report.unknown")
    if night.deidentify or moment.date() <= date(1985, 1, 2):
        return f"{moment:%H:%M:%S}"
    return f"{words.date(moment)}, {moment:%H:%M:%S}"


def scoring_text(content: Content) -> str:
    """Whose stages these are, as the Excel report tells it."""
    night, state = content.night, score_state(content.night)
    gaps: dict[str, object] = {}
    if state in (ScoreState.EDITED, ScoreState.CONFIRMED):
        gaps = {"edited": night.n_edited, "epochs": night.hypnogram.n_epochs}
    return content.words(f"recording.{state.value}", **gaps)


def hypnogram(content: Content) -> list[Flowable]:
    """The night at a glance."""
    parts: list[Flowable] = [HypnogramDrawing(content)]
    if content.night.n_edited:
        parts.append(paragraph(content.words("hypnogram.machine"), SMALL))
    return section(content.words("hypnogram.heading"), *parts)


def key_figures(content: Content) -> list[Flowable]:
    """The five figures that count, large."""
    words, statistics = content.words, content.night.statistics
    main = [d for d in statistics.definitions if d.group is FigureGroup.MAIN]
    order = ("tst_min", "se_pct", "sl_min", "rem_latency_min", "waso_min")
    main.sort(key=lambda definition: order.index(definition.key))
    labels, values, beside = [], [], []
    for definition in main:
        value = getattr(statistics, definition.key)
        labels.append(paragraph(words.label(definition), LABEL))
        if value is None:
            values.append(paragraph(DASH, LARGE))
            beside.append(paragraph(_reason(content, definition.key), SMALL))
        elif definition.key == "tst_min":
            whole = math.floor(value + 0.5)
            split = words("figures.hours_and_minutes", hours=whole // 60, minutes=whole % 60)
            values.append(paragraph(f"{words.figure(value, 'min')} {words.unit('min')}", LARGE))
            beside.append(paragraph(split, SMALL))
        else:
            text = f"{words.figure(value, definition.unit)} {words.unit(definition.unit)}"
            values.append(paragraph(text, LARGE))
            beside.append(paragraph("", SMALL))
    widths = [content.width_pt * share for share in (0.21, 0.19, 0.18, 0.18, 0.24)]
    made = Table(
        [labels, values, beside],
        widths,
        hAlign="LEFT",
        style=[
            ("BACKGROUND", (0, 0), (-1, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 0.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.8),
            ("BOTTOMPADDING", (0, 1), (-1, 1), 2.5),
            ("LINEBEFORE", (1, 0), (-1, -1), 0.5, LINE),
        ],
    )
    return [made, Spacer(0, GAP)]


def tables(content: Content) -> list[Flowable]:
    """All other figures at the left, the stages and what is of research at the right."""
    width = content.width_pt
    left_width, right_width = 0.46 * width, 0.51 * width
    words = content.words
    left_groups = (
        FigureGroup.TIME,
        FigureGroup.LATENCIES,
        FigureGroup.CONTINUITY,
        FigureGroup.AROUSALS,
    )
    left = [heading(_figures_heading(content)), _BELOW_HEADING]
    left.append(_figures_table(content, left_groups, left_width))
    right = [*_stages_parts(content, right_width), Spacer(0, GAP)]
    right += [heading(words("figures.research")), _BELOW_HEADING]
    right.append(_figures_table(content, (FigureGroup.RESEARCH,), right_width))
    widths, gap = (left_width, right_width), 0.03 * width
    return [side_by_side(left, right, widths, gap), Spacer(0, GAP)]


def _figures_heading(content: Content) -> str:
    hypnogram = content.night.hypnogram
    is_whole = (hypnogram.lights_off_s, hypnogram.lights_on_s) == (None, None)
    return content.words("figures.heading_whole" if is_whole else "figures.heading")


def _figures_table(content: Content, groups: Sequence[FigureGroup], width: float) -> Table:
    words, statistics = content.words, content.night.statistics
    rows: list[list[Cell]] = []
    for definition in sorted(statistics.definitions, key=lambda one: _GROUPS.index(one.group)):
        if definition.group not in groups or definition.key in _TABLES or definition.stage:
            continue
        value = getattr(statistics, definition.key)
        label: Cell = words.label(definition)
        if value is None:
            reason = paragraph(_reason(content, definition.key), SMALL)
            label = [paragraph(words.label(definition)), reason]
        unit = "" if definition.unit == "n" else words.unit(definition.unit)
        rows.append([label, paragraph(words.figure(value, definition.unit), STRONG_NUMBER), unit])
    if FigureGroup.RESEARCH in groups and statistics.stage_set == STAGES:
        n_cycles = str(len(statistics.cycles))
        rows.append([words("figures.cycles"), paragraph(n_cycles, STRONG_NUMBER), ""])
    return table(rows, (0.72 * width, 0.16 * width, 0.12 * width), numbers_from=3, head=False)


def _stages_parts(content: Content, width: float) -> list[Flowable]:
    words, statistics = content.words, content.night.statistics
    heads = ("stage", "minutes", "duration", "of_tst", "of_trt", "latency", "onset_latency")
    rows: list[list[Cell]] = [["", *(words(f"stages.{key}") for key in heads)]]
    rows += [_stage_row(content, stage) for stage in statistics.transition_stages]
    trt_min = statistics.trt_min
    of_trt = words.figure(100.0 if trt_min else None, "%")
    total: list[Cell] = ["", paragraph(words("stages.total"), STRONG)]
    rows.append([*total, words.figure(trt_min, "min"), hours_text(60 * trt_min), "", of_trt])
    rows[-1] += ["", ""]
    colours = [
        ("BACKGROUND", (0, number), (0, number), colour_of(stage))
        for number, stage in enumerate(statistics.transition_stages, start=1)
    ]
    shares = (0.02, 0.125, 0.12, 0.165, 0.125, 0.125, 0.16, 0.16)
    made = table(rows, [share * width for share in shares], numbers_from=2, more=colours)
    parts: list[Flowable] = [heading(words("stages.heading")), _BELOW_HEADING, made]
    if reasons := tuple(dict.fromkeys(_stage_reasons(content))):
        parts.append(paragraph(f"{DASH} {', '.join(reasons)}", SMALL))
    return parts


def _stage_row(content: Content, stage: Stage) -> list[Cell]:
    words, statistics = content.words, content.night.statistics
    values, key = statistics.as_dict(), stage.name.lower()
    minutes, trt_min = values[f"{key}_min"], statistics.trt_min
    row: list[Cell] = [
        "",
        paragraph(stage.text, STRONG),
        words.figure(minutes, "min"),
        hours_text(60 * minutes),
    ]
    of_trt = words.figure(100 * minutes / trt_min if trt_min else None, "%")
    if not stage.is_sleep:
        return [*row, "", of_trt, "", ""]
    return [
        *row,
        paragraph(words.figure(values[f"{key}_pct"], "%"), STRONG_NUMBER),
        of_trt,
        words.figure(values[f"latency_{key}_min"], "min"),
        words.figure(values[f"latency_{key}_onset_min"], "min"),
    ]


def _stage_reasons(content: Content) -> Iterator[str]:
    statistics = content.night.statistics
    if not statistics.trt_min:
        yield _reason(content, "se_pct")
    for stage in statistics.stage_set:
        for key in (f"{stage.name.lower()}_pct", f"latency_{stage.name.lower()}_min"):
            if stage.is_sleep and getattr(statistics, key) is None:
                yield _reason(content, key)


def _reason(content: Content, key: str) -> str:
    """Why a figure is a dash, in the words of the language."""
    why = why_undefined(content.night.statistics, key)
    if why is None:
        return ""
    gaps: dict[str, object] = {}
    if why.stage is not None:
        gaps["stage"] = why.stage.text
    if why.minutes is not None:
        gaps["minutes"] = why.minutes
    return content.words(f"undefined.{why.reason.value}", **gaps)


def warnings(content: Content) -> list[Flowable]:
    """What makes the night doubtful, in the program's own sentences."""
    sentences = (*content.night.all_warnings, *content.night.statistics.notes)
    return messages(content, "messages.warnings", sentences, ALARM)


def messages(
    content: Content, key: str, sentences: tuple[str, ...], style: object = PLAIN
) -> list[Flowable]:
    """Return sentences of the program, which are in English whatever the language."""
    if not sentences:
        return []
    words = content.words
    title = " ".join(filter(None, (words(key), words("messages.english"))))
    parts = [paragraph(f"• {_sentence(one)}", style) for one in sentences]
    return section(title, *parts)


def _sentence(text: str) -> str:
    begun = text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."


def comment(content: Content) -> list[Flowable]:
    """The scorer's comment and the physician's impression; room to write where there is none."""
    words, form, night = content.words, content.night.form, content.night
    texts = (("comment.heading", form.comment), ("comment.impression", form.impression))
    half = (content.width_pt - COLUMN_GAP) / 2
    is_written = not night.deidentify and any(text.strip() for _, text in texts)
    if not is_written:
        return [_boxes([words(key) for key, _ in texts], half), Spacer(0, GAP)]
    both = [[heading(words(key)), paragraph(text.strip() or DASH)] for key, text in texts]
    heights = [parts[1].wrap(half, 1e6)[1] for parts in both]
    if max(heights) <= _MOST_LINES_BESIDE * PLAIN.leading:
        return [side_by_side(both[0], both[1], (half, half), COLUMN_GAP), Spacer(0, GAP)]
    return [part for parts in both for part in (*parts, Spacer(0, GAP))]


def _boxes(titles: Sequence[str], width: float) -> Flowable:
    """Room to write by hand."""
    return Table(
        [[paragraph(titles[0], STRONG), "", paragraph(titles[1], STRONG)]],
        (width, COLUMN_GAP, width),
        (11 * mm,),
        hAlign="LEFT",
        style=[
            ("BOX", (0, 0), (0, 0), 0.4, LINE),
            ("BOX", (2, 0), (2, 0), 0.4, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ],
    )


def signatures(content: Content) -> list[Flowable]:
    """Who signed, or a line to sign on; what was taken back is named."""
    words = content.words
    half = (content.width_pt - COLUMN_GAP) / 2
    columns: list[list[Flowable]] = []
    for key, meaning in (("scorer", Meaning.SCORED), ("physician", Meaning.REVIEWED)):
        signed = [one for one in _holding(content) if one.meaning is meaning]
        parts: list[Flowable] = [paragraph(words(f"signatures.{key}"), STRONG)]
        for one in signed:
            parts += _signed(content, one)
        if not signed:
            parts += [paragraph(words("status.not_signed")), Spacer(0, _SIGNING_SPACE)]
            parts += [_line(half), paragraph(words("signatures.line"), SMALL)]
        columns.append(parts)
    made = side_by_side(columns[0], columns[1], (half, half), COLUMN_GAP)
    void: list[Flowable] = [paragraph(text, SMALL) for text in _void(content)]
    if void:
        void.insert(0, Spacer(0, GAP))
    return [made, *void, Spacer(0, GAP)]


def _line(width: float) -> Flowable:
    return Table(
        [[""]], (width,), (1,), hAlign="LEFT", style=[("LINEABOVE", (0, 0), (-1, 0), 0.5, GREY)]
    )


def _holding(content: Content) -> list[Signature]:
    night = content.night
    return [one for one in standing(night.signatures, night.unlockings) if not one.is_broken]


def _signed(content: Content, one: Signature) -> list[Flowable]:
    words = content.words
    digest = words("signatures.hash", hash=one.short_sha256) if one.sha256 else ""
    if content.night.deidentify or not (one.name and one.utc):
        return [paragraph(words("signatures.name_left_out"))]
    text = words("signatures.signed", name=one.name, moment=words.moment(one.utc))
    return [paragraph(text), paragraph(digest, SMALL)]


def _void(content: Content) -> Iterator[str]:
    words, night = content.words, content.night
    by_number = {one.number: one for one in night.signatures}
    for unlocking in night.unlockings:
        for number in unlocking.voids:
            one = by_number.get(number)
            if night.deidentify or one is None or not (one.name and one.utc and unlocking.utc):
                yield words("signatures.void_left_out", number=number)
                continue
            yield words(
                "signatures.void",
                number=number,
                name=one.name,
                moment=words.moment(one.utc),
                user=unlocking.author.user,
                when=words.moment(unlocking.utc),
                reason=unlocking.reason,
            )
    for one in standing(night.signatures, night.unlockings):
        if one.is_broken and not night.deidentify and one.name and one.utc:
            yield words(
                "signatures.broken", number=one.number, name=one.name, moment=words.moment(one.utc)
            )
