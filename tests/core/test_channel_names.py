"""Labels are read as far as they are certain, and no further."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sleepscorer.core.channel_aliases import KINDS, channel_aliases, read_aliases
from sleepscorer.core.channel_names import canonical_name, named_labels, recognise, signal_kind
from sleepscorer.paths import resource

# Labels that mean different things in different studies.
AMBIGUOUS = {
    *("EEG", "EEG1", "EEG2", "EEG3", "EEG_2", "EEG(sec)", "EEG(SEC)", "EEG_sec"),
    *(f"X{number}" for number in range(1, 22)),
    *("X6-X5", "X7-X6", "M1-X1", "M2-X2", "M2-X3", "M1-X4"),
    *("DC01", "DC02", "DC03", "DC04", "DC05", "DC07"),
    *("Pressure", "Flow", "FLOW", "Flow_Patient", "Flow Patient", "CPAP", "T2-T1", "Subm"),
}

# What a target of the public alias lists is called here; any derivation of it is tested apart.
CALLED = {
    "EMG": {"Chin"},
    "chin": {"Chin"},
    "cchin": {"Chin", "Chin1", "CChin"},
    "lchin": {"Chin2", "LChin"},
    "rchin": {"Chin2", "Chin3", "RChin"},
    "cchin_l": {"Chin1-Chin2", "Chin1-ChinZ"},
    "cchin_r": {"Chin1-Chin3"},
    "lchin_c": {"Chin2-Chin1", "LChin-CChin"},
    "lchin_r": {"Chin2-Chin3", "LChin-RChin"},
    "rchin_c": {"Chin3-Chin2", "RChin-CChin"},
    "rchin_l": {"Chin3-Chin2"},
    "lleg": {"Left leg"},
    "lleg1": {"LLeg1", "Left leg"},
    "lleg2": {"LLeg2", "Left leg"},
    "lleg1_2": {"LLeg1-LLeg2", "Left leg"},
    "rleg": {"Right leg"},
    "rleg1": {"RLeg1", "Right leg"},
    "rleg2": {"RLeg2", "Right leg"},
    "rleg1_2": {"RLeg1-RLeg2", "Right leg"},
    "lleg_r": {"Legs", "LLeg1-RLeg1", "LLeg1-RLeg2", "LLeg2-RLeg1", "LLeg2-RLeg2"},
    "larm": {"Left arm"},
    "rarm": {"Right arm"},
    "intercos": {"Intercostal"},
    "ECG": {"ECG", "ECG1-AVG"},
    "ECG1": {"ECG", "ECG1"},
    "ECG2": {"ECG", "ECG2"},
    "ECG3": {"ECG", "ECG3"},
    "ECG1_2": {"ECG1-ECG2"},
    "ECG1_3": {"ECG1-ECG3"},
    "ECG1_ECG2": {"ECG1-ECG2"},
    "ECG1_ECG3": {"ECG1-ECG3", "ECG"},
    "ECG2_ECG1": {"ECG2-ECG1"},
    "ECG3_1": {"ECG3-ECG1"},
    "ECG3_2": {"ECG3-ECG2"},
    "ECG3_ECG1": {"ECG3-ECG1"},
    "ECG3_ECG2": {"ECG3-ECG2"},
    "ecg1": {"ECG1"},
    "ecg2": {"ECG2"},
    "ecg2_ecg1": {"ECG"},
    "DHR": {"Heart rate"},
    "dhr": {"Heart rate"},
    "hr": {"Heart rate"},
    "pulse": {"Pulse"},
    "r_r": {"R-R interval"},
    "rr": {"R-R interval"},
    "PTT": {"Pulse transit time"},
    "pleth": {"Pleth"},
    "plethstat": {"Oximeter status"},
    "oxstat": {"Oximeter status"},
    "oxstatus": {"Oximeter status"},
    "spo2": {"SpO2"},
    "spo2bb": {"SpO2 beat to beat"},
    "spo2w": {"SpO2 waveform"},
    "flow": {"Airflow"},
    "nasalflow": {"Nasal flow"},
    "oralflow": {"Oral flow"},
    "therm": {"Thermistor"},
    "nas_pres": {"Nasal pressure"},
    "ptaf": {"Nasal pressure"},
    "dif_pres": {"Differential pressure"},
    "thorax": {"Thorax"},
    "abdomen": {"Abdomen"},
    "sum": {"RIP sum"},
    "xsum": {"RIP sum"},
    "xflow": {"RIP flow"},
    "phase": {"RIP phase"},
    "tvol": {"Tidal volume", "PAP volume"},
    "resprate": {"Respiratory rate"},
    "snore": {"Snore"},
    "cap": {"EtCO2"},
    "etco2": {"EtCO2"},
    "etco2w": {"EtCO2"},
    "tcco2": {"TcCO2"},
    "pao2": {"PaO2"},
    "pap_flow": {"PAP flow"},
    "pap_pres": {"PAP pressure"},
    "pap_vol": {"PAP volume"},
    "ex_pres": {"PAP expiratory pressure"},
    "in_pres": {"PAP inspiratory pressure"},
    "leak": {"PAP leak"},
    "position": {"Position"},
    "man_pos": {"Position"},
    "activity": {"Activity"},
    "elevation": {"Elevation"},
    "grav": {"Gravity"},
    "grav_x": {"Gravity X"},
    "gravx": {"Gravity X"},
    "grav_y": {"Gravity Y"},
    "gravy": {"Gravity Y"},
    "light": {"Light"},
    "battery": {"Battery"},
    "RMI": {"RMI"},
    "annots": {"Annotations"},
}
BARE_ELECTRODE = re.compile(r"(?:[FCPOT]z?|Fp|M|E)[z1-8]?")


def _public_aliases(real_data: Path) -> list[tuple[str, str]]:
    path = real_data.parent / "reference" / "channel_aliases.json"
    if not path.is_file():
        pytest.skip(f"the public alias lists are not at {path}")
    lists = json.loads(path.read_text(encoding="utf-8"))
    return [(target, label) for target, labels in lists.items() for label in labels]


def test_every_public_alias_is_mapped_or_known_to_be_ambiguous(real_data):
    pairs = _public_aliases(real_data)
    assert len(pairs) > 500
    wrong = []
    for target, label in pairs:
        name = canonical_name(label)
        if label in AMBIGUOUS or target.casefold().endswith("_off"):
            right = name is None
        elif target in CALLED:
            right = name in CALLED[target]
        elif BARE_ELECTRODE.fullmatch(target):
            # A label listed under a bare electrode may be referenced already.
            right = name == target or (name or "").startswith(f"{target}-")
        elif label == "M2-C2":
            right = name == "C2-M2"
        else:
            electrodes = target.split("_")
            right = name in ("-".join(electrodes), "-".join(reversed(electrodes)))
        if not right:
            wrong.append((target, label, name))
    assert wrong == []


def test_labels_with_two_targets_of_the_public_lists_are_ambiguous_or_one_thing(real_data):
    targets: dict[str, set[str]] = {}
    for target, label in _public_aliases(real_data):
        for called in CALLED.get(target, ()):
            targets.setdefault(label, set()).add(called)
    assert {"Airflow", "Nasal pressure"} <= targets["Flow"]
    assert canonical_name("Flow") is None
    assert {"PAP flow", "PAP pressure"} <= targets["CPAP"]
    assert canonical_name("CPAP") is None
    assert {"PAP pressure", "Nasal pressure"} <= targets["Pressure"]
    assert canonical_name("Pressure") is None


@pytest.mark.parametrize("label", sorted(AMBIGUOUS))
def test_ambiguous_labels_are_never_mapped(label):
    assert recognise(label) is None
    assert recognise(f" {label.lower()} ") is None


@pytest.mark.parametrize(
    "label",
    [
        "C4-M1",
        "C4-A1",
        "C4/A1",
        "C4:M1",
        "C4_A1",
        "c4-a1",
        "EEG C4-A1",
        "EEG_C4-M1",
        "C4A1",
        "R_CENT",
    ],
)
def test_spellings_of_c4_m1(label):
    found = recognise(label)
    assert (found.name, found.kind, found.inverted) == ("C4-M1", "eeg", False)
    assert (found.positive, found.negative) == ("C4", "M1")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("01-A2", "O1-M2"),
        ("EEG 01-A2", "O1-M2"),
        ("02-A1", "O2-M1"),
        ("Sa02", "SpO2"),
        ("EEG_C4-M2", "C4-M2"),
        ("C3-O1", "C3-O1"),
        ("F1-A2", "F1-M2"),
        ("O2-A2", "O2-M2"),
        ("CENTRAL", "C3-M2"),
        ("FRONTAL", "F3-M2"),
        ("L_OCC", "O1-M2"),
        ("EEG Fpz-Cz", "Fpz-Cz"),
        ("EEG Pz-Oz", "Pz-Oz"),
        ("EOG horizontal", "EOG horizontal"),
        ("EMG submental", "Chin"),
        ("EEG FP1-REF", "Fp1-Ref"),
        ("EEG F3-LE", "F3-LE"),
        ("EEG C3-CLE", "C3-LE"),
        ("C4-A1A2", "C4-LE"),
        ("Fp1.", "Fp1"),
        ("Fc5..", "FC5"),
        ("EEG Fp1", "Fp1"),
        ("LOC-A2", "E1-M2"),
        ("EEG_ROC-M1", "E2-M1"),
        ("EOGL:M1", "E1-M1"),
        ("EOG(L)", "E1"),
        ("EMG chin R-ref", "RChin-Ref"),
        ("Chin_1-Chin_Z", "Chin1-ChinZ"),
        ("M1M2", "M1-M2"),
        ("EEG_Abd", "Abdomen"),
        ("ECG ECG1", "ECG1"),
        ("O2-x", "O2"),
        ("EMG RAT", "Right leg"),
    ],
)
def test_other_spellings(label, name):
    found = recognise(label)
    assert found.name == name
    assert not found.inverted


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("M1-C4", "C4-M1"),
        ("M2-C3", "C3-M2"),
        ("A1/O2", "O2-M1"),
        ("EEG M1-Cz", "Cz-M1"),
        ("ROC-LOC", "E1-E2"),
        ("M2-PG1", "E1-M2"),
        ("Fpz-E1", "E1-Fpz"),
        ("AVG-F3", "F3-AVG"),
    ],
)
def test_electrodes_the_other_way_round_are_inverted(label, name):
    found = recognise(label)
    assert (found.name, found.inverted) == (name, True)
    assert canonical_name(label) == name


def test_a_channel_name_is_no_electrode():
    # What is written on the recorder's eye channel may be referenced already.
    assert recognise("EOG(L)").positive is None
    assert recognise("O1-x").positive is None
    assert recognise("LOC").positive == "E1"
    assert recognise("C4").positive == "C4"


@pytest.mark.parametrize(
    "label", ["", "  ", "-", "EEG1_Off", "EOG-L_Off", "C3-M2 (Imp)", "C4 Impédance", "Crc16", "1-2"]
)
def test_off_impedance_and_unknown_labels_are_not_mapped(label):
    assert recognise(label) is None


@pytest.mark.parametrize(
    ("label", "unit", "kind"),
    [
        ("EEG Fpz-Cz", "uV", "eeg"),
        ("EEG Channel-1", "uV", "eeg"),
        ("EEG(sec)", "uV", "eeg"),
        ("EEG", "", "eeg"),
        ("EEG1_Off", "", "other"),
        ("EEG_LOC-M2", "uV", "eog"),
        ("EOG VEOG_I", "uV", "eog"),
        ("EOG horizontal", "uV", "eog"),
        ("EMG chin R-ref", "uV", "emg"),
        ("EMG submental", "uV", "emg"),
        ("EMG LAT", "uV", "emg_leg"),
        ("EMG masseter", "uV", "emg_other"),
        ("EEG M1-Cz", "uV", "eeg"),
        ("A1", "uV", "reference"),
        ("M1M2", "uV", "reference"),
        ("ECG", "mV", "ecg"),
        ("EEG_EKG1", "uV", "ecg"),
        ("Resp oro-nasal", "", "flow"),
        ("Resp nasal", "", "pressure"),
        ("Resp abdomen", "", "effort"),
        ("Flow", "", "flow"),
        ("NEW AIR", "", "flow"),
        ("Press.40ms", "cmH2O", "pressure"),
        ("SaO2", "%", "spo2"),
        ("H.R.", "", "pulse"),
        ("EtC02", "", "co2"),
        ("CPAP", "", "cpap"),
        ("POSITION", "", "position"),
        ("SOUND", "", "snore"),
        ("LIGHT", "", "light"),
        ("Temp rectal", "DegC", "temperature"),
        ("C3-M2 (Imp)", "Ohm", "impedance"),
        ("C3-M2 (Imp)", "", "impedance"),
        ("C3", "kOhm", "impedance"),
        ("1 ImpÃ©dance", "", "impedance"),
        ("X1", "uV", "other"),
        ("DC01", "", "other"),
        ("Event marker", "", "other"),
        ("probe", "mmHg", "co2"),
        ("sine 8.5 Hz", "uV", "other"),
    ],
)
def test_kinds(label, unit, kind):
    assert signal_kind(label, unit) == kind


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("cmH2O", "pressure"), ("mmHg", "co2"), ("bpm", "pulse"), ("lx", "light"), ("LUX", "light"),
        ("degC", "temperature"), (" °C ", "temperature"), ("g", "activity"), ("Ohm", "impedance"),
        ("kohms", "impedance"), ("MΩ", "impedance"), ("G\u2126", "impedance"), ("uV", "other"),
        ("", "other"), ("ohmic", "other"),
    ],
)  # fmt: skip
def test_a_telling_unit_decides_for_labels_that_say_nothing(unit, kind):
    assert signal_kind("probe 7", unit) == kind
    # Only ohms are believed more than a label.
    assert signal_kind("C4-M1", unit) == ("impedance" if kind == "impedance" else "eeg")


@pytest.mark.parametrize(
    ("electrode", "kind"),
    [
        ("C4", "eeg"), ("Fp1", "eeg"), ("PO8", "eeg"), ("M1", "reference"), ("A2", "reference"),
        ("E1", "eog"), ("LOC", "eog"), ("Chin1", "emg"), ("Leg1", None),
    ],
)  # fmt: skip
def test_every_electrode_is_of_a_kind(electrode, kind):
    found = recognise(electrode)
    assert (found and found.kind) == kind


@given(st.text(), st.text(max_size=8))
@example("EEG EEG EEG EEG EEG EEG EEG EEG", "\u2126")
@example("İ-ß", "µV")
def test_any_text_has_a_kind_and_never_fails(label, unit):
    assert signal_kind(label, unit) in KINDS
    name = canonical_name(label)
    assert name is None or name


@given(
    st.sampled_from(["C4-M1", "m2-c3", "EOG(L)", "Chin", "EEG", "SpO2"]), st.sampled_from("_-:/. ")
)
def test_separators_and_case_do_not_matter(label, separator):
    assert recognise(label.replace("-", separator).upper()) == recognise(label)


def test_listed_labels_agree_with_what_their_electrodes_say():
    content = tomllib.loads(resource("channel_aliases.toml").read_text(encoding="utf-8"))
    for entry in content["channel"]:
        for label in entry["labels"]:
            found = recognise(label)
            assert (found.name, found.kind) == (entry["name"], entry["kind"]), label
            assert found.inverted == entry.get("inverted", False), label


def test_the_resource_holds_the_ambiguous_labels():
    assert {
        "eeg",
        "eeg1",
        "eeg2",
        "eeg3",
        "eeg sec",
        "x1",
        "x21",
        "dc01",
        "pressure",
        "flow",
    } <= set(channel_aliases().ambiguous)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"R_CENT"]', '"R_CENT", "CENTRAL"]', "'central' stands for both"),
        ('"R_CENT"]', '"R_CENT", "x1"]', "in two entries: .'x1'"),
        ('"R_CENT"]', '"R_CENT", "Cz"]', "in two entries: .'cz'"),
        (
            'name = "Battery"\nkind = "other"',
            'name = "Battery"\nkind = "tin"',
            "unknown kind 'tin'",
        ),
    ],
)
def test_a_label_in_two_entries_is_refused(tmp_path, old, new, message):
    text = resource("channel_aliases.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "aliases.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_aliases(path)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("EEG C4-REF1", "C4-Ref1"),
        ("C4-REF-1", "C4-Ref1"),
        ("C4 Reference 2", "C4-Ref2"),
        ("C4-Ref-A", "C4-RefA"),
        ("C4-RefB", "C4-RefB"),
        ("C4-AVG2", "C4-AVG2"),
        ("EEG C4-LE", "C4-LE"),
        ("C4-LE1", "C4-LE1"),
        ("M1-REF2", "M1-Ref2"),
        ("C4-leg", None),
        ("C4-arm", None),
        ("C4-REF123", None),
        ("REF1", None),
    ],
)
def test_numbered_references(label, name):
    assert canonical_name(label) == name


def test_blank_labels_are_named_by_their_place_and_no_label_twice():
    labels = ["", "C4-M1", " - ", "Channel 1", "\x00"]
    named = named_labels(labels)
    assert named == ["channel 1 (no label)", "C4-M1", "channel 3", "Channel 1", "channel 5"]
