"""Every part of the program comes with its licence, or it is not built."""

from importlib.metadata import distribution

import licences
import pytest


def test_what_is_required_is_found_without_what_is_left_out():
    names = licences.distributions(extras=())
    assert {"torch", "numpy", "mne", "pyside6-essentials", "scipy", "jinja2"} <= set(names)
    assert not {"numba", "llvmlite", "pytest", "sleepscorer"} & set(names)


def test_licences_are_told_in_full():
    text = licences.text(["numpy", "pyside6-essentials"])
    assert f"numpy {distribution('numpy').version}" in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in text


def test_a_part_without_a_licence_is_refused(monkeypatch):
    monkeypatch.setattr(licences, "_NAMES", ("NO FILE IS NAMED SO",))
    with pytest.raises(licences.LicenceMissing, match="numpy"):
        licences.text(["numpy"])
