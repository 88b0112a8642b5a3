"""Tells texts that many laboratories share from those that one of them wrote.

What is shared tells of no person: it names a channel, an electrode, a filter, a stage or an event.
Everything else may, and only a person can say that it does not.
"""

import re

from sleepscorer.core.channel_names import is_known_label
from sleepscorer.core.event_kinds import KNOWN_TEXTS, EventFamily, family_of_shared_text
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.core.wording import bare_letters
from sleepscorer.files.edf import microvolts_per
from sleepscorer.files.exports.date_spellings import DATES
from sleepscorer.files.scorings import is_stage

_STAGE_TEXTS = frozenset({"W", "N1", "N2", "N3", "R", "?", "1", "2", "3", "4", "M", "NREM", "REM"})
# A stage may have a remark behind it, which only its words tell.
_STAGE_WORDS = frozenset(
    {"sleep", "stage", "w", "wake", "n", "s", "r", "rem", "nrem", "nonrem", "mt", "movement"}
    | {"time", "unscored", "unknown"}
)
_LETTERS = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"[^\W\d_]+|\d[\d.,]*")
# No digits of a date or of anybody's number: 0.3, 35, 1000, 3.5.
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,3})(?:[.,]\d{1,4})?[.,]?", re.ASCII)
_YEARS = range(1900, 2036)
# One of many electrodes of a cap ("A12"), a number, or one with its unit ("40ms").
_COUNTED = re.compile(r"[a-z]\d{1,2}|\d{1,2}(?:ms|s|hz|v|db)?", re.ASCII)
_NUMBERS_OF_A_DATE = 3

_LABEL_WORDS = frozenset(
    {"imp", "impedance", "event", "marker", "trigger", "button", "battery", "volume", "sound"}
    | {"limitation", "cal", "gain", "noise", "channel", "aux", "analog", "digital", "accelerometer"}
    | {"gyro", "angle", "quality", "status", "audio", "video", "voltage", "input", "bipolar"}
    | {"v", "db", "ms", "hz", "left", "right", "upper", "lower", "sum", "raw"}
)
_DESCRIPTION_WORDS = _LABEL_WORDS | frozenset(
    # Transducers.
    {"ag", "agcl", "agagcl", "electrode", "electrodes", "cup", "disk", "disc", "gold", "active"}
    | {"passive", "surface", "needle", "thermistor", "thermistors", "thermocouple", "belt", "belts"}
    | {"piezo", "rip", "inductance", "effort", "nasal", "oral", "oronasal", "cannula", "pressure"}
    | {"transducer", "sensor", "microphone", "oximeter", "pulseoximeter", "pulse", "finger"}
    | {"rectal", "triggers", "and", "software", "generated", "position", "temperature", "snore"}
    | {"eeg", "eog", "emg", "ecg", "ekg", "chin", "leg", "abdomen", "thorax", "flow", "airflow"}
    # Filters.
    | {"hp", "lp", "bp", "hpf", "lpf", "bpf", "hf", "lf", "hff", "lff", "n", "notch", "dc", "ac"}
    | {"tc", "s", "sec", "second", "seconds", "khz", "uv", "mv", "filter", "filters", "filtered"}
    | {"filtering", "no", "none", "off", "on", "high", "low", "band", "pass", "stop", "highpass"}
    | {"lowpass", "bandpass", "butterworth", "bessel", "fir", "iir", "order", "oct", "enhanced"}
    | {"cassette", "bw", "rectification", "hold", "during", "hardware", "anti", "aliasing", "to"}
)
_UNITS = frozenset(
    {"", "%", "deg", "degc", "degf", "c", "h", "s", "sec", "ms", "min", "hz", "bpm", "1/min"}
    | {"/min", "tr/min", "rpm", "pa", "hpa", "kpa", "mbar", "mmhg", "cmh2o", "ml", "l", "l/s"}
    | {"l/min", "ml/s", "ohm", "kohm", "mohm", "db", "dba", "lx", "lux", "g", "mg", "g/s", "v/s"}
    | {"m/s2", "m/s^2", "boolean", "bool", "n/a", "na", "a.u.", "au", "-", "1", "none", "unit"}
    | {"deg/s", "kg", "cm", "mm", "w", "mw", "ua", "ma", "na", "a"}
)


def is_shared_annotation(text: str) -> bool:
    """Tell whether an annotation says what many say: a stage, lights, an event."""
    if "@@" in text:
        # What stands behind it names a channel, and is none of the text.
        return False
    bare = text.strip().casefold()
    if bare in KNOWN_TEXTS or family_of_shared_text(bare) is not EventFamily.OTHER:
        return True
    if is_lights_off(text) or is_lights_on(text):
        return True
    if bare.removeprefix("sleep stage ").upper() in _STAGE_TEXTS:
        return True
    words = set(_LETTERS.findall(bare))
    return len(re.findall(r"\d", bare)) <= 1 and words <= _STAGE_WORDS and is_stage(text)


def is_shared_label(label: str) -> bool:
    """Tell whether a channel is called by words that laboratories share, and nothing more."""
    if DATES.search(label) or len(re.findall(r"\d+", label)) >= _NUMBERS_OF_A_DATE:
        return False
    words = re.findall(r"[^\W_]+", bare_letters(label))
    rest = [one for one in words if one not in _LABEL_WORDS and not _COUNTED.fullmatch(one)]
    # One letter is an electrode, two are somebody's initials.
    is_letter = [len(one) for one in words] == [1]
    return is_known_label(label) or not rest or is_letter or is_known_label(" ".join(rest))


def is_shared_description(text: str) -> bool:
    """Tell whether a transducer or a filter is described by terms of the trade alone."""
    return not DATES.search(text) and all(
        part in _DESCRIPTION_WORDS or _is_quantity(part)
        for part in _PARTS.findall(bare_letters(text).replace("_", " "))
    )


def is_shared_unit(unit: str) -> bool:
    """Tell whether this is a unit, and not a word in its place."""
    return microvolts_per(unit) is not None or unit_in_ascii(unit).casefold() in _UNITS


def unit_in_ascii(unit: str) -> str:
    """Return a unit as a header may spell it: µV as uV, ° as deg, Ω as Ohm."""
    for sign, spelled in (("µ", "u"), ("μ", "u"), ("°", "deg"), ("Ω", "Ohm"), ("\u2126", "Ohm")):
        unit = unit.replace(sign, spelled)
    return unit.strip()


def _is_quantity(part: str) -> bool:
    if not _NUMBER.fullmatch(part):
        return False
    whole = re.split(r"[.,]", part)[0]
    return int(whole) not in _YEARS
