"""The head of the first page: letterhead, person, recording, hypnogram; and the warnings."""

import io
import math
from collections.abc import Iterator
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Spacer, Table

from sleepscorer.core.report_form import Person
from sleepscorer.files.edf import known_day
from sleepscorer.files.exports.report.content import (
    ALARM,
    GAP,
    HOUSE,
    PLAIN,
    SMALL,
    STRONG_NUMBER,
    TITLE,
    Content,
    facts_table,
    paragraph,
    section,
    side_by_side,
)
from sleepscorer.files.exports.report.figures import reason_of
from sleepscorer.files.exports.report.hypnogram import (
    HypnogramDrawing,
    clock_or_elapsed,
    hours_text,
)
from sleepscorer.files.exports.report.languages import DASH
from sleepscorer.files.exports.report.signing import status_text
from sleepscorer.files.exports.score_state import ScoreState, score_state


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
    right = paragraph(status_text(content), STRONG_NUMBER)
    widths = (content.width_pt * 0.7, content.width_pt * 0.3)
    parts: list[Flowable] = [
        side_by_side([paragraph(words("report.title"), TITLE)], [right], widths)
    ]
    if content.night.deidentify:
        parts.append(paragraph(words("report.deidentified"), SMALL))
    return [*parts, Spacer(0, GAP)]


def person(content: Content) -> list[Flowable]:
    """Who was recorded, as the form says, and in one line what nobody entered."""
    words, night = content.words, content.night
    who = _unnamed(night.form.person) if night.deidentify else night.form.person
    sex = {"F": "female", "M": "male", "X": "other"}.get(who.sex)
    height = "" if who.height_cm is None else f"{words.number(who.height_cm, 0)} cm"
    weight = "" if who.weight_kg is None else f"{words.number(who.weight_kg)} kg"
    bmi = "" if who.bmi is None else f"{words.number(who.bmi)} kg/m²"
    facts = (
        ("name", who.name),
        ("birth_date", _born(content, who.birth_date)),
        ("sex", words(f"person.{sex}") if sex else ""),
        ("code", who.code),
        ("height", height),
        ("weight", weight),
        # It follows from the two before.
        *((("bmi", bmi),) if bmi else ()),
        ("referrer", who.referrer),
        ("indication", who.indication),
    )
    filled = [(words(f"person.{key}"), value) for key, value in facts if value.strip()]
    lacking = ", ".join(words(f"person.{key}") for key, value in facts if not value.strip())
    parts: list[Flowable] = [facts_table(filled, content.width_pt)] if filled else []
    # De-identified, nobody can tell what was entered.
    if lacking and not night.deidentify:
        parts.append(paragraph(f"{DASH} {words('report.not_entered')}: {lacking}", SMALL))
    return section(words("person.heading"), *parts) if parts else []


def _unnamed(who: Person) -> Person:
    """What of a person tells nobody who it is."""
    return Person(sex=who.sex, height_cm=who.height_cm, weight_kg=who.weight_kg)


def _born(content: Content, birth_date: date | None) -> str:
    words = content.words
    if birth_date is None:
        return ""
    born = words.date(birth_date)
    day = known_day(content.night.start)
    age = None if day is None else Person(birth_date=birth_date).age_on(day)
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
    onset = f"{DASH} ({reason_of(content, 'sl_min')})"
    if statistics.sl_min is not None:
        window_s = math.floor((off_s or 0.0) / hypnogram.epoch_s + 1e-6) * hypnogram.epoch_s
        onset = clock_or_elapsed(night, window_s + 60 * statistics.sl_min)
    yield fact("sleep_onset", onset)
    yield fact("scoring", scoring_text(content))
    if night.staging is not None:
        made = night.staging.provenance
        names = (*made.eeg, *made.eog, *made.emg)
        yield fact("channels", ", ".join(map(words.derivation, names)))
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
