"""What headers say of filters, in the ways in which they say it."""

import pytest

from sleepscorer.core.prefilters import Prefilter, stated_prefilter


@pytest.mark.parametrize(
    ("words", "high_pass_hz", "low_pass_hz"),
    [
        ("", None, None),
        ("DC", None, None),
        ("HP:DC", None, None),
        ("HP:0Hz LP:0Hz", None, None),
        ("none", None, None),
        ("HP:0.1Hz LP:75Hz N:50Hz", 0.1, 75),
        ("HP:1.0Hz", 1.0, None),
        ("HP:0.5 Hz", 0.5, None),
        ("HP 0,5 Hz TP 35 Hz", 0.5, 35),
        ("Hochpaß: 0,3Hz; Tiefpaß: 70Hz", 0.3, 70),
        ("HP: DC; LP: 417 Hz", None, 417),
        ("HP:0.5Hz LP:100Hz [enhanced cassette BW]", 0.5, 100),
        ("BP:0.2-128Hz Notch:50Hz", 0.2, 128),
        ("BP: 0,3 - 35 Hz", 0.3, 35),
        ("0.3-35Hz", 0.3, 35),
        ("Band-pass 0.5 to 15 Hz", 0.5, 15),
        ("TC:0.3s", 0.5305, None),
        ("TC=300ms LP:30Hz", 0.5305, 30),
        ("Time constant 1 s, low-pass 15 Hz", 0.1592, 15),
        ("HP:0.1s LP:70Hz", 1.5915, 70),
        ("LFF 0.3 HFF 70", 0.3, 70),
        ("High pass filter: 1 Hz, Low pass filter: 30 Hz", 1, 30),
        ("Low cut 1Hz High cut 25Hz", 1, 25),
        ("HPF=500mHz LPF=1kHz", 0.5, 1000),
        ("HP:.3Hz", 0.3, None),
        ("TC:0.1s LP:50Hz TC:10s LP:250Hz", 1.5915, 50),
        ("LP:70Hz HP:0.1Hz, exported with HP:1Hz", 1.0, 70),
        ("LP:15Hz", None, 15),
        ("N:50Hz", None, None),
        ("Notch 60Hz", None, None),
        ("Hold during 2 seconds", None, None),
        ("HP:16Hz Rectification LP:0.7Hz", None, None),
        ("pre1", None, None),
        ("19.03.2004", None, None),
    ],
)
def test_the_words_of_a_header(words, high_pass_hz, low_pass_hz):
    found = stated_prefilter(words)
    assert found.high_pass_hz == (high_pass_hz and pytest.approx(high_pass_hz, rel=1e-3))
    assert found.low_pass_hz == (low_pass_hz and pytest.approx(low_pass_hz, rel=1e-3))


def test_a_difference_has_the_stricter_of_two_filters():
    first, second = Prefilter(0.3, 35), Prefilter(1.0, None)
    assert first.stricter(second) == second.stricter(first) == Prefilter(1.0, 35)
    assert Prefilter().stricter(Prefilter(None, 70)) == Prefilter(None, 70)
    assert Prefilter().stricter(Prefilter()) == Prefilter()
