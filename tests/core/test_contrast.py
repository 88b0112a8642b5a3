import pytest

from sleepscorer.core.contrast import contrast, ink_on


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_ink_is_the_one_that_is_read_better():
    assert ink_on("#c87a00") == "#000000"
    assert ink_on("#0041b1") == "#ffffff"
