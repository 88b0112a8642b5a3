"""Where electrodes lie."""

import pytest

from sleepscorer.core.head_regions import HeadRegion, is_central, region_of


@pytest.mark.parametrize(
    ("electrode", "region"),
    [
        ("Fpz", HeadRegion.FRONTAL),
        ("F4", HeadRegion.FRONTAL),
        ("FC1", HeadRegion.FRONTAL),
        ("Cz", HeadRegion.CENTRAL),
        ("CP3", HeadRegion.CENTRAL),
        ("Pz", HeadRegion.POSTERIOR),
        ("O2", HeadRegion.POSTERIOR),
        ("Iz", HeadRegion.POSTERIOR),
        ("T4", None),
        ("M1", None),
        (None, None),
    ],
)
def test_the_region_of_an_electrode(electrode, region):
    assert region_of(electrode) is region


@pytest.mark.parametrize(
    ("derivation", "expected"),
    [
        ("C4-M1", True),
        ("C4-M1 (derived)", True),
        ("C3-M2 (from M2-C3, inverted)", True),
        ("EEG C3-Ref", True),
        ("EEG CZ-A1", True),
        ("Cz", True),
        ("C3-C4", True),
        ("Fpz-Cz", False),
        ("Cz-Oz", False),
        ("C4-Fpz", False),
        ("F4-M1", False),
        ("O2-M1", False),
        ("T4-M1", False),
        ("E1-M2", False),
        ("EEG", False),
        ("EEG 1", False),
        ("", False),
    ],
)
def test_central_is_what_sees_nothing_but_the_vertex(derivation, expected):
    assert is_central(derivation) is expected
