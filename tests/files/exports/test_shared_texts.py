"""What many laboratories say tells of nobody; what one of them wrote may."""

import pytest

from sleepscorer.files.exports.shared_texts import (
    is_shared_annotation,
    is_shared_description,
    is_shared_label,
    is_shared_unit,
    unit_in_ascii,
)


@pytest.mark.parametrize(
    "label",
    ["C4-M1", "EEG Fpz-Cz", "EDF Annotations", "Event marker", "C3-M2 (Imp)", "A12", "Flow.40ms",
     "SpO2", "Batt. Voltage", "EMG chin L-ref", "--", "", "F"],
)  # fmt: skip
def test_labels_of_the_trade(label):
    assert is_shared_label(label) == (label != "Batt. Voltage")


@pytest.mark.parametrize(
    "label",
    ["Hildegund", "Muellenbeck E1", "X QZ-0048213", "Bett 2", "P1234", "3 2 85", "3-2-85", "Li",
     "C4-Anna", "Max", "020551", "A M", "A. M."],
)  # fmt: skip
def test_labels_of_one_laboratory(label):
    assert not is_shared_label(label)


@pytest.mark.parametrize(
    "text",
    ["", "?", "AgAgCl electrodes", "Ag/AgCl cup electrode", "HP:0.3Hz LP:35Hz N:50Hz",
     "HP: DC; LP: 417 Hz", "BP:0.1-1000Hz Notch:50Hz", "Triggers and Status", "DC",
     "HP:0.5Hz LP:100Hz [enhanced cassette BW]", "Oral-nasal thermistors", "No filtering"],
)  # fmt: skip
def test_descriptions_of_the_trade(text):
    assert is_shared_description(text)


@pytest.mark.parametrize(
    "text",
    ["of Annegret", "electrode 0048213", "HP 02.05.1951", "HP:02.05", "A 2/5/51", "HP:1951Hz",
     "electrodes of Dr. Gold", "belt, 2 May 1951", "sn 12345"],
)  # fmt: skip
def test_descriptions_of_one_laboratory(text):
    assert not is_shared_description(text)


@pytest.mark.parametrize(
    "text",
    ["Sleep stage W", "Sleep stage ?", "Stage N2", "SLEEP-S0", "Sleep stage 3", "Lights Off",
     "Hypopnea", "EEG arousal", "desaturation", "Movement time", "Recording starts"],
)  # fmt: skip
def test_annotations_that_many_use(text):
    assert is_shared_annotation(text)


@pytest.mark.parametrize(
    "text",
    ["Sleep stage Meyer", "Sleep stage N2 Meyer", "Lights off@@Meyer", "Lights off QZ-1",
     "Meyer awake", "born 1951", "Sleep stage 19510502", "1951", "wake up Anna"],
)  # fmt: skip
def test_annotations_that_somebody_wrote(text):
    assert not is_shared_annotation(text)


@pytest.mark.parametrize(
    ("unit", "spelled"),
    [("uV", "uV"), ("µV", "uV"), ("°", "deg"), ("°C", "degC"), ("kΩ", "kOhm"), ("cmH2O", "cmH2O"),
     ("%", "%"), ("", "")],
)  # fmt: skip
def test_units_are_spelled_in_ascii(unit, spelled):
    assert is_shared_unit(unit)
    assert unit_in_ascii(unit) == spelled


@pytest.mark.parametrize("unit", ["Meyer", "Anna", "1951", "QZ-1", "Li"])
def test_a_word_in_place_of_a_unit(unit):
    assert not is_shared_unit(unit)
